import { laravelPos } from '../../../contracts/laravel-pos/index.ts';
import type { CreateBackend } from '../../backend.ts';
import { Refused } from '../rest/problem.ts';
import { createRoutes } from '../rest/routes.ts';
import { broadcastingAuthRoute } from './broadcasting-auth.ts';
import { deviceRoutes } from './devices.ts';
import { idempotent } from './idempotent.ts';
import { listRoutes } from './lists.ts';
import { orderRoutes } from './orders.ts';
import { printJobRoutes } from './print-jobs.ts';
import { replayRoute } from './replay.ts';
import { createShop } from './shop.ts';
import { ticketRoutes } from './tickets.ts';
import { callerOf } from './tokens.ts';

/** A pizzeria with a till, a kiosk, two kitchen screens, a printer and an office. */
export const createLaravelPos: CreateBackend = (seams) => {
  const { v1, time, app } = seams;
  const shop = createShop(seams);
  const routes = createRoutes({
    routes: [
      ...orderRoutes(shop),
      ...ticketRoutes(shop),
      ...printJobRoutes(shop),
      ...deviceRoutes(shop),
      ...listRoutes(shop),
      ...(v1 ? [] : [replayRoute(shop)]),
      ...(app === undefined ? [] : [broadcastingAuthRoute(shop, app)]),
    ],
    callerOf,
    keepOut: ({ id }) =>
      shop.devices.get(id)?.status === 'blocked'
        ? new Refused(403, 'device-blocked', 'This device is blocked.')
        : undefined,
  });
  // No document promises that keys are honoured.
  const once = v1 ? undefined : idempotent(routes, time);
  return {
    contract: laravelPos,
    fetch: once?.fetch ?? routes,
    callerOf,
    async restore() {
      once?.forget();
      await shop.restore();
    },
  };
};
