import {
  StoreError,
  storeTables,
  type Commit,
  type Database,
  type KeyRange,
  type Store,
  type StoredRecord,
  type StoredValue,
  type StoreTable,
  type Write,
} from '../storage/store.ts';
import { storeFailures, sweepFailPoints } from './store-fail-points.ts';

export interface TestFramework {
  test(name: string, run: () => Promise<void>): void;
  expect(actual: unknown): { toEqual(expected: unknown): void };
}

/** One place where things are kept, made for one test. */
export interface StoreUnderTest {
  readonly store: Store;
  /** The same place as another tab or process sees it; without it, two openings of the one store are two tabs. */
  readonly other?: Store;
  /** After everything was closed. */
  cleanUp?(): void | Promise<void>;
}

/** Keys whose order differs between UTF-8, UTF-16 and any alphabet, and keys that are special to some language. */
const oddKeys: readonly string[] = [
  '',
  '\0',
  '\0\0',
  '\u0001',
  '\u0001\0',
  ' ',
  "'; drop table outbox; --",
  '%',
  '10',
  '9',
  'A',
  'Z',
  '__proto__',
  'a',
  'a\0',
  'a\0b',
  'b',
  'constructor',
  'e\u0301',
  '\u00e9',
  'ß',
  '\ud7fe',
  '\ud7ff',
  '\ud7ff\ud7ff',
  '\ud800',
  '\ud83c\udf55',
  '\ud83d',
  '\udfff',
  '\ue000',
  '\uffff',
  `${'long '.repeat(400)}end`,
];

const oddValues: readonly StoredValue[] = [
  null,
  true,
  false,
  0,
  -1,
  0.1 + 0.2,
  Number.MAX_SAFE_INTEGER,
  5e-324,
  '',
  '\0',
  '\ud800 alone \udc00',
  'pizza \ud83c\udf55 à emporter',
  [],
  {},
  [[[]], [null], {}],
  { '': 1, 'a b': [1, 'two', { three: null }], constructor: 'c', length: 5 },
];

/** Of the keys a to e. */
const ranges: readonly (readonly [KeyRange, string])[] = [
  [{}, 'abcde'],
  [{ after: 'b' }, 'cde'],
  [{ after: 'bb' }, 'cde'],
  [{ before: 'd' }, 'abc'],
  [{ after: 'a', before: 'e' }, 'bcd'],
  [{ after: 'a', before: 'b' }, ''],
  [{ after: 'c', before: 'c' }, ''],
  [{ after: 'd', before: 'b' }, ''],
  [{ after: 'e' }, ''],
  [{ before: 'a' }, ''],
  [{ limit: 0 }, ''],
  [{ limit: 1 }, 'a'],
  [{ limit: 5 }, 'abcde'],
  [{ limit: 99 }, 'abcde'],
  [{ limit: Infinity }, 'abcde'],
  [{ after: 'a', before: 'e', limit: 2 }, 'bc'],
];

const put = (table: StoreTable, key: string, value: StoredValue): Write => ({ table, key, value });
const remove = (table: StoreTable, key: string): Write => ({ table, key, value: undefined });
const strictly = (...writes: readonly Write[]): Commit => ({ writes, durability: 'strict' });

const keysOf = async (database: Database, table: StoreTable, range?: KeyRange): Promise<readonly string[]> =>
  (await database.read(table, range)).map(({ key }) => key);

async function valueAt(database: Database, table: StoreTable, key: string): Promise<StoredValue | undefined> {
  const records = await database.read(table);
  return records.find((record) => record.key === key)?.value;
}

/** What became of it: a fault, or nothing when it succeeded. */
async function faultOf(operation: Promise<unknown>): Promise<string> {
  try {
    await operation;
    return 'none';
  } catch (error) {
    if (error instanceof StoreError) return error.fault;
    throw error;
  }
}

const numbered = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => String(at).padStart(6, '0'));

/**
 * What every store must do, as tests: whoever writes a store of their own runs these against it, where it is to run. They
 * need no framework, only a `test` and an `expect` like those of vitest, jest or bun. `create` is called once for each test.
 *
 * @example
 * ```ts
 * storeConformance({ test, expect }, () => ({ store: expoSqlite() }))
 * ```
 */
export function storeConformance(
  { test, expect }: TestFramework,
  create: () => StoreUnderTest | Promise<StoreUnderTest>,
): void {
  let numberedTests = 0;

  interface Place {
    readonly name: string;
    readonly store: Store;
    /** Opens it; whatever is still open at the end is closed. */
    open(by?: Store): Promise<Database>;
    readonly other: Store;
  }

  function check(promise: string, run: (place: Place) => Promise<void>): void {
    numberedTests += 1;
    const name = `conformance ${numberedTests}: table 5/été`;
    test(promise, async () => {
      const { store, other = store, cleanUp } = await create();
      const open: Database[] = [];
      try {
        await run({
          name,
          store,
          other,
          async open(by = store) {
            const database = await by.open(name);
            open.push(database);
            return database;
          },
        });
      } finally {
        for (const database of open) await database.close();
        await store.destroy(name);
        await cleanUp?.();
      }
    });
  }

  check('a new database has nothing in any table', async ({ open }) => {
    const database = await open();
    for (const table of storeTables) expect([table, await database.read(table)]).toEqual([table, []]);
    expect(database.evicted).toEqual(undefined);
  });

  check('what was written is read, in its table and no other', async ({ open }) => {
    const database = await open();
    await database.commit(strictly(...storeTables.map((table) => put(table, 'key', `of ${table}`))));
    for (const table of storeTables) expect(await database.read(table)).toEqual([{ key: 'key', value: `of ${table}` }]);
  });

  check('what was written is there after closing and opening again', async ({ open }) => {
    const before = await open();
    await before.commit(strictly(put('outbox', 'a', { path: '/orders', attempts: 2 }), put('cursors', 'b', 7)));
    await before.close();
    const after = await open();
    expect(await after.read('outbox')).toEqual([{ key: 'a', value: { path: '/orders', attempts: 2 } }]);
    expect(await after.read('cursors')).toEqual([{ key: 'b', value: 7 }]);
  });

  check(
    'a later write to the same key wins, also over a removal, within one commit and over commits',
    async ({ open }) => {
      const database = await open();
      await database.commit(
        strictly(
          put('rows', 'a', 1),
          put('rows', 'a', 2),
          put('rows', 'b', 1),
          remove('rows', 'b'),
          remove('rows', 'c'),
          put('rows', 'c', 3),
        ),
      );
      expect(await database.read('rows')).toEqual([
        { key: 'a', value: 2 },
        { key: 'c', value: 3 },
      ]);
      await database.commit(strictly(remove('rows', 'a'), remove('rows', 'never there'), put('rows', 'c', 4)));
      expect(await database.read('rows')).toEqual([{ key: 'c', value: 4 }]);
    },
  );

  check('an empty commit is a commit', async ({ open }) => {
    const database = await open();
    await database.commit(strictly());
    await database.commit({
      writes: [],
      durability: 'relaxed',
      only: { table: 'meta', key: 'lease', value: undefined },
    });
    expect(await database.read('meta')).toEqual([]);
  });

  check('relaxed commits are read as well, in order with the strict ones', async ({ open }) => {
    const database = await open();
    await Promise.all(
      numbered(40).map((key, at) =>
        database.commit({
          writes: [put('seen', 'last', at), put('seen', key, at)],
          durability: at % 3 === 0 ? 'strict' : 'relaxed',
        }),
      ),
    );
    expect(await valueAt(database, 'seen', 'last')).toEqual(39);
    expect(await keysOf(database, 'seen')).toEqual([...numbered(40), 'last']);
    await database.close();
    expect(await keysOf(await open(), 'seen')).toEqual([...numbered(40), 'last']);
  });

  // A store may keep rows in a way of its own: they are many, and written all the time.
  for (const table of ['collections', 'rows'] as const) {
    check(`keys are in the order of their UTF-16 code units, whatever they are, in ${table}`, async ({ open }) => {
      const database = await open();
      const shuffled = oddKeys.map((_, at) => oddKeys[(at * 17) % oddKeys.length] ?? '');
      for (const key of shuffled) await database.commit(strictly(put(table, key, { was: key })));
      const inOrder = oddKeys.toSorted((one, other) => (one < other ? -1 : 1));
      const expected: readonly StoredRecord[] = inOrder.map((key) => ({ key, value: { was: key } }));
      expect(await database.read(table)).toEqual(expected);
      for (const bound of oddKeys) {
        const above = inOrder.filter((key) => key > bound);
        const below = inOrder.filter((key) => key < bound);
        expect(await keysOf(database, table, { after: bound })).toEqual(above);
        expect(await keysOf(database, table, { before: bound })).toEqual(below);
        expect(await keysOf(database, table, { after: bound, limit: 2 })).toEqual(above.slice(0, 2));
      }
      await database.commit(strictly(...oddKeys.map((key) => remove(table, key))));
      expect(await database.read(table)).toEqual([]);
    });

    check(`a range is open at both ends, and a limit takes the lowest, in ${table}`, async ({ open }) => {
      const database = await open();
      await database.commit(strictly(...['a', 'b', 'c', 'd', 'e'].map((key) => put(table, key, key))));
      for (const [range, keys] of ranges)
        expect([range, (await keysOf(database, table, range)).join('')]).toEqual([range, keys]);
    });

    check(`what is large comes back whole, in ${table}`, async ({ open }) => {
      const database = await open();
      const large = { menu: 'tajine \ud83c\udf72 '.repeat(100_000) };
      await database.commit(strictly(put(table, 'menu', large), put(table, 'other', 1)));
      await database.close();
      const again = await open();
      expect(JSON.stringify(await valueAt(again, table, 'menu')) === JSON.stringify(large)).toEqual(true);
      expect(await valueAt(again, table, 'other')).toEqual(1);
    });

    check(
      `10 000 records are written, changed, read in pages and in one piece, and taken out, in ${table}`,
      async ({ open }) => {
        let database = await open();
        const keys = numbered(10_000);
        for (const path of ['/orders', '/tickets', '/orders'])
          for (let from = 0; from < keys.length; from += 1_000)
            await database.commit(
              strictly(...keys.slice(from, from + 1_000).map((key) => put(table, key, { key, path }))),
            );
        await database.close();
        database = await open();
        expect((await keysOf(database, table)).join() === keys.join()).toEqual(true);
        expect(await valueAt(database, table, '004711')).toEqual({ key: '004711', path: '/orders' });
        const paged: string[] = [];
        for (;;) {
          const last = paged.at(-1);
          const page = await keysOf(database, table, { limit: 999, ...(last !== undefined && { after: last }) });
          if (page.length === 0) break;
          paged.push(...page);
        }
        expect(paged.join() === keys.join()).toEqual(true);
        await database.commit(strictly(...keys.slice(0, 9_999).map((key) => remove(table, key))));
        expect(await keysOf(database, table)).toEqual(['009999']);
      },
    );
  }

  check('values come back as they were, and what is undefined is left out', async ({ open }) => {
    const database = await open();
    await database.commit(strictly(...oddValues.map((value, at) => put('rows', `${at + 100}`, value))));
    expect((await database.read('rows')).map(({ value }) => value)).toEqual(oddValues);
    await database.commit(strictly(put('meta', 'absent', { here: 1, gone: undefined })));
    const [record] = await database.read('meta');
    expect(Object.keys(Object(record?.value))).toEqual(['here']);
  });

  check(
    'what is handed over for good is stored like everything else, also when it is handed over twice',
    async ({ open }) => {
      const database = await open();
      const row = { number: 'C218', gone: undefined, items: [{ qty: -0 }, null], totals: { total: 31_400 } };
      const write = { ...put('rows', 'a', row), isOwn: true };
      await database.commit(strictly(write));
      await database.commit(strictly(write, put('meta', 'b', 1)));
      const stored = '{"number":"C218","items":[{"qty":0},null],"totals":{"total":31400}}';
      expect(JSON.stringify(await valueAt(database, 'rows', 'a'))).toEqual(stored);
    },
  );

  check('a value with the name __proto__ in it is data', async ({ open }) => {
    const database = await open();
    const text = '{"__proto__":{"admin":true},"nested":{"__proto__":5}}';
    await database.commit(strictly(put('rows', 'a', JSON.parse(text) as StoredValue)));
    const [record] = await database.read('rows');
    expect(JSON.stringify(record?.value)).toEqual(text);
    expect('admin' in {}).toEqual(false);
  });

  check('nothing of a commit is written when one of its values cannot be', async ({ open }) => {
    const database = await open();
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    const refused: readonly unknown[] = [
      () => 1,
      Symbol('s'),
      10n,
      Number.NaN,
      Infinity,
      new Date(0),
      new Map([[1, 2]]),
      [undefined],
      { deep: [() => 1] },
      cyclic,
    ];
    for (const value of refused) {
      const commit = strictly(
        put('rows', 'before', 1),
        put('rows', 'bad', value as StoredValue),
        put('seen', 'after', 1),
      );
      expect([typeof value, await faultOf(database.commit(commit))]).toEqual([typeof value, 'failed']);
    }
    for (const table of ['rows', 'seen'] as const) expect(await database.read(table)).toEqual([]);
    await database.commit(strictly(put('rows', 'well', 1)));
    expect(await keysOf(database, 'rows')).toEqual(['well']);
  });

  check('a table or a key that cannot be is refused, and nothing is written', async ({ open }) => {
    const database = await open();
    const noTable = 'orders; drop table outbox' as StoreTable;
    expect(await faultOf(database.commit(strictly(put('rows', 'a', 1), put(noTable, 'a', 1))))).toEqual('failed');
    expect(
      await faultOf(database.commit(strictly(put('rows', 'a', 1), put('rows', 5 as unknown as string, 1)))),
    ).toEqual('failed');
    expect(await faultOf(database.read(noTable))).toEqual('failed');
    expect(await database.read('rows')).toEqual([]);
  });

  check(
    'what is done to a value after commit was called, or after it was read, changes nothing that is stored',
    async ({ open }) => {
      const database = await open();
      const value = { lines: [{ qty: 1 }] };
      const writes = [put('rows', 'a', value)];
      const committed = database.commit({
        writes,
        durability: 'strict',
        only: { table: 'meta', key: 'lease', value: undefined },
      });
      value.lines[0] = { qty: 99 };
      writes.push(put('rows', 'b', 1));
      await committed;
      for (let turn = 0; turn < 2; turn += 1) {
        const records = await database.read('rows');
        expect(records).toEqual([{ key: 'a', value: { lines: [{ qty: 1 }] } }]);
        const tampered = records as unknown as { value: { lines: { qty: number }[] } }[];
        try {
          const line = tampered[0]?.value.lines[0];
          if (line !== undefined) line.qty = 5;
          tampered.pop();
        } catch (error) {
          // A store may also hand out what is frozen.
          if (!(error instanceof TypeError)) throw error;
        }
      }
    },
  );

  check('a read sees every commit that was begun before it, and none in part', async ({ open }) => {
    const database = await open();
    const reads: Promise<readonly StoredRecord[]>[] = [];
    const commits = numbered(50).map((_, at) => {
      const commit = database.commit(strictly(put('rows', 'left', at), put('rows', 'right', at)));
      reads.push(database.read('rows'));
      return commit;
    });
    await Promise.all(commits);
    for (const [at, records] of (await Promise.all(reads)).entries())
      expect(records).toEqual([
        { key: 'left', value: at },
        { key: 'right', value: at },
      ]);
  });

  check('`only` lets a commit through as long as it is so', async ({ open }) => {
    const database = await open();
    const lease = { table: 'meta', key: 'lease' } as const;
    const write = (value: number, only: string | number | undefined): Promise<string> =>
      faultOf(
        database.commit({
          ...strictly(put('rows', 'a', value), put('meta', 'lease', value)),
          only: { ...lease, value: only },
        }),
      );
    expect(await write(1, 0)).toEqual('fenced');
    expect(await write(1, '')).toEqual('fenced');
    expect(await database.read('rows')).toEqual([]);
    expect(await write(1, undefined)).toEqual('none');
    expect(await write(2, undefined)).toEqual('fenced');
    expect(await write(2, '1')).toEqual('fenced');
    expect(await write(2, 1)).toEqual('none');
    await database.commit(strictly(put('meta', 'lease', { holder: 'a' })));
    expect(await write(3, 2)).toEqual('fenced');
    await database.commit(strictly(put('meta', 'lease', 'a')));
    expect(await write(3, 'a')).toEqual('none');
    await database.commit(strictly(put('meta', 'lease', null)));
    expect(await write(4, undefined)).toEqual('fenced');
    await database.commit(strictly(remove('meta', 'lease')));
    expect(await write(5, undefined)).toEqual('none');
    expect(await database.read('rows')).toEqual([{ key: 'a', value: 5 }]);
  });

  check('of two that compare and set at once, exactly one wins each time', async ({ open, other }) => {
    const tabs = [await open(), await open(other)] as const;
    const counts = [0, 0];
    for (let round = 0; round < 40; round += 1) {
      const only = { table: 'meta', key: 'fence', value: round === 0 ? undefined : round } as const;
      const order = round % 2 === 0 ? [0, 1] : [1, 0];
      const outcomes = await Promise.all(
        order.map(async (at) => {
          const writes = [put('meta', 'fence', round + 1), put('journal', `${round}`.padStart(3, '0'), at)];
          const fault = await faultOf(tabs[at === 0 ? 0 : 1].commit({ writes, durability: 'strict', only }));
          if (fault === 'none') counts[at] = (counts[at] ?? 0) + 1;
          return fault;
        }),
      );
      expect(outcomes.toSorted()).toEqual(['fenced', 'none']);
    }
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toEqual(40);
    for (const tab of tabs) {
      const winners = (await tab.read('journal')).map(({ value }) => value);
      expect([winners.filter((at) => at === 0).length, winners.filter((at) => at === 1).length]).toEqual(counts);
    }
  });

  check('each of two reads what the other wrote, and closing one leaves the other open', async ({ open, other }) => {
    const [one, two] = [await open(), await open(other)];
    await one.commit(strictly(put('journal', 'a', 1)));
    expect(await keysOf(two, 'journal')).toEqual(['a']);
    await two.commit(strictly(put('journal', 'b', 2)));
    expect(await keysOf(one, 'journal')).toEqual(['a', 'b']);
    await one.close();
    await two.commit(strictly(put('journal', 'c', 3)));
    expect(await keysOf(two, 'journal')).toEqual(['a', 'b', 'c']);
  });

  check('closing waits for the commits that were begun, and refuses those that come later', async ({ open }) => {
    const database = await open();
    let written = 0;
    const commits = numbered(20).map(async (key) => {
      await database.commit(strictly(put('outbox', key, key)));
      written += 1;
    });
    const closing = database.close();
    expect(await faultOf(database.commit(strictly(put('outbox', 'late', 1))))).toEqual('closed');
    await closing;
    expect(written).toEqual(20);
    await Promise.all(commits);
    expect(await faultOf(database.read('outbox'))).toEqual('closed');
    await database.close();
    expect(await keysOf(await open(), 'outbox')).toEqual(numbered(20));
  });

  check('two names are two databases, however alike they are', async ({ name, store }) => {
    const alike = [
      'A',
      'a',
      'a ',
      'a.',
      'a/b',
      'a\\b',
      'a:b',
      '../a',
      'e\u0301',
      '\u00e9',
      'CON',
      '\u0000',
      '\ud800',
      'x'.repeat(300),
      'x'.repeat(301),
    ];
    const names = alike.map((ending) => `${name} ${ending}`);
    for (const each of names) {
      const database = await store.open(each);
      await database.commit(strictly(put('meta', 'name', each)));
      await database.close();
    }
    for (const each of names) {
      const database = await store.open(each);
      expect(await database.read('meta')).toEqual([{ key: 'name', value: each }]);
      await database.close();
      await store.destroy(each);
    }
  });

  check('destroying removes everything under the name, and loses what was open', async ({ name, store, open }) => {
    const database = await open();
    await database.commit(strictly(put('outbox', 'a', 1)));
    const told: string[] = [];
    const unlisten = database.onLost(() => told.push('nobody'));
    unlisten();
    const lost = new Promise<void>((resolve) => {
      database.onLost((fault) => {
        told.push(fault);
        resolve();
      });
    });
    await store.destroy(name);
    await lost;
    expect(told).toEqual(['lost']);
    expect(await faultOf(database.commit(strictly(put('outbox', 'b', 1))))).toEqual('lost');
    expect(await faultOf(database.read('outbox'))).toEqual('lost');
    await database.close();
    const again = await open();
    expect(await again.read('outbox')).toEqual([]);
    // Removed on purpose, which is no eviction.
    expect(again.evicted).toEqual(undefined);
    await again.close();
    await store.destroy(name);
    await store.destroy(`${name}, which never was`);
  });

  check('closing on purpose is not told as a loss', async ({ open }) => {
    const database = await open();
    const told: string[] = [];
    database.onLost((fault) => void told.push(fault));
    await database.close();
    expect(told).toEqual([]);
  });

  check('an opening that was given up is refused, and leaves nothing open', async ({ name, store, open }) => {
    const givingUp = new AbortController();
    givingUp.abort();
    expect(await faultOf(store.open(name, givingUp.signal))).toEqual('lost');
    const late = new AbortController();
    const opening = store.open(name, late.signal);
    late.abort();
    // It may have been open already.
    const outcome = await opening.then(
      (database) => database.close().then(() => 'none'),
      (error: unknown) => (error instanceof StoreError ? error.fault : 'another error'),
    );
    expect(['none', 'lost'].includes(outcome)).toEqual(true);
    const database = await open();
    await database.commit(strictly(put('meta', 'a', 1)));
    expect(await keysOf(database, 'meta')).toEqual(['a']);
  });
  for (const failure of storeFailures) {
    const how = 'fault' in failure ? `${failure.kind}, ${failure.fault}` : failure.kind;
    check(`with one operation that goes wrong (${how}), what was told holds afterwards`, async ({ name, store }) => {
      const { points, problems } = await sweepFailPoints(store, name, failure);
      expect(problems).toEqual([]);
      // An opening that did not come about leaves out what would have followed, and it is counted all the same.
      expect(points > 6).toEqual(true);
    });
  }
}
