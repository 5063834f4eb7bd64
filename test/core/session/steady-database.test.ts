// A store that is slow, and a device that sleeps: only one of them is a fault.
import { describe, expect, test } from 'vitest';
import { openSteadily } from '../../../src/core/session/steady-database.ts';
import { memory } from '../../../src/storage/memory.ts';
import type { Commit, Store, StoreFault } from '../../../src/storage/store.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';

const commit: Commit = { durability: 'strict', writes: [{ table: 'outbox', key: 'a', value: 1 }] };

/** One commit is under way, and done when the test says so. */
async function committing() {
  const host = createFakeHost();
  const inner = memory();
  const faults: string[] = [];
  let done = (): void => undefined;
  const store: Store = {
    ...inner,
    async open(name) {
      const database = await inner.open(name);
      const slow = (asked: Commit): Promise<void> =>
        new Promise((resolve, reject) => {
          done = () => void database.commit(asked).then(resolve, reject);
        });
      return { ...database, commit: slow };
    },
  };
  const database = await openSteadily({
    host,
    store,
    fallback: memory(),
    name: 'till',
    problem: (fault) => void faults.push(fault),
    evicted: () => undefined,
  });
  let end = 'under way';
  database.commit(commit).then(
    () => (end = 'stored'),
    () => (end = 'failed'),
  );
  return { host, faults, done: () => done(), end: () => end };
}

describe('a commit under way', () => {
  test('fails when the store does not answer for 5 s', async () => {
    const { host, end } = await committing();
    await host.pass(4_999);
    expect(end()).toBe('under way');
    await host.pass(1);
    expect(end()).toBe('failed');
    expect(host.pendingTimers).toBe(0);
  });

  test.each(['runs', 'stops'] as const)(
    'is not called failed because the device slept meanwhile (its monotonic clock %s; F90)',
    async (clock) => {
      const { host, faults, done, end } = await committing();
      await host.pass(1_000);
      host.sleep(8 * 3_600_000, clock);
      await host.pass(4_500);
      expect(end()).toBe('under way');
      done();
      await host.pass(1);
      expect(end()).toBe('stored');
      expect(faults).toEqual([]);
      expect(host.pendingTimers).toBe(0);
    },
  );

  test('fails when the store does not answer after the device has woken, either', async () => {
    const { host, end } = await committing();
    host.sleep(8 * 3_600_000, 'runs');
    await host.pass(5_000);
    expect(end()).toBe('failed');
  });

  test('of a page that nobody looks at comes to an end, too (F86)', async () => {
    const { host, end } = await committing();
    host.throttle(60_000);
    await host.pass(300_000);
    expect(end()).toBe('failed');
  });
});

describe('a memory that was given up', () => {
  const silent = () => new Promise<never>(() => undefined);

  test('is not taken up again by an opening that was under way', async () => {
    const host = createFakeHost();
    const disk = memory();
    const opening: { lose?: (fault: StoreFault) => void; end?: () => void } = {};
    let opened = 0;
    const store: Store = {
      ...disk,
      async open(name) {
        opened += 1;
        const database = await disk.open(name);
        if (opened === 1)
          return {
            ...database,
            read: silent,
            onLost(listener) {
              opening.lose = listener;
              return () => undefined;
            },
          };
        await new Promise<void>((resolve) => (opening.end = resolve));
        return database;
      },
    };
    const steady = await openSteadily({
      host,
      store,
      fallback: memory(),
      name: 'till',
      problem: () => undefined,
      evicted: () => undefined,
    });
    const reading = steady.read('rows');
    await host.pass(12_000);
    // The browser closes the connection; what hangs goes on hanging.
    opening.lose?.('lost');
    await host.pass(3_500);
    expect(await reading).toEqual([]);
    expect([steady.isDegraded, steady.hasForgotten]).toEqual([true, true]);
    opening.end?.();
    await host.pass(10);
    await steady.commit(commit);
    // A run that knows nothing of what is there must not leave its positions in it.
    expect(await (await disk.open('till')).read('outbox')).toEqual([]);
    expect(await steady.read('outbox')).toHaveLength(1);
  });
});
