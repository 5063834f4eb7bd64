import type { Message, Order, ServiceCall, Table } from './schemas.ts';
import { isFinished, isHandled, orderStage, tableStage } from './status.ts';

/**
 * Which event would have told of a row that was read, had anyone been listening. A row that changed in a way for which
 * the backend has no event amounts to none: collections show it, and no bell rings for it.
 */

export type OrderTurn = 'order:created' | 'order:served' | 'order:completed' | 'order:cancelled';

export function orderTurn(previous: Order | undefined, row: Order): OrderTurn | undefined {
  const stage = orderStage(row);
  if (previous === undefined && isFinished(row)) return undefined;
  // An order first seen when it is on the table already must not ring in the kitchen as a new one.
  if (previous === undefined) return stage === undefined ? 'order:created' : `order:${stage}`;
  return stage === undefined || stage === orderStage(previous) ? undefined : `order:${stage}`;
}

export type TableTurn = 'table:activated' | 'table:checkoutStarted' | 'table:checkoutCompleted';

export function tableTurn(previous: Table | undefined, row: Table): TableTurn | undefined {
  const stage = tableStage(row);
  if (previous !== undefined && stage === tableStage(previous)) return undefined;
  if (stage === 'active') return 'table:activated';
  if (stage === 'checkout') return 'table:checkoutStarted';
  // A row does not tell a reset from a checkout that was completed; the ordinary course is assumed.
  return stage === 'inactive' && previous !== undefined ? 'table:checkoutCompleted' : undefined;
}

export type MessageTurn = 'newMessage' | 'messageUpdated' | 'messagePinned';

export function messageTurn(previous: Message | undefined, row: Message): MessageTurn {
  if (previous === undefined) return 'newMessage';
  return (previous.pinned ?? false) === (row.pinned ?? false) ? 'messageUpdated' : 'messagePinned';
}

export type ServiceCallTurn = 'serviceCall' | 'serviceCallHandled';

/** A call that changed and is still open is a table calling again. */
export function serviceCallTurn(previous: ServiceCall | undefined, row: ServiceCall): ServiceCallTurn | undefined {
  if (!isHandled(row)) return 'serviceCall';
  return previous === undefined || isHandled(previous) ? undefined : 'serviceCallHandled';
}
