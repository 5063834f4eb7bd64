// The suite that strangers run against their stores notices what it should: a store that is wrong in one thing fails it.
import { storeConformance, type TestFramework } from 'heard/testing';
import { expect, test } from 'vitest';
import { memory } from '../../src/storage/memory.ts';
import { StoreError, type Database, type Store } from '../../src/storage/store.ts';

/** The promises that were broken. */
async function brokenPromises(create: () => Store): Promise<readonly string[]> {
  const promises: { readonly name: string; readonly run: () => Promise<void> }[] = [];
  const framework: TestFramework = { test: (name, run) => void promises.push({ name, run }), expect };
  storeConformance(framework, () => ({ store: create() }));
  const broken: string[] = [];
  for (const { name, run } of promises)
    await run().catch(() => {
      broken.push(name);
    });
  return broken;
}

/** Memory, but for what `change` does to each database that is opened. */
const wrong = (change: (database: Database) => Partial<Database>) => (): Store => {
  const store = memory();
  return {
    ...store,
    open: async (name, signal) => {
      const database = await store.open(name, signal);
      return { ...database, ...change(database) };
    },
  };
};

test('memory breaks none', async () => {
  expect(await brokenPromises(memory)).toEqual([]);
});

test.each<[string, () => Store, RegExp]>([
  [
    'writes one record after the other',
    wrong(({ commit }) => ({
      async commit(asked) {
        for (const write of asked.writes) await commit({ ...asked, writes: [write] });
      },
    })),
    /nothing of a commit is written when one of its values cannot be/,
  ],
  [
    'says that it is written before it is',
    wrong(({ commit }) => ({
      commit(asked) {
        setImmediate(() => void commit(asked).catch(() => undefined));
        return Promise.resolve();
      },
    })),
    /goes wrong \(crash/,
  ],
  [
    'writes what it refuses',
    wrong(({ commit }) => ({
      async commit(asked) {
        await commit(asked);
        if (asked.writes.some(({ value }) => value === 2)) throw new StoreError('failed', 'Written all the same.');
      },
    })),
    /goes wrong/,
  ],
  [
    'does not look at the condition',
    wrong(({ commit }) => ({ commit: ({ writes, durability }) => commit({ writes, durability }) })),
    /exactly one wins each time/,
  ],
])('a store that %s is found out', async (_, create, promise) => {
  const broken = await brokenPromises(create);
  expect(broken.some((name) => promise.test(name))).toBe(true);
});
