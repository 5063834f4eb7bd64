import { restaurantOs } from '../../../contracts/restaurant-os/index.ts';
import type { CreateBackend } from '../../backend.ts';
import { createRoutes } from '../rest/routes.ts';
import { createHouse } from './house.ts';
import { listRoutes } from './lists.ts';
import { orderRoutes } from './orders.ts';
import { tableRoutes } from './tables.ts';

/** A Ukrainian kitchen with three stations, ten tables and a storage. Nobody has to say who they are. */
export const createRestaurantOs: CreateBackend = (seams) => {
  const house = createHouse(seams);
  return {
    contract: restaurantOs,
    fetch: createRoutes({ routes: [...listRoutes(house), ...orderRoutes(house), ...tableRoutes(house)] }),
    callerOf: () => undefined,
    devices: [
      { of: 'the tablet of the floor', role: 'floor', scope: {} },
      { of: 'the kitchen screen', role: 'kitchen', scope: {} },
      { of: 'the storage', role: 'stock', scope: {} },
      { of: 'the manager', role: 'manager', scope: {} },
    ],
    async restore() {
      house.restore();
    },
  };
};
