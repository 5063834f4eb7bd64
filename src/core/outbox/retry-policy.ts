import type { OutboxSettings } from './settings.ts';

type Backoff = Pick<OutboxSettings, 'backoffBaseMs' | 'backoffCapMs' | 'retryAfterCapMs'>;

/** 2 ** 1024 is Infinity, and Infinity times a random 0 is no time at all. */
export const doubledMs = (baseMs: number, failures: number, capMs: number): number =>
  Math.min(capMs, baseMs * 2 ** Math.min(Math.max(failures - 1, 0), 30));

/**
 * How long an item waits after so many failures in a row, this one included. Full jitter, because tills that lost the same
 * server must not come back together; a ladder is the backend's own wish. Everybody was told the same `Retry-After`, so
 * the jitter of one step goes on top.
 */
export function retryDelayMs(
  failures: number,
  retryAfterMs: number | undefined,
  ladder: readonly number[] | undefined,
  random: number,
  settings: Backoff,
): number {
  if (retryAfterMs !== undefined && retryAfterMs >= 0) {
    return Math.min(retryAfterMs, settings.retryAfterCapMs) + random * settings.backoffBaseMs;
  }
  const step = ladder?.[Math.min(failures, ladder.length) - 1];
  if (step !== undefined) return step;
  return random * doubledMs(settings.backoffBaseMs, failures, settings.backoffCapMs);
}
