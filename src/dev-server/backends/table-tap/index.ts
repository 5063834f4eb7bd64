import { tableTap } from '../../../contracts/table-tap/index.ts';
import type { CreateBackend } from '../../backend.ts';
import { createRoutes } from '../rest/routes.ts';
import { createCafe } from './cafe.ts';
import { restRoutes } from './rest.ts';
import { createSockets } from './sockets.ts';
import { callerOf } from './tokens.ts';

/** A café with three counters, two of them open, and oat milk that is about to run low. */
export const createTableTap: CreateBackend = (seams) => {
  const cafe = createCafe(seams);
  return {
    contract: tableTap,
    fetch: createRoutes({ routes: restRoutes(cafe), callerOf }),
    callerOf,
    ...createSockets(cafe),
    async restore() {
      cafe.restore();
    },
  };
};
