import { serviceFloor } from '../../../contracts/service-floor/index.ts';
import type { CreateBackend } from '../../backend.ts';
import { json } from '../rest/problem.ts';
import { createRoutes, type Route } from '../rest/routes.ts';
import { createFloor } from './floor.ts';
import { officeRoutes } from './office.ts';
import { orderRoutes } from './orders.ts';
import { tableRoutes } from './tables.ts';

/** A trattoria with eight tables. Nobody signs in, and everybody hears everything. */
export const createServiceFloor: CreateBackend = (seams) => {
  const floor = createFloor(seams);
  // Whole, every time: the contract asks for no part of them.
  const list = (path: string, table: { rows(): readonly object[] }): Route => ({
    method: 'GET',
    path,
    isOpen: true,
    answer: () => json(200, table.rows()),
  });
  return {
    contract: serviceFloor,
    fetch: createRoutes({
      routes: [
        list('/orders', floor.orders),
        list('/tables', floor.tables),
        list('/menu', floor.menu),
        list('/users', floor.users),
        list('/messages', floor.messages),
        list('/service-calls', floor.serviceCalls),
        ...orderRoutes(floor),
        ...tableRoutes(floor),
        ...officeRoutes(floor),
      ],
    }),
    callerOf: () => undefined,
    devices: [
      { of: 'the tablet of the floor', role: 'floor', scope: {} },
      { of: 'the kitchen screen', role: 'kitchen', scope: {} },
      { of: 'the dashboard', role: 'dashboard', scope: {} },
    ],
    // The document knows no sign-in: whoever comes hears everything.
    connected: () => undefined,
    async restore() {
      floor.restore();
    },
  };
};
