// The ledger as it is kept: every entry in memory, each change written, the oldest forgotten along the way.
import type { LedgerEntry } from './ledger.ts';

export interface LedgerBook {
  get(key: string): LedgerEntry | undefined;
  note(key: string, entry: LedgerEntry): void;
  /** What was read back, in any order. */
  restore(entries: ReadonlyMap<string, LedgerEntry>): void;
}

export interface LedgerBookOptions {
  readonly wallMs: () => number;
  /** Work waits or runs under it: it is not forgotten, however old. */
  readonly isOpen: (key: string) => boolean;
  readonly write: (key: string, entry: LedgerEntry | undefined) => void;
}

/** By number and by age: a clock that was set forward by a year must not forget what was printed a minute ago. */
const kept = { atLeast: 1_000, forMs: 7 * 86_400_000, atMost: 50_000 };
/** More than a note adds, so that it shrinks, and few enough that a note stays cheap. */
const forgottenAtOnce = 10;

export function createLedgerBook({ wallMs, isOpen, write }: LedgerBookOptions): LedgerBook {
  /** The one that was noted longest ago first. */
  const entries = new Map<string, LedgerEntry>();

  function forget(atMost: number): void {
    const beforeMs = wallMs() - kept.forMs;
    let looked = 0;
    for (const [key, entry] of entries) {
      if (looked === atMost || entries.size <= kept.atLeast) return;
      if (entries.size <= kept.atMost && entry.atMs >= beforeMs) return;
      looked += 1;
      entries.delete(key);
      if (isOpen(key)) entries.set(key, entry);
      else write(key, undefined);
    }
  }

  return {
    get: (key) => entries.get(key),
    note(key, entry) {
      entries.delete(key);
      entries.set(key, entry);
      write(key, entry);
      forget(forgottenAtOnce);
    },
    restore(read) {
      for (const [key, entry] of [...read].sort(([, one], [, other]) => one.atMs - other.atMs)) entries.set(key, entry);
      forget(read.size);
    },
  };
}
