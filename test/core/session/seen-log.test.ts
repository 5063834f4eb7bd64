import { expect, test } from 'vitest';
import { createSeenLog } from '../../../src/core/session/seen-log.ts';

const limits = { atLeast: 3, forMs: 1_000, atMost: 6 };
const ids = (...numbers: readonly number[]) => numbers.map((seq) => ({ seq, id: `id-${seq}` }));

test('what one commit handled is one record, and comes back after a restart', () => {
  const log = createSeenLog();
  const first = log.add('orders', [...ids(1, 2), { seq: undefined, id: 'row' }], 0, 1_700_000_000_000);
  const second = log.add('printing', ids(7), 0, 1_700_000_000_000);
  expect(first.key < second.key).toBe(true);
  const next = createSeenLog();
  expect(next.load(first, 500, 1_700_000_000_200)).toMatchObject({ wire: 'orders', atMs: 300 });
  next.load(second, 500, 1_700_000_000_200);
  expect(next.of('orders', 10)).toEqual([...ids(1, 2), { seq: undefined, id: 'row' }]);
  expect(next.of('orders', 1)).toEqual([{ seq: undefined, id: 'row' }]);
  expect(next.add('orders', ids(3), 0, 0).key > second.key).toBe(true);
});

test('what is handled while a record waits to be written goes into it, and not once it is being written', () => {
  const log = createSeenLog();
  const first = log.add('orders', ids(1), 0, 0);
  const other = log.add('printing', ids(7), 0, 0);
  const same = log.add('orders', ids(2, 3), 10, 10);
  expect(same.key).toBe(first.key);
  log.seal();
  const second = log.add('orders', ids(4), 20, 20);
  expect(second.key > other.key).toBe(true);
  expect(log.of('orders', 10)).toEqual(ids(1, 2, 3, 4));
  const next = createSeenLog();
  for (const record of [same, other, second]) next.load(record, 20, 20);
  expect(next.of('orders', 10)).toEqual(ids(1, 2, 3, 4));
  expect(next.of('printing', 10)).toEqual(ids(7));
});

test('a record has no more than 500 ids, of which too many go at once', () => {
  const log = createSeenLog();
  const keys = new Set<string>();
  for (let seq = 1; seq <= 1_001; seq += 1) keys.add(log.add('orders', ids(seq), 0, 0).key);
  expect(keys.size).toBe(3);
});

test('a record that is too old before it was written is begun anew', () => {
  const log = createSeenLog({ atLeast: 0, forMs: 1_000, atMost: 6 });
  const first = log.add('orders', ids(1), 0, 0);
  expect(log.prune(1_000)).toEqual([first.key]);
  const second = log.add('orders', ids(2), 1_000, 1_000);
  expect(second.key > first.key).toBe(true);
  expect(log.of('orders', 10)).toEqual(ids(2));
  expect(log.prune(1_500)).toEqual([]);
});

test('what cannot be read is passed over, and its key is not used again', () => {
  const log = createSeenLog();
  expect(log.load({ key: '000000000z', value: { wire: 3 } }, 0, 0)).toBeUndefined();
  expect(
    log.load({ key: '0000000010', value: { wire: 'orders', at: 0, ids: ['a', 4, 'b'], seqs: [1] } }, 0, 0),
  ).toEqual({
    key: '0000000010',
    wire: 'orders',
    atMs: 0,
    seen: [
      { id: 'a', seq: 1 },
      { id: 'b', seq: undefined },
    ],
  });
  expect(log.add('orders', ids(2), 0, 0).key > '0000000010').toBe(true);
});

test('a wall clock that was set back makes nothing younger than now', () => {
  const log = createSeenLog();
  const { key, value } = log.add('orders', ids(1), 0, 5_000);
  expect(createSeenLog().load({ key, value }, 100, 0)?.atMs).toBe(100);
});

test('old records go when enough are left, and the oldest go when there are too many', () => {
  const log = createSeenLog(limits);
  const first = log.add('orders', ids(1, 2), 0, 0);
  log.seal();
  const second = log.add('orders', ids(3, 4, 5), 500, 0);
  log.seal();
  expect(log.prune(999)).toEqual([]);
  expect(log.prune(1_000)).toEqual([first.key]);
  expect(log.prune(5_000)).toEqual([]);
  log.add('orders', ids(6, 7, 8), 600, 0);
  log.seal();
  expect(log.prune(700)).toEqual([]);
  log.add('orders', ids(9), 700, 0);
  expect(log.prune(701)).toEqual([second.key]);
  expect(log.of('orders', 10)).toEqual(ids(6, 7, 8, 9));
});

test('it stays small however much goes through', () => {
  const log = createSeenLog(limits);
  const there = new Set<string>();
  for (let seq = 1; seq <= 10_000; seq += 1) {
    there.add(log.add('orders', ids(seq), seq, seq).key);
    log.seal();
    for (const key of log.prune(seq)) there.delete(key);
  }
  expect(there.size).toBe(6);
  expect(log.of('orders', 10)).toEqual(ids(9_995, 9_996, 9_997, 9_998, 9_999, 10_000));
});
