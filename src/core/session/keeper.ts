// What the device remembers of its streams, over the store: read once at the start, written in one commit per batch.
import type { Host, Release } from '../../host/host.ts';
import type { Commit, Database, StoreFault, StoredValue, StoreTable } from '../../storage/store.ts';
import type { Schema } from '../../contract/schema.ts';
import { isRecord } from '../../lib/json.ts';
import { KnownRows } from '../stream/rows.ts';
import type { StreamCommit, StreamMemory } from '../stream/state.ts';
import { nobody } from './fenced-database.ts';
import { Pending } from './pending.ts';
import { readBack } from './read-back.ts';
import { HeardIds } from './heard-ids.ts';
import { readCursor, readRow, writeCursor, writeRow, type RowRecord } from './records.ts';
import { createSeenLog } from './seen-log.ts';
import { rowDigest } from './row-digest.ts';
import { faultOf } from './steady-database.ts';
import { storable } from './storable.ts';
import { resourceOf, rowKey } from './subjects.ts';

export interface Keeper {
  /** Ids that were heard, by channel, and whether they were told. */
  readonly heard: HeardIds;
  /** The run before this one ended in the middle: what it handed out last may come again. */
  readonly endedInTheMiddle: boolean;
  /** What keeps it from writing right now. */
  readonly failing: StoreFault | undefined;
  /** `lists`: their names, with what a row of each has to be. */
  channel(wire: string, lists: ReadonlyMap<string, Schema>): Promise<StreamMemory>;
  save(wire: string, commit: StreamCommit, rows: KnownRows): void;
  /** Written with the next commit. */
  put(table: StoreTable, key: string, value: StoredValue | undefined): void;
  /** Writes now. Resolves when everything that was put until now is stored, or never will be. */
  stored(): Promise<void>;
  /** Tries once to store everything that was put until now. */
  flush(): Promise<void>;
  /** `isSettled`: nothing that was handed out is still being handled. */
  close(isSettled: boolean): Promise<void>;
}

export interface KeeperOptions {
  readonly host: Host;
  readonly database: Pick<Database, 'read' | 'commit' | 'close'> & {
    /** Whether something of a table could not be read in this run. */
    hasLost?(table: StoreTable): boolean;
  };
  /** What must hold for this client to write. Once it does not, nothing is written or waited for any more. */
  readonly fence?: NonNullable<Commit['only']>;
  readonly endedInTheMiddle?: boolean;
  readonly problem: (fault: StoreFault, error: unknown) => void;
  /** Which rows are written: the app may leave out what is nobody's business. */
  readonly redact?: (row: unknown, list: string) => unknown;
  /** What it threw. */
  readonly report?: (error: unknown) => void;
}

interface Redacted {
  readonly row: StoredValue | undefined;
  /** Not all of it is written (S28). */
  readonly isCut: boolean;
}

interface Mark {
  readonly asOf: string | undefined;
  readonly tombstones: boolean;
}

const positionsKept = 1_000;
const retryMs = 1_000;
const mostRetryMs = 30_000;

export async function openKeeper(options: KeeperOptions): Promise<Keeper> {
  const { host, database, fence, endedInTheMiddle = false, problem, redact, report } = options;
  const heard = new HeardIds();
  const history = createSeenLog();
  let pending = new Pending();
  let writing: Promise<void> | undefined;
  /** How many were put, and up to which of them all is stored. */
  let puts = 0;
  let storedPuts = 0;
  let whenStored: { readonly upTo: number; readonly resolve: () => void }[] = [];
  let failures = 0;
  let failing: StoreFault | undefined;
  let retry: Release | undefined;
  let isClosed = false;
  /** Another client writes now. What waits to be stored here never is. */
  let isFencedOff = false;
  await loadSeen();

  async function loadSeen(): Promise<void> {
    const nowMs = host.clock.monotonicMs();
    const wallMs = host.clock.wallMs();
    for (const record of await database.read('seen')) {
      const batch = history.load(record, nowMs, wallMs);
      if (batch === undefined) continue;
      const seen = heard.on(batch.wire);
      for (const { id, isOnlyThere } of batch.seen) {
        if (isOnlyThere === true) continue;
        seen.add(id, batch.atMs);
        heard.tell(id);
      }
    }
  }

  function put(table: StoreTable, key: string, value: StoredValue | undefined): void {
    if (isFencedOff) return;
    puts += 1;
    pending.put(table, key, value);
  }

  function stored(): Promise<void> {
    write();
    const upTo = puts;
    if (isClosed || storedPuts >= upTo) return Promise.resolve();
    return new Promise((resolve) => whenStored.push({ upTo, resolve }));
  }

  /** Those who wait are told what is so; without a store there is nothing more to wait for. */
  function tellStored(upTo: number): void {
    storedPuts = upTo;
    const due = whenStored.filter((waiting) => waiting.upTo <= upTo);
    whenStored = whenStored.filter((waiting) => waiting.upTo > upTo);
    for (const { resolve } of due) resolve();
  }

  function save(wire: string, commit: StreamCommit, rows: KnownRows): void {
    const wallMs = host.clock.wallMs();
    const nowMs = host.clock.monotonicMs();
    if (commit.cursor !== undefined) put('cursors', wire, writeCursor(commit, wallMs));
    for (const [list, { asOf, tombstones }] of commit.marks) {
      put('cursors', rowKey(list, 'mark'), { ...(asOf !== undefined && { asOf }), tombstones });
    }
    if (commit.seen.length > 0 && !isFencedOff) {
      puts += 1;
      history.add(wire, commit.seen, nowMs, wallMs);
    }
    // An order that changed five times in one commit is copied and written once.
    const newest = new Map<string, StreamCommit['rows'][number]>();
    for (const handled of commit.rows) newest.set(handled.row.key, handled);
    for (const { row, deleted } of newest.values()) {
      const value = deleted ? undefined : rows.get(row.key)?.value;
      // Of a row that nobody knows there is nothing to store.
      if (row.isPart === true && value === undefined) continue;
      const kept = value === undefined ? undefined : redacted(value, row.key);
      const isCut = kept?.isCut === true;
      const { version, isPart = false } = row;
      put('rows', row.key, writeRow({ version, deleted, isPart, isCut, value: kept?.row, atWallMs: wallMs }));
    }
    // In the background of what is written anyway.
    for (const key of history.prune(nowMs)) put('seen', key, undefined);
    write();
  }

  /** A copy of its own: a hook that deletes from what it is given must not delete from what the app was told. */
  function redacted(value: unknown, key: string): Redacted {
    try {
      const whole = storable(value);
      if (redact === undefined) return { row: whole, isCut: false };
      // Of what would be stored, and before the hook has it: what JSON cannot say (a method, no number) was not left out by the app.
      const before = rowDigest(whole);
      const row = storable(redact(whole, resourceOf(key)));
      return { row, isCut: rowDigest(row) !== before };
    } catch (error) {
      // Not what the hook was to take out: the version alone is written, and tells that the row is known.
      report?.(error);
      return { row: undefined, isCut: true };
    }
  }

  /** It was written by an app that left out less. */
  function redactAgain(key: string, stored: RowRecord): void {
    const { row, isCut } = redacted(stored.value, key);
    if (isCut) put('rows', key, writeRow({ ...stored, isCut, value: row }));
  }

  /** S28: which rows are missing, or are older than they were, nobody knows. What has changed since is not enough then, of any list. */
  function forgetWhatIsKnown(cursors: ReadonlyMap<string, StoredValue>, marks: Map<string, Mark>): void {
    for (const [key, value] of cursors) {
      if (isRecord(value) && 'asOf' in value) put('cursors', key, { tombstones: value['tombstones'] === true });
    }
    for (const [list, { tombstones }] of marks) marks.set(list, { asOf: undefined, tombstones });
  }

  /** One commit at a time; what comes meanwhile goes with the next one. */
  function write(): void {
    if (writing !== undefined || retry !== undefined || (pending.isEmpty && !history.isWaiting)) return;
    const writes = pending;
    pending = new Pending();
    for (const { key, value } of history.take()) writes.put('seen', key, value);
    writing = commit(writes, puts);
  }

  async function commit(writes: Pending, upTo: number): Promise<void> {
    try {
      await database.commit({
        writes: writes.all(),
        durability: 'strict',
        ...(fence !== undefined && { only: fence }),
      });
      failures = 0;
      failing = undefined;
      tellStored(upTo);
    } catch (error) {
      // Later writes to the same key are newer.
      writes.add(pending);
      pending = writes;
      recover(error);
    }
    writing = undefined;
    write();
  }

  function recover(error: unknown): void {
    failing = faultOf(error);
    if (failing === 'fenced') {
      isFencedOff = true;
      whenStored = [];
      pending.clear();
      history.take();
      return;
    }
    if (failures === 0) problem(failing, error);
    failures += 1;
    if (isClosed) {
      pending.clear();
      // Not without what they caused, or a log that tells it again would be taken for one that was handled.
      history.take();
      tellStored(Number.POSITIVE_INFINITY);
      return;
    }
    retry = host.schedule(Math.min(mostRetryMs, retryMs * 2 ** (failures - 1)), () => {
      retry = undefined;
      write();
    });
  }

  async function flush(): Promise<void> {
    if (retry !== undefined) {
      retry();
      retry = undefined;
    }
    write();
    for (let last = writing; last !== undefined; last = writing) await last;
  }

  return {
    heard,
    endedInTheMiddle,
    get failing() {
      return failing;
    },
    async channel(wire, lists) {
      // A channel that was closed a moment ago goes on from where it was.
      await flush();
      const rows = new KnownRows();
      const nowMs = host.clock.monotonicMs();
      const wallMs = host.clock.wallMs();
      const marks = new Map<string, Mark>();
      const cursors = new Map((await database.read('cursors')).map(({ key, value }) => [key, value]));
      for (const list of lists.keys()) {
        const mark = cursors.get(rowKey(list, 'mark'));
        if (isRecord(mark)) {
          const asOf = typeof mark['asOf'] === 'string' ? mark['asOf'] : undefined;
          marks.set(list, { asOf, tombstones: mark['tombstones'] === true });
        }
      }
      for (const [list, schema] of lists) {
        const prefix = rowKey(list, '');
        for (const { key, value } of await database.read('rows', { after: prefix, before: `${prefix}\uffff` })) {
          const row = readRow(value);
          if (row === undefined) continue;
          const ageMs = Math.max(0, wallMs - (row.atWallMs ?? wallMs));
          // What was left out before it was written, or what an older app wrote, is no row any more.
          const shown = row.value === undefined ? undefined : readBack(schema, row.value);
          const isCut = !row.deleted && (row.isCut || shown === undefined);
          rows.restore({ key, version: row.version, isPart: row.isPart, isCut }, row.deleted, nowMs - ageMs, shown);
          if (redact !== undefined && shown !== undefined && !row.isCut) redactAgain(key, row);
          const mark = marks.get(list);
          // S28: what has changed since is not enough.
          if (isCut && mark !== undefined) marks.set(list, { ...mark, asOf: undefined });
        }
      }
      if (database.hasLost?.('rows') === true) forgetWhatIsKnown(cursors, marks);
      write();
      const { cursor, closed } = readCursor(cursors.get(wire));
      const positions = history.of(wire, positionsKept);
      return { seen: heard.on(wire), rows, cursor, closed, marks, positions };
    },
    save,
    put,
    stored,
    flush,
    async close(isSettled) {
      isClosed = true;
      if (isSettled && fence !== undefined) put(fence.table, fence.key, nobody);
      await flush();
      retry?.();
      retry = undefined;
      await database.close();
    },
  };
}

const remediations: Readonly<Record<StoreFault, string>> = {
  full: 'The device has no room left. Free some; what is not stored yet is tried again.',
  fenced:
    'Another tab or client of this device was started, or has signed out: this one sends and works no more. Close one of them, or start this one anew.',
  closed: 'The store was closed under the client. Let the client alone close it.',
  lost: 'The storage was taken away under the client. If it happens again, look for what clears it.',
  newer: 'A newer version of this app has written the storage. Reload to get it; nothing was changed.',
  locked: 'Another process uses this storage. Give each process a folder of its own.',
  'read-only': 'The storage cannot be written. Check the rights of the folder.',
  unavailable: 'This browser keeps nothing here (private mode?). What is remembered ends with this page.',
  corrupt: 'The storage could not be read and was set aside. The device starts anew from the server.',
  failed: 'The storage failed. It is tried again; if it goes on, restart the device.',
};

/** What a person can do about it. */
export const storageRemediation = (fault: StoreFault): string => remediations[fault];

/** The note tells how much was waiting when the device last said so. */
export const evictedRemediation = (note: string): string =>
  `What this device remembered was thrown away, by the browser or by a person. ${note === '' ? '' : `Last known: ${note}. `}It starts anew from the server; look whether something was not sent.`;
