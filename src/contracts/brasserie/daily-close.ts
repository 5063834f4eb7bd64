import type { WaitingMutation } from '../../contract/mutation.ts';

/**
 * What must be settled before a day is closed: everything that was done on it and is not answered, parked items included.
 * A closing is final by law, so nothing may follow it. Settled: a day is the device's calendar day, for the till stands in
 * the restaurant.
 */
export const openOn = (date: string, waiting: readonly WaitingMutation[]): readonly WaitingMutation[] =>
  waiting.filter(({ name, input, createdAt }) =>
    // The closing of yesterday is yesterday's, even when it was asked for after midnight.
    name === 'close.day' ? dateOf(input) === date : calendarDay(createdAt) === date,
  );

const dateOf = (input: unknown): unknown => (input as { readonly date?: unknown } | null)?.date;

/** `2026-02-02`, by the device's calendar. */
export function calendarDay(ms: number): string {
  const at = new Date(ms);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
