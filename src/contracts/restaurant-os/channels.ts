import type { ChannelDefinition } from '../../contract/channel.ts';

// All are public, and none has positions.

type OrderEvent = 'order.created' | 'order.updated' | 'order.cancelled' | 'order.item_status_changed';
type TicketEvent = 'ticket.created' | 'ticket.status_changed';

/** Everything about orders, their dishes included. */
export const orders: ChannelDefinition<'orders', OrderEvent> = {
  wire: 'orders',
  events: ['order.created', 'order.updated', 'order.cancelled', 'order.item_status_changed'],
  position: 'none',
};

export const kitchen: ChannelDefinition<'kitchen', TicketEvent | 'timer.sla_warning'> = {
  wire: 'kitchen',
  events: ['ticket.created', 'ticket.status_changed', 'timer.sla_warning'],
  position: 'none',
};

export const inventory: ChannelDefinition<'inventory', 'storage.low_stock' | 'storage.batch_received'> = {
  wire: 'inventory',
  events: ['storage.low_stock', 'storage.batch_received'],
  position: 'none',
};

/** The status of every table. */
export const tables: ChannelDefinition<'tables', 'table.status_changed'> = {
  wire: 'tables',
  events: ['table.status_changed'],
  position: 'none',
};

/** SLA warnings and critical events. Settled: the critical event is low stock, which the kitchen hears here. */
export const alerts: ChannelDefinition<'alerts', 'timer.sla_warning' | 'storage.low_stock'> = {
  wire: 'alerts',
  events: ['timer.sla_warning', 'storage.low_stock'],
  position: 'none',
};

/** One table, with the orders on it: opened and closed at will. */
export const table: ChannelDefinition<'table-{number}', OrderEvent | 'table.status_changed'> = {
  wire: 'table-{number}',
  events: ['order.created', 'order.updated', 'order.cancelled', 'order.item_status_changed', 'table.status_changed'],
  position: 'none',
};

/** The tickets of one station: `station-grill`. Opened and closed at will. */
export const station: ChannelDefinition<'station-{type}', TicketEvent> = {
  wire: 'station-{type}',
  events: ['ticket.created', 'ticket.status_changed'],
  position: 'none',
};
