// A run whose store cannot be had goes on in a memory that ends with it, and the next run knows nothing of what it did. So it
// leaves word in the store as soon as that can be had again.
import type { Host, Release } from '../../host/host.ts';
import type { Database, Store } from '../../storage/store.ts';
import { opened } from './opened.ts';

interface LostStore {
  readonly host: Host;
  readonly store: Store;
  readonly name: string;
}

/** Where the word stands. */
export const wentOn = { table: 'meta', key: 'went-on' } as const;
const everyMs = 60_000;

const leave = (database: Database): Promise<void> =>
  database.commit({ writes: [{ ...wentOn, value: true }], durability: 'strict' });

/** Tries until it is left, or released. */
export function leaveWord({ host, store, name }: LostStore): Release {
  const limit = new AbortController();
  let next: Release = later();

  function later(): Release {
    return host.schedule(everyMs, () => {
      opened(store, name, leave, limit.signal).catch(() => {
        if (!limit.signal.aborted) next = later();
      });
    });
  }

  return () => {
    next();
    limit.abort();
  };
}
