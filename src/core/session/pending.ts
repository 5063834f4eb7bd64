import type { StoredValue, StoreTable, Write } from '../../storage/store.ts';

/** What is remembered of streams is put together for the store alone; work and orders may hold what the app has, too. */
const ownTables: ReadonlySet<StoreTable> = new Set(['rows', 'seen', 'cursors']);

/** What waits to be written. Of one key only the newest counts. */
export class Pending {
  private readonly tables = new Map<StoreTable, Map<string, Write>>();

  get isEmpty(): boolean {
    return this.tables.size === 0;
  }

  put(table: StoreTable, key: string, value: StoredValue | undefined): void {
    this.take({ table, key, value, isOwn: ownTables.has(table) });
  }

  /** What came later is newer. */
  add(later: Pending): void {
    for (const write of later.all()) this.take(write);
  }

  all(): readonly Write[] {
    return Array.from(this.tables.values(), (writes) => Array.from(writes.values())).flat();
  }

  clear(): void {
    this.tables.clear();
  }

  private take(write: Write): void {
    const { table, key } = write;
    let writes = this.tables.get(table);
    if (writes === undefined) {
      writes = new Map();
      this.tables.set(table, writes);
    }
    writes.set(key, write);
  }
}
