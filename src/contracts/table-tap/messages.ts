import { message, type MessageDefinition } from '../../contract/message.ts';
import { counterRoomName } from './rooms.ts';
import * as shape from './schemas.ts';
import { mergeStockChanges } from './stock.ts';

/** "Counter 1" and "Counter1" are one room, so they are joined once and left at once. */
const roomKey = ({ counter }: shape.CounterRef): string => counterRoomName(counter);

/** Until it is left, the room is joined again after every reconnect: a new connection is in no counter's room. */
export const joinCounter: MessageDefinition<shape.CounterRef> = message({
  input: shape.counterRef,
  channel: 'orders',
  message: 'join_counter',
  remembered: { key: roomKey, undoneBy: 'leave_counter' },
});

export const leaveCounter: MessageDefinition<shape.CounterRef> = message({
  input: shape.counterRef,
  channel: 'orders',
  message: 'leave_counter',
});

/** At most one a second for each product. */
export const stockUpdated: MessageDefinition<shape.StockChange> = message({
  input: shape.stockChange,
  channel: 'inventory',
  message: 'inventory:stock_updated',
  coalesce: { key: ({ product_id }) => product_id, everyMs: 1000, merge: mergeStockChanges },
});
