import { expect, test } from 'vitest';
import { createSeenLog } from '../../../src/core/session/seen-log.ts';

const limits = { atLeast: 3, forMs: 1_000, atMost: 6 };
const ids = (...numbers: readonly number[]) => numbers.map((seq) => ({ seq, id: `id-${seq}` }));

test('what one commit handled is one record for each channel, and comes back after a restart', () => {
  const log = createSeenLog();
  log.add('orders', [...ids(1, 2), { seq: undefined, id: 'row' }], 0, 1_700_000_000_000);
  log.add('printing', ids(7), 0, 1_700_000_000_000);
  const written = log.take();
  const next = createSeenLog();
  expect(written.map((record) => next.load(record, 500, 1_700_000_000_200))).toMatchObject([
    { wire: 'orders', atMs: 300 },
    { wire: 'printing', atMs: 300 },
  ]);
  expect(next.of('orders', 10)).toEqual([...ids(1, 2), { seq: undefined, id: 'row' }]);
  expect(next.of('orders', 1)).toEqual([{ seq: undefined, id: 'row' }]);
  next.add('orders', ids(3), 0, 0);
  const keys = [...written, ...next.take()].map(({ key }) => key);
  expect(keys.toSorted()).toEqual(keys);
  expect(new Set(keys).size).toBe(3);
});

test('what is handled while a record waits to be written goes into it, and not once it is being written', () => {
  const log = createSeenLog();
  expect(log.isWaiting).toBe(false);
  log.add('orders', ids(1), 0, 0);
  log.add('printing', ids(7), 0, 0);
  log.add('orders', ids(2, 3), 10, 10);
  expect(log.isWaiting).toBe(true);
  expect(log.of('orders', 10)).toEqual(ids(1, 2, 3));
  const first = log.take();
  expect(log.isWaiting).toBe(false);
  log.add('orders', ids(4), 20, 20);
  expect(log.of('orders', 10)).toEqual(ids(1, 2, 3, 4));
  const second = log.take();
  expect([first.length, second.length]).toEqual([2, 1]);
  expect(log.take()).toEqual([]);
  const next = createSeenLog();
  for (const record of [...first, ...second]) next.load(record, 20, 20);
  expect(next.of('orders', 10)).toEqual(ids(1, 2, 3, 4));
  expect(next.of('printing', 10)).toEqual(ids(7));
});

test('a record has no more than 500 ids, of which too many go at once', () => {
  const log = createSeenLog();
  for (let seq = 1; seq <= 1_001; seq += 1) log.add('orders', ids(seq), 0, 0);
  expect(log.take()).toHaveLength(3);
});

test('a record that is too old before it was written is begun anew', () => {
  const log = createSeenLog({ atLeast: 0, forMs: 1_000, atMost: 6 });
  log.add('orders', ids(1), 0, 0);
  const [gone = ''] = log.prune(1_000);
  expect(log.isWaiting).toBe(false);
  log.add('orders', ids(2), 1_000, 1_000);
  expect(log.of('orders', 10)).toEqual(ids(2));
  expect(log.prune(1_500)).toEqual([]);
  const [{ key } = { key: '' }] = log.take();
  expect(key > gone).toBe(true);
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
  log.add('orders', ids(2), 0, 0);
  expect(log.take()[0]?.key).toBe('0000000011');
});

test('a wall clock that was set back makes nothing younger than now', () => {
  const log = createSeenLog();
  log.add('orders', ids(1), 0, 5_000);
  expect(log.take().map((record) => createSeenLog().load(record, 100, 0)?.atMs)).toEqual([100]);
});

test('old records go when enough are left, and the oldest go when there are too many', () => {
  const log = createSeenLog(limits);
  log.add('orders', ids(1, 2), 0, 0);
  const first = log.take().map(({ key }) => key);
  log.add('orders', ids(3, 4, 5), 500, 0);
  const second = log.take().map(({ key }) => key);
  expect(log.prune(999)).toEqual([]);
  expect(log.prune(1_000)).toEqual(first);
  expect(log.prune(5_000)).toEqual([]);
  log.add('orders', ids(6, 7, 8), 600, 0);
  log.take();
  expect(log.prune(700)).toEqual([]);
  log.add('orders', ids(9), 700, 0);
  expect(log.prune(701)).toEqual(second);
  expect(log.of('orders', 10)).toEqual(ids(6, 7, 8, 9));
});

test('it stays small however much goes through', () => {
  const log = createSeenLog(limits);
  const there = new Set<string>();
  for (let seq = 1; seq <= 10_000; seq += 1) {
    log.add('orders', ids(seq), seq, seq);
    for (const { key } of log.take()) there.add(key);
    for (const key of log.prune(seq)) there.delete(key);
  }
  expect(there.size).toBe(6);
  expect(log.of('orders', 10)).toEqual(ids(9_995, 9_996, 9_997, 9_998, 9_999, 10_000));
});
