import { collection, feed, patch, put, type CollectionDefinition } from '../../contract/collection.ts';
import { writeMoment } from '../../contract/dialects/parts.ts';
import { said } from '../said.ts';
import { momentVersion } from '../../lib/moment.ts';
import * as event from './events.ts';
import * as shape from './schemas.ts';

// No event says which version of a row it makes, so a row's age is the moment of the event that touched it last.

export const orders: CollectionDefinition<shape.Order> = collection({
  row: shape.order,
  key: (row) => row.id,
  version: (row) => momentVersion(row.updated_at),
  resource: 'orders',
  from: {
    'order:created': feed(event.orderCreated, ({ data: { order }, occurredAt }) =>
      put<shape.Order>(
        order.updated_at == null ? { ...order, ...said<shape.Order>({ updated_at: writeMoment(occurredAt) }) } : order,
      ),
    ),
    'order:status_changed': feed(event.orderStatusChanged, ({ data, occurredAt }) =>
      patch(
        data.order_id,
        said<shape.Order>({
          status: data.new_status,
          estimated_ready_at: data.estimated_ready_at,
          updated_at: writeMoment(occurredAt),
        }),
      ),
    ),
    'order:ready': feed(event.orderReady, ({ data, occurredAt }) =>
      patch(data.order_id, said<shape.Order>({ status: 'ready', updated_at: writeMoment(occurredAt) })),
    ),
    'order:cancelled': feed(event.orderCancelled, ({ data, occurredAt }) =>
      patch(data.order_id, said<shape.Order>({ status: 'cancelled', updated_at: writeMoment(occurredAt) })),
    ),
    'order:assigned_counter': feed(event.orderAssignedCounter, ({ data, occurredAt }) =>
      patch(
        data.order_id,
        said<shape.Order>({ assigned_counter: data.new_counter, updated_at: writeMoment(occurredAt) }),
      ),
    ),
  },
});

/** An event knows a part of a product's row; what is not on the list yet comes with its next reading. */
export const inventory: CollectionDefinition<shape.StockRow> = collection({
  row: shape.stockRow,
  key: (row) => row.product_id,
  version: (row) => momentVersion(row.updated_at),
  resource: 'inventory',
  from: {
    'inventory:stock_updated': feed(event.stockUpdated, ({ data, occurredAt }) =>
      patch(
        data.product_id,
        said<shape.StockRow>({ current_stock: data.new_stock, updated_at: writeMoment(occurredAt) }),
      ),
    ),
    'inventory:low_stock': feed(event.lowStock, ({ data, occurredAt }) =>
      patch(
        data.product_id,
        said<shape.StockRow>({
          current_stock: data.current_stock,
          reorder_level: data.reorder_level,
          max_stock: data.max_stock,
          last_restocked: data.last_restocked,
          updated_at: writeMoment(occurredAt),
        }),
      ),
    ),
    // The products that it affects have rows of their own, which the next reading brings.
    'inventory:out_of_stock': feed(event.outOfStock, ({ data, occurredAt }) =>
      patch(
        data.product_id,
        said<shape.StockRow>({ current_stock: 0, disabled: data.auto_disabled, updated_at: writeMoment(occurredAt) }),
      ),
    ),
  },
});

export const counters: CollectionDefinition<shape.CounterRow> = collection({
  row: shape.counterRow,
  key: (row) => row.counter_name,
  version: (row) => momentVersion(row.updated_at),
  resource: 'counters',
  from: {
    'counter:status_changed': feed(event.counterStatusChanged, ({ data, occurredAt }) =>
      patch(
        data.counter_name,
        said<shape.CounterRow>({
          status: data.new_status,
          active_orders_count: data.active_orders_count,
          updated_at: writeMoment(occurredAt),
        }),
      ),
    ),
  },
});
