import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HeardIds } from '../../../src/core/session/heard-ids.ts';
import { runs } from '../../effort.ts';

test('each channel has its own ids, and each id is told once', () => {
  const step = fc.record({
    id: fc.constantFrom('a', 'b', '__proto__', 'd'),
    wire: fc.constantFrom('x', 'y', 'z'),
    told: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const heard = new HeardIds();
      const on = new Map<string, Set<string>>();
      const told = new Set<string>();
      for (const { id, wire, told: isTold } of steps) {
        const own = on.get(wire) ?? new Set<string>();
        on.set(wire, own);
        const seen = heard.on(wire);
        expect(seen.has(id)).toBe(own.has(id));
        expect(seen.add(id, 0)).toBe(!own.has(id));
        own.add(id);
        if (!isTold) continue;
        expect(heard.tell(id)).toBe(!told.has(id));
        told.add(id);
      }
    }),
    runs(300),
  );
});

test('all channels together remember so many, and the oldest go first', () => {
  const heard = new HeardIds({ keepAtLeast: 2, keepForMs: 100, keepAtMost: 4 });
  for (let id = 1; id <= 5; id += 1) heard.on(`wire-${id % 2}`).add(`${id}`, id);
  const known = () => [1, 2, 3, 4, 5, 6].filter((id) => heard.on(`wire-${id % 2}`).has(`${id}`));
  expect(known()).toEqual([2, 3, 4, 5]);
  heard.on('wire-0').add('6', 1_000);
  expect(known()).toEqual([5, 6]);
  expect(heard.size).toBe(2);
  // Who is forgotten may be told again: nobody knows better.
  expect(heard.tell('1')).toBe(true);
});
