// What a leader has told lately, numbered, for tabs that did not hear some of it.
import type { Told } from './messages.ts';

export interface ToldLog {
  /** How many were told. */
  readonly count: number;
  add(told: Told): void;
  /** What was told after that one, as far as it is remembered. */
  after(number: number): { readonly first: number; readonly events: readonly Told[] };
}

/** A tab that is further behind was asleep, and is told that something is missing. */
const kept = 2_000;

export function createToldLog(): ToldLog {
  let recent: Told[] = [];
  let count = 0;

  return {
    get count() {
      return count;
    },
    add(told) {
      recent.push(told);
      count += 1;
      // Now and then, and not one by one.
      if (recent.length >= 2 * kept) recent = recent.slice(-kept);
    },
    after(number) {
      const known = Math.min(Math.max(0, count - number), recent.length);
      return { first: count - known + 1, events: recent.slice(recent.length - known) };
    },
  };
}
