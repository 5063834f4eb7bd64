import { event, type EventDefinition } from '../../contract/event.ts';
import type { Maybe } from '../shapes.ts';
import * as shape from './schemas.ts';

// None has an `identity`: the document gives its events nothing that tells a repetition from a second occurrence. Where
// the envelope carries an `event_id`, that decides; where it does not, nothing is called a duplicate.

const order = (id: string) => ({ type: 'order', id });
const ticket = (id: string) => ({ type: 'ticket', id });
const ingredient = (id: Maybe<string>) => (id == null ? undefined : { type: 'ingredient', id });

export const orderCreated: EventDefinition<shape.Order> = event({
  data: shape.order,
  subject: (data) => order(data.documentId),
});
export const orderUpdated: EventDefinition<shape.OrderUpdated> = event({
  data: shape.orderUpdated,
  subject: (data) => order(data.documentId),
});
export const orderCancelled: EventDefinition<shape.OrderCancelled> = event({
  data: shape.orderCancelled,
  subject: (data) => order(data.documentId),
});
export const orderItemStatusChanged: EventDefinition<shape.OrderItemStatusChanged> = event({
  data: shape.orderItemStatusChanged,
  subject: (data) => order(data.orderId),
});

/**
 * Settled: a ticket is cooked, and printed, once. It comes in on the kitchen's channel and on its station's, and may come
 * without an id; its document id keeps `process` from doing the work of both copies.
 */
export const ticketCreated: EventDefinition<shape.Ticket> = event({
  data: shape.ticket,
  subject: (data) => ticket(data.documentId),
  work: { step: 'opens', key: (data) => data.documentId },
});
export const ticketStatusChanged: EventDefinition<shape.TicketStatusChanged> = event({
  data: shape.ticketStatusChanged,
  subject: (data) => ticket(data.documentId),
});

export const lowStock: EventDefinition<shape.LowStock> = event({
  data: shape.lowStock,
  subject: (data) => ingredient(data.ingredientId),
});
/** Settled: nobody at the stove waits for it. */
export const batchReceived: EventDefinition<shape.BatchReceived> = event({
  data: shape.batchReceived,
  priority: 'background',
  subject: (data) => ingredient(data.ingredientId),
});

export const tableStatusChanged: EventDefinition<shape.TableStatusChanged> = event({
  data: shape.tableStatusChanged,
  subject: (data) => ({ type: 'table', id: data.tableNumber }),
});

/** Settled: a warning that comes late is no warning. */
export const slaWarning: EventDefinition<shape.SlaWarning> = event({
  data: shape.slaWarning,
  priority: 'critical',
  subject: (data) => ({ type: data.type, id: data.resourceId }),
});
