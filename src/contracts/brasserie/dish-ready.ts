import { readMoment } from '../../contract/dialects/parts.ts';
import { parseMoment } from '../../lib/moment.ts';
import type { Maybe } from '../shapes.ts';
import type { DishReady, Order, OrderItem, OrderRef } from './schemas.ts';

/** What a time of day needs to become a moment. */
export interface DayReference {
  /** A moment near the one that is meant, in ms since 1970: when the event arrived, by the server's clock. */
  readonly near: number;
  /** What the restaurant's clocks were ahead of UTC then: 60 for Paris in winter. */
  readonly utcOffsetMinutes: number;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** `15h23`, `15 h 23`, `15h`, `15:23`. */
const timeOfDay = /^([01]?\d|2[0-3]) ?(?:h ?([0-5]\d)?|:([0-5]\d))$/i;

/**
 * The moment that a dish's `timestamp` names, in ms since 1970, or undefined when the text is anything but a time. A time
 * of day means its occurrence nearest to the reference, so that "23h58" heard just after midnight is yesterday's; exactly
 * half a day away there is no nearest one. Its precision is the text's: a minute.
 */
export function dishMoment(timestamp: Maybe<string>, reference: DayReference): number | undefined {
  if (timestamp === undefined || timestamp === null) return undefined;
  const exact = readMoment(timestamp);
  if (typeof exact === 'number') return finite(exact);
  const match = timeOfDay.exec(timestamp.trim());
  if (match === null) return undefined;
  const [, hours = '', afterH, afterColon] = match;
  const offsetMs = reference.utcOffsetMinutes * minuteMs;
  const midnight = Math.floor((reference.near + offsetMs) / dayMs) * dayMs - offsetMs;
  const sameDay = midnight + (Number(hours) * 60 + Number(afterH ?? afterColon ?? 0)) * minuteMs;
  const distance = sameDay - reference.near;
  if (Math.abs(distance) === dayMs / 2) return undefined;
  if (distance > dayMs / 2) return finite(sameDay - dayMs);
  return finite(distance < -dayMs / 2 ? sameDay + dayMs : sameDay);
}

const finite = (ms: number): number | undefined => (Number.isFinite(ms) ? ms : undefined);

/** What "picked up" says to the server, or undefined for a dish that does not tell its order. */
export const acknowledgementOf = ({ order_id }: DishReady): OrderRef | undefined =>
  order_id == null ? undefined : { order_id };

/**
 * The dishes that became ready between two readings of an order. A first reading counts every dish that waits at the
 * pass, except those that were picked up since they got ready.
 */
export function newlyReady(previous: Order | undefined, row: Order): readonly DishReady[] {
  const known = new Set((previous?.items ?? []).filter(isReady).map(identity));
  return (row.items ?? []).flatMap((item, index) => {
    if (!isReady(item) || known.has(identity(item, index))) return [];
    // An acknowledgement that was sent late, or again, seems to be for a dish that nobody was told of.
    if (previous === undefined && isPickedUp(item, row)) return [];
    // A line without a name is no dish that one could call; `order_updated` shows it all the same.
    if (item.name == null || item.name === '') return [];
    return [{ table: row.table_id, dish: item.name, timestamp: item.ready_at ?? row.updated_at, order_id: row.id }];
  });
}

/** Whether something of the order waits at the pass. */
export const hasDishWaiting = (row: Order): boolean => newlyReady(undefined, row).length > 0;

const isReady = (item: OrderItem): boolean => item.status === 'ready';

const identity = (item: OrderItem, index: number): string => (item.id == null ? `line ${index}` : `id ${item.id}`);

/** An acknowledgement is for the whole order: a dish that got ready after it still waits. */
function isPickedUp(item: OrderItem, row: Order): boolean {
  const ready = parseMoment(item.ready_at ?? '');
  const acknowledged = parseMoment(row.acknowledged_at ?? '');
  return ready !== undefined && acknowledged !== undefined && acknowledged >= ready;
}

/** Whose dish it is decides who hears it. An order that does not tell its waiter concerns everyone. */
export const isOwnOrder = (row: Order, userId: unknown): boolean =>
  row.server_user_id == null || String(row.server_user_id) === String(userId);
