import type { ChannelDefinition } from '../../contract/channel.ts';

// One Socket.IO namespace each, all over one connection. None has positions; what a device hears on one is narrowed
// further by the rooms that the server put it into (see rooms.ts).

export type OrderEvent =
  | 'order:created'
  | 'order:status_changed'
  | 'order:ready'
  | 'order:cancelled'
  | 'order:assigned_counter';
export type PaymentEvent = 'payment:processing' | 'payment:completed' | 'payment:failed' | 'qr:generated';
export type InventoryEvent = 'inventory:stock_updated' | 'inventory:low_stock' | 'inventory:out_of_stock';
export type EmployeeEvent = 'employee:clocked_in' | 'employee:clocked_out' | 'employee:drink_consumed';
export type SystemEvent = 'counter:status_changed' | 'cafe:settings_updated';

export const orders: ChannelDefinition<'/orders', OrderEvent> = {
  wire: '/orders',
  events: ['order:created', 'order:status_changed', 'order:ready', 'order:cancelled', 'order:assigned_counter'],
  position: 'none',
};

export const payments: ChannelDefinition<'/payments', PaymentEvent> = {
  wire: '/payments',
  events: ['payment:processing', 'payment:completed', 'payment:failed', 'qr:generated'],
  position: 'none',
};

export const inventory: ChannelDefinition<'/inventory', InventoryEvent> = {
  wire: '/inventory',
  events: ['inventory:stock_updated', 'inventory:low_stock', 'inventory:out_of_stock'],
  position: 'none',
};

export const employees: ChannelDefinition<'/employees', EmployeeEvent> = {
  wire: '/employees',
  events: ['employee:clocked_in', 'employee:clocked_out', 'employee:drink_consumed'],
  position: 'none',
};

export const system: ChannelDefinition<'/system', SystemEvent> = {
  wire: '/system',
  events: ['counter:status_changed', 'cafe:settings_updated'],
  position: 'none',
};
