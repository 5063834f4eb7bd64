import { expect, test } from 'vitest';
import { shareReading } from '../../src/storage/shared-reading.ts';

function readings() {
  const ends: (() => void)[] = [];
  let begun = 0;
  const shared = shareReading(async () => {
    begun += 1;
    const own = begun;
    await new Promise<void>((resolve) => ends.push(resolve));
    return own;
  });
  return { shared, end: (): void => ends.shift()?.(), begun: () => begun };
}

test('who asks while a reading is under way shares the next one with all who do', async () => {
  const { shared, end, begun } = readings();
  const all = [shared.read(), shared.read(), shared.read(), shared.read()];
  expect(begun()).toBe(1);
  end();
  await all[0];
  expect(begun()).toBe(2);
  end();
  expect(await Promise.all(all)).toEqual([1, 2, 2, 2]);
  const later = shared.read();
  end();
  expect(await later).toBe(3);
});

test('what waits begins before something is written, and what is asked for afterwards waits anew', async () => {
  const { shared, end, begun } = readings();
  const [first, before] = [shared.read(), shared.read()];
  shared.beginWaiting();
  expect(begun()).toBe(2);
  const after = shared.read();
  expect(begun()).toBe(2);
  for (let left = 3; left > 0; left -= 1) {
    end();
    await Promise.race([first, before, after]);
    await Promise.resolve();
  }
  end();
  expect(await Promise.all([first, before, after])).toEqual([1, 2, 3]);
});

test('a reading that fails fails for those who share it, and for nobody else', async () => {
  let fails = true;
  const shared = shareReading(() => (fails ? Promise.reject(new Error('no')) : Promise.resolve('read')));
  const both = [shared.read(), shared.read()];
  fails = false;
  await expect(both[0]).rejects.toThrow('no');
  expect(await both[1]).toBe('read');
});
