import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Priority } from '../../../src/contract/event.ts';
import { Lanes, type Standing } from '../../../src/core/inbox/lanes.ts';
import { runs } from '../../effort.ts';

interface Car extends Standing {
  readonly name: number;
  waits: boolean;
}

function car(name: number, lane: string, priority: Priority = 'normal'): Car {
  const made: Car = { name, lane, priority, waits: true, isWaiting: () => made.waits };
  return made;
}

function drained(lanes: Lanes<Car>): number[] {
  const names: number[] = [];
  for (let next = lanes.next(); next !== undefined; next = lanes.next()) {
    names.push(next.name);
    lanes.remove(next);
  }
  return names;
}

test('I8: the first of each lane alone, the lanes in turn', () => {
  const lanes = new Lanes<Car>();
  for (const [name, lane] of [
    [1, 'a'],
    [2, 'a'],
    [3, 'b'],
    [4, 'a'],
    [5, 'b'],
  ] as const)
    lanes.add(car(name, lane));
  expect(lanes.next()?.name).toBe(1);
  expect(lanes.next()?.name).toBe(3);
  expect(lanes.next()).toBeUndefined();
});

test('I8: the most urgent first, among equals the one that waited longest', () => {
  const lanes = new Lanes<Car>();
  lanes.add(car(1, 'a', 'background'));
  lanes.add(car(2, 'b'));
  lanes.add(car(3, 'c', 'critical'));
  lanes.add(car(4, 'd'));
  lanes.add(car(5, 'e', 'critical'));
  expect(drained(lanes)).toEqual([3, 5, 2, 4, 1]);
});

test('I8: a lane whose first has left is as urgent as the next one', () => {
  const lanes = new Lanes<Car>();
  const first = car(1, 'a', 'critical');
  lanes.add(first);
  lanes.add(car(2, 'a', 'background'));
  lanes.add(car(3, 'b'));
  lanes.remove(first);
  expect(drained(lanes)).toEqual([3, 2]);
});

test('I8: whoever comes and goes, every lane keeps its order and nobody is forgotten', () => {
  const move = fc.record({
    kind: fc.constantFrom('add', 'leave', 'next'),
    lane: fc.constantFrom('a', 'b', 'c'),
    priority: fc.constantFrom<Priority[]>('critical', 'normal', 'background'),
    which: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(move, { maxLength: 400 }), (moves) => {
      const lanes = new Lanes<Car>();
      const expected = new Map<string, Car[]>();
      const overtakers: Car[] = [];
      const leave = (one: Car): void => {
        lanes.remove(one);
        expected.set(
          one.lane,
          (expected.get(one.lane) ?? []).filter((other) => other !== one),
        );
      };
      for (const [name, { kind, lane, priority, which }] of moves.entries()) {
        const queue = expected.get(lane) ?? [];
        if (kind === 'add') {
          const added = car(name, lane, priority);
          lanes.add(added);
          expected.set(lane, [...queue, added]);
        } else if (kind === 'leave') {
          const gone = queue[which % Math.max(1, queue.length)];
          if (gone !== undefined) leave(gone);
        } else {
          const next = lanes.next();
          if (next === undefined) continue;
          if (expected.get(next.lane)?.[0] !== next) overtakers.push(next);
          leave(next);
        }
      }
      expect(overtakers).toEqual([]);
      const rest = [...expected.values()].flat();
      expect(drained(lanes).toSorted((one, other) => one - other)).toEqual(
        rest.map(({ name }) => name).toSorted((one, other) => one - other),
      );
    }),
    runs(300),
  );
});
