/** The channels whose names never change, under the words that backends and apps use for them. */
export const CHANNELS = {
  ORDERS: 'orders',
  KITCHEN: 'kitchen',
  INVENTORY: 'inventory',
  TABLES: 'tables',
  ALERTS: 'alerts',
} as const;

/** The events, likewise. */
export const PUSHER_EVENTS = {
  ORDER_CREATED: 'order.created',
  ORDER_UPDATED: 'order.updated',
  ORDER_CANCELLED: 'order.cancelled',
  ORDER_ITEM_STATUS_CHANGED: 'order.item_status_changed',
  TICKET_CREATED: 'ticket.created',
  TICKET_STATUS_CHANGED: 'ticket.status_changed',
  STORAGE_LOW_STOCK: 'storage.low_stock',
  STORAGE_BATCH_RECEIVED: 'storage.batch_received',
  TABLE_STATUS_CHANGED: 'table.status_changed',
  TIMER_SLA_WARNING: 'timer.sla_warning',
} as const;
