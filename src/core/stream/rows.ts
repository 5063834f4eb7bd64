// What is known of each subject that a list tells about, so that nothing old is put over something new.

/** A number grows with every change; a text only differs (a digest, where the backend has no version). */
export type RowVersion = number | string;

export interface RowRef {
  /** Resource and key, as one text. */
  readonly key: string;
  readonly version: RowVersion;
  /** An event that says only part of a row that is not known yet: enough to know that an older one is old. */
  readonly isPart?: true;
  /** It says only part of the row, and the rest is as what came before it has left it. */
  readonly isPatch?: true;
}

interface RestoredRow extends Pick<RowRef, 'key' | 'version'> {
  readonly isPart: boolean;
  readonly isCut: boolean;
}

export interface KnownRow {
  version: RowVersion;
  /** Where the event stands that told this version; undefined where a list did, or an earlier run. */
  seq: number | undefined;
  /** Nobody knows the rest of it. */
  isPart: boolean;
  /** It was whole, and not all of it was stored (S28). */
  isCut: boolean;
  /** A list has filled it in (S27), and handlers have yet to be told. */
  isUntold: boolean;
  deleted: boolean;
  /** The last version that handlers were told by a row. Otherwise events told, or the first list only filled collections. */
  rowTold: RowVersion | undefined;
  /** In this run; otherwise it is as it was stored. */
  isTouched: boolean;
  /** When it last changed, by the clock of this run; before the run, if it was known then. */
  changedAtMs: number;
  /** As it was last shown to those who keep tables. The machine does not look at it. */
  value: unknown;
}

export class KnownRows {
  private readonly rows = new Map<string, KnownRow>();
  /** Who keeps tables. Told whenever something is shown, or not shown any more. */
  watcher: ((key: string, row: KnownRow) => void) | undefined;

  get size(): number {
    return this.rows.size;
  }

  get(key: string): KnownRow | undefined {
    return this.rows.get(key);
  }

  get entries(): IterableIterator<readonly [string, KnownRow]> {
    return this.rows.entries();
  }

  get keys(): IterableIterator<string> {
    return this.rows.keys();
  }

  /** As it was stored: nobody has touched it in this run. */
  restore({ key, version, isPart, isCut }: RestoredRow, deleted: boolean, changedAtMs: number, value?: unknown): void {
    this.rows.set(key, {
      version,
      seq: undefined,
      isPart,
      isCut,
      isUntold: false,
      deleted,
      rowTold: undefined,
      isTouched: false,
      changedAtMs,
      value,
    });
  }

  /** What it is for those who keep tables, as soon as it is their turn. */
  show(key: string, value: unknown): void {
    const known = this.rows.get(key);
    if (known === undefined) return;
    known.value = value;
    this.watcher?.(key, known);
  }

  /** A list says what it is, which handlers hear of in another way. */
  fillIn(row: RowRef, atMs: number): void {
    this.put(row, false, false, atMs);
    const known = this.rows.get(row.key);
    if (known !== undefined) known.isUntold = true;
  }

  forget(key: string): void {
    const known = this.rows.get(key);
    this.rows.delete(key);
    if (known === undefined) return;
    known.value = undefined;
    this.watcher?.(key, known);
  }

  /** Deleted rows are kept, too: an old page must not bring them back. */
  put(row: RowRef, deleted: boolean, toldByRow: boolean, atMs: number, seq?: number): void {
    const known = this.rows.get(row.key);
    if (known === undefined) {
      this.rows.set(row.key, {
        version: row.version,
        seq,
        isPart: row.isPart === true,
        isCut: false,
        isUntold: false,
        deleted,
        rowTold: toldByRow ? row.version : undefined,
        isTouched: true,
        changedAtMs: atMs,
        value: undefined,
      });
      return;
    }
    known.version = row.version;
    known.seq = seq;
    known.isPart = row.isPart === true;
    known.isCut = false;
    known.isUntold = false;
    known.deleted = deleted;
    if (toldByRow) known.rowTold = row.version;
    known.isTouched = true;
    known.changedAtMs = atMs;
  }
}

export const touchedAtMs = ({ isTouched, changedAtMs }: KnownRow): number =>
  isTouched ? changedAtMs : Number.NEGATIVE_INFINITY;

/** Two changes in one second, where a backend counts seconds: of two events the one that stands later is the newer one. */
export const isTieWonBy = ({ version, deleted, seq: known }: KnownRow, row: RowRef, seq: number | undefined): boolean =>
  !deleted && version === row.version && typeof version === 'number' && known !== undefined && (seq ?? 0) > known;

/** A row has told this version or a later one. Texts do not compare: they are the same or not. */
export function isToldByRow({ rowTold }: KnownRow, version: RowVersion): boolean {
  return typeof rowTold === 'number' && typeof version === 'number' ? version <= rowTold : version === rowTold;
}

/** Of what a row tells handlers. The same on every device and after every restart. */
export const derivedId = ({ key, version }: RowRef): string => `${key}\n${version}`;
