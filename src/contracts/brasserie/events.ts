import { event, type EventDefinition } from '../../contract/event.ts';
import * as shape from './schemas.ts';

/** Carries an `event_id` where the backend sends one. Without it two portions of one dish look alike: both are told. */
export const dishReady: EventDefinition<shape.DishReady> = event({
  data: shape.dishReady,
  // Settled: a plate gets cold while a backlog is worked off.
  priority: 'critical',
  subject: ({ order_id, table }) => (order_id == null ? { type: 'Table', id: table } : { type: 'Order', id: order_id }),
});

const version = ({ id, updated_at }: { readonly id: number; readonly updated_at: string }): string =>
  `${id}@${updated_at}`;

export const orderUpdated: EventDefinition<shape.OrderUpdated> = event({
  data: shape.orderUpdated,
  subject: ({ id }) => ({ type: 'Order', id }),
  identity: (data) => version(data),
});
export const tableUpdated: EventDefinition<shape.TableUpdated> = event({
  data: shape.tableUpdated,
  subject: ({ id }) => ({ type: 'Table', id }),
  identity: (data) => version(data),
});
export const billUpdated: EventDefinition<shape.BillUpdated> = event({
  data: shape.billUpdated,
  subject: ({ id }) => ({ type: 'Bill', id }),
  identity: (data) => version(data),
});
