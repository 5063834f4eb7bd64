import type { ChannelDefinition } from '../../contract/channel.ts';

/**
 * Socket.IO's default namespace. What arrives is narrowed by the room that the server joins the socket to, see `userRoom`:
 * clients never ask for it.
 */
export const service: ChannelDefinition<'/', 'dish_ready' | 'order_updated' | 'table_updated' | 'bill_updated'> = {
  wire: '/',
  events: ['dish_ready', 'order_updated', 'table_updated', 'bill_updated'],
  position: 'none',
};
