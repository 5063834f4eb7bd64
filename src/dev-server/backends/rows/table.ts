import type { Stamps } from './stamps.ts';

type Key = string | number;

/** The rows of one kind, each with the moment of its last change, and what is left of those that were deleted. */
export interface Table<Row extends object> {
  get(key: Key): Row | undefined;
  /** The one that changed longest ago first. */
  rows(): readonly Row[];
  /** Adds or replaces a row, and stamps it. */
  put(row: Row): Row;
  /** Changes some fields of a row that is there. */
  patch(key: Key, fields: Partial<Row>): Row | undefined;
  remove(key: Key): Row | undefined;
  /** The one that was deleted longest ago first. */
  readonly tombstones: readonly Tombstone[];
  /** As at the start. */
  restore(): void;
}

interface Tombstone {
  readonly id: Key;
  readonly deleted_at: string;
}

export interface TableOptions<Row extends object> {
  readonly key: (row: Row) => Key;
  /** The field that tells when a row changed. */
  readonly stamp: keyof Row & ('updated_at' | 'updatedAt');
  readonly stamps: Stamps;
  readonly seed: readonly Row[];
}

export function createTable<Row extends object>(options: TableOptions<Row>): Table<Row> {
  const { stamp, stamps } = options;
  // In the order of their changes, because a changed row is taken out and put in again. Ids in paths are texts.
  let rows = new Map<string, Row>();
  let tombstones: Tombstone[] = [];
  const keyOf = (row: Row): string => String(options.key(row));

  function put(row: Row): Row {
    const stamped = { ...row, [stamp]: stamps.next() };
    rows.delete(keyOf(row));
    rows.set(keyOf(row), stamped);
    return stamped;
  }

  for (const row of options.seed) put(row);
  const first = new Map(rows);

  return {
    get: (key) => rows.get(String(key)),
    rows: () => [...rows.values()],
    put,
    patch(key, fields) {
      const row = rows.get(String(key));
      return row && put({ ...row, ...fields });
    },
    remove(key) {
      const row = rows.get(String(key));
      if (row === undefined) return undefined;
      rows.delete(String(key));
      tombstones.push({ id: options.key(row), deleted_at: stamps.next() });
      return row;
    },
    get tombstones() {
      return tombstones;
    },
    restore() {
      rows = new Map(first);
      tombstones = [];
    },
  };
}
