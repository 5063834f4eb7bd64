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
import { createCounter, type Counter } from '../rows/counter.ts';
import { createStamps, type Stamps } from '../rows/stamps.ts';
import { createTable, type Table } from '../rows/table.ts';
import { counters, firstOrders, firstSettings, stock, type FullOrder } from './seed.ts';
import { cafeId, employees } from './tokens.ts';

export interface Cafe {
  readonly v1: boolean;
  readonly stamps: Stamps;
  readonly orders: Table<FullOrder>;
  readonly inventory: Table<StockRow>;
  readonly counters: Table<CounterRow>;
  readonly numbers: Counter;
  settings: Readonly<Record<string, unknown>>;
  /** When those who are at work came. */
  readonly clockedIn: Map<string, string>;
  /** Drinks of this month, by employee. */
  readonly drinks: Map<string, number>;
  /** To the rooms that such an event is for. */
  emit<Name extends EventName<TableTap>>(name: Name, data: EventData<TableTap, Name>): Promise<Emitted>;
  restore(): void;
}

export function createCafe({ publisher, log, time, v1 }: BackendSeams): Cafe {
  const stamps = createStamps(time);
  const shared = { stamp: 'updated_at', stamps } as const;
  const rows = {
    orders: createTable<FullOrder>({ ...shared, key: ({ id }) => id, seed: firstOrders(stamps) }),
    inventory: createTable<StockRow>({ ...shared, key: ({ product_id }) => product_id, seed: stock }),
    counters: createTable<CounterRow>({ ...shared, key: ({ counter_name }) => counter_name, seed: counters }),
  };
  const emitter = createEmitter(tableTap, { publisher, log, time, rooms: tableTapRooms });
  const cafe: Cafe = {
    v1,
    stamps,
    ...rows,
    numbers: createCounter(2),
    settings: firstSettings,
    clockedIn: new Map(),
    drinks: new Map(),
    emit: (name, data) => emitter.emit(name, { scope: { cafeId }, data }),
    restore() {
      for (const table of Object.values(rows)) table.restore();
      cafe.numbers.restore();
      cafe.settings = firstSettings;
      cafe.clockedIn.clear();
      cafe.drinks.clear();
    },
  };
  return cafe;
}

/** Whoever did something, as events tell it. */
export function personOf({ id }: Caller): Person {
  const employee = employees.get(id);
  return { id, ...(employee !== undefined && { name: employee.name, role: employee.role }) };
}
