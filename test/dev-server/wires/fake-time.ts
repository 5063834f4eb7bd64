import type { ServerTime } from '../../../src/emit/server-time.ts';

/** A clock that a test moves. */
export interface FakeTime extends ServerTime {
  pass(ms: number): void;
  /** How many timers wait. */
  waiting(): number;
}

export function createFakeTime(startMs = 1_700_000_000_000): FakeTime {
  let nowMs = startMs;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  return {
    now: () => nowMs,
    waiting: () => timers.length,
    schedule(ms, run) {
      const timer = { at: nowMs + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    pass(ms) {
      const end = nowMs + ms;
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= end).sort((left, right) => left.at - right.at);
        if (next === undefined) break;
        timers = timers.filter((other) => other !== next);
        nowMs = next.at;
        next.run();
      }
      nowMs = end;
    },
  };
}
