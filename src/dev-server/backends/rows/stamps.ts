import type { ServerTime } from '../../../emit/index.ts';
import type { Keep } from '../../keep.ts';
import { createCell } from './cell.ts';

/** Gives every change of a backend a moment of its own: the server's time, and later than every moment before. */
export interface Stamps {
  /** ISO 8601 with milliseconds. */
  next(): string;
  /** Everything that has happened carries this moment or an earlier one. */
  current(): string;
  /** So many minutes ago, for what began before the server did. Not a stamp. */
  ago(minutes: number): string;
}

export function createStamps(time: Pick<ServerTime, 'now'>, keep: Pick<Keep, 'load' | 'put'>): Stamps {
  // Kept, too: neither a restart nor a restored database lets time begin anew.
  const lastMs = createCell({ name: 'last stamp', first: 0, keep });
  const text = (ms: number): string => new Date(ms).toISOString();
  return {
    next() {
      // A clock that is set back must not make a change look older than the one before it.
      lastMs.set(Math.max(Math.floor(time.now()), lastMs.get() + 1));
      return text(lastMs.get());
    },
    current: () => text(Math.max(Math.floor(time.now()), lastMs.get())),
    ago: (minutes) => text(Math.floor(time.now()) - minutes * 60_000),
  };
}
