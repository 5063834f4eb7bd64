// More waits than a device can keep (S23).
import { release, type Turn } from './delivery.ts';
import { startRead } from './reading.ts';
import { needSnapshot } from './sequence.ts';
import { hasList, sourceOf } from './source.ts';
import { tellStatus } from './standing.ts';
import type { StreamState } from './state.ts';

/** It is let go and read again, where it can be. */
export function overflow(s: StreamState, turn: Turn): void {
  const { settings } = s.options;
  turn.effects.push({ kind: 'signal', signal: { kind: 'overflow' } });
  if (sourceOf(s, turn.moment.nowMs) === undefined) {
    release(s, s.held.count, turn);
    return;
  }
  // What lies before where the log is read from would not come again.
  release(s, s.held.countUpTo(s.front ?? -1), turn);
  // What was heard of is not absent: neither a closed hole nor a page that is under way says so any more.
  for (const { seq } of s.held.all)
    if (seq !== undefined && s.closed.at(seq) !== undefined) s.closed = s.closed.without(seq);
  s.missed = [];
  s.held.clear();
  s.restarts += 1;
  if (s.restarts > settings.maxRestarts && hasList(s)) needSnapshot(s, 'overflow', turn);
  if (s.phase === 'reading' || s.read !== undefined) startRead(s, turn, undefined);
  else if (s.phase === 'live') {
    // Until it was read again nobody is up to date.
    s.phase = 'reading';
    s.retryAtMs = Math.max(turn.moment.nowMs, s.lastGapReadMs + settings.gapEveryMs);
    tellStatus(s, turn);
  }
}
