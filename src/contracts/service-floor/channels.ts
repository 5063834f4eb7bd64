import type { ChannelDefinition } from '../../contract/channel.ts';

export type OrderEvent = 'order:created' | 'order:served' | 'order:completed' | 'order:cancelled';
export type TableEvent = 'table:activated' | 'table:checkoutStarted' | 'table:checkoutCompleted' | 'table:forceReset';
export type MenuEvent = 'menu.created' | 'menu.updated' | 'menu.deleted';
type UserEvent = 'user.created' | 'user.deleted';
export type MessageEvent = 'newMessage' | 'messageUpdated' | 'messagePinned' | 'messageDeleted' | 'allMessagesDeleted';
export type ServiceCallEvent = 'serviceCall' | 'serviceCallHandled';
export type AnyEvent = OrderEvent | TableEvent | MenuEvent | UserEvent | MessageEvent | ServiceCallEvent;

export const orderEvents: readonly OrderEvent[] = [
  'order:created',
  'order:served',
  'order:completed',
  'order:cancelled',
];
export const tableEvents: readonly TableEvent[] = [
  'table:activated',
  'table:checkoutStarted',
  'table:checkoutCompleted',
  'table:forceReset',
];
export const menuEvents: readonly MenuEvent[] = ['menu.created', 'menu.updated', 'menu.deleted'];
const userEvents: readonly UserEvent[] = ['user.created', 'user.deleted'];
export const messageEvents: readonly MessageEvent[] = [
  'newMessage',
  'messageUpdated',
  'messagePinned',
  'messageDeleted',
  'allMessagesDeleted',
];
export const serviceCallEvents: readonly ServiceCallEvent[] = ['serviceCall', 'serviceCallHandled'];

/** Everything goes to everyone: one namespace without rooms. */
export const events: ChannelDefinition<'/events', AnyEvent> = {
  wire: '/events',
  events: [...orderEvents, ...tableEvents, ...menuEvents, ...userEvents, ...messageEvents, ...serviceCallEvents],
  position: 'none',
};
