import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { memory } from '../../src/storage/memory.ts';
import { storeConformance } from '../../src/testing/store-conformance.ts';

describe('memory', () => {
  storeConformance({ test, expect }, () => ({ store: memory() }));

  test('says that it survives no longer than the page', async () => {
    expect((await memory().open('kds')).survives).toBe('page');
  });

  test('two stores know nothing of each other', async () => {
    const [one, two] = [await memory().open('kds'), await memory().open('kds')];
    await one.commit({ writes: [{ table: 'meta', key: 'a', value: 1 }], durability: 'strict' });
    expect(await two.read('meta')).toEqual([]);
  });

  test('a listener that throws keeps neither the next one nor the caller from what is theirs', async () => {
    const uncaught: (() => void)[] = [];
    vi.stubGlobal('queueMicrotask', (task: () => void) => uncaught.push(task));
    onTestFinished(() => void vi.unstubAllGlobals());
    const store = memory();
    const database = await store.open('kds');
    const told: string[] = [];
    database.onLost(() => {
      throw new Error('of the listener');
    });
    database.onLost((fault) => void told.push(fault));
    await store.destroy('kds');
    expect(told).toEqual(['lost']);
    expect(uncaught).toHaveLength(1);
    expect(() => uncaught[0]?.()).toThrow('of the listener');
  });

  test('whoever listens after the loss is told as well', async () => {
    const store = memory();
    const database = await store.open('kds');
    await store.destroy('kds');
    const told = new Promise((resolve) => database.onLost(resolve));
    expect(await told).toBe('lost');
  });
});
