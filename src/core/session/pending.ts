import type { StoredValue, StoreTable, Write } from '../../storage/store.ts';

/** What is remembered of streams is put together for the store alone; work and orders may hold what the app has, too. */
const ownTables: ReadonlySet<StoreTable> = new Set(['rows', 'seen', 'cursors']);

/** What waits to be written. Of one key only the newest counts. */
export class Pending {
  private readonly tables = new Map<StoreTable, Map<string, StoredValue | undefined>>();

  get isEmpty(): boolean {
    return this.tables.size === 0;
  }

  put(table: StoreTable, key: string, value: StoredValue | undefined): void {
    let values = this.tables.get(table);
    if (values === undefined) {
      values = new Map();
      this.tables.set(table, values);
    }
    values.set(key, value);
  }

  /** What came later is newer. */
  add(later: Pending): void {
    for (const { table, key, value } of later.all()) this.put(table, key, value);
  }

  all(): readonly Write[] {
    const writes: Write[] = [];
    for (const [table, values] of this.tables) {
      const isOwn = ownTables.has(table);
      for (const [key, value] of values) writes.push({ table, key, value, isOwn });
    }
    return writes;
  }

  clear(): void {
    this.tables.clear();
  }
}
