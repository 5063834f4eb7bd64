import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isNeeded, newestOf, packOf, packsOf, rowTexts, weightOf } from '../../src/storage/row-packs.ts';
import { runs } from '../effort.ts';

const writes = fc.array(
  fc.record({
    key: fc.constantFrom('', 'a', 'b', 'c', '__proto__'),
    value: fc.option(fc.constantFrom(null, 1, 'two', { three: [3] }), { nil: undefined }),
  }),
);

test('packs say what was written last, however they were written', () => {
  fc.assert(
    fc.property(fc.array(writes), (commits) => {
      const expected = new Map<string, string>();
      for (const { key, value } of commits.flat()) {
        if (value === undefined) expected.delete(key);
        else expected.set(key, JSON.stringify(value));
      }
      const packs = commits.flatMap((commit) => packsOf(rowTexts(commit)));
      expect(newestOf(packs)).toEqual(expected);
      // Made anew, or without what nobody needs, they say the same.
      expect(newestOf(packsOf(newestOf(packs)))).toEqual(expected);
      const needed = isNeeded(packs);
      expect(newestOf(packs.filter((_, at) => needed[at]))).toEqual(expected);
    }),
    runs(500),
  );
});

test('what nobody of us has written is neither read nor taken out', () => {
  const strange = ['a text', null, { a: 1 }, [1, 2], [], ['a']];
  expect(newestOf(strange)).toEqual(new Map());
  expect(isNeeded([...strange.slice(0, 3), ['a', '1'], ['a', '2']])).toEqual([true, true, true, false, true]);
});

test('rows that were kept as a record each are one pack', () => {
  expect(packOf(['a', 'b'], [{ id: 1 }, null])).toEqual(['a', '{"id":1}', 'b', 'null']);
});

test('a large row weighs more than a small one', () => {
  const weightIn = (value: string): number => weightOf(packsOf(rowTexts([{ key: 'a', value }])));
  expect(weightIn('x')).toBeLessThan(1.1);
  expect(weightIn('x'.repeat(50_000))).toBeGreaterThan(100);
});
