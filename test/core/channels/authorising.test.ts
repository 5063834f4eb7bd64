import { expect, test } from 'vitest';
import type { AuthoriseAnswer } from '../../../src/core/channels/authorise.ts';
import { createRig, granted, refused, type Rig } from './rig.ts';

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, number) => `private-${number}`);

const askedFor = (rig: Rig): readonly string[] => rig.questions.map(({ channel }) => channel);

test('J23, F26: fifty channels have four questions open at once, and each gets its turn in order', async () => {
  const rig = createRig();
  const wires = names(50);
  for (const wire of wires) rig.joiner.add(wire, 'signature');
  rig.up();
  for (let answered = 0; answered < 50; answered += 1) {
    expect(rig.questions).toHaveLength(Math.min(50, answered + 4));
    const question = rig.questions[answered];
    if (question !== undefined) await question.answer(granted(question));
  }
  expect(askedFor(rig)).toEqual(wires);
  expect(rig.said).toHaveLength(50);
});

test('J23: how many is an option', () => {
  const rig = createRig({ maxAuthorising: 1 });
  for (const wire of names(3)) rig.joiner.add(wire, 'signature');
  rig.up();
  expect(askedFor(rig)).toEqual(['private-0']);
});

test('J23: who must ask again is last', async () => {
  const rig = createRig({ maxAuthorising: 1, authorise: () => ({ kind: 'failed' }), random: () => 0.1 });
  for (const wire of names(3)) rig.joiner.add(wire, 'signature');
  rig.up();
  await rig.host.pass(50);
  expect(askedFor(rig)).toEqual([...names(3), ...names(3)]);
});

test('J23: a place that is given up while it waits is nobody else’s loss', async () => {
  const rig = createRig({ maxAuthorising: 1 });
  for (const wire of names(4)) rig.joiner.add(wire, 'signature');
  rig.up();
  rig.joiner.remove('private-1');
  rig.joiner.remove('private-0');
  await rig.settle();
  expect(askedFor(rig)).toEqual(['private-0', 'private-2']);
});

test('J23: who gives its place up and comes back is last', async () => {
  const rig = createRig({ maxAuthorising: 1, authorise: granted });
  for (const wire of names(3)) rig.joiner.add(wire, 'signature');
  rig.up();
  rig.joiner.remove('private-1');
  rig.joiner.add('private-1', 'signature');
  await rig.settle();
  expect(askedFor(rig)).toEqual(['private-0', 'private-2', 'private-1']);
});

test('J23: after a new link the order is as before and nobody is asked for twice', async () => {
  const rig = createRig();
  for (const wire of names(6)) rig.joiner.add(wire, 'signature');
  rig.up();
  rig.down();
  rig.up();
  expect(askedFor(rig)).toEqual([...names(4), ...names(4)]);
  expect(rig.questions.filter(({ signal }) => !signal.aborted)).toHaveLength(4);
});

test('J24, F21: questions that hang give their places up after 10 s, and their late answers mean nothing', async () => {
  const rig = createRig();
  for (const wire of names(6)) rig.joiner.add(wire, 'signature');
  rig.up();
  await rig.host.pass(9_999);
  expect(rig.questions).toHaveLength(4);
  const hung = rig.questions.slice(0, 4);
  expect(hung.map(({ signal }) => signal.aborted)).toEqual([false, false, false, false]);
  await rig.host.pass(1);
  expect(hung.map(({ signal }) => signal.aborted)).toEqual([true, true, true, true]);
  expect(askedFor(rig).slice(4)).toEqual(['private-4', 'private-5']);
  for (const question of hung) await question.answer(granted(question));
  expect(rig.said).toEqual([]);
});

test('J24: one that hangs holds up nobody but itself', async () => {
  const rig = createRig();
  for (const wire of names(20)) rig.joiner.add(wire, 'signature');
  rig.up();
  for (let next = 1; next < 20; next += 1) {
    const question = rig.questions[next];
    if (question !== undefined) await question.answer(granted(question));
  }
  expect(rig.said).toHaveLength(19);
  expect(rig.host.clock.monotonicMs()).toBe(0);
});

test('J25, F26: a 429 stops the questions of the others, too, and 50 channels get in without a storm', async () => {
  let allowed = 5;
  let refusals = 0;
  const rig = createRig({
    admits: true,
    authorise(question): AuthoriseAnswer {
      if (allowed > 0) {
        allowed -= 1;
        return granted(question);
      }
      refusals += 1;
      return refused(429, 5_000);
    },
  });
  for (const wire of names(50)) rig.joiner.add(wire, 'signature');
  rig.up();
  await rig.settle();
  // The first four at once, and those that were under way when the first refusal came.
  expect(rig.questions.length).toBeLessThanOrEqual(9);
  for (let window = 0; window < 30; window += 1) {
    await rig.host.pass(10_000);
    allowed = 5;
  }
  expect(rig.told).toHaveLength(50);
  expect(refusals).toBeLessThan(100);
});

test('J25: a long wait of one channel is 30 s for the others', async () => {
  const rig = createRig({
    authorise: (question) => (question.channel === 'private-0' ? refused(429, 300_000) : granted(question)),
    maxAuthorising: 1,
  });
  for (const wire of names(3)) rig.joiner.add(wire, 'signature');
  rig.up();
  await rig.host.pass(29_999);
  expect(rig.said).toEqual([]);
  await rig.host.pass(1);
  expect(rig.said).toHaveLength(2);
});

test('J25: channels that need no signature go on', async () => {
  const rig = createRig({ authorise: () => refused(429, 20_000) });
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.settle();
  rig.joiner.add('menu', 'nothing');
  expect(rig.said).toEqual(['1 join menu']);
});

test.for([
  ['throws', () => Promise.reject(new Error('boom'))],
  ['is no promise and throws', () => JSON.parse('{') as Promise<AuthoriseAnswer>],
  ['answers nothing', () => Promise.resolve(undefined as unknown as AuthoriseAnswer)],
  ['answers null', () => Promise.resolve(JSON.parse('null') as AuthoriseAnswer)],
  ['grants nothing', () => Promise.resolve(JSON.parse('{"kind":"granted"}') as AuthoriseAnswer)],
  ['grants an empty text', () => Promise.resolve({ kind: 'granted', auth: '' } as const)],
  ['grants an object', () => Promise.resolve(JSON.parse('{"kind":"granted","auth":{}}') as AuthoriseAnswer)],
  ['says something else', () => Promise.resolve(JSON.parse('{"kind":"maybe"}') as AuthoriseAnswer)],
  ['refuses without a number', () => Promise.resolve(JSON.parse('{"kind":"refused"}') as AuthoriseAnswer)],
] as const)('J26, F21: an authorise that %s has failed', async ([, misbehave]) => {
  let isBroken = true;
  const rig = createRig({
    wrapped: (question, well) => (isBroken ? misbehave() : well(question)),
    authorise: granted,
  });
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.host.pass(5_000);
  expect(rig.said).toEqual([]);
  expect(rig.told).toEqual([]);
  isBroken = false;
  await rig.host.pass(5_000);
  expect(rig.said).toHaveLength(1);
});

test('J26: what it throws is reported, unless nobody waits for it any more', async () => {
  const rig = createRig();
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.questions[0]?.fail(new Error('boom'));
  expect(rig.errors.map(String)).toEqual(['Error: boom']);
  await rig.host.pass(500);
  rig.joiner.remove('private-orders');
  await rig.questions[1]?.fail(new Error('aborted'));
  expect(rig.questions).toHaveLength(2);
  expect(rig.errors).toHaveLength(1);
});
