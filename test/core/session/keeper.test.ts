// What the keeper writes over a store that fails, dies in the middle, or is taken by somebody else.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openKeeper, type Keeper } from '../../../src/core/session/keeper.ts';
import { readCursor, readSeen } from '../../../src/core/session/records.ts';
import { KnownRows } from '../../../src/core/stream/rows.ts';
import { memory } from '../../../src/storage/memory.ts';
import type { Database, StoreFault } from '../../../src/storage/store.ts';
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
