// What the keeper writes over a store that fails, dies in the middle, or is taken by somebody else.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { validate, type Schema } from '../../../src/contract/schema.ts';
import { openKeeper, type Keeper } from '../../../src/core/session/keeper.ts';
import { readCursor, readRow, readSeen } from '../../../src/core/session/records.ts';
import { rowKey } from '../../../src/core/session/subjects.ts';
import { KnownRows } from '../../../src/core/stream/rows.ts';
import { memory } from '../../../src/storage/memory.ts';
import { StoreError, type Database, type StoreFault } from '../../../src/storage/store.ts';
import { failingStore, type Failure } from '../../../src/testing/failing-store.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';
import { patience, runs } from '../../effort.ts';

const wires = ['orders', 'printing'] as const;
type Wire = (typeof wires)[number];

/** A device whose commits end as told. What it has handled is known by number. */
function openDevice(failures: Iterator<Failure | undefined>) {
  const host = createFakeHost();
  const disk = memory();
  const store = failingStore(disk, ({ kind }) => (kind === 'commit' ? failures.next().value : undefined));
  const handled: Record<Wire, number> = { orders: 0, printing: 0 };
  const problems: StoreFault[] = [];
  let owner = 0;

  async function start(): Promise<Keeper> {
    const database = await store.open('till');
    owner += 1;
    await claim(owner);
    return openKeeper({
      host,
      database,
      fence: { table: 'meta', key: 'owner', value: owner },
      problem: (fault) => void problems.push(fault),
    });
  }

  async function onDisk<Result>(look: (database: Database) => Promise<Result>): Promise<Result> {
    const database = await disk.open('till');
    const result = await look(database);
    await database.close();
    return result;
  }

  const claim = (value: number): Promise<void> =>
    onDisk((database) => database.commit({ writes: [{ table: 'meta', key: 'owner', value }], durability: 'strict' }));

  return {
    host,
    store,
    handled,
    problems,
    start,
    /** Another client takes the storage. */
    rob: () => claim(1_000),
    save(keeper: Keeper, wire: Wire, ids: number): void {
      const from = handled[wire];
      handled[wire] += ids;
      const seen = Array.from({ length: ids }, (_, at) => ({ seq: from + at + 1, id: `${wire} ${from + at + 1}` }));
      const cursor = { epoch: undefined, seq: handled[wire] };
      keeper.save(wire, { cursor, closed: [], marks: new Map(), seen, rows: [] }, new KnownRows());
    },
    stored: (wire: Wire) =>
      onDisk(async (database) => {
        // In one moment: a commit may be under way.
        const [places, seen] = await Promise.all([database.read('cursors'), database.read('seen')]);
        const cursors = new Map(places.map(({ key, value }) => [key, value]));
        const records = seen.map(({ value }) => readSeen(value));
        return {
          upTo: readCursor(cursors.get(wire)).cursor?.seq ?? 0,
          ids: records.flatMap((record) => (record?.wire === wire ? record.seen.map(({ id }) => id) : [])),
        };
      }),
  };
}

const numbered = (wire: Wire, upTo: number): readonly string[] =>
  Array.from({ length: upTo }, (_, at) => `${wire} ${at + 1}`);

const failure: fc.Arbitrary<Failure | undefined> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Failure>({ kind: 'fail', fault: 'full' }, { kind: 'fail', fault: 'failed' }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Failure>({ kind: 'crash-before' }, { kind: 'crash-after' }) },
);

test(
  'S8: whatever fails or dies, what is stored as heard is what the stored cursor has passed, each once and in order',
  async () => {
    const step = fc.record({
      what: fc.constantFrom('save', 'save', 'save', 'save', 'turn', 'pass', 'close', 'crash', 'rob'),
      wire: fc.constantFrom(...wires),
      ids: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(300)),
      ms: fc.integer({ min: 0, max: 40_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.infiniteStream(failure), async (steps, failures) => {
        const device = openDevice(failures);
        const { host, store, handled } = device;
        let keeper = await device.start();
        const look = async (): Promise<void> => {
          for (const wire of wires) {
            const { upTo, ids } = await device.stored(wire);
            expect(ids).toEqual(numbered(wire, upTo));
            expect(upTo).toBeLessThanOrEqual(handled[wire]);
          }
        };
        const restart = async (): Promise<void> => {
          store.restart();
          for (const wire of wires) handled[wire] = (await device.stored(wire)).upTo;
          keeper = await device.start();
        };
        for (const { what, wire, ids, ms } of steps) {
          if (what === 'save') device.save(keeper, wire, ids);
          else if (what === 'turn') await Promise.resolve();
          else if (what === 'pass') await host.pass(ms);
          else if (what === 'rob') await device.rob();
          else {
            const closed = what === 'close' ? keeper.close(true) : store.crash();
            await Promise.race([closed, host.pass(60_000)]);
            await restart();
          }
          await look();
          if (store.crashed) await restart();
        }
      }),
      runs(300),
    );
  },
  patience,
);

test('S8: once the store takes things again, everything that was handled is stored, and nobody waits any more', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 6 }), fc.array(fc.nat(3), { maxLength: 30 }), async (times, steps) => {
      const refused: Failure[] = Array.from({ length: times }, () => ({ kind: 'fail', fault: 'full' }));
      const device = openDevice(refused.values());
      const keeper = await device.start();
      for (const ids of steps) {
        if (ids === 0) await device.host.pass(700);
        else device.save(keeper, ids === 3 ? 'printing' : 'orders', ids);
      }
      const stored = keeper.stored();
      await device.host.pass(300_000);
      await stored;
      for (const wire of wires) {
        const upTo = device.handled[wire];
        expect(await device.stored(wire)).toEqual({ upTo, ids: numbered(wire, upTo) });
      }
      expect(keeper.failing).toBeUndefined();
    }),
    runs(100),
  );
});

/** What a schema makes of a row of a list. */
const made: readonly (readonly [what: string, schema: Schema, told: unknown])[] = [
  ['a default', z.object({ id: z.number(), notes: z.string().default('none') }), { id: 1 }],
  ['a field left out', z.object({ id: z.number(), notes: z.string().optional() }), { id: 1, notes: undefined }],
  ['a date', z.object({ at: z.coerce.date() }), { at: '2026-01-01T00:00:01Z' }],
  ['a number that was a text', z.object({ total: z.coerce.number() }), { total: '12.50' }],
  ['no number', z.object({ total: z.string().transform(Number) }), { total: 'free' }],
  ['a minus nothing', z.object({ total: z.number().transform((total) => -total) }), { total: 0 }],
  [
    'a hole in a list',
    z.object({ items: z.array(z.string().or(z.null().transform(() => undefined))) }),
    { items: [null] },
  ],
  ['a method', z.object({ id: z.number() }).transform((row) => ({ ...row, twice: () => row.id * 2 })), { id: 1 }],
  [
    'a map',
    z.object({ tags: z.record(z.string(), z.number()).transform((tags) => new Map(Object.entries(tags))) }),
    { tags: { vip: 1 } },
  ],
];

test.each(made)(
  'S28: %s of a schema is nothing that was left out, and what is left out is',
  async (_, schema, told) => {
    const checked = validate(schema, told);
    if (!checked.ok) throw new Error('it fits');
    const cutOf = async (redact: (row: unknown) => unknown): Promise<boolean | undefined> => {
      const disk = memory();
      const keeper = await openKeeper({
        host: createFakeHost(),
        database: await disk.open('till'),
        problem: (fault) => expect.fail(fault),
        redact,
      });
      const rows = new KnownRows();
      const row = { key: rowKey('orders', '1'), version: 1 };
      rows.put(row, false, false, 0);
      rows.show(row.key, checked.value);
      keeper.save(
        'orders',
        { cursor: undefined, closed: [], marks: new Map(), seen: [], rows: [{ row, deleted: false }] },
        rows,
      );
      await keeper.close(true);
      const [stored] = await (await disk.open('till')).read('rows');
      return readRow(stored?.value)?.isCut;
    };
    expect(await cutOf((row) => row)).toBe(false);
    expect(await cutOf((row) => ({ ...(row as object) }))).toBe(false);
    // In place, as the shortest hook does it.
    expect(await cutOf((row) => Object.assign(row as object, { secret: null }))).toBe(true);
    expect(await cutOf(() => null)).toBe(true);
  },
);

test('S28: a sum that the schema makes of cents is not divided again by a restart: a whole list is asked for it', async () => {
  const disk = memory();
  const open = async (): Promise<Keeper> =>
    openKeeper({
      host: createFakeHost(),
      database: await disk.open('till'),
      problem: (fault) => expect.fail(fault),
    });
  const schema = z.object({ total: z.number().transform((cents) => cents / 100) });
  const first = await open();
  const rows = new KnownRows();
  const row = { key: rowKey('orders', '1'), version: 1 };
  rows.put(row, false, false, 0);
  rows.show(row.key, schema.parse({ total: 1_250 }));
  const marks = new Map([['orders', { asOf: '2026-01-01T00:00:00Z', tombstones: true }]]);
  first.save('orders', { cursor: undefined, closed: [], marks, seen: [], rows: [{ row, deleted: false }] }, rows);
  await first.close(true);
  const second = await open();
  const read = await second.channel('orders', new Map([['orders', schema]]));
  expect(read.rows.get(row.key)).toMatchObject({ version: 1, isCut: true, value: undefined });
  expect(read.marks.get('orders')).toEqual({ asOf: undefined, tombstones: true });
  await second.close(true);
});

test('S8: what waits while the last commit of a run fails is stored whole or not at all', async () => {
  const store = memory();
  const disk = await store.open('till');
  let fail: (() => void) | undefined;
  const keeper = await openKeeper({
    host: createFakeHost(),
    database: {
      ...disk,
      commit: (commit) =>
        fail === undefined
          ? new Promise((_, reject) => {
              fail = () => reject(new StoreError('failed', 'The store did not answer.'));
            })
          : disk.commit(commit),
    },
    problem: () => undefined,
  });
  for (const seq of [1, 2]) {
    keeper.put('inbox', `work ${seq}`, seq);
    keeper.save(
      'orders',
      { cursor: { epoch: undefined, seq }, closed: [], marks: new Map(), seen: [{ id: `e${seq}`, seq }], rows: [] },
      new KnownRows(),
    );
  }
  const closing = keeper.close(true);
  fail?.();
  await closing;
  const after = await store.open('till');
  const next = await openKeeper({ host: createFakeHost(), database: after, problem: () => undefined });
  // The log tells both again, because no cursor passed them: they must not be taken for handled without their work.
  expect([next.heard.on('orders').has('e1'), next.heard.on('orders').has('e2')]).toEqual([false, false]);
  expect(await after.read('inbox')).toEqual([]);
});

test('S28: where rows could not be read back, the next list of each is read whole, also after another restart', async () => {
  const disk = memory();
  const marks = new Map([['orders', { asOf: '2026-01-01T00:00:00Z', tombstones: true }]]);
  const open = async (hasLost: boolean): Promise<Keeper> => {
    const database = await disk.open('till');
    return openKeeper({
      host: createFakeHost(),
      database: { ...database, hasLost: (table) => hasLost && table === 'rows' },
      problem: (fault) => expect.fail(fault),
    });
  };
  const first = await open(false);
  const commit = { cursor: undefined, closed: [], marks, seen: [], rows: [] };
  first.save('orders', commit, new KnownRows());
  first.save(
    'kitchen',
    { ...commit, marks: new Map([['tickets', { asOf: 'then', tombstones: false }]]) },
    new KnownRows(),
  );
  await first.close(true);
  const lists = (list: string) => new Map([[list, z.object({})]]);
  const damaged = await open(true);
  expect((await damaged.channel('orders', lists('orders'))).marks.get('orders')).toEqual({
    asOf: undefined,
    tombstones: true,
  });
  await damaged.close(true);
  const next = await open(false);
  expect((await next.channel('orders', lists('orders'))).marks.get('orders')?.asOf).toBeUndefined();
  expect((await next.channel('kitchen', lists('tickets'))).marks.get('tickets')).toEqual({
    asOf: undefined,
    tombstones: false,
  });
  await next.close(true);
});
