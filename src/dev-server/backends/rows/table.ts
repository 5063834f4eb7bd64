import type { Keep } from '../../keep.ts';
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
  readonly name: string;
  readonly key: (row: Row) => Key;
  /** The field that tells when a row changed. */
  readonly stamp: keyof Row & ('updated_at' | 'updatedAt');
  readonly stamps: Stamps;
  /** What it begins with, if nothing was kept. */
  readonly seed: readonly Row[];
  readonly keep: Pick<Keep, 'load' | 'put' | 'together'>;
}

export function createTable<Row extends object>(options: TableOptions<Row>): Table<Row> {
  const { name, stamp, stamps, keep } = options;
  const names = { rows: name, tombstones: `${name}, deleted`, first: `${name}, at the start` };
  const keyOf = (row: Row): string => String(options.key(row));
  const load = (from: string): Map<string, Row> => new Map(keep.load(from) as readonly (readonly [string, Row])[]);
  // In the order of their changes, because a changed row is taken out and put in again. Ids in paths are texts.
  let rows = load(names.rows);
  let tombstones = keep.load(names.tombstones).map(([, tombstone]) => tombstone as Tombstone);
  // With the stamps that it had then: a restored database has no new ones.
  const first = load(names.first);
  if (rows.size === 0 && first.size === 0) keep.together(sow);

  function sow(): void {
    for (const row of options.seed) {
      const stamped = put(row);
      keep.put(names.first, keyOf(row), stamped);
      first.set(keyOf(row), stamped);
    }
  }

  function put(row: Row): Row {
    const stamped = { ...row, [stamp]: stamps.next() };
    keep.put(names.rows, keyOf(row), stamped);
    rows.delete(keyOf(row));
    rows.set(keyOf(row), stamped);
    return stamped;
  }

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
      const tombstone: Tombstone = { id: options.key(row), deleted_at: stamps.next() };
      keep.together(() => {
        keep.put(names.rows, String(key), undefined);
        // The same row may be there again, and be deleted again.
        keep.put(names.tombstones, tombstone.deleted_at, tombstone);
      });
      rows.delete(String(key));
      tombstones.push(tombstone);
      return row;
    },
    get tombstones() {
      return tombstones;
    },
    restore() {
      keep.together(() => {
        for (const key of rows.keys()) keep.put(names.rows, key, undefined);
        for (const { deleted_at } of tombstones) keep.put(names.tombstones, deleted_at, undefined);
        for (const [key, row] of first) keep.put(names.rows, key, row);
      });
      rows = new Map(first);
      tombstones = [];
    },
  };
}
