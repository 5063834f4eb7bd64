import { createWitness, dismissWitness, randomId, type Witness } from './eviction.ts';
import { createHandle } from './handle.ts';
import { indexedDbFault, openingFault } from './indexed-db-faults.ts';
import { identity, openLayout, removeDatabase } from './indexed-db-layout.ts';
import { unlessGivenUp } from './opening.ts';
import { createPackedRows, packedRows } from './packed-rows.ts';
import { commitCopy, isEmptyRange } from './stored-copy.ts';
import {
  StoreError,
  type Commit,
  type Database,
  type KeyRange,
  type Store,
  type StoredRecord,
  type StoredValue,
  type StoreFault,
  type StoreTable,
  type Write,
} from './store.ts';
import { completed, inSteps } from './transactions.ts';

/**
 * Keeps everything in the browser's IndexedDB, one database for each name: shared by the tabs of an origin, on plain http
 * as well.
 *
 * @example
 * ```ts
 * createClient(laravelPos, { …, storage: indexedDb() })
 * ```
 */
export function indexedDb(): Store {
  return {
    isShared: true,
    open(name, signal) {
      const path = pathOf(name);
      let blocked = false;
      return unlessGivenUp(
        signal,
        () => openDatabase(path, () => (blocked = true)),
        () =>
          blocked
            ? new StoreError('locked', 'Another tab has an older version of the database open and does not let go.')
            : new StoreError('lost', 'The browser did not open the database in time.'),
      );
    },
    async destroy(name) {
      const path = pathOf(name);
      try {
        requireIndexedDb();
        await removeDatabase(path);
      } catch (error) {
        throw openingFault(error);
      }
      dismissWitness(path);
    },
  };
}

/** Databases of an origin are seen by all of its scripts. */
const pathOf = (name: string): string => `heard:${name}`;

function requireIndexedDb(): void {
  // Where cookies are forbidden, some browsers throw when it is only mentioned.
  if (typeof indexedDB === 'undefined' || indexedDB === null)
    throw new StoreError('unavailable', 'This browser has no IndexedDB here.');
}

async function openDatabase(path: string, onBlocked: () => void): Promise<Database> {
  const handle = createHandle();
  const { database, isReplaced } = await found(path, onBlocked);

  /** A dead handle is never asked again. Closing it also lets the upgrade of another tab go on. */
  function drop(fault: StoreFault, cause?: unknown): StoreError {
    database.close();
    return handle.lose(fault, cause);
  }

  // Another tab upgrades or removes it. What was begun is still finished before the connection closes.
  database.addEventListener('versionchange', () => void drop('lost'));
  database.addEventListener('close', () => void drop('lost'));
  try {
    return opened(database, handle, createWitness(path, await identify(database), isReplaced), drop);
  } catch (error) {
    database.close();
    throw indexedDbFault(error);
  }
}

async function found(path: string, onBlocked: () => void): ReturnType<typeof openLayout> {
  try {
    requireIndexedDb();
    return await openLayout(path, onBlocked);
  } catch (error) {
    throw openingFault(error);
  }
}

async function identify(database: IDBDatabase): Promise<string> {
  const reading = database.transaction(identity, 'readonly');
  const known = reading.objectStore(identity).get('id');
  await completed(reading);
  if (typeof known.result === 'string') return known.result;
  const id = randomId();
  const writing = database.transaction(identity, 'readwrite');
  writing.objectStore(identity).put(id, 'id');
  await completed(writing);
  return id;
}

function opened(
  database: IDBDatabase,
  handle: ReturnType<typeof createHandle>,
  witness: Witness,
  drop: (fault: StoreFault, cause?: unknown) => StoreError,
): Database {
  const unreadable = new Set<StoreTable>();
  const rows = createPackedRows(database, () => unreadable.add('rows'));

  /** In terms of the seam; and a handle that turns out to be dead is dropped. */
  async function guarded<Result>(operation: () => Promise<Result>): Promise<Result> {
    try {
      return await operation();
    } catch (error) {
      const fault = indexedDbFault(error);
      if (fault.fault === 'lost') drop('lost', error);
      throw fault;
    }
  }

  async function select(table: StoreTable, range: KeyRange): Promise<readonly StoredRecord[]> {
    if (table === 'rows') return rows.read(range);
    const transaction = database.transaction(table, 'readonly');
    const store = transaction.objectStore(table);
    const query = rangeOf(range);
    const count = range.limit !== undefined && Number.isFinite(range.limit) ? range.limit : undefined;
    const [keys, values] = [store.getAllKeys(query, count), store.getAll(query, count)];
    await completed(transaction);
    const found = values.result as readonly StoredValue[];
    return (keys.result as readonly string[]).flatMap((key, at) => {
      const value = found[at];
      return value === undefined ? [] : [{ key, value }];
    });
  }

  async function read(table: StoreTable, range: KeyRange): Promise<readonly StoredRecord[]> {
    try {
      return await select(table, range);
    } catch (error) {
      // Browsers keep large values in files of their own. One that is missing fails every reading of its table.
      if (indexedDbFault(error).fault !== 'corrupt' || !(await setAsideUnreadable(table))) throw error;
      return select(table, range);
    }
  }

  const placesOf = (table: StoreTable): readonly string[] => (table === 'rows' ? rows.places : [table]);

  /** Whether there was any. */
  async function setAsideUnreadable(table: StoreTable): Promise<boolean> {
    let any = false;
    for (const place of placesOf(table)) {
      const listing = database.transaction(place, 'readonly');
      const keys = listing.objectStore(place).getAllKeys();
      await completed(listing);
      for (const key of keys.result) any = (await setAsideIfUnreadable(table, place, key)) || any;
    }
    if (any) unreadable.add(table);
    return any;
  }

  async function setAsideIfUnreadable(table: StoreTable, place: string, key: IDBValidKey): Promise<boolean> {
    const reading = database.transaction(place, 'readonly');
    reading.objectStore(place).get(key);
    try {
      await completed(reading);
      return false;
    } catch (error) {
      const fault = indexedDbFault(error);
      if (fault.fault !== 'corrupt') throw error;
      const moving = database.transaction([place, 'set-aside'], 'readwrite', { durability: 'strict' });
      moving.objectStore(place).delete(key);
      const name = typeof key === 'string' ? key : JSON.stringify(key);
      moving.objectStore('set-aside').put({ table, key: name, text: '', reason: fault.message }, `${table} ${name}`);
      await completed(moving);
      return true;
    }
  }

  async function commit({ writes, durability, only }: Commit): Promise<void> {
    const places = new Set<string>(writes.map(({ table }) => (table === 'rows' ? packedRows : table)));
    if (only !== undefined) places.add(only.table);
    if (places.size === 0) return;
    if (places.has(packedRows)) rows.beginWaiting();
    const transaction = database.transaction([...places], 'readwrite', { durability });
    const write = (): void => {
      writeAll(transaction, writes);
      // Nothing more comes: the browser need not wait to see that.
      transaction.commit?.();
    };
    await inSteps(transaction, (within) => {
      if (only === undefined) return write();
      const current = transaction.objectStore(only.table).get(only.key);
      current.addEventListener('success', () =>
        within(() => {
          if (current.result !== only.value)
            throw new StoreError('fenced', `${only.table} ${only.key} has changed: nothing was written.`);
          write();
        }),
      );
    });
  }

  function writeAll(transaction: IDBTransaction, writes: readonly Write[]): void {
    const ofRows: Write[] = [];
    // Asked for once: browsers look it up by its name, and most of a commit is of one table.
    let last: StoreTable | undefined;
    let store: IDBObjectStore | undefined;
    for (const write of writes) {
      const { table, key, value } = write;
      if (table === 'rows') {
        ofRows.push(write);
        continue;
      }
      if (store === undefined || table !== last) store = transaction.objectStore(table);
      last = table;
      if (value === undefined) store.delete(key);
      else store.put(value, key);
    }
    rows.put(transaction, ofRows);
  }

  /** Behind a commit, and before the next one. What cannot be done now is done another time. */
  function aside(operation: () => Promise<void>): void {
    handle.run(() => guarded(operation)).catch(() => undefined);
  }

  function written(): void {
    if (rows.isUntidy) aside(rows.tidy);
  }

  /** To take a row out is to write, too, and whoever has to forget does it because there is no room. */
  function refused(error: unknown): never {
    if (error instanceof StoreError && error.fault === 'full') aside(rows.makeRoom);
    throw error;
  }

  return {
    // Browsers that know the word keep it; the others flush when they like, and lose it with the power.
    unreadable,
    survives: 'durability' in IDBTransaction.prototype ? 'power-loss' : 'process',
    ...(witness.evicted !== undefined && { evicted: witness.evicted }),
    leaveNote(note) {
      // Not when it is closed or lost: the note would speak of a database that is there no more.
      handle.run(() => witness.leaveNote(note)).catch(() => undefined);
    },
    read: (table, range = {}) =>
      handle.run(() => (isEmptyRange(table, range) ? [] : guarded(() => read(table, range)))),
    commit: (asked) =>
      handle.run(() => {
        const copy = commitCopy(asked);
        return guarded(() => commit(copy)).then(written, refused);
      }),
    close: () => handle.close(() => database.close()),
    onLost: handle.onLost,
  };
}

function rangeOf({ after, before }: KeyRange): IDBKeyRange | undefined {
  if (after !== undefined && before !== undefined) return IDBKeyRange.bound(after, before, true, true);
  if (after !== undefined) return IDBKeyRange.lowerBound(after, true);
  return before === undefined ? undefined : IDBKeyRange.upperBound(before, true);
}
