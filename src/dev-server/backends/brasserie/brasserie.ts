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
import type { Cell } from '../rows/cell.ts';
import type { Counter } from '../rows/counter.ts';
import { createRows } from '../rows/rows.ts';
import type { Stamps } from '../rows/stamps.ts';
import type { Table } from '../rows/table.ts';
import { firstFree, firstOrders, firstTables, menu, type FullOrder } from './seed.ts';

export interface Brasserie {
  readonly v1: boolean;
  readonly stamps: Stamps;
  readonly orders: Table<FullOrder>;
  readonly tables: Table<DiningTable>;
  readonly menu: Table<MenuItem>;
  readonly counters: Readonly<Record<keyof typeof firstFree, Counter>>;
  readonly outside: Cell<Outside>;
  /** The days that were closed, the latest last. */
  readonly closings: Cell<readonly Closing[]>;
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
  readonly erpIsUp: boolean;
  /** What the terminal says to the next card. */
  readonly nextCard: 'approved' | 'declined' | 'timeout';
}

interface Closing {
  readonly audit_log_id: number;
  readonly date: string;
  readonly hash: string;
}

export function createBrasserieRows(seams: BackendSeams): Brasserie {
  const { publisher, log, time, v1 } = seams;
  const all = createRows(brasserie.name, seams);
  const { stamps } = all;
  const shared = { stamp: 'updated_at', key: ({ id }: { readonly id: number }) => id } as const;
  const rows = {
    orders: all.table<FullOrder>('orders', { ...shared, seed: firstOrders }),
    tables: all.table<DiningTable>('tables', { ...shared, seed: firstTables }),
    menu: all.table<MenuItem>('menu', { ...shared, seed: menu }),
  };
  const counters = {
    order: all.counter('order', firstFree.order),
    erp: all.counter('erp', firstFree.erp),
    payment: all.counter('payment', firstFree.payment),
    audit: all.counter('audit', firstFree.audit),
  };
  const outside = all.cell<Outside>('outside', { erpIsUp: true, nextCard: 'approved' });
  const closings = all.cell<readonly Closing[]>('closings', []);
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
    closings,
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
    restore: () => all.restore(),
  };
}

/** The document's event has no id, and no order's, so that nothing can be acknowledged. */
const documented = (publisher: Publisher): Publisher =>
  plainPublisher(publisher, ({ table, dish, timestamp }) => ({ table, dish, timestamp }));
