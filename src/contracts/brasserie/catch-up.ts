import { listPage } from '../../contract/list-page.ts';
import {
  derived,
  resource,
  type DerivedEvent,
  type ResourceDefinition,
  type SnapshotQuestion,
} from '../../contract/resource.ts';
import type { SearchValues } from '../../contract/request.ts';
import { hasDishWaiting, isOwnOrder, newlyReady } from './dish-ready.ts';
import { momentVersion } from '../../lib/moment.ts';
import * as event from './events.ts';
import { menuFreshForMs } from './menu.ts';
import * as shape from './schemas.ts';
import { samePayments } from './split-bill.ts';

/*
 * Settled: both lists. A waiter's device also keeps the orders of others, but is told of its own dishes alone.
 */

const search = ({ updatedSince }: SnapshotQuestion): SearchValues => ({ updated_since: updatedSince });

/** A dish that waited longer than this went out long ago, or never will: no chime when an app is opened. Settled. */
const oldestDishMs = 30 * 60_000;

export const orders: ResourceDefinition<shape.Order> = resource({
  path: '/api/orders',
  search,
  page: listPage,
  row: shape.order,
  key: ({ id }) => String(id),
  version: ({ updated_at }) => momentVersion(updated_at),
  covers: ['service'],
  isOver: ({ status }) => status === 'paid_complete',
  coversEvents: ['dish_ready', 'order_updated', 'bill_updated'],
  rowToEvent(previous, row, { userId }) {
    const isFinished = row.status === 'paid_complete';
    if (isFinished && previous === undefined) return undefined;
    return [
      ...orderChange(row),
      ...billChange(previous, row),
      ...(isFinished || !isOwnOrder(row, userId) ? [] : dishesReady(previous, row)),
    ];
  },
  openWork: { is: (row) => row.status !== 'paid_complete' && hasDishWaiting(row), maxAgeMs: oldestDishMs },
});

/** Without a version the row cannot be told from an older one, and the event would have no identity. */
function orderChange(row: shape.Order): readonly DerivedEvent[] {
  const { updated_at } = row;
  if (updated_at == null) return [];
  const data = { ...row, updated_at };
  const subject = { type: 'Order', id: row.id };
  return [derived(event.orderUpdated, { name: 'order_updated', channel: 'service', data, subject })];
}

/** No list of bills exists: a payment that was taken elsewhere meanwhile shows in the row of its order. */
function billChange(previous: shape.Order | undefined, row: shape.Order): readonly DerivedEvent[] {
  const { id, updated_at, total_amount: total, covers, items, payments } = row;
  if (updated_at == null || total == null || covers == null || samePayments(previous?.payments, payments)) return [];
  const data = { id, updated_at, total, covers, items, payments };
  const subject = { type: 'Bill', id };
  return [derived(event.billUpdated, { name: 'bill_updated', channel: 'service', data, subject })];
}

const dishesReady = (previous: shape.Order | undefined, row: shape.Order): readonly DerivedEvent[] =>
  newlyReady(previous, row).map((data) =>
    derived(event.dishReady, { name: 'dish_ready', channel: 'service', data, subject: { type: 'Order', id: row.id } }),
  );

export const tables: ResourceDefinition<shape.Table> = resource({
  path: '/api/tables',
  search,
  page: listPage,
  row: shape.table,
  key: ({ id }) => String(id),
  version: ({ updated_at }) => momentVersion(updated_at),
  covers: ['service'],
  coversEvents: ['table_updated'],
  rowToEvent(_previous, row) {
    const { updated_at } = row;
    if (updated_at == null) return undefined;
    const data = { ...row, updated_at };
    const subject = { type: 'Table', id: row.id };
    return derived(event.tableUpdated, { name: 'table_updated', channel: 'service', data, subject });
  },
});

/** The menu is read whole and has no events: it makes good no channel's losses. */
export const menu: ResourceDefinition<shape.MenuItem> = resource({
  path: '/api/menu',
  page: listPage,
  row: shape.menuItem,
  key: ({ id }) => String(id),
  version: ({ updated_at }) => momentVersion(updated_at),
  freshForMs: menuFreshForMs,
  covers: [],
});
