// Everything that a start reads is asked for at once, and is what would have been read one after the other.
import { expect, test } from 'vitest';
import { lookFirst } from '../../../src/core/session/first-look.ts';
import { openSteadily } from '../../../src/core/session/steady-database.ts';
import { memory } from '../../../src/storage/memory.ts';
import {
  StoreError,
  type Commit,
  type Database,
  type Store,
  type StoredRecord,
  type StoreTable,
} from '../../../src/storage/store.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';

const write = (table: StoreTable, ...keys: readonly string[]): Commit => ({
  durability: 'strict',
  writes: keys.map((key) => ({ table, key, value: key })),
});

async function filled(): Promise<Database> {
  const database = await memory().open('till');
  await database.commit(write('rows', 'a1', 'a2', 'b1', 'b2', 'b3'));
  await database.commit(write('cursors', 'kds'));
  return database;
}

/** Notes what was asked for. */
function asking(database: Database) {
  const asked: string[] = [];
  const read: Database['read'] = (table, range) => {
    asked.push(table);
    return database.read(table, range);
  };
  return { asked, database: { read, commit: database.commit, isDegraded: false } };
}

const keysOf = (records: readonly StoredRecord[]): string => records.map(({ key }) => key).join();

test('all of it is asked for before the first answer has come, and once', async () => {
  const { asked, database } = asking(await filled());
  const look = lookFirst(database);
  const atOnce = ['seen', 'inbox', 'dead-letters', 'outbox', 'cursors', 'rows'];
  expect(asked).toEqual(atOnce);
  expect(keysOf(await look.read('cursors'))).toBe('kds');
  expect(keysOf(await look.read('rows'))).toBe('a1,a2,b1,b2,b3');
  expect(keysOf(await look.read('rows', { after: 'a1', before: 'b2' }))).toBe('a2,b1');
  expect(keysOf(await look.read('rows', { after: 'b', limit: 2 }))).toBe('b1,b2');
  expect(asked).toEqual(atOnce);
});

test('what was not asked for at once is read when somebody wants it', async () => {
  const { asked, database } = asking(await filled());
  const look = lookFirst(database);
  expect(await look.read('set-aside')).toEqual([]);
  expect(asked.at(-1)).toBe('set-aside');
});

test('what was written since is read again', async () => {
  const { asked, database } = asking(await filled());
  const look = lookFirst(database);
  const before = asked.length;
  await look.commit(write('rows', 'c1'));
  expect(keysOf(await look.read('rows', { after: 'b2' }))).toBe('b3,c1');
  expect(keysOf(await look.read('cursors'))).toBe('kds');
  expect(asked.slice(before)).toEqual(['rows']);
});

test('when the start is over, everything is read as it is', async () => {
  const inner = await filled();
  const look = lookFirst(asking(inner).database);
  await inner.commit(write('cursors', 'of another tab'));
  look.end();
  expect(keysOf(await look.read('cursors'))).toBe('kds,of another tab');
});

/** One of its tables cannot be read. */
function damagedStore(table: StoreTable): Store {
  const inner = memory();
  return {
    ...inner,
    async open(name) {
      const database = await inner.open(name);
      await database.commit(write('outbox', 'order 1'));
      return {
        ...database,
        read: (asked, range) =>
          asked === table ? Promise.reject(new StoreError('failed', 'The disk says no.')) : database.read(asked, range),
      };
    },
  };
}

test('a memory that has to be done without is told of once, and nothing more of it is believed', async () => {
  const problems: string[] = [];
  const steady = await openSteadily({
    host: createFakeHost(),
    store: damagedStore('seen'),
    fallback: memory(),
    name: 'till',
    problem: (fault) => void problems.push(fault),
    evicted: () => undefined,
  });
  const look = lookFirst(steady);
  expect(await look.read('seen')).toEqual([]);
  expect(steady.isDegraded).toBe(true);
  expect(await look.read('outbox')).toEqual([]);
  expect(problems).toEqual(['failed']);
});

test('however many readings fail at once, the memory is given up once', async () => {
  const problems: string[] = [];
  const inner = memory();
  let opened = 0;
  const steady = await openSteadily({
    host: createFakeHost(),
    store: {
      ...inner,
      open: async (name) => ({
        ...(await inner.open(name)),
        read: () => Promise.reject(new StoreError('failed', 'The disk says no.')),
      }),
    },
    fallback: {
      ...inner,
      open(name) {
        opened += 1;
        return memory().open(name);
      },
    },
    name: 'till',
    problem: (fault) => void problems.push(fault),
    evicted: () => undefined,
  });
  const look = lookFirst(steady);
  const tables = ['seen', 'inbox', 'dead-letters', 'outbox', 'cursors', 'rows'] as const;
  expect((await Promise.all(tables.map((table) => look.read(table)))).flat()).toEqual([]);
  expect(problems).toEqual(['failed']);
  expect(opened).toBe(1);
});
