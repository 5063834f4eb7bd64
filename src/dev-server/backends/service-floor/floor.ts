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
import type { Counter } from '../rows/counter.ts';
import { createRows } from '../rows/rows.ts';
import type { Stamps } from '../rows/stamps.ts';
import type { Table } from '../rows/table.ts';
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

export function createFloor(seams: BackendSeams): Floor {
  const { publisher, log, time } = seams;
  const all = createRows(serviceFloor.name, seams);
  const { stamps } = all;
  const emitter = createEmitter(serviceFloor, { publisher, log, time });
  const shared = { stamp: 'updatedAt' } as const;
  const key = ({ id }: { readonly id: string | number }) => id;
  const rows = {
    orders: all.table<Order>('orders', { ...shared, key, seed: firstOrders(stamps) }),
    tables: all.table<DiningTable>('tables', { ...shared, key: ({ tableNumber }) => tableNumber, seed: tables }),
    menu: all.table<MenuItem>('menu', { ...shared, key, seed: menu }),
    users: all.table<User>('users', { ...shared, key, seed: users }),
    messages: all.table<Message>('messages', { ...shared, key, seed: firstMessages(stamps) }),
    serviceCalls: all.table<ServiceCall>('service calls', { ...shared, key, seed: firstCalls }),
  };
  const ids = all.counter('id', 100);
  return {
    stamps,
    ...rows,
    ids,
    emit: (name, data) => emitter.emit(name, { scope: {}, data }),
    restore: () => all.restore(),
  };
}
