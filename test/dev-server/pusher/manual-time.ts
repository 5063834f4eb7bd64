import type { ServerTime } from '../../../src/emit/index.ts';

export interface ManualTime extends ServerTime {
  /** How many timers wait. */
  readonly waiting: number;
  /** Runs what becomes due, in order. */
  advance(ms: number): void;
}

/** A clock that stands still unless it is moved. */
export function manualTime(startMs = 1_767_225_600_000): ManualTime {
  let nowMs = startMs;
  const timers = new Set<{ readonly atMs: number; readonly run: () => void }>();
  return {
    now: () => nowMs,
    schedule(ms, run) {
      const timer = { atMs: nowMs + ms, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    get waiting() {
      return timers.size;
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        const [next] = [...timers].filter(({ atMs }) => atMs <= untilMs).sort((one, other) => one.atMs - other.atMs);
        if (next === undefined) break;
        timers.delete(next);
        nowMs = next.atMs;
        next.run();
      }
      nowMs = untilMs;
    },
  };
}
