import { expect, test, vi } from 'vitest';
import { eventsOf } from '../../../src/core/consume/event-queue.ts';
import { observableOf } from '../../../src/core/consume/observable.ts';
import { waitFor } from '../../../src/core/consume/wait-for.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';
import { patience } from '../../effort.ts';
import { heapBytes, megabyte } from '../../heap.ts';
import { createRig, quiet } from './rig.ts';

vi.setConfig({ testTimeout: patience });

/** Each of these would hold far more than the limit if one of its rounds were remembered. */
async function growthOf(round: (number: number) => unknown, rounds: number): Promise<number> {
  await round(0);
  const before = await heapBytes();
  for (let number = 1; number <= rounds; number += 1) await round(number);
  return (await heapBytes()) - before;
}

/** A handler that nobody can keep without being noticed. */
function heavy(): () => number {
  const ballast = Array.from({ length: 4_096 }, () => 1);
  return () => ballast.length;
}

test('who unsubscribed is forgotten, whatever was subscribed besides', async () => {
  const { consumers } = createRig();
  consumers.on(['A', 'B'], () => undefined);
  consumers.on('*', () => undefined);
  const growth = await growthOf(() => {
    consumers.on(['A', 'C'], heavy())();
    consumers.on('*', heavy())();
  }, 500);
  expect(growth).toBeLessThan(2 * megabyte);
});

test('names that an app makes up are forgotten with their last handler', async () => {
  const { consumers } = createRig();
  consumers.on('*', () => undefined);
  const growth = await growthOf((number) => consumers.on(String(number).padStart(4_096, '-'), () => 1)(), 2_500);
  expect(growth).toBeLessThan(2 * megabyte);
});

test('a loop forgets the events that it is done with', async () => {
  const { consumers, say } = createRig();
  const events = eventsOf(consumers, 'A');
  const growth = await growthOf(async () => {
    say('A');
    await events.next();
  }, 50_000);
  expect(growth).toBeLessThan(2 * megabyte);
  await events.return();
});

test('a loop that nobody walks holds its buffer and no more', async () => {
  const { consumers, say } = createRig();
  eventsOf(consumers, 'A', { buffer: 10 });
  expect(await growthOf(() => say('A'), 50_000)).toBeLessThan(2 * megabyte);
  expect(consumers.size).toBe(1);
});

test('waiting, observing and walking leave nothing behind', async () => {
  const { consumers, say } = createRig();
  const host = createFakeHost();
  const { signal } = new AbortController();
  const growth = await growthOf(async () => {
    const ballast = heavy();
    const waiting = waitFor(consumers, host, 'A', () => ballast() > 0, { timeoutMs: 10, signal });
    const subscription = observableOf(consumers, 'A', { signal }).subscribe(heavy());
    const events = eventsOf(consumers, 'A', { signal });
    say('A');
    await waiting;
    subscription.unsubscribe();
    await events.return();
    host.advance(10);
    await quiet();
  }, 500);
  expect(growth).toBeLessThan(2 * megabyte);
  expect([consumers.size, host.pendingTimers]).toEqual([0, 0]);
});
