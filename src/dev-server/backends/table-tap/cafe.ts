// The café: its tables of rows, and how it tells what happens, to whom.
import type { EventData, EventName } from '../../../contract/contract.ts';
import {
  tableTap,
  type CounterRow,
  type Person,
  type StockRow,
  type TableTap,
} from '../../../contracts/table-tap/index.ts';
import { createEmitter, type Emitted } from '../../../emit/index.ts';
import { tableTapRooms } from '../../../emit/table-tap.ts';
import type { BackendSeams, Caller } from '../../backend.ts';
import type { Cell } from '../rows/cell.ts';
import type { Counter } from '../rows/counter.ts';
import { createRows } from '../rows/rows.ts';
import type { Stamps } from '../rows/stamps.ts';
import type { Table } from '../rows/table.ts';
import { counters, firstOrders, firstSettings, stock, type FullOrder } from './seed.ts';
import { cafeId, employees } from './tokens.ts';

export interface Cafe {
  readonly v1: boolean;
  readonly stamps: Stamps;
  readonly orders: Table<FullOrder>;
  readonly inventory: Table<StockRow>;
  readonly counters: Table<CounterRow>;
  readonly numbers: Counter;
  readonly settings: Cell<Readonly<Record<string, unknown>>>;
  /** When those who are at work came. */
  readonly clockedIn: Cell<Readonly<Record<string, string>>>;
  /** Drinks of this month, by employee. */
  readonly drinks: Cell<Readonly<Record<string, number>>>;
  /** To the rooms that such an event is for. */
  emit<Name extends EventName<TableTap>>(name: Name, data: EventData<TableTap, Name>): Promise<Emitted>;
  restore(): void;
}

export function createCafe(seams: BackendSeams): Cafe {
  const { publisher, log, time, v1 } = seams;
  const all = createRows(tableTap.name, seams);
  const { stamps } = all;
  const shared = { stamp: 'updated_at' } as const;
  const rows = {
    orders: all.table<FullOrder>('orders', { ...shared, key: ({ id }) => id, seed: firstOrders(stamps) }),
    inventory: all.table<StockRow>('inventory', { ...shared, key: ({ product_id }) => product_id, seed: stock }),
    counters: all.table<CounterRow>('counters', { ...shared, key: ({ counter_name }) => counter_name, seed: counters }),
  };
  const emitter = createEmitter(tableTap, { publisher, log, time, rooms: tableTapRooms });
  return {
    v1,
    stamps,
    ...rows,
    numbers: all.counter('order', 2),
    settings: all.cell('settings', firstSettings),
    clockedIn: all.cell('clocked in', {}),
    drinks: all.cell('drinks', {}),
    emit: (name, data) => emitter.emit(name, { scope: { cafeId }, data }),
    restore: () => all.restore(),
  };
}

/** Whoever did something, as events tell it. */
export function personOf({ id }: Caller): Person {
  const employee = employees.get(id);
  return { id, ...(employee !== undefined && { name: employee.name, role: employee.role }) };
}
