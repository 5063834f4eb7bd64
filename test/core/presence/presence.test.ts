import fc from 'fast-check';
import { expect, test } from 'vitest';
import { movement, nobodyKnows, step, type Presence, type PresenceInput } from '../../../src/core/presence/presence.ts';
import type { Member } from '../../../src/transports/transport.ts';
import { runs } from '../../effort.ts';

const grill: Member = { id: 18, info: { screen: 'grill' } };
const pass: Member = { id: 'pass' };
const bar: Member = { id: 20, info: { screen: 'bar' } };

const everybody = (...members: readonly Member[]): PresenceInput => ({ kind: 'everybody', members });
const came = (member: Member): PresenceInput => ({ kind: 'came', member });
const went = (id: Member['id']): PresenceInput => ({ kind: 'went', id });
const left: PresenceInput = { kind: 'left' };
const after = (...inputs: readonly PresenceInput[]): Presence => inputs.reduce(step, nobodyKnows);
/** A copy, as it comes over a wire. */
const copy = (member: Member): Member => JSON.parse(JSON.stringify(member)) as Member;

test('W1: until it was told, who is there is unknown and not nobody; nobody is an empty list that was told', () => {
  expect(nobodyKnows).toEqual({ members: undefined, me: undefined, current: false });
  expect(after(left)).toBe(nobodyKnows);
  expect(after(everybody())).toEqual({ members: [], me: undefined, current: true });
});

test('W2: each joining tells everybody anew: ghosts are gone, and who came meanwhile is there (F26)', () => {
  const { members, current } = after(everybody(grill, pass), left, everybody(pass, bar));
  expect(members).toEqual([pass, bar]);
  expect(current).toBe(true);
});

test('W3: in an outage it is who was there at last, and says that this is not of now', () => {
  const { members, me, current } = after({ kind: 'everybody', members: [grill, pass], me: 18 }, left);
  expect({ members, me, current }).toEqual({ members: [grill, pass], me: grill, current: false });
});

test('W3: what is told before everybody was, or after the channel was left, changes nothing', () => {
  expect(after(came(grill), went('pass'))).toBe(nobodyKnows);
  const gone = after(everybody(grill), left);
  expect(step(step(gone, came(bar)), went(18))).toBe(gone);
});

test('W4: who comes twice is there once, and who was not there cannot go (F26)', () => {
  const one = after(everybody(grill, pass), came(bar));
  expect(one.members).toEqual([grill, pass, bar]);
  expect(step(one, came(copy(bar)))).toBe(one);
  expect(step(one, went(7))).toBe(one);
  expect(step(step(one, went('pass')), went('pass')).members).toEqual([grill, bar]);
  expect(after(everybody(grill, pass, copy(grill))).members).toEqual([grill, pass]);
});

test('W4: a member that says something else of itself is the same member, in its place', () => {
  const moved = { id: 18, info: { screen: 'oven' } };
  expect(after({ kind: 'everybody', members: [grill, pass], me: 18 }, came(moved))).toEqual({
    members: [moved, pass],
    me: moved,
    current: true,
  });
});

test('W5: a number and a text are two members, and no id is special', () => {
  const odd: readonly Member[] = [7, '7', '__proto__', 'constructor', '', 0, 'hasOwnProperty'].map((id) => ({ id }));
  const there = after(everybody(...odd), came({ id: 'prototype' }), went('7'));
  expect(there.members?.map(({ id }) => id)).toEqual([
    7,
    '__proto__',
    'constructor',
    '',
    0,
    'hasOwnProperty',
    'prototype',
  ]);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test('W5: a thousand members are a thousand members (F26)', () => {
  const many = Array.from({ length: 1_000 }, (_, id) => ({ id }));
  expect(after(everybody(...many), came({ id: 1_000 }), went(3)).members).toHaveLength(1_000);
});

test('W6: this device is there for as long as it has joined, whatever is told of another connection of its user', () => {
  const there = after({ kind: 'everybody', members: [grill, pass], me: 18 });
  expect(there.me).toBe(grill);
  expect(step(there, went(18))).toBe(there);
  expect(after({ kind: 'everybody', members: [pass], me: 18 }).me).toBeUndefined();
});

test('W7: what says nothing new is the same object, and so is each member that has not changed', () => {
  const list: PresenceInput = { kind: 'everybody', members: [copy(grill), copy(pass)], me: 18 };
  const there = after({ kind: 'everybody', members: [grill, pass], me: 18 });
  expect(step(there, list)).toBe(there);
  const again = step(step(there, left), list);
  expect(again).not.toBe(there);
  expect(again.members?.[0]).toBe(grill);
  expect(again.me).toBe(grill);
});

test('W8: between two looks is who came and who went; of a first look nobody is told', () => {
  const before = after(everybody(grill, pass));
  expect(movement(before, after(everybody(pass, bar)))).toEqual({ came: [bar], went: [grill] });
  const moved = { id: 18, info: { screen: 'oven' } };
  expect(movement(before, after(everybody(moved, pass)))).toEqual({ came: [], went: [] });
  expect(movement(nobodyKnows, before)).toEqual({ came: [], went: [] });
  expect(movement(before, nobodyKnows)).toEqual({ came: [], went: [] });
});

const id = fc.constantFrom<Member['id']>(1, 2, '1', '__proto__', 'x');
const member: fc.Arbitrary<Member> = fc.record({ id, info: fc.constantFrom('a', 'b', undefined) });
const input: fc.Arbitrary<PresenceInput> = fc.oneof(
  fc.array(member, { maxLength: 4 }).map((members): PresenceInput => ({ kind: 'everybody', members })),
  member.map(came),
  id.map(went),
  fc.constant(left),
);

test('W2, W4, W7: whatever is told, it shows what a plain set would, and another object only when it shows something else', () => {
  fc.assert(
    fc.property(fc.array(input, { maxLength: 20 }), (inputs) => {
      let model: Map<Member['id'], unknown> | undefined;
      let isIn = false;
      let presence = nobodyKnows;
      for (const told of inputs) {
        const before = presence;
        presence = step(presence, told);
        if (told.kind === 'everybody') {
          model = new Map(told.members.map((one) => [one.id, one.info]));
          isIn = true;
        } else if (told.kind === 'left') isIn = false;
        else if (isIn && told.kind === 'came') model?.set(told.member.id, told.member.info);
        else if (isIn && told.kind === 'went') model?.delete(told.id);
        const shown = presence.members?.map((one) => [one.id, one.info]);
        expect(shown === undefined ? undefined : new Map(shown as [Member['id'], unknown][])).toEqual(model);
        expect(shown?.length).toBe(model?.size);
        expect(presence.current).toBe(isIn);
        expect(presence === before).toBe(JSON.stringify(presence) === JSON.stringify(before));
      }
    }),
    runs(2_000),
  );
});
