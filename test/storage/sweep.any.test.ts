// The plans of failingStore, swept over a scenario: each operation fails in each way, and what was acknowledged is there.
import { expect, test } from 'vitest';
import { memory } from '../../src/storage/memory.ts';
import { StoreError, type Commit, type Store } from '../../src/storage/store.ts';
import { failAt, failingStore, type FailingStore } from '../../src/testing/failing-store.ts';
import { storeFailures } from '../../src/testing/store-fail-points.ts';

const pair = (number: number): Commit => ({
  writes: [
    { table: 'outbox', key: String(number), value: number },
    { table: 'cursors', key: String(number), value: number },
  ],
  durability: 'strict',
});

interface Told {
  readonly written: number[];
  readonly refused: number[];
  readonly lost: number[];
  readonly faults: string[];
  ended: boolean;
}

/** Writes, closes, opens again, goes on after a loss. Returns at the end, and hangs where the store hangs. */
async function scenario(store: Store, told: Told): Promise<void> {
  for (let opening = 0; opening < 3; opening += 1) {
    try {
      const database = await store.open('kds');
      database.onLost((fault) => void told.faults.push(`told ${fault}`));
      for (let step = 0; step < 3; step += 1) {
        const number = opening * 3 + step;
        try {
          await database.commit(pair(number));
          told.written.push(number);
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          (error.fault === 'lost' ? told.lost : told.refused).push(number);
          throw error;
        }
        await database.read('outbox');
      }
      await database.close();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      told.faults.push(error.fault);
    }
  }
  told.ended = true;
}

async function keysOf(store: Store): Promise<readonly number[]> {
  const database = await store.open('kds');
  const [outbox, cursors] = [await database.read('outbox'), await database.read('cursors')];
  // All or nothing.
  expect(cursors).toEqual(outbox);
  await database.close();
  return outbox.map(({ value }) => Number(value));
}

/** Long enough for every promise of the scenario over memory; what is still waiting then waits for ever. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 500; turn += 1) await Promise.resolve();
}

const nothingTold = (): Told => ({ written: [], refused: [], lost: [], faults: [], ended: false });

async function operationsOf(): Promise<number> {
  const store = failingStore(memory(), () => undefined);
  await scenario(store, nothingTold());
  return store.operations;
}

test.each(storeFailures)('with $kind at any operation, what was told holds afterwards', async (failure) => {
  const count = await operationsOf();
  expect(count).toBe(24);
  for (let number = 1; number <= count; number += 1) {
    const inner = memory();
    const store: FailingStore = failingStore(inner, failAt(number, failure));
    const told = nothingTold();
    void scenario(store, told);
    await settled();
    expect(store.fired).toMatchObject([{ operation: { number }, failure }]);
    const silent = failure.kind === 'hang' || failure.kind.startsWith('crash');
    expect([number, told.ended]).toEqual([number, !silent]);
    expect([number, store.crashed]).toEqual([number, failure.kind.startsWith('crash')]);
    store.restart();
    const present = await keysOf(store);
    expect(present).toEqual(await keysOf(inner));
    for (const each of told.written) expect(present).toContain(each);
    for (const each of told.refused) expect(present).not.toContain(each);
    const atCommit = store.fired[0]?.operation.kind === 'commit';
    // The one that nobody was told about: written if the crash, or the loss, came afterwards.
    const unclear = present.filter((each) => !told.written.includes(each));
    expect([number, unclear.length]).toEqual([number, atCommit && failure.kind.endsWith('-after') ? 1 : 0]);
    const tells = failure.kind.startsWith('lose') && store.fired[0]?.operation.kind !== 'open';
    expect([number, told.faults.includes('told lost')]).toEqual([number, tells]);
  }
});

test('what was open when the process died does nothing any more, also after the restart', async () => {
  const inner = memory();
  const store = failingStore(inner, () => undefined);
  const database = await store.open('kds');
  await database.commit(pair(1));
  let heard = 0;
  const listen = (): void => void (heard += 1);
  database.commit(pair(2)).then(listen, listen);
  store.crash();
  store.restart();
  for (const operation of [database.commit(pair(3)), database.read('outbox'), database.close()])
    operation.then(listen, listen);
  await settled();
  expect(heard).toBe(0);
  expect(await keysOf(store)).toEqual([1, 2]);
});

test('between crash and restart nothing opens', async () => {
  const store = failingStore(memory(), failAt(1, { kind: 'crash-after' }));
  let opened = false;
  const open = (): void => void store.open('kds').then(() => (opened = true));
  open();
  await settled();
  open();
  await settled();
  expect(opened).toBe(false);
  store.restart();
  open();
  await settled();
  expect(opened).toBe(true);
});

test('a plan may draw every time, and sees what is committed', async () => {
  const refused: string[] = [];
  const store = failingStore(memory(), ({ kind, commit }) => {
    if (kind !== 'commit' || !commit?.writes.some(({ table }) => table === 'cursors')) return undefined;
    refused.push(String(commit.writes[0]?.key));
    return { kind: 'fail', fault: 'full' };
  });
  const told = nothingTold();
  await scenario(store, told);
  expect(refused).toEqual(['0', '3', '6']);
  expect(told.refused).toEqual([0, 3, 6]);
  expect(store.fired).toHaveLength(3);
});
