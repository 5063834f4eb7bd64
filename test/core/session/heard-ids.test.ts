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

test('whatever comes and goes, it knows what a list would know', () => {
  const limits = { keepAtLeast: 20, keepForMs: 50, keepAtMost: 150 };
  const step = fc.record({ id: fc.nat(400), wire: fc.constantFrom('x', 'y'), told: fc.boolean(), afterMs: fc.nat(1) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 300, maxLength: 600 }), (steps) => {
      const heard = new HeardIds(limits);
      /** The oldest first. */
      const all = new Map<string, { readonly atMs: number; readonly wires: Set<string>; isTold: boolean }>();
      const answers: unknown[] = [];
      const expected: unknown[] = [];
      let nowMs = 0;
      for (const { id: number, wire, told, afterMs } of steps) {
        nowMs += afterMs;
        const id = `order-${number}`;
        const known = all.get(id) ?? { atMs: nowMs, wires: new Set(), isTold: false };
        answers.push(heard.on(wire).add(id, nowMs));
        expected.push(!known.wires.has(wire));
        known.wires.add(wire);
        all.set(id, known);
        const isNew = known.wires.size === 1 && known.atMs === nowMs;
        for (const [oldest, { atMs }] of isNew ? [...all] : []) {
          const isTooMuch = all.size > limits.keepAtMost;
          if (!isTooMuch && (all.size <= limits.keepAtLeast || atMs > nowMs - limits.keepForMs)) break;
          all.delete(oldest);
        }
        if (told) {
          answers.push(heard.tell(id));
          expected.push(!known.isTold);
          known.isTold = true;
        }
      }
      for (let number = 0; number <= 400; number += 1) {
        for (const wire of ['x', 'y']) {
          answers.push(heard.on(wire).has(`order-${number}`));
          expected.push(all.get(`order-${number}`)?.wires.has(wire) === true);
        }
      }
      expect(answers).toEqual(expected);
      expect(heard.size).toBe(all.size);
    }),
    runs(100),
  );
});
