import { parseHttpDate } from './http-date.ts';

/** A server that asks for more is asked again after this: a wrong header must not silence a kitchen for a day. */
export const longestRetryAfterMs = 300_000;

// Whole seconds by the standard. Some rate limiters say fractions.
const seconds = /^\d{1,15}(?:\.\d{1,9})?$/;

/**
 * How long the server wants to be left alone, from 0 to {@link longestRetryAfterMs}. Undefined where it says nothing that
 * can be understood; a negative number says nothing.
 *
 * @param nowMs the server's time, because a date is the server's
 */
export function parseRetryAfter(text: string | undefined, nowMs: number): number | undefined {
  const said = text?.trim() ?? '';
  const atMs = parseHttpDate(said);
  const waitMs = seconds.test(said) ? Number(said) * 1000 : atMs === undefined ? Number.NaN : atMs - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(0, waitMs), longestRetryAfterMs);
}
