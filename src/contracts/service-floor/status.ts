import type { Maybe } from '../shapes.ts';
import type { Order, ServiceCall, Table } from './schemas.ts';

// The document has no list of statuses. Settled: they are called like the events that lead to them, in either case,
// because enums of such backends are often written in capitals.

const word = (status: Maybe<string>): string => (status ?? '').toLowerCase();

export type OrderStage = 'served' | 'completed' | 'cancelled';

/** How far an order has come; undefined while the kitchen has it. */
export function orderStage({ status }: Order): OrderStage | undefined {
  const stage = word(status);
  return stage === 'served' || stage === 'completed' || stage === 'cancelled' ? stage : undefined;
}

/** Whether nothing is left to do for an order. One that is served is still to be paid. */
export function isFinished(order: Order): boolean {
  const stage = orderStage(order);
  return stage === 'completed' || stage === 'cancelled';
}

export type TableStage = 'inactive' | 'active' | 'checkout';

export function tableStage({ status }: Table): TableStage | undefined {
  const stage = word(status);
  return stage === 'inactive' || stage === 'active' || stage === 'checkout' ? stage : undefined;
}

/** Whether somebody has seen to a table's call. */
export const isHandled = ({ status, handledAt }: ServiceCall): boolean =>
  word(status) === 'handled' || (handledAt !== undefined && handledAt !== null && handledAt !== '');
