import { brasserie, userRoom } from '../../../contracts/brasserie/index.ts';
import type { CreateBackend } from '../../backend.ts';
import { createRoutes } from '../rest/routes.ts';
import { createBrasserieRows } from './brasserie.ts';
import { dailyCloseRoute } from './daily-close.ts';
import { acknowledge, dishRoute } from './dishes.ts';
import { listRoutes } from './lists.ts';
import { orderRoutes } from './orders.ts';
import { paymentRoutes } from './payments.ts';
import { callerOf as callerAt, devices } from './tokens.ts';

/** A brasserie with fourteen tables; four guests at table 12 want to pay. */
export const createBrasserie: CreateBackend = (seams) => {
  const house = createBrasserieRows(seams);
  const callerOf = (token: string | undefined) => callerAt(token, seams.time.now());
  return {
    contract: brasserie,
    fetch: createRoutes({
      routes: [
        ...orderRoutes(house),
        ...listRoutes(house),
        ...paymentRoutes(house),
        dailyCloseRoute(house),
        dishRoute(house, seams),
      ],
      callerOf,
    }),
    callerOf,
    devices,
    connected(connection) {
      const { token } = connection.auth;
      const caller = callerOf(typeof token === 'string' ? token : undefined);
      if (caller === undefined) return { refused: 'Authentication error' };
      // Clients never ask for it.
      connection.join(userRoom(caller.id));
      return undefined;
    },
    message: acknowledge(house),
    async restore() {
      house.restore();
    },
  };
};
