// The brasserie: its tables of rows, and how it tells what happens, to whom.
import {
  brasserie,
  type Brasserie as BrasserieSpec,
  type BillUpdated,
  type MenuItem,
  type Order,
  type Table as DiningTable,
} from '../../../contracts/brasserie/index.ts';
import { brasserieRooms } from '../../../emit/brasserie.ts';
import { createEmitter, type Emitter, type Publisher } from '../../../emit/index.ts';
import type { BackendSeams } from '../../backend.ts';
import { plainPublisher } from '../plain-publisher.ts';
import { createCounter, type Counter } from '../rows/counter.ts';
import { createStamps, type Stamps } from '../rows/stamps.ts';
import { createTable, type Table } from '../rows/table.ts';
import { firstFree, firstOrders, firstTables, menu, type FullOrder } from './seed.ts';

export interface Brasserie {
  readonly v1: boolean;
  readonly stamps: Stamps;
  readonly orders: Table<FullOrder>;
  readonly tables: Table<DiningTable>;
  readonly menu: Table<MenuItem>;
  readonly counters: Readonly<Record<keyof typeof firstFree, Counter>>;
  readonly outside: Outside;
  /** What a list shows of an order. */
  shown(order: FullOrder): Order;
  /** For what announces a dish to its waiter. */
  readonly emitter: Pick<Emitter<BrasserieSpec>, 'emit'>;
  /** Both are told by events that the document does not have. */
  tellOrder(order: FullOrder, withBill?: 'with bill'): readonly Promise<unknown>[];
  tellTable(table: DiningTable): readonly Promise<unknown>[];
  restore(): void;
}

/** The kitchen's system and the card terminal, which are somebody else's and fail on demand. */
interface Outside {
  erpIsUp: boolean;
  /** What the terminal says to the next card. */
  nextCard: 'approved' | 'declined' | 'timeout';
}

export function createBrasserieRows({ publisher, log, time, v1 }: BackendSeams): Brasserie {
  const stamps = createStamps(time);
  const shared = { stamp: 'updated_at', key: ({ id }: { readonly id: number }) => id, stamps } as const;
  const rows = {
    orders: createTable<FullOrder>({ ...shared, seed: firstOrders }),
    tables: createTable<DiningTable>({ ...shared, seed: firstTables }),
    menu: createTable<MenuItem>({ ...shared, seed: menu }),
  };
  const counters = {
    order: createCounter(firstFree.order),
    erp: createCounter(firstFree.erp),
    payment: createCounter(firstFree.payment),
    audit: createCounter(firstFree.audit),
  };
  const outside: Outside = { erpIsUp: true, nextCard: 'approved' };
  const emitter = createEmitter(brasserie, {
    publisher: v1 ? documented(publisher) : publisher,
    log,
    time,
    rooms: brasserieRooms,
  });

  const shown = (order: FullOrder): Order => {
    const { totalCents: _, ...row } = order;
    return row;
  };

  return {
    v1,
    stamps,
    ...rows,
    counters,
    outside,
    shown,
    emitter,
    tellOrder(order, withBill) {
      const updated_at = order.updated_at ?? '';
      if (v1) return [];
      const orderTold = emitter.emit('order_updated', { scope: {}, data: { ...shown(order), updated_at } });
      if (withBill === undefined) return [orderTold];
      const { id, covers, items, payments, totalCents } = order;
      const bill: BillUpdated = { id, updated_at, total: totalCents / 100, covers, items, payments };
      return [orderTold, emitter.emit('bill_updated', { scope: {}, data: bill })];
    },
    tellTable: (table) =>
      v1 ? [] : [emitter.emit('table_updated', { scope: {}, data: { ...table, updated_at: table.updated_at ?? '' } })],
    restore() {
      for (const table of Object.values(rows)) table.restore();
      for (const counter of Object.values(counters)) counter.restore();
      outside.erpIsUp = true;
      outside.nextCard = 'approved';
    },
  };
}

/** The document's event has no id, and no order's, so that nothing can be acknowledged. */
const documented = (publisher: Publisher): Publisher =>
  plainPublisher(publisher, ({ table, dish, timestamp }) => ({ table, dish, timestamp }));
