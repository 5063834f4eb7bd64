import { laravelPos } from '../../../contracts/laravel-pos/index.ts';
import { idempotent } from '../../../emit/index.ts';
import type { CreateBackend } from '../../backend.ts';
import { Refused } from '../rest/problem.ts';
import { bearerOf, createRoutes } from '../rest/routes.ts';
import { deviceRoutes } from './devices.ts';
import { createDoor, hearingRoutes } from './hearing.ts';
import { listRoutes } from './lists.ts';
import { orderRoutes } from './orders.ts';
import { printJobRoutes } from './print-jobs.ts';
import { createShop } from './shop.ts';
import { ticketRoutes } from './tickets.ts';
import { devices } from './tokens.ts';

/** A pizzeria with a till, a kiosk, two kitchen screens, a printer and an office. */
export const createLaravelPos: CreateBackend = (seams) => {
  const { v1, time } = seams;
  const shop = createShop(seams);
  const door = createDoor(shop);
  const { callerOf, isBlocked, mayHear } = door;
  return {
    contract: laravelPos,
    fetch: createRoutes({
      routes: [
        ...orderRoutes(shop),
        ...ticketRoutes(shop),
        ...printJobRoutes(shop),
        ...deviceRoutes(shop),
        ...listRoutes(shop),
        ...hearingRoutes(shop, door, seams.app),
      ],
      callerOf,
      keepOut: (caller) =>
        isBlocked(caller) ? new Refused(403, 'device-blocked', 'This device is blocked.') : undefined,
      // No document promises that keys are honoured.
      ...(!v1 && {
        wrapped: (handle) =>
          idempotent(handle, {
            store: shop.answers,
            time,
            // That a device is blocked is said about the moment, and nothing to be remembered.
            principal({ headers }) {
              const caller = callerOf(bearerOf(headers));
              return caller === undefined || isBlocked(caller) ? undefined : caller.id;
            },
          }),
      }),
    }),
    callerOf,
    mayHear,
    devices,
    restore: () => shop.restore(),
  };
};
