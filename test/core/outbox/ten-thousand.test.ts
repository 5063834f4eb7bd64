// A long day without a network: as many orders as the outbox takes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { memory } from '../../../src/storage/memory.ts';
import { sqlite } from '../../../src/storage/sqlite.ts';
import type { Database, Store } from '../../../src/storage/store.ts';
import { patience, runs } from '../../effort.ts';
import { heapBytes } from '../../heap.ts';
import { createRig, ok, type Input, type Rig } from './rig.ts';

/** Fewer while working. */
const maxItems = Math.min(10_000, runs(10_000).numRuns);
const lanes = 50;
/** A record, and what is known of it beside. */
const mostBytesEach = 1_500;
const inOrder: readonly number[] = Array.from({ length: maxItems }, (_, n) => n);

const numberOf = (input: unknown): number => (input as Input).n;
const pendingIn = ({ outbox }: Rig): readonly number[] => outbox.pending().map(({ input }) => numberOf(input));

/** As many as it takes were taken in, and then the device was switched off and on again. */
async function switchedOffAndOn(store: Store): Promise<Database> {
  const database = await store.open('till');
  const rig = await createRig({ database, pausedFor: ['offline'], settings: { maxItems } });
  await Promise.all(inOrder.map((n) => rig.outbox.enqueue('key', { n, lane: `lane ${n % lanes}` })));
  await expect(rig.outbox.enqueue('key', { n: maxItems })).rejects.toMatchObject({ code: 'too-many' });
  expect(pendingIn(rig)).toEqual(inOrder);
  await rig.outbox.dispose();
  await database.close();
  return store.open('till');
}

test(
  'O5: a full outbox goes out in order after a restart, each once, and leaves little behind',
  async () => {
    const database = await switchedOffAndOn(memory());
    const rig = await createRig({ database, pausedFor: ['offline'], serve: () => ok() });
    rig.outbox.resume('offline');
    expect(await rig.outbox.drain()).toMatchObject({ sent: maxItems, parked: 0, remaining: 0 });
    const sent = rig.asked.map(({ body }) => numberOf(body));
    expect(sent.toSorted((left, right) => left - right)).toEqual(inOrder);
    for (let lane = 0; lane < lanes; lane += 1) {
      const own = sent.filter((n) => n % lanes === lane);
      expect(own).toEqual(own.toSorted((left, right) => left - right));
    }
    // The oldest goes first: none is overtaken by more than the lanes allow.
    expect(Math.max(...sent.map((n, place) => Math.abs(n - place)))).toBeLessThan(lanes);
    await rig.outbox.dispose();
    // What was answered is forgotten, but for the journal.
    expect((await database.read('outbox')).length).toBeLessThan(250);
  },
  patience,
);

test(
  'O5: a full outbox on a disk is in order after a restart, and takes little memory',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heard-many-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const database = await switchedOffAndOn(sqlite({ folder }));
    const before = await heapBytes();
    const rig = await createRig({ database, pausedFor: ['offline'] });
    expect((await heapBytes()) - before).toBeLessThan(maxItems * mostBytesEach);
    expect(pendingIn(rig)).toEqual(inOrder);
    await rig.outbox.dispose();
    await database.close();
  },
  patience,
);
