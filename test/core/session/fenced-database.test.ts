// Which of several clients over one memory may go on, where the first of them found a disk that was full.
import { expect, test } from 'vitest';
import { fenceOff, running } from '../../../src/core/session/fenced-database.ts';
import { openSteadily, type SteadyDatabase } from '../../../src/core/session/steady-database.ts';
import { memory } from '../../../src/storage/memory.ts';
import { StoreError, type Commit, type Store, type StoredValue } from '../../../src/storage/store.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';

const open = (store: Store): Promise<SteadyDatabase> =>
  openSteadily({
    host: createFakeHost(),
    store,
    fallback: memory(),
    name: 'till',
    problem: () => undefined,
    evicted: () => undefined,
  });

const order = (value: StoredValue | undefined): Commit => ({
  writes: [{ table: 'outbox', key: 'm1', value }],
  durability: 'strict',
});

test('who could not take the memory does not send what another one has sent meanwhile, also after a run that ended well', async () => {
  const disk = memory();
  const outside = await disk.open('till');
  await outside.commit(order({ state: 'pending' }));
  await outside.commit({ writes: [{ ...running, value: '' }], durability: 'strict' });
  let isFull = true;
  const late = await fenceOff(
    await open({
      ...disk,
      async open(name) {
        const database = await disk.open(name);
        return {
          ...database,
          commit: (commit) => (isFull ? Promise.reject(new StoreError('full', 'No room.')) : database.commit(commit)),
        };
      },
    }),
    'late',
    () => undefined,
  );
  expect(await late.read('outbox')).toHaveLength(1);
  const other = await fenceOff(await open(disk), 'other', () => undefined);
  await other.commit({ ...order({ state: 'inflight' }), only: other.fence });
  await other.commit({ ...order(undefined), only: other.fence });
  await other.commit({ writes: [{ ...running, value: '' }], durability: 'strict', only: other.fence });
  isFull = false;
  const sending = late.commit({ ...order({ state: 'inflight' }), only: late.fence });
  await expect(sending).rejects.toMatchObject({ fault: 'fenced' });
});

test('a memory that is given up while it is looked for whoever had it counts as forgotten', async () => {
  const inner = memory();
  const steady = await open({
    ...inner,
    open: async (name) => ({
      ...(await inner.open(name)),
      read: () => Promise.reject(new StoreError('failed', 'The disk says no.')),
    }),
  });
  const fenced = await fenceOff(steady, 'a', () => undefined);
  expect([fenced.isDegraded, fenced.hasForgotten]).toEqual([true, true]);
});
