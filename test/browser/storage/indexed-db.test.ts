import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { indexedDb } from '../../../src/storage/indexed-db.ts';
import type { Commit, Database, StoredValue, StoreTable } from '../../../src/storage/store.ts';
import { storeConformance } from '../../../src/testing/store-conformance.ts';

const put = (table: StoreTable, key: string, value: StoredValue | undefined): Commit => ({
  writes: [{ table, key, value }],
  durability: 'strict',
});

/** Opened by somebody who is not us: an older or newer version of heard, or a person with the developer tools. */
function openRaw(name: string, version?: number, upgrade?: (database: IDBDatabase) => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(`heard:${name}`, version);
    request.addEventListener('upgradeneeded', () => upgrade?.(request.result));
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('not opened')));
  });
}

/** Behind our back. */
const deleteRaw = (name: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(`heard:${name}`);
    request.addEventListener('success', () => resolve());
    request.addEventListener('error', () => reject(request.error ?? new Error('not deleted')));
  });

const lossOf = (database: Database): Promise<string> => new Promise((resolve) => void database.onLost(resolve));

let numbered = 0;
/** A name of its own for each test, and nothing left of it. */
function freshName(): string {
  numbered += 1;
  const name = `kds ${numbered}`;
  onTestFinished(() => indexedDb().destroy(name));
  return name;
}

async function opened(name: string): Promise<Database> {
  const database = await indexedDb().open(name);
  onTestFinished(() => database.close());
  return database;
}

/** As Chromium answers when the file of a large value is gone: each transaction that asks for it ends. */
function loseFileOf(store: string, lost: IDBValidKey): void {
  const { getAll, get, delete: remove } = IDBObjectStore.prototype;
  const unreadable = (request: IDBRequest): IDBRequest => {
    const error = new DOMException('Failed to read large IndexedDB value', 'NotReadableError');
    Object.defineProperty(request.transaction, 'error', { value: error });
    queueMicrotask(() => request.transaction?.abort());
    return request;
  };
  let there = true;
  vi.spyOn(IDBObjectStore.prototype, 'delete').mockImplementation(function forget(this: IDBObjectStore, key) {
    if (this.name === store) there = false;
    return remove.call(this, key);
  });
  vi.spyOn(IDBObjectStore.prototype, 'getAll').mockImplementation(function all(this: IDBObjectStore, ...args) {
    const request = getAll.apply(this, args);
    return this.name === store && there ? unreadable(request) : request;
  });
  vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function one(this: IDBObjectStore, key) {
    const request = get.call(this, key);
    return this.name === store && key === lost ? unreadable(request) : request;
  });
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('indexedDb', () => {
  storeConformance({ test, expect }, () => ({ store: indexedDb(), other: indexedDb() }));

  test('says that it survives a power cut where the browser promises strict durability', async () => {
    expect((await opened(freshName())).survives).toBe('power-loss');
  });

  test('commits with the durability that was asked for', async () => {
    const database = await opened(freshName());
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
    await database.commit(put('outbox', 'a', 1));
    await database.commit({ ...put('seen', 'a', 1), durability: 'relaxed' });
    expect(transaction.mock.calls.map(([, , options]) => options?.durability)).toEqual(['strict', 'relaxed']);
  });

  test('needs neither randomUUID nor locks nor localStorage', async () => {
    const name = freshName();
    vi.stubGlobal('crypto', { getRandomValues: <Bytes extends Uint8Array>(bytes: Bytes) => bytes.fill(7) });
    vi.stubGlobal('localStorage', undefined);
    vi.spyOn(navigator, 'locks', 'get').mockImplementation(() => {
      throw new Error('there are no locks');
    });
    const database = await opened(name);
    await database.commit(put('outbox', 'a', 1));
    expect(await database.read('outbox')).toHaveLength(1);
    database.leaveNote?.('goes nowhere');
    expect(database.evicted).toBeUndefined();
  });
});

describe('without a database', () => {
  test.each([
    ['there is no IndexedDB', undefined],
    [
      'it is forbidden',
      {
        open: () => {
          throw new DOMException('The operation is insecure.', 'SecurityError');
        },
      },
    ],
    [
      'a private window refuses it',
      {
        open: () => {
          throw new DOMException('A mutation operation was attempted.', 'InvalidStateError');
        },
      },
    ],
  ])('it is unavailable when %s (F78)', async (_, indexedDB) => {
    vi.stubGlobal('indexedDB', indexedDB);
    await expect(indexedDb().open('kds')).rejects.toMatchObject({ fault: 'unavailable' });
  });

  test('it cannot be removed either', async () => {
    vi.stubGlobal('indexedDB', undefined);
    await expect(indexedDb().destroy('kds')).rejects.toMatchObject({ fault: 'unavailable' });
  });

  test('a browser that never answers can be given up (F77)', async () => {
    vi.stubGlobal('indexedDB', {
      open: () => Object.create(IDBOpenDBRequest.prototype, { addEventListener: { value: () => undefined } }),
    });
    const patience = new AbortController();
    const opening = indexedDb().open('kds', patience.signal);
    patience.abort();
    await expect(opening).rejects.toMatchObject({ fault: 'lost' });
  });
});

describe('versions', () => {
  /** As version 1 laid it out. Never to be edited: it stands for databases that are out there. */
  async function versionOne(name: string): Promise<IDBDatabase> {
    const database = await openRaw(name, 1, (fresh) => {
      for (const table of 'cursors seen rows journal inbox outbox collections dead-letters meta'.split(' '))
        fresh.createObjectStore(table);
    });
    const transaction = database.transaction(['outbox', 'cursors'], 'readwrite');
    transaction.objectStore('outbox').put({ path: '/orders', attempts: 3 }, 'order:1');
    transaction.objectStore('cursors').put({ epoch: 'e1', seq: 41 }, 'kds');
    await new Promise((resolve) => transaction.addEventListener('complete', resolve));
    return database;
  }

  test('an old database is brought up to date, with what is in it', async () => {
    const name = freshName();
    (await versionOne(name)).close();
    const database = await opened(name);
    expect(await database.read('outbox')).toEqual([{ key: 'order:1', value: { path: '/orders', attempts: 3 } }]);
    expect(await database.read('cursors')).toEqual([{ key: 'kds', value: { epoch: 'e1', seq: 41 } }]);
    await database.commit(put('set-aside', 'a', 1));
    expect(await database.read('set-aside')).toHaveLength(1);
    // It was here before, so nothing was thrown away.
    expect(database.evicted).toBeUndefined();
  });

  /** As version 2 laid it out. Never to be edited. */
  async function versionTwo(name: string, rows: number): Promise<void> {
    const database = await openRaw(name, 2, (fresh) => {
      const tables = 'cursors seen rows journal inbox outbox collections dead-letters meta set-aside identity';
      for (const table of tables.split(' ')) fresh.createObjectStore(table);
    });
    const transaction = database.transaction('rows', 'readwrite');
    for (let number = 0; number < rows; number += 1)
      transaction
        .objectStore('rows')
        .put({ version: number, deleted: false, value: { id: number } }, `tickets/${number}`);
    await new Promise((resolve) => transaction.addEventListener('complete', resolve));
    database.close();
  }

  test.each([0, 1, 2_500])('%i rows that were a record each are there when they are kept together', async (count) => {
    const name = freshName();
    await versionTwo(name, count);
    const database = await opened(name);
    const rows = await database.read('rows');
    expect(rows).toHaveLength(count);
    for (const { key, value } of rows)
      expect(value).toEqual({ version: Number(key.slice(8)), deleted: false, value: { id: Number(key.slice(8)) } });
    await database.commit(put('rows', 'tickets/0', 1));
    await database.close();
    expect(await (await opened(name)).read('rows')).toHaveLength(Math.max(1, count));
  });

  test('they are moved over by and by, and what was written since counts', async () => {
    const name = freshName();
    await versionTwo(name, 3);
    const database = await opened(name);
    await database.commit(put('rows', 'tickets/1', 'new'));
    await database.commit(put('rows', 'tickets/2', undefined));
    expect((await database.read('rows')).map(({ key }) => key)).toEqual(['tickets/0', 'tickets/1']);
    await database.commit(put('rows', 'tickets/3', 'new'));
    await database.close();
    const raw = await openRaw(name);
    const left = raw.transaction('rows').objectStore('rows').count();
    await new Promise((resolve) => left.addEventListener('success', resolve));
    raw.close();
    expect(left.result).toBe(0);
    expect((await (await opened(name)).read('rows')).map(({ key }) => key)).toEqual(
      [0, 1, 3].map((id) => `tickets/${id}`),
    );
  });

  test('an old row whose file is gone is set aside, and the others are kept (F81)', async () => {
    const name = freshName();
    await versionTwo(name, 5);
    const database = await opened(name);
    loseFileOf('rows', 'tickets/3');
    expect((await database.read('rows')).map(({ key }) => key)).toEqual([0, 1, 2, 4].map((id) => `tickets/${id}`));
    vi.restoreAllMocks();
    expect([...(database.unreadable ?? [])]).toEqual(['rows']);
    expect(await database.read('set-aside')).toMatchObject([{ key: 'rows tickets/3' }]);
  });

  test('an old tab that lets go when it is asked to keeps nobody waiting (F80)', async () => {
    const name = freshName();
    const old = await versionOne(name);
    old.addEventListener('versionchange', () => old.close());
    expect(await (await opened(name)).read('outbox')).toHaveLength(1);
  });

  test('an old tab that does not let go is told from a browser that does not answer, and what opens late is closed (F80)', async () => {
    const name = freshName();
    const old = await versionOne(name);
    const blocked = new Promise<void>((resolve) => {
      const open = indexedDB.open.bind(indexedDB);
      vi.spyOn(indexedDB, 'open').mockImplementation((...args) => {
        const request = open(...args);
        // After everybody else who listens.
        queueMicrotask(() => request.addEventListener('blocked', () => resolve()));
        return request;
      });
    });
    const patience = new AbortController();
    const opening = indexedDb().open(name, patience.signal);
    await blocked;
    patience.abort();
    await expect(opening).rejects.toMatchObject({ fault: 'locked' });
    const closed = vi.spyOn(IDBDatabase.prototype, 'close');
    old.close();
    await vi.waitFor(() => expect(closed).toHaveBeenCalledTimes(2));
    expect(await (await opened(name)).read('outbox')).toHaveLength(1);
  });

  test('a tab of ours lets a newer version in at once, finishes what was begun, and is lost (F80)', async () => {
    const name = freshName();
    const database = await opened(name);
    const lost = lossOf(database);
    const begun = database.commit(put('outbox', 'begun', 1));
    const newer = await openRaw(name, 99);
    await begun;
    expect(await lost).toBe('lost');
    await expect(database.commit(put('outbox', 'late', 1))).rejects.toMatchObject({ fault: 'lost' });
    await expect(database.read('outbox')).rejects.toMatchObject({ fault: 'lost' });
    expect(newer.version).toBe(99);
    newer.close();
  });

  test('a disk without room for a new database is told as such, and a later opening starts from nothing (F76)', async () => {
    const name = freshName();
    const write = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function full(this: IDBObjectStore, ...args) {
      const request = write.apply(this, args);
      const error = new DOMException('The disk is full.', 'QuotaExceededError');
      Object.defineProperty(this.transaction, 'error', { value: error });
      this.transaction.abort();
      return request;
    });
    await expect(indexedDb().open(name)).rejects.toMatchObject({ fault: 'full' });
    vi.restoreAllMocks();
    const database = await opened(name);
    await database.commit(put('meta', 'a', 1));
    expect(await database.read('outbox')).toEqual([]);
  });

  test('a database of a newer version is refused and left as it is (F78)', async () => {
    const name = freshName();
    const database = await opened(name);
    await database.commit(put('outbox', 'a', { amount: 12 }));
    await database.close();
    (await openRaw(name, 99, (newer) => newer.createObjectStore('of the future'))).close();
    for (let turn = 0; turn < 2; turn += 1)
      await expect(indexedDb().open(name)).rejects.toMatchObject({ fault: 'newer' });
    const newer = await openRaw(name);
    expect(newer.version).toBe(99);
    const request = newer.transaction('outbox').objectStore('outbox').getAll();
    await new Promise((resolve) => request.addEventListener('success', resolve));
    expect(request.result).toEqual([{ amount: 12 }]);
    newer.close();
  });
});

describe('loss', () => {
  test('a database that was removed by somebody is missed, one that we removed is not (F79)', async () => {
    const name = freshName();
    const database = await opened(name);
    database.leaveNote?.('3 pending');
    await deleteRaw(name);
    // It was lost by that: its note would be about a database that is not there.
    database.leaveNote?.('too late');
    const again = await opened(name);
    expect(again.evicted).toEqual({ note: '3 pending' });
    await again.commit(put('outbox', 'a', 1));
    await again.close();
    // Until somebody has taken note of it.
    const third = await opened(name);
    expect(third.evicted).toEqual({ note: '3 pending' });
    third.leaveNote?.('1 pending');
    await third.close();
    expect((await opened(name)).evicted).toBeUndefined();
    await indexedDb().destroy(name);
    expect((await opened(name)).evicted).toBeUndefined();
  });

  test('a database that has lost its id is another one than was here, and can be opened (F79)', async () => {
    const name = freshName();
    const database = await opened(name);
    database.leaveNote?.('2 pending');
    await database.close();
    const raw = await openRaw(name);
    const transaction = raw.transaction('identity', 'readwrite');
    transaction.objectStore('identity').clear();
    await new Promise((resolve) => transaction.addEventListener('complete', resolve));
    raw.close();
    expect((await opened(name)).evicted).toEqual({ note: '2 pending' });
  });

  test('a handle that is dead without anybody having said so is dropped at the first use (F77)', async () => {
    const database = await opened(freshName());
    let told = 0;
    database.onLost(() => void (told += 1));
    vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
      throw new DOMException('The database connection is closing.', 'InvalidStateError');
    });
    await expect(database.commit(put('outbox', 'a', 1))).rejects.toMatchObject({ fault: 'lost' });
    vi.restoreAllMocks();
    await expect(database.commit(put('outbox', 'a', 1))).rejects.toMatchObject({ fault: 'lost' });
    expect(told).toBe(1);
  });

  test('a transaction that the browser ends by itself is a loss, and nothing of it was written (F77)', async () => {
    const name = freshName();
    const database = await opened(name);
    const transact = IDBDatabase.prototype.transaction;
    vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function begin(this: IDBDatabase, ...args) {
      const transaction = transact.apply(this, args);
      const { put: write } = IDBObjectStore.prototype;
      vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function last(this: IDBObjectStore, ...values) {
        const request = write.apply(this, values);
        request.addEventListener('success', () => transaction.abort());
        return request;
      });
      return transaction;
    });
    vi.spyOn(IDBTransaction.prototype, 'commit').mockImplementation(() => undefined);
    await expect(database.commit(put('outbox', 'a', 1))).rejects.toMatchObject({ fault: 'lost' });
    vi.restoreAllMocks();
    expect(await (await opened(name)).read('outbox')).toEqual([]);
  });

  test('a record whose file is gone is set aside, and the others of its table are read (F81)', async () => {
    const database = await opened(freshName());
    for (const key of ['a', 'b', 'c']) await database.commit(put('collections', key, key));
    loseFileOf('collections', 'b');
    expect((await database.read('collections')).map(({ key }) => key)).toEqual(['a', 'c']);
    vi.restoreAllMocks();
    expect(await database.read('set-aside')).toMatchObject([
      {
        key: 'collections b',
        value: { table: 'collections', key: 'b', reason: expect.stringContaining('NotReadableError') },
      },
    ]);
    expect(await database.read('collections')).toHaveLength(2);
  });
});

describe('rows that are kept together', () => {
  async function packs(name: string): Promise<readonly unknown[][]> {
    const raw = await openRaw(name);
    const all = raw.transaction('row-packs').objectStore('row-packs').getAll();
    await new Promise((resolve) => all.addEventListener('success', resolve));
    raw.close();
    return all.result as unknown[][];
  }

  const rowsIn = async (name: string): Promise<number> =>
    (await packs(name)).reduce((sum, pack) => sum + pack.length / 2, 0);

  const change = (keys: readonly string[], value: StoredValue | undefined): Commit => ({
    writes: keys.map((key) => ({ table: 'rows', key, value })),
    durability: 'relaxed',
  });
  const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `tickets/${at}`);

  test('what one commit writes is one record', async () => {
    const name = freshName();
    const database = await opened(name);
    await database.commit(change(numbered(20), { status: 'ready' }));
    expect(await packs(name)).toHaveLength(1);
  });

  test('no record is so large that the browser would keep it in a file of its own, unless a row is', async () => {
    const name = freshName();
    const database = await opened(name);
    await database.commit(change(numbered(40), 'é'.repeat(5_000)));
    await database.commit(change(['large'], 'é'.repeat(50_000)));
    const lengths = (await packs(name)).map((pack) => JSON.stringify(pack).length);
    expect(lengths.filter((length) => length > 32_000)).toHaveLength(1);
    expect(await database.read('rows')).toHaveLength(41);
  });

  test('rows that change all day take no more room than a few thousand', async () => {
    const name = freshName();
    const database = await opened(name);
    for (let turn = 0; turn < 400; turn += 1) await database.commit(change(numbered(50), turn));
    await database.close();
    expect(await rowsIn(name)).toBeLessThan(50 * 2 + 1_000 + 50);
    const again = await opened(name);
    expect(await again.read('rows')).toHaveLength(50);
    for (const { value } of await again.read('rows')) expect(value).toBe(399);
  });

  test('rows that were taken out are gone, and leave nothing behind in the end', async () => {
    const name = freshName();
    const database = await opened(name);
    await database.commit(change(numbered(1_500), 1));
    await database.commit(change(numbered(1_500), undefined));
    expect(await database.read('rows')).toEqual([]);
    await database.commit(change(['last'], 1));
    await database.close();
    expect(await rowsIn(name)).toBe(1);
  });

  test('of two tabs that write the same rows the last one counts, whoever tidies up', async () => {
    const name = freshName();
    const tabs = [await opened(name), await opened(name)] as const;
    let last = '';
    for (let turn = 0; turn < 60; turn += 1) {
      for (const [at, tab] of tabs.entries()) {
        last = `${turn} of ${at}`;
        await tab.commit(change(numbered(40), last));
      }
    }
    for (const tab of tabs) {
      const rows = await tab.read('rows');
      expect(rows).toHaveLength(40);
      for (const { value } of rows) expect(value).toBe(last);
    }
    expect(await rowsIn(name)).toBeLessThan(40 * 60 * 2);
  });

  test('tidying up that fails harms nothing, and is tried again', async () => {
    const name = freshName();
    const database = await opened(name);
    const { clear } = IDBObjectStore.prototype;
    let failed = 0;
    vi.spyOn(IDBObjectStore.prototype, 'clear').mockImplementation(function refused(this: IDBObjectStore) {
      failed += 1;
      if (failed > 1) return clear.call(this);
      throw new DOMException('The disk is full.', 'QuotaExceededError');
    });
    for (let turn = 0; turn < 50; turn += 1) await database.commit(change(numbered(50), turn));
    await database.close();
    expect(failed).toBeGreaterThan(1);
    const again = await opened(name);
    expect((await again.read('rows')).map(({ value }) => value)).toEqual(numbered(50).map(() => 49));
    expect(await rowsIn(name)).toBeLessThan(2_000);
  });

  test('a row that is no JSON any more is set aside, and the others are read (F81)', async () => {
    const name = freshName();
    const database = await opened(name);
    await database.commit(change(['a', 'b', 'c'], { status: 'ready' }));
    const raw = await openRaw(name);
    const damaging = raw.transaction('row-packs', 'readwrite');
    damaging.objectStore('row-packs').put(['b', '{"status":']);
    damaging.objectStore('row-packs').put('nobody of us has written this');
    await new Promise((resolve) => damaging.addEventListener('complete', resolve));
    raw.close();
    expect((await database.read('rows')).map(({ key }) => key)).toEqual(['a', 'c']);
    const value = { table: 'rows', key: 'b', text: '{"status":', reason: expect.stringContaining('JSON') };
    expect(await database.read('set-aside')).toEqual([{ key: 'rows b', value }]);
    expect(await database.read('rows')).toHaveLength(2);
  });

  test('a record whose file is gone is set aside with all of its rows (F81)', async () => {
    const database = await opened(freshName());
    for (const key of ['a', 'b', 'c']) await database.commit(change([key], key));
    loseFileOf('row-packs', 2);
    expect((await database.read('rows')).map(({ key }) => key)).toEqual(['a', 'c']);
    vi.restoreAllMocks();
    expect(await database.read('set-aside')).toMatchObject([{ key: 'rows 2' }]);
  });

  test('a large row that changes all day takes little room, too', async () => {
    const name = freshName();
    const database = await opened(name);
    for (let turn = 0; turn < 60; turn += 1) await database.commit(change(['menu'], `${turn} ${'x'.repeat(100_000)}`));
    await database.close();
    const characters = (await packs(name)).flat().reduce((sum: number, text) => sum + String(text).length, 0);
    expect(characters).toBeLessThan(10 * 100_000);
  });

  test('many who want a part of the rows at once share two readings of all', async () => {
    const database = await opened(freshName());
    await database.commit(change(numbered(300), 1));
    const reading = vi.spyOn(IDBObjectStore.prototype, 'getAll');
    const parts = Array.from({ length: 100 }, (_, at) => database.read('rows', { after: `tickets/${at}`, limit: 1 }));
    for (const part of await Promise.all(parts)) expect(part.length).toBeLessThan(2);
    expect(reading).toHaveBeenCalledTimes(2);
  });

  test('where there is no room, taking rows out makes some', async () => {
    const name = freshName();
    const database = await opened(name);
    for (let turn = 0; turn < 20; turn += 1) await database.commit(change(['a', 'b'], turn));
    let room = 0;
    vi.spyOn(IDBTransaction.prototype, 'commit').mockImplementation(() => undefined);
    const { put: write, delete: remove } = IDBObjectStore.prototype;
    vi.spyOn(IDBObjectStore.prototype, 'delete').mockImplementation(function freed(this: IDBObjectStore, key) {
      room += 1;
      return remove.call(this, key);
    });
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function full(this: IDBObjectStore, ...args) {
      const request = write.apply(this, args);
      room -= 1;
      if (room >= 0) return request;
      const error = new DOMException('The disk is full.', 'QuotaExceededError');
      Object.defineProperty(this.transaction, 'error', { value: error });
      this.transaction.abort();
      return request;
    });
    const forgetting = change(['a', 'b'], undefined);
    await expect(database.commit(forgetting)).rejects.toMatchObject({ fault: 'full' });
    // It is begun behind what was refused, and whoever tries again comes behind it.
    expect((await database.read('rows')).map(({ value }) => value)).toEqual([19, 19]);
    await database.commit(forgetting);
    expect(await database.read('rows')).toEqual([]);
  });
});
