import fc from 'fast-check';
import { expect, test } from 'vitest';
import { storable } from '../../../src/core/session/storable.ts';

test('what is stored of a value is what JSON says of it', () => {
  fc.assert(
    fc.property(fc.anything({ withDate: true, withNullPrototype: true, withSparseArray: true }), (value) => {
      const text = JSON.stringify(value);
      expect(storable(value)).toEqual(text === undefined ? undefined : JSON.parse(text));
    }),
  );
});

test('a row that is changed afterwards is stored as it was', () => {
  const row = { id: 1, totals: { total: 31_400 }, items: [{ name: 'Margherita' }] };
  const stored = storable(row);
  row.totals.total = 0;
  row.items.pop();
  expect(stored).toEqual({ id: 1, totals: { total: 31_400 }, items: [{ name: 'Margherita' }] });
});

test('a field called __proto__ is data', () => {
  const row: unknown = JSON.parse('{"__proto__":{"isAdmin":true},"id":1}');
  expect(JSON.stringify(storable(row))).toBe('{"__proto__":{"isAdmin":true},"id":1}');
});

test('what contains itself is refused', () => {
  const row: Record<string, unknown> = {};
  row['self'] = row;
  expect(() => storable(row)).toThrow(TypeError);
});
