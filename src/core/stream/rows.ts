// What is known of each subject that a list tells about, so that nothing old is put over something new.

/** A number grows with every change; a text only differs (a digest, where the backend has no version). */
export type RowVersion = number | string;

export interface RowRef {
  /** Resource and key, as one text. */
  readonly key: string;
  readonly version: RowVersion;
}

export interface KnownRow {
  version: RowVersion;
  deleted: boolean;
  /** A handler was told of this version by a row. Otherwise an event did, or the first list only filled collections. */
  toldByRow: boolean;
  touchedAtMs: number;
}

export class KnownRows {
  private readonly rows = new Map<string, KnownRow>();

  get size(): number {
    return this.rows.size;
  }

  get(key: string): KnownRow | undefined {
    return this.rows.get(key);
  }

  get keys(): IterableIterator<string> {
    return this.rows.keys();
  }

  /** Deleted rows are kept, too: an old page must not bring them back. */
  put(row: RowRef, deleted: boolean, toldByRow: boolean, atMs: number): void {
    const known = this.rows.get(row.key);
    if (known === undefined) {
      this.rows.set(row.key, { version: row.version, deleted, toldByRow, touchedAtMs: atMs });
      return;
    }
    known.version = row.version;
    known.deleted = deleted;
    known.toldByRow = toldByRow;
    known.touchedAtMs = atMs;
  }
}
