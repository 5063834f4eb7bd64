import { readMoment } from '../../contract/dialects/parts.ts';
import { parseMoment } from '../../lib/moment.ts';
import type { Refusal, WaitingMutation } from '../../contract/mutation.ts';
import type { Maybe } from '../shapes.ts';
import { rowsOf, type ListAnswer } from '../../contract/list-page.ts';
import type { NewOrder, OfflineOrder, Order, OrderSynced } from './schemas.ts';

/**
 * Which endpoint takes an order, chosen when the waiter sends it and never changed: a request that may have arrived at
 * one must not be sent to the other.
 */
export const orderMutation = (online: boolean): 'order.create' | 'order.submit' =>
  online ? 'order.create' : 'order.submit';

export type SyncState = 'pending_sync' | 'synced' | 'sync_failed';

/** What a waiter is shown of an order that waits in the outbox. */
export const syncState = (state: WaitingMutation['state'] | 'acked'): SyncState => syncStates[state];

const syncStates: Readonly<Record<WaitingMutation['state'] | 'acked', SyncState>> = {
  pending: 'pending_sync',
  inflight: 'pending_sync',
  unclear: 'pending_sync',
  acked: 'synced',
  parked: 'sync_failed',
};

/**
 * How long an order waited to be synced, in ms: server time minus offline time. Undefined when either does not parse, and
 * when the device's clock was so far ahead that the answer would be negative.
 *
 * @param offlineTimestamp what was sent: ISO 8601, or the ms since 1970 at which the mutation was made
 */
export function syncLatencyMs(
  offlineTimestamp: Maybe<string | number>,
  { server_timestamp }: OrderSynced,
): number | undefined {
  const latency = moment(server_timestamp) - moment(offlineTimestamp);
  return latency >= 0 ? latency : undefined;
}

const moment = (value: Maybe<string | number>): number =>
  typeof value === 'number' ? value : (parseMoment(value ?? '') ?? Number.NaN);

/** `3/3 sent`: how the waiter is told that a drain is over. */
export const drainSentence = (drain: {
  readonly sent: number;
  readonly parked: number;
  readonly remaining: number;
}): string => `${drain.sent}/${drain.sent + drain.parked + drain.remaining} sent`;

/** A line is one thing: the server would take the dish and forget the wine. */
export const refuseLines = ({ items }: NewOrder): Refusal | undefined =>
  items.some((line) => line.dish_id !== undefined && line.wine_id !== undefined)
    ? {
        message: 'A line of the order names a dish and a wine.',
        remediation: 'Give the wine a line of its own.',
      }
    : undefined;

/** An offline time without a zone would be another moment on the server than on the device. */
export function refuseOfflineOrder(order: OfflineOrder): Refusal | undefined {
  const { offline_timestamp } = order;
  if (offline_timestamp != null && typeof readMoment(offline_timestamp) !== 'number') {
    return {
      message: 'The offline time of the order is not ISO 8601 with a zone.',
      remediation: 'Give it as `new Date(ms).toISOString()`, or leave it out.',
    };
  }
  return refuseLines(order);
}

/** The conflict that the waiter is told of. */
export const tableConflict = ({ table_id }: OfflineOrder): Refusal => ({
  message: `Table ${table_id} is occupied: the server refused the order that was taken for it offline.`,
  remediation: `Look at what was ordered for table ${table_id} meanwhile; then send the order again or discard it.`,
});

/**
 * Whether an order arrived under its uuid. The list is asked for that uuid alone: an empty one says no, one that holds
 * only others comes from a server that does not filter, and says nothing.
 */
export function isAmong(uuid: string, answer: ListAnswer<Order>): boolean | undefined {
  const rows = rowsOf(answer);
  if (rows.some((row) => row.uuid === uuid)) return true;
  return rows.length === 0 ? false : undefined;
}
