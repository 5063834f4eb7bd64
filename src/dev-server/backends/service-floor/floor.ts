// The floor: its tables of rows, and how it tells everybody what happens.
import type { EventData, EventName } from '../../../contract/contract.ts';
import {
  serviceFloor,
  type MenuItem,
  type Message,
  type Order,
  type ServiceCall,
  type ServiceFloor,
  type Table as DiningTable,
  type User,
} from '../../../contracts/service-floor/index.ts';
import { createEmitter, type Emitted } from '../../../emit/index.ts';
import type { BackendSeams } from '../../backend.ts';
import { createCounter, type Counter } from '../rows/counter.ts';
import { createStamps, type Stamps } from '../rows/stamps.ts';
import { createTable, type Table } from '../rows/table.ts';
import { firstCalls, firstMessages, firstOrders, menu, tables, users } from './seed.ts';

export interface Floor {
  readonly stamps: Stamps;
  readonly orders: Table<Order>;
  readonly tables: Table<DiningTable>;
  readonly menu: Table<MenuItem>;
  readonly users: Table<User>;
  readonly messages: Table<Message>;
  readonly serviceCalls: Table<ServiceCall>;
  /** One for all that is new. */
  readonly ids: Counter;
  emit<Name extends EventName<ServiceFloor>>(name: Name, data: EventData<ServiceFloor, Name>): Promise<Emitted>;
  restore(): void;
}

export function createFloor({ publisher, log, time }: BackendSeams): Floor {
  const stamps = createStamps(time);
  const emitter = createEmitter(serviceFloor, { publisher, log, time });
  const shared = { stamp: 'updatedAt', stamps } as const;
  const key = ({ id }: { readonly id: string | number }) => id;
  const rows = {
    orders: createTable<Order>({ ...shared, key, seed: firstOrders(stamps) }),
    tables: createTable<DiningTable>({ ...shared, key: ({ tableNumber }) => tableNumber, seed: tables }),
    menu: createTable<MenuItem>({ ...shared, key, seed: menu }),
    users: createTable<User>({ ...shared, key, seed: users }),
    messages: createTable<Message>({ ...shared, key, seed: firstMessages(stamps) }),
    serviceCalls: createTable<ServiceCall>({ ...shared, key, seed: firstCalls }),
  };
  const ids = createCounter(100);
  return {
    stamps,
    ...rows,
    ids,
    emit: (name, data) => emitter.emit(name, { scope: {}, data }),
    restore() {
      for (const table of Object.values(rows)) table.restore();
      ids.restore();
    },
  };
}
