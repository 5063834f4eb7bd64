import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fromOrderedText, toOrderedText } from '../../src/storage/ordered-text.ts';
import type { SqliteConnection, SqliteDriver } from '../../src/storage/sqlite-driver.ts';
import { nodeSqliteDriver } from '../../src/storage/sqlite-node.ts';
import { createSqliteStore, fileNameOf } from '../../src/storage/sqlite-store.ts';
import { sqlite } from '../../src/storage/sqlite.ts';
import { StoreError, type Commit, type Database, type StoredValue, type StoreTable } from '../../src/storage/store.ts';
import { storeConformance } from '../../src/testing/store-conformance.ts';
import { patience, runs } from '../effort.ts';

/** In memory where there is such a thing: the thousands of fsyncs of these tests show nothing, and a slow disk makes minutes of them. */
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const newFolder = () => mkdtempSync(join(place, 'heard-sqlite-'));

function emptyFolder(): string {
  const folder = newFolder();
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const put = (table: StoreTable, key: string, value: StoredValue | undefined): Commit => ({
  writes: [{ table, key, value }],
  durability: 'strict',
});

/** What is left of each connection goes through `wrap`, which may change what it does. */
const wrapping = (driver: SqliteDriver, wrap: (connection: SqliteConnection) => SqliteConnection): SqliteDriver => ({
  ...driver,
  open: async (file) => wrap(await driver.open(file)),
});

/** As SQLite says it through Node. */
const sqliteError = (errcode: number): Error => Object.assign(new Error('said by SQLite'), { errcode });

const sixty = Array.from({ length: 60 }, (_, at) => `order:${String(at).padStart(3, '0')}`);

/** With everything closed, so that nothing is left in the log. */
async function written(folder: string, ...commits: readonly Commit[]): Promise<string> {
  const database = await sqlite({ folder }).open('kds');
  for (const commit of commits) await database.commit(commit);
  await database.close();
  return join(folder, fileNameOf('kds'));
}

describe('sqlite', () => {
  storeConformance({ test, expect }, () => {
    const folder = newFolder();
    return { store: sqlite({ folder }), cleanUp: () => rmSync(folder, { recursive: true }) };
  });
});

describe('a driver that answers with promises, as in React Native', () => {
  const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

  storeConformance({ test, expect }, () => {
    const folder = newFolder();
    // Not after every row of the long lists: that would only be slow.
    let asked = 0;
    const later = async <Result>(answer: () => Result | PromiseLike<Result>): Promise<Result> => {
      if ((asked += 1) % 7 === 0) await turn();
      return answer();
    };
    const driver = wrapping(nodeSqliteDriver(folder), (connection) => ({
      exec: (sql) => later(() => connection.exec(sql)),
      prepare: (sql) =>
        later(async () => {
          const statement = await connection.prepare(sql);
          return {
            run: (values) => later(() => statement.run(values)),
            all: (values) => later(() => statement.all(values)),
          };
        }),
      close: () => later(() => connection.close()),
    }));
    return { store: createSqliteStore(driver), cleanUp: () => rmSync(folder, { recursive: true }) };
  });
});

describe('keys as texts', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    fc
      .array(fc.constantFrom(0, 1, 2, 0x61, 0xd7fe, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff))
      .map((units) => String.fromCharCode(...units)),
  );
  const bytes = (text: string): Buffer => Buffer.from(toOrderedText(text), 'utf8');

  test(
    'survive, in well-formed UTF-8 without NUL',
    () => {
      fc.assert(
        fc.property(anyText, (text) => {
          expect(fromOrderedText(toOrderedText(text))).toBe(text);
          expect(bytes(text).toString('utf8')).toBe(toOrderedText(text));
          expect(bytes(text).includes(0)).toBe(false);
        }),
        runs(2_000),
      );
    },
    patience,
  );

  test(
    'are in the order of SQLite as they are in that of JavaScript',
    () => {
      fc.assert(
        fc.property(anyText, anyText, (one, other) => {
          expect(Math.sign(Buffer.compare(bytes(one), bytes(other)))).toBe(one < other ? -1 : one > other ? 1 : 0);
        }),
        runs(5_000),
      );
    },
    patience,
  );

  test('stay readable where they are ordinary', () => {
    expect(toOrderedText('order:123 été 注文')).toBe('order:123 été 注文');
  });
});

describe('files', () => {
  test('are named so that every file system takes them, and no two names share one', () => {
    const names = ['kds', 'KDS', '../kds', 'a/b', 'a\\b', 'a:b', 'con', '.', '', 'é', '\ud800', 'x'.repeat(900)];
    const files = [...names, `${'x'.repeat(899)}y`].map(fileNameOf);
    for (const file of files) expect(file).toMatch(/^heard-[a-z0-9._~-]{0,180}\.sqlite$/);
    expect(new Set(files).size).toBe(files.length);
  });

  test('are in a folder that is created', async () => {
    const folder = join(emptyFolder(), 'var', 'lib');
    await written(folder);
    expect(readdirSync(folder)).toEqual(['heard-kds.sqlite']);
  });

  test('cannot be in a folder that is a file', async () => {
    const folder = join(emptyFolder(), 'file');
    writeFileSync(folder, 'mine');
    await expect(sqlite({ folder }).open('kds')).rejects.toMatchObject({ fault: 'unavailable' });
    expect(readFileSync(folder, 'utf8')).toBe('mine');
  });

  test('are gone after destroying, with what SQLite keeps beside them', async () => {
    const folder = emptyFolder();
    const store = sqlite({ folder });
    const database = await store.open('kds');
    await database.commit(put('outbox', 'a', 1));
    await store.destroy('kds');
    expect(readdirSync(folder)).toEqual([]);
  });
});

test('destroying also removes what was set aside: after a wipe nothing is left', async () => {
  const folder = emptyFolder();
  writeFileSync(await written(folder, put('outbox', 'a', 1)), 'rubbish'.repeat(100));
  const store = sqlite({ folder });
  await expect(store.open('kds')).rejects.toMatchObject({ fault: 'corrupt' });
  await (await store.open('kds other')).close();
  await store.destroy('kds');
  expect(readdirSync(folder)).toEqual([fileNameOf('kds other')]);
  writeFileSync(await written(folder), 'rubbish'.repeat(100));
  await store.destroy('kds');
  expect(readdirSync(folder)).toEqual([fileNameOf('kds other')]);
});

describe('one at a time', () => {
  test('a second store on the same folder is refused until the first lets go (F85)', async () => {
    const folder = emptyFolder();
    const first = await sqlite({ folder }).open('kds');
    const second = sqlite({ folder });
    await expect(second.open('kds')).rejects.toMatchObject({
      fault: 'locked',
      message: expect.stringMatching(/^heard-kds\.sqlite: Another process has it open/),
    });
    await expect(second.destroy('kds')).rejects.toMatchObject({ fault: 'locked' });
    await first.commit(put('outbox', 'a', 1));
    await (await second.open('another name')).close();
    await first.close();
    const opened = await second.open('kds');
    expect(await opened.read('outbox')).toEqual([{ key: 'a', value: 1 }]);
    await opened.close();
  });

  test('closing and opening again at once never has two connections, also where closing takes its time', async () => {
    let connections = 0;
    let closes = (): void => undefined;
    const driver = wrapping(nodeSqliteDriver(emptyFolder()), (connection) => {
      connections += 1;
      return {
        ...connection,
        close: async () => {
          closes();
          await new Promise<void>((resolve) => void setImmediate(resolve));
          connections -= 1;
          return connection.close();
        },
      };
    });
    const store = createSqliteStore(driver);
    let database = await store.open('kds');
    for (let round = 0; round < 10; round += 1) {
      const begun = new Promise<void>((resolve) => (closes = resolve));
      const closing = database.close();
      // Every other time so early that the connection can be kept, else while it is being closed.
      if (round % 2 === 0) await begun;
      database = await store.open('kds');
      expect(connections).toBe(1);
      await closing;
      await database.commit(put('meta', 'round', round));
    }
    expect(await database.read('meta')).toEqual([{ key: 'round', value: 9 }]);
    await database.close();
    expect(connections).toBe(0);
  });
});

describe('migrations', () => {
  /** As version 1 laid it out. Never to be edited: it stands for files that are out there. */
  function versionOne(file: string): void {
    const database = new DatabaseSync(file);
    database.exec('PRAGMA journal_mode = WAL');
    for (const table of 'cursors seen rows journal inbox outbox collections dead-letters meta'.split(' '))
      database.exec(
        `CREATE TABLE "${table}" (key TEXT PRIMARY KEY, value TEXT NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID`,
      );
    database.exec(`
      INSERT INTO outbox VALUES ('order:1', '{"path":"/orders","attempts":3}', '96d407fba6ad0a75');
      INSERT INTO cursors VALUES ('kds', '{"epoch":"e1","seq":41}', '0000000000000000');
      PRAGMA user_version = 1`);
    database.close();
  }

  test('an old file is brought up to date, with what is in it', async () => {
    const folder = emptyFolder();
    versionOne(join(folder, fileNameOf('kds')));
    const database = await sqlite({ folder }).open('kds');
    expect(await database.read('outbox')).toEqual([{ key: 'order:1', value: { path: '/orders', attempts: 3 } }]);
    // That record has a wrong digest, and the table that it goes to came with version 2.
    expect(await database.read('cursors')).toEqual([]);
    expect(await database.read('set-aside')).toMatchObject([{ value: { table: 'cursors', key: 'kds' } }]);
    await database.close();
  });

  test('an upgrade that dies in the middle is done again by the next opening', async () => {
    const folder = emptyFolder();
    const file = join(folder, fileNameOf('kds'));
    versionOne(file);
    const dying = wrapping(nodeSqliteDriver(folder), (connection) => ({
      ...connection,
      exec: (sql) => {
        if (sql === 'COMMIT') throw sqliteError(10);
        return connection.exec(sql);
      },
    }));
    await expect(createSqliteStore(dying).open('kds')).rejects.toMatchObject({ fault: 'lost' });
    const database = await sqlite({ folder }).open('kds');
    expect(await database.read('outbox')).toHaveLength(1);
    await database.commit(put('set-aside', 'a', 1));
    await database.close();
  });

  test('a file of a newer version is refused and left as it is (F78)', async () => {
    const folder = emptyFolder();
    const file = await written(folder, put('outbox', 'a', 1));
    const newer = new DatabaseSync(file);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    const before = readFileSync(file);
    for (let turn = 0; turn < 2; turn += 1)
      await expect(sqlite({ folder }).open('kds')).rejects.toMatchObject({ fault: 'newer' });
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

describe('a process that dies', () => {
  /** One after the other, and what was told to be written so far. */
  async function writes(database: Database, told: number[]): Promise<void> {
    for (let number = 0; number < 6; number += 1) {
      await database.commit({
        writes: [
          { table: 'outbox', key: String(number), value: number },
          { table: 'cursors', key: 'kds', value: number },
          ...(number > 1 ? [{ table: 'inbox', key: String(number - 2), value: undefined } as const] : []),
          { table: 'inbox', key: String(number), value: number },
        ],
        durability: number % 2 === 0 ? 'strict' : 'relaxed',
      });
      told.push(number);
    }
  }

  /** Whole commits from the first to the last that is there, and no other. */
  async function wholeCommits(folder: string): Promise<number> {
    const database = await sqlite({ folder }).open('kds');
    const written = (await database.read('outbox')).map(({ value }) => value);
    const { length } = written;
    expect(written).toEqual(Array.from({ length }, (_, at) => at));
    expect((await database.read('cursors')).map(({ value }) => value)).toEqual(length === 0 ? [] : [length - 1]);
    expect((await database.read('inbox')).map(({ value }) => value)).toEqual(written.slice(-2));
    expect(await database.read('set-aside')).toEqual([]);
    await database.close();
    return length;
  }

  test('between any two statements, the first of all included, has lost nothing that it was told is written (F82)', async () => {
    const folder = emptyFolder();
    const ground = emptyFolder();
    const told: number[] = [];
    const moments: { readonly copy: string; readonly told: number }[] = [];
    /** What the next process would find. */
    const asIfItDied = (): void => {
      const copy = join(ground, String(moments.length));
      cpSync(folder, copy, { recursive: true });
      moments.push({ copy, told: told.length });
    };
    const driver = wrapping(nodeSqliteDriver(folder), (connection) => ({
      exec: (sql) => {
        asIfItDied();
        return connection.exec(sql);
      },
      prepare: async (sql) => {
        const statement = await connection.prepare(sql);
        return {
          all: (values) => {
            asIfItDied();
            return statement.all(values);
          },
          run: (values) => {
            asIfItDied();
            return statement.run(values);
          },
        };
      },
      close: () => {
        asIfItDied();
        return connection.close();
      },
    }));
    const database = await createSqliteStore(driver).open('kds');
    await writes(database, told);
    await database.close();
    asIfItDied();

    expect(moments.length).toBeGreaterThan(40);
    for (const { copy, told: before } of moments) {
      const found = await wholeCommits(copy);
      expect([copy, found === before || found === before + 1]).toEqual([copy, true]);
    }
    expect(moments.at(-1)?.told).toBe(6);
  });

  test(
    'in the middle of writing its log leaves whole commits (F82, F84)',
    async () => {
      const folder = emptyFolder();
      const ground = emptyFolder();
      const database = await sqlite({ folder }).open('kds');
      await writes(database, []);
      cpSync(folder, ground, { recursive: true });
      await database.close();
      const log = join(ground, `${fileNameOf('kds')}-wal`);
      const whole = readFileSync(log);
      const counts = new Set<number>();
      const { numRuns } = runs(60);
      for (let turn = 0; turn < numRuns; turn += 1) {
        const copy = join(ground, `torn-${turn}`);
        mkdirSync(copy);
        cpSync(join(ground, fileNameOf('kds')), join(copy, fileNameOf('kds')));
        // Cut off, or with what was in those blocks before.
        const kept = whole.subarray(0, Math.floor((whole.length * turn) / numRuns));
        const rest = turn % 2 === 0 ? Buffer.alloc(0) : Buffer.alloc(whole.length - kept.length, 0xa5);
        writeFileSync(join(copy, `${fileNameOf('kds')}-wal`), Buffer.concat([kept, rest]));
        counts.add(await wholeCommits(copy));
      }
      expect(counts.size).toBeGreaterThan(3);
    },
    patience,
  );
});

describe('damage', () => {
  test('a file that is no database is kept under another name, and the next opening starts anew (F81)', async () => {
    const folder = emptyFolder();
    const file = await written(folder, put('outbox', 'a', 1));
    for (const turn of [1, 2]) {
      const rubbish = `not a database, ${turn}`.repeat(100);
      writeFileSync(file, rubbish);
      const store = sqlite({ folder });
      await expect(store.open('kds')).rejects.toMatchObject({
        fault: 'corrupt',
        message: expect.stringContaining(`${file}.corrupt-${turn}`),
      });
      expect(readFileSync(`${file}.corrupt-${turn}`, 'utf8')).toBe(rubbish);
      const database = await store.open('kds');
      expect(await database.read('outbox')).toEqual([]);
      await database.commit(put('outbox', 'b', 2));
      await database.close();
    }
  });

  test('damage in the middle of a file shows when it is opened, and not at the order that needs it (F81)', async () => {
    const folder = emptyFolder();
    const many = Array.from({ length: 200 }, (_, at) => put('outbox', `order:${at}`, 'x'.repeat(500)));
    const file = await written(folder, ...many);
    const bytes = readFileSync(file);
    bytes.fill(0xff, bytes.length - 4_096 * 3, bytes.length - 4_096 * 2);
    writeFileSync(file, bytes);
    await expect(sqlite({ folder }).open('kds')).rejects.toMatchObject({ fault: 'corrupt' });
    expect(readFileSync(`${file}.corrupt-1`).equals(bytes)).toBe(true);
  });

  test('a record that cannot be read is set aside with its text, and the others are read (F81)', async () => {
    const folder = emptyFolder();
    const keys = ['a', 'b', 'c', 'd', 'e'];
    const file = await written(folder, ...keys.map((key) => put('outbox', key, { path: '/orders', key })));
    const damaging = new DatabaseSync(file);
    damaging.exec(`UPDATE outbox SET value = '{"path":"/orderz","key":"b"}' WHERE key = 'b'`);
    damaging.exec(`UPDATE outbox SET value = '{"path":' WHERE key = 'd'`);
    damaging.close();
    const store = sqlite({ folder });
    const database = await store.open('kds');
    // A page is full although one of its records was set aside: a short page would look like the last.
    expect((await database.read('outbox', { limit: 2 })).map(({ key }) => key)).toEqual(['a', 'c']);
    expect((await database.read('outbox')).map(({ key }) => key)).toEqual(['a', 'c', 'e']);
    await database.close();
    const again = await store.open('kds');
    expect((await again.read('set-aside')).map(({ value }) => value)).toEqual([
      { table: 'outbox', key: 'b', text: '{"path":"/orderz","key":"b"}', reason: 'its digest is wrong' },
      { table: 'outbox', key: 'd', text: '{"path":', reason: 'its digest is wrong' },
    ]);
    await again.close();
  });

  const ofManySizes = (key: string, at: number): Commit =>
    put('outbox', key, { path: '/orders', amount: at * 7, note: 'x'.repeat(at * 5) });

  test('a key that is damaged puts its table out of order, and no other record goes with it (F81)', async () => {
    const file = await written(emptyFolder(), ...sixty.map(ofManySizes));
    const whole = readFileSync(file);
    for (const key of sixty) {
      const folder = emptyFolder();
      const bytes = Buffer.from(whole);
      for (let at = bytes.indexOf(key); at !== -1; at = bytes.indexOf(key, at + 1)) bytes.write('p', at + 4);
      writeFileSync(join(folder, fileNameOf('kds')), bytes);
      const database = await sqlite({ folder }).open('kds');
      expect((await database.read('outbox')).map((record) => record.key)).toEqual(sixty.filter((each) => each !== key));
      expect(await database.read('set-aside')).toMatchObject([{ value: { key: key.replace('order', 'ordep') } }]);
      await database.close();
    }
  });

  test(
    'a bit that falls over anywhere in the file never changes what is read, and nothing goes without a word (F81, F84)',
    async () => {
      const folder = emptyFolder();
      const file = await written(folder, ...sixty.map(ofManySizes));
      const whole = readFileSync(file);
      const database = await sqlite({ folder }).open('kds');
      const expected = new Map((await database.read('outbox')).map(({ key, value }) => [key, JSON.stringify(value)]));
      await database.close();

      const seen = { unharmed: 0, setAside: 0, corrupt: 0, refused: 0 };
      const { numRuns } = runs(200);
      for (let turn = 0; turn < numRuns; turn += 1) {
        // Spread over the file by a step that has no divisor in common with its length.
        const bit = (turn * 104_729 + 12_345) % (whole.length * 8);
        const flipped = Buffer.from(whole);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const ground = join(folder, `turn-${turn}`);
        mkdirSync(ground);
        writeFileSync(join(ground, fileNameOf('kds')), flipped);
        let opened: Database | undefined;
        try {
          opened = await sqlite({ folder: ground }).open('kds');
          const found = await opened.read('outbox');
          const aside = await opened.read('set-aside');
          for (const { key, value } of found) expect([bit, JSON.stringify(value)]).toEqual([bit, expected.get(key)]);
          expect([bit, found.length + aside.length >= expected.size]).toEqual([bit, true]);
          if (aside.length > 0) seen.setAside += 1;
          else seen.unharmed += 1;
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          if (error.fault === 'corrupt') seen.corrupt += 1;
          else seen.refused += 1;
        } finally {
          await opened?.close();
          rmSync(ground, { recursive: true });
        }
      }
      expect(seen.setAside).toBeGreaterThan(0);
      expect(seen.corrupt).toBeGreaterThan(0);
      expect(seen.unharmed).toBeGreaterThan(0);
      // A version that this heard does not know, and nothing else: the rest is repaired or set aside.
      expect(seen.refused).toBeLessThan(1 + numRuns / 100);
    },
    patience,
  );
});

describe('commits that are begun together', () => {
  /** A driver that counts how often the disk has to be waited for. */
  function counting(folder: string, pages = 1_000_000): { driver: SqliteDriver; commits(): number } {
    let commits = 0;
    const driver = wrapping(nodeSqliteDriver(folder), (connection) => {
      void connection.exec(`PRAGMA max_page_count = ${pages}`);
      return {
        ...connection,
        exec: (sql) => {
          if (sql === 'COMMIT') commits += 1;
          return connection.exec(sql);
        },
      };
    });
    return { driver, commits: () => commits };
  }

  test('wait for the disk once, in their order, and a read between them divides them', async () => {
    const { driver, commits } = counting(emptyFolder());
    const database = await createSqliteStore(driver).open('kds');
    const before = commits();
    const all = sixty.map((key) => database.commit(put('outbox', 'last', key)));
    const read = database.read('outbox');
    const after = database.commit(put('outbox', 'last', 'after'));
    await Promise.all([...all, after]);
    expect(await read).toEqual([{ key: 'last', value: sixty.at(-1) }]);
    expect(await database.read('outbox')).toEqual([{ key: 'last', value: 'after' }]);
    expect(commits() - before).toBe(2);
    await database.close();
  });

  test('are refused one by one: what one of them forbids, or has no room for, is not the loss of the others', async () => {
    const { driver } = counting(emptyFolder(), 80);
    const database = await createSqliteStore(driver).open('kds');
    const lease = (own: string, value: string | undefined): Commit => ({
      ...put('meta', 'lease', own),
      only: { table: 'meta', key: 'lease', value },
    });
    const outcomes = await Promise.allSettled([
      database.commit(lease('a', undefined)),
      database.commit(lease('b', undefined)),
      database.commit(put('outbox', 'well', 1)),
      database.commit(put('collections', 'menu', 'x'.repeat(400_000))),
      database.commit(lease('c', 'a')),
      database.commit(put('outbox', 'well too', 1)),
    ]);
    const faults = outcomes.map((each) => (each.status === 'rejected' ? (each.reason as StoreError).fault : 'written'));
    expect(faults).toEqual(['written', 'fenced', 'written', 'full', 'written', 'written']);
    expect(await database.read('meta')).toEqual([{ key: 'lease', value: 'c' }]);
    expect((await database.read('outbox')).map(({ key }) => key)).toEqual(['well', 'well too']);
    expect(await database.read('collections')).toEqual([]);
    await database.close();
  });

  test('are all of them unclear when the disk fails under them', async () => {
    const folder = emptyFolder();
    let failing = false;
    const driver = wrapping(nodeSqliteDriver(folder), (connection) => ({
      ...connection,
      exec: (sql) => {
        if (sql === 'COMMIT' && failing) throw sqliteError(1034);
        return connection.exec(sql);
      },
    }));
    const store = createSqliteStore(driver);
    const database = await store.open('kds');
    failing = true;
    const outcomes = await Promise.allSettled(sixty.map((key) => database.commit(put('outbox', key, 1))));
    expect(outcomes.map((each) => (each.status === 'rejected' ? (each.reason as StoreError).fault : ''))).toEqual(
      sixty.map(() => 'lost'),
    );
    failing = false;
    const again = await store.open('kds');
    expect(await again.read('outbox')).toEqual([]);
    await again.close();
  });
});

describe('disks', () => {
  test('a full one refuses the commit as a whole and goes on when there is room again (F84)', async () => {
    const driver = wrapping(nodeSqliteDriver(emptyFolder()), (connection) => {
      void connection.exec('PRAGMA max_page_count = 60');
      return connection;
    });
    const database = await createSqliteStore(driver).open('kds');
    await database.commit(put('outbox', 'before', 1));
    const large = 'x'.repeat(300_000);
    const tooMuch: Commit = {
      durability: 'strict',
      writes: [
        { table: 'outbox', key: 'before', value: 2 },
        { table: 'collections', key: 'menu', value: large },
      ],
    };
    await expect(database.commit(tooMuch)).rejects.toMatchObject({ fault: 'full' });
    expect(await database.read('outbox')).toEqual([{ key: 'before', value: 1 }]);
    expect(await database.read('collections')).toEqual([]);
    await database.commit(put('outbox', 'after', 1));
    expect(await database.read('outbox')).toHaveLength(2);
    await database.close();
  });

  test('one that fails at fsync loses the handle: it is not asked again until everything was opened again (F84)', async () => {
    const folder = emptyFolder();
    const commits: string[] = [];
    let failing = false;
    const driver = wrapping(nodeSqliteDriver(folder), (connection) => ({
      ...connection,
      exec: (sql) => {
        if (sql === 'COMMIT') commits.push(failing ? 'failed' : 'well');
        // What SQLite reports when fsync fails: 10 with 4 in the upper bits.
        if (sql === 'COMMIT' && failing) throw sqliteError(1034);
        return connection.exec(sql);
      },
    }));
    const store = createSqliteStore(driver);
    const [one, two] = [await store.open('kds'), await store.open('kds')];
    const told: string[] = [];
    one.onLost((fault) => void told.push(`one ${fault}`));
    two.onLost((fault) => void told.push(`two ${fault}`));
    await one.commit(put('outbox', 'a', 1));
    failing = true;
    await expect(one.commit(put('outbox', 'b', 1))).rejects.toMatchObject({ fault: 'lost' });
    expect(told).toEqual(['one lost', 'two lost']);
    failing = false;
    const before = commits.length;
    for (const each of [one, two]) {
      await expect(each.commit(put('outbox', 'c', 1))).rejects.toMatchObject({ fault: 'lost' });
      await expect(each.read('outbox')).rejects.toMatchObject({ fault: 'lost' });
    }
    expect(commits).toHaveLength(before);
    const again = await store.open('kds');
    expect(await again.read('outbox')).toEqual([{ key: 'a', value: 1 }]);
    for (const each of [one, two]) await each.close();
    await again.commit(put('outbox', 'd', 1));
    await again.close();
  });

  test('every code of SQLite becomes a fault of the store (F84)', async () => {
    const faults = {
      5: 'locked',
      6: 'locked',
      8: 'read-only',
      10: 'lost',
      13: 'full',
      14: 'unavailable',
      18: 'failed',
    };
    for (const [code, fault] of Object.entries(faults)) {
      const folder = emptyFolder();
      const driver = wrapping(nodeSqliteDriver(folder), (connection) => ({
        ...connection,
        exec: (sql) => {
          if (sql === 'BEGIN IMMEDIATE') throw sqliteError(Number(code) + 256);
          return connection.exec(sql);
        },
      }));
      await expect(createSqliteStore(driver).open('kds')).rejects.toMatchObject({ fault });
      await (await sqlite({ folder }).open('kds')).close();
    }
  });

  test('a strict commit is written with fsync, and a relaxed one without (F82)', async () => {
    const said: string[] = [];
    const driver = wrapping(nodeSqliteDriver(emptyFolder()), (connection) => ({
      ...connection,
      exec: async (sql) => {
        if (sql === 'COMMIT') {
          const [row] = await (await connection.prepare('PRAGMA synchronous')).all([]);
          said.push(String(row?.['synchronous']));
        }
        return connection.exec(sql);
      },
    }));
    const database = await createSqliteStore(driver).open('kds');
    said.length = 0;
    for (const durability of ['strict', 'relaxed', 'relaxed', 'strict'] as const)
      await database.commit({ writes: [{ table: 'seen', key: 'a', value: 1 }], durability });
    expect(said).toEqual(['2', '1', '1', '2']);
    // Together with a strict one, a relaxed one is waited for as well.
    said.length = 0;
    const together = (['relaxed', 'strict', 'relaxed'] as const).map((durability) =>
      database.commit({ writes: [{ table: 'seen', key: 'a', value: 2 }], durability }),
    );
    await Promise.all(together);
    expect(said).toEqual(['2']);
    expect(database.survives).toBe('power-loss');
    await database.close();
  });

  test('nothing is left open when opening fails', async () => {
    const folder = emptyFolder();
    let open = 0;
    const driver = wrapping(nodeSqliteDriver(folder), (connection) => {
      open += 1;
      return {
        ...connection,
        prepare: () => {
          throw sqliteError(10);
        },
        close: () => {
          open -= 1;
          return connection.close();
        },
      };
    });
    await expect(createSqliteStore(driver).open('kds')).rejects.toMatchObject({ fault: 'lost' });
    expect(open).toBe(0);
    expect(existsSync(join(folder, `${fileNameOf('kds')}.corrupt-1`))).toBe(false);
  });
});
