import { expect, test } from 'vitest';
import { noteDoes, readDoes } from '../../../src/core/tabs/does.ts';
import { createTabWork } from '../../../src/core/tabs/tab-work.ts';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { memory } from '../../../src/storage/memory.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';

const dayMs = 86_400_000;

test('T9: what a tab does is remembered for 7 days after it has said so last', async () => {
  const store = memory();
  await noteDoes(store, 'till', ['PrintJobQueued'], 0);
  await noteDoes(store, 'till', ['PaymentCaptured'], dayMs);
  expect(await readDoes(store, 'till', 7 * dayMs - 1)).toEqual(['PaymentCaptured', 'PrintJobQueued']);
  expect(await readDoes(store, 'till', 7 * dayMs)).toEqual(['PaymentCaptured']);
  expect(await readDoes(store, 'bar', 0)).toEqual([]);
});

test('T9: a tab that is open for weeks is not forgotten, and leaves no timer when it ends', async () => {
  const host = createFakeHost();
  const store = memory();
  const work = createTabWork({
    host,
    tab: 'me',
    contract: laravelPos,
    processors: new Map([['PrintJobQueued', { handler: () => undefined, runs: new Map() }]]),
    store,
    storeName: 'till',
    locks: undefined,
    name: 'till',
    post: () => undefined,
    reign: () => undefined,
    signal: () => undefined,
  });
  await work.declare();
  await work.begin();
  await host.pass(30 * dayMs);
  expect(await readDoes(store, 'till', host.clock.wallMs())).toEqual(['PrintJobQueued']);
  await work.end();
  expect(host.pendingTimers).toBe(0);
});
