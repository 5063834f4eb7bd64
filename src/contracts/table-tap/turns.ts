import { derived, type DerivedEvent } from '../../contract/resource.ts';
import * as event from './events.ts';
import { isFinished } from './order-course.ts';
import { counterRoomName } from './rooms.ts';
import type { CounterRow, Order, StockRow } from './schemas.ts';
import { countOf, stockLevel, sumOf } from './stock.ts';

/*
 * Which events would have told of a row that was read, had anyone been listening. A row that changed in a way for which
 * the backend has no event amounts to none: collections show it, and no bell rings for it.
 */

type Turn<Row> = (
  previous: Row | undefined,
  row: Row,
  scope: Readonly<Record<string, unknown>>,
) => readonly DerivedEvent[];

export const orderTurns: Turn<Order> = (previous, row, { counter }) => {
  const subject = { type: 'Order', id: row.id };
  if (previous === undefined) {
    if (isFinished(row.status)) return [];
    const data = { order: row };
    const created = derived(event.orderCreated, { name: 'order:created', channel: 'orders', data, subject });
    // Whoever calls out what is ready does not wait for new orders.
    return row.status === 'ready' ? [created, ready(row)] : [created];
  }
  return [...statusTurns(previous, row), ...counterTurns(previous, row, counter)];
};

/** A status changes with one event, and two of them have an event of their own beside it. */
function statusTurns(previous: Order, row: Order): readonly DerivedEvent[] {
  if (row.status === previous.status) return [];
  const { id: order_id, order_number, estimated_ready_at } = row;
  const subject = { type: 'Order', id: order_id };
  const changed = derived(event.orderStatusChanged, {
    name: 'order:status_changed',
    channel: 'orders',
    data: { order_id, order_number, previous_status: previous.status, new_status: row.status, estimated_ready_at },
    subject,
  });
  if (row.status === 'ready') return [changed, ready(row)];
  if (row.status === 'cancelled') {
    const data = { order_id, order_number };
    return [changed, derived(event.orderCancelled, { name: 'order:cancelled', channel: 'orders', data, subject })];
  }
  return [changed];
}

function ready({ id: order_id, order_number, customer_name, customer_phone, assigned_counter }: Order): DerivedEvent {
  const data = { order_id, order_number, customer_name, customer_phone, assigned_counter };
  const subject = { type: 'Order', id: order_id };
  return derived(event.orderReady, { name: 'order:ready', channel: 'orders', data, subject });
}

/** A device that stands at a counter hears of that one; any other may have joined the rooms of several. */
function counterTurns(previous: Order, row: Order, ownCounter: unknown): readonly DerivedEvent[] {
  const { id: order_id, order_number, assigned_counter: new_counter } = row;
  const previous_counter = previous.assigned_counter;
  if (new_counter == null || new_counter === '' || new_counter === previous_counter) return [];
  const rooms = [new_counter, previous_counter ?? ''].map(counterRoomName);
  if (typeof ownCounter === 'string' && !rooms.includes(counterRoomName(ownCounter))) return [];
  return [
    derived(event.orderAssignedCounter, {
      name: 'order:assigned_counter',
      channel: 'orders',
      data: { order_id, order_number, previous_counter, new_counter },
      subject: { type: 'Order', id: order_id },
    }),
  ];
}

/**
 * The change itself, and the alarm where the stock fell past a mark. A product that is first seen has not changed, but it
 * may be short.
 */
export const stockTurns: Turn<StockRow> = (previous, row) => [
  ...changeTurn(previous, row),
  ...alarmTurn(previous, row),
];

function changeTurn(previous: StockRow | undefined, row: StockRow): readonly DerivedEvent[] {
  const { product_id, product_name, sku } = row;
  const [previous_stock, new_stock] = [countOf(previous?.current_stock), countOf(row.current_stock)];
  if (previous_stock === undefined || new_stock === undefined || new_stock === previous_stock) return [];
  const reorder_level = countOf(row.reorder_level);
  const change_amount = sumOf(new_stock, -previous_stock);
  const reorder_needed = reorder_level === undefined ? undefined : new_stock < reorder_level;
  return [
    derived(event.stockUpdated, {
      name: 'inventory:stock_updated',
      channel: 'inventory',
      data: { product_id, product_name, sku, previous_stock, new_stock, change_amount, reorder_needed },
      subject: { type: 'Product', id: product_id },
    }),
  ];
}

function alarmTurn(previous: StockRow | undefined, row: StockRow): readonly DerivedEvent[] {
  const level = stockLevel(row);
  const before = previous && stockLevel(previous);
  if (level === undefined || level === 'enough' || level === before) return [];
  const { product_id, product_name, sku, current_stock, reorder_level, max_stock, last_restocked, disabled } = row;
  const subject = { type: 'Product', id: product_id };
  if (level === 'out') {
    const data = { product_id, product_name, sku, auto_disabled: disabled };
    return [derived(event.outOfStock, { name: 'inventory:out_of_stock', channel: 'inventory', data, subject })];
  }
  // A delivery that was too small makes nothing short that was not.
  if (before === 'out') return [];
  const data = { product_id, product_name, sku, current_stock, reorder_level, max_stock, last_restocked };
  return [derived(event.lowStock, { name: 'inventory:low_stock', channel: 'inventory', data, subject })];
}

/** A counter that is first seen has not changed. */
export const counterRowTurns: Turn<CounterRow> = (previous, row) => {
  if (previous === undefined || previous.status === row.status) return [];
  const { counter_name, status: new_status, active_orders_count } = row;
  return [
    derived(event.counterStatusChanged, {
      name: 'counter:status_changed',
      channel: 'system',
      data: { counter_name, previous_status: previous.status, new_status, active_orders_count },
      subject: { type: 'Counter', id: counter_name },
    }),
  ];
};
