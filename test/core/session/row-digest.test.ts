import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowDigest } from '../../../src/core/session/row-digest.ts';

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, inner]) => [name, shuffled(inner)]),
  );
};

test('the same row has the same digest, in whatever order its fields are', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (row) => {
      expect(rowDigest(shuffled(row))).toBe(rowDigest(row));
    }),
  );
});

test('rows that differ have different digests', () => {
  const rows: unknown[] = [null, true, false, 0, 1, '', '0', '1', 'null', [], {}, [[]], [{}], { a: {} }, { a: [] }];
  rows.push({ a: 1, b: 2 }, { a: 2, b: 1 }, { a: { b: 1 } }, { a: 1 }, { b: 1 }, [1, 2], [2, 1], [[1], 2], [1, [2]]);
  rows.push({ a: 'bc' }, { ab: 'c' }, ['ab', 'c'], ['a', 'bc'], 1.5, -1, 2 ** 31, 2 ** 32, 2 ** 53, 'a', 'aa', 'a\0');
  rows.push(new Date(0), new Date(1));
  for (let id = 0; id < 20_000; id += 1) rows.push({ id, status: 'accepted' }, { id: String(id), status: 'ready' });
  expect(new Set(rows.map(rowDigest)).size).toBe(rows.length);
});

test('what is undefined is not there', () => {
  expect(rowDigest({ id: 1, note: undefined })).toBe(rowDigest({ id: 1 }));
});
