import { createHandle } from './handle.ts';
import { createSortedRows, type SortedRows } from './sorted-rows.ts';
import { commitCopy, isEmptyRange, readCopy } from './stored-copy.ts';
import { StoreError, storeTables, type Database, type Store, type StoreTable } from './store.ts';

interface Remembered {
  readonly tables: ReadonlyMap<StoreTable, SortedRows>;
  /** Each loses one open database. */
  readonly opened: Set<() => void>;
}

/**
 * Remembers as long as the page or process lives: closing and opening again on the same store finds everything, a reload
 * nothing. For tests, and for where there is no storage.
 *
 * @example
 * ```ts
 * const database = await memory().open('kds')
 * ```
 */
export function memory(): Store {
  const databases = new Map<string, Remembered>();

  function remembered(name: string): Remembered {
    const existing = databases.get(name);
    if (existing !== undefined) return existing;
    const fresh = {
      tables: new Map(storeTables.map((table) => [table, createSortedRows()])),
      opened: new Set<() => void>(),
    };
    databases.set(name, fresh);
    return fresh;
  }

  function opened({ tables, opened }: Remembered): Database {
    const handle = createHandle();
    const lose = (): void => void handle.lose('lost');
    opened.add(lose);

    const rowsOf = (table: StoreTable): SortedRows => {
      const rows = tables.get(table);
      if (rows === undefined) throw new StoreError('failed', `There is no table ${table}.`);
      return rows;
    };

    return {
      survives: 'page',
      read: (table, range = {}) =>
        handle.run(() =>
          isEmptyRange(table, range)
            ? []
            : rowsOf(table)
                .read(range)
                .map(({ key, value }) => ({ key, value: readCopy(value) })),
        ),
      commit: (commit) =>
        handle.run(() => {
          const { writes, only } = commitCopy(commit);
          if (only !== undefined && rowsOf(only.table).get(only.key) !== only.value)
            throw new StoreError('fenced', `${only.table} ${only.key} has changed: nothing was written.`);
          for (const { table, key, value } of writes) rowsOf(table).set(key, value);
        }),
      close: () => handle.close(() => void opened.delete(lose)),
      onLost: handle.onLost,
    };
  }

  return {
    open(name, signal) {
      if (signal?.aborted) return Promise.reject(new StoreError('lost', 'Opening was given up.'));
      return Promise.resolve(opened(remembered(name)));
    },
    destroy(name) {
      const gone = databases.get(name);
      databases.delete(name);
      for (const lose of gone?.opened ?? []) lose();
      return Promise.resolve();
    },
  };
}
