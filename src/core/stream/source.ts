// Where a channel can be read from.
import { doubtDueAtMs } from './due.ts';
import type { StreamState } from './state.ts';

/** A log that was not missing when it was asked, and positions to read it by. */
export const hasLog = (s: StreamState): boolean =>
  s.options.replay !== undefined && !s.replayMissing && s.options.position !== 'none';

export const hasList = (s: StreamState): boolean => s.options.snapshot && !s.snapshotMissing;

/** From a log if there is one and a position to start at, else from a list, else nowhere. */
export function sourceOf(s: StreamState, nowMs: number): 'replay' | 'snapshot' | 'head' | undefined {
  const needsList = s.resync !== undefined || !hasLog(s) || s.front === undefined || isListDue(s, nowMs);
  if (hasList(s) && needsList) return 'snapshot';
  if (!hasLog(s)) return undefined;
  if (s.front !== undefined) return 'replay';
  return s.isHeadless ? undefined : 'head';
}

/** A list is asked at once for what is there, and again when whatever began before has become visible. */
const isListDue = (s: StreamState, nowMs: number): boolean =>
  (s.blind !== undefined && (!s.blind.looked || s.blind.sinceMs + s.options.settings.overlapMs <= nowMs)) ||
  Math.min(doubtDueAtMs(s), s.secondLookAtMs) <= nowMs;
