// What runs in the tabs: a few verbs that a test calls, on the store that users get.
import { indexedDb } from '../../src/storage/indexed-db.ts';
import { StoreError, type Database, type StoreTable } from '../../src/storage/store.ts';

interface Found {
  readonly outbox: readonly number[];
  readonly cursor: unknown;
  readonly journal: readonly string[];
}

interface Keys {
  readonly outbox: readonly string[];
  readonly collections: readonly string[];
}

export interface Verbs {
  count(own: string, steps: number): Promise<number>;
  write(): Promise<void>;
  found(): Promise<Found>;
  loss(): Promise<string>;
  put(key: string, parts: number): Promise<string>;
  keys(): Promise<Keys>;
  reopen(): Promise<string>;
  evicted(): Promise<Database['evicted']>;
  leaveNote(note: string): Promise<void>;
  destroy(): Promise<void>;
  keepRows(): Promise<void>;
  layoutTwo(): Promise<void>;
  rows(): Promise<readonly string[]>;
}

const store = indexedDb();
let database: Database | undefined;

async function theDatabase(): Promise<Database> {
  database ??= await store.open('kds');
  return database;
}

/** Each step on the condition that no other tab took it. Says how often one did. */
async function count(own: string, steps: number): Promise<number> {
  const open = await theDatabase();
  let fenced = 0;
  for (let done = 0; done < steps;) {
    const [counter] = await open.read('meta');
    const value = typeof counter?.value === 'number' ? counter.value : undefined;
    const next = (value ?? 0) + 1;
    try {
      await open.commit({
        writes: [
          { table: 'meta', key: 'counter', value: next },
          { table: 'journal', key: String(next).padStart(8, '0'), value: own },
        ],
        durability: 'strict',
        only: { table: 'meta', key: 'counter', value },
      });
      done += 1;
    } catch (error) {
      if (!(error instanceof StoreError) || error.fault !== 'fenced') throw error;
      fenced += 1;
    }
  }
  return fenced;
}

/** Writes numbered commits until the end of the page, and tells the server each one that is written. */
async function write(): Promise<void> {
  const open = await theDatabase();
  const { length } = await open.read('outbox');
  for (let number = length; ; number += 1) {
    await open.commit({
      writes: [
        { table: 'outbox', key: String(number).padStart(8, '0'), value: { number, note: 'x'.repeat(number % 3_000) } },
        { table: 'cursors', key: 'kds', value: number },
      ],
      durability: 'strict',
    });
    void fetch(`/written?${number}`, { keepalive: true });
  }
}

async function found(): Promise<Found> {
  const open = await theDatabase();
  const [cursor] = await open.read('cursors');
  return {
    outbox: (await open.read('outbox')).map(({ key }) => Number(key)),
    cursor: cursor?.value,
    journal: (await open.read('journal')).map(({ value }) => String(value)),
  };
}

async function loss(): Promise<string> {
  const open = await theDatabase();
  return new Promise((resolve) => void open.onLost(resolve));
}

/** Random, because what can be compressed takes less room than it seems to. */
const incompressible = (parts: number): string =>
  Array.from({ length: parts }, () =>
    String.fromCharCode(...crypto.getRandomValues(new Uint16Array(4_096)).map((unit) => (unit % 0xd000) + 32)),
  ).join('');

/** Two records in one commit, the second one of so many parts of 8 kB. Says what became of it. */
async function put(key: string, parts: number): Promise<string> {
  const writes = [
    { table: 'outbox', key, value: key },
    { table: 'collections', key, value: incompressible(parts) },
  ] as const;
  try {
    await (await theDatabase()).commit({ writes, durability: 'strict' });
    return 'written';
  } catch (error) {
    if (error instanceof StoreError) return error.fault;
    throw error;
  }
}

async function keys(): Promise<Keys> {
  const open = await theDatabase();
  const of = async (table: StoreTable): Promise<readonly string[]> => (await open.read(table)).map(({ key }) => key);
  return { outbox: await of('outbox'), collections: await of('collections') };
}

const largeRow = 'c';
const rowKeys = ['a', 'b', largeRow, 'd'];
const rowText = (key: string): string => incompressible(key === largeRow ? 30 : 0);

/** One after the other, one of them so large that the browser keeps it in a file; and an order. */
async function keepRows(): Promise<void> {
  const open = await theDatabase();
  await put('order', 0);
  for (const key of rowKeys)
    await open.commit({ writes: [{ table: 'rows', key, value: rowText(key) }], durability: 'strict' });
}

/** The same, as version 2 laid it out. Never to be edited: it stands for databases that are out there. */
async function layoutTwo(): Promise<void> {
  const old = await new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open('heard:kds', 2);
    opening.addEventListener('upgradeneeded', () => {
      const tables = 'cursors seen rows journal inbox outbox collections dead-letters meta set-aside identity';
      for (const table of tables.split(' ')) opening.result.createObjectStore(table);
    });
    opening.addEventListener('success', () => resolve(opening.result));
    opening.addEventListener('error', () => reject(opening.error ?? new Error('not opened')));
  });
  const transaction = old.transaction(['rows', 'outbox'], 'readwrite', { durability: 'strict' });
  for (const key of rowKeys) transaction.objectStore('rows').put(rowText(key), key);
  transaction.objectStore('outbox').put('order', 'order');
  await new Promise((resolve) => transaction.addEventListener('complete', resolve));
  old.close();
}

const rows = async (): Promise<readonly string[]> => (await (await theDatabase()).read('rows')).map(({ key }) => key);

async function reopen(): Promise<string> {
  await database?.close();
  database = undefined;
  try {
    await theDatabase();
    return 'open';
  } catch (error) {
    if (error instanceof StoreError) return `${error.fault}: ${error.message}`;
    throw error;
  }
}

const verbs: Verbs = {
  keepRows,
  layoutTwo,
  rows,
  count,
  write,
  found,
  loss,
  put,
  keys,
  reopen,
  evicted: async () => (await theDatabase()).evicted,
  leaveNote: async (note) => (await theDatabase()).leaveNote?.(note),
  destroy: () => store.destroy('kds'),
};
Object.assign(globalThis, { verbs });
