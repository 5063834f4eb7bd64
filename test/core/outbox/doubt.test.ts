import { expect, test } from 'vitest';
import type { AnswerMeaning } from '../../../src/contract/mutation.ts';
import type { ApiAnswer } from '../../../src/core/api/api.ts';
import {
  createRig,
  define,
  endOf,
  failed,
  ok,
  parkedCodes,
  refused,
  restarted,
  verified,
  type Rig,
  type RigOptions,
} from './rig.ts';

async function after(answer: ApiAnswer, name: string, options?: RigOptions): Promise<Rig> {
  const rig = await createRig(options);
  await rig.enqueue(name, { n: 1 });
  rig.last().answer(answer);
  await rig.settle();
  for (const probe of rig.probes.splice(0)) probe(true);
  await rig.settle();
  return rig;
}

const says = (applied: boolean | undefined): ApiAnswer => ok({ applied }, 200);

const silences: readonly ApiAnswer[] = [
  failed('network'),
  failed('timeout'),
  failed('unreadable', { status: 201 }),
  failed('captive-portal', { status: 200 }),
  failed('not-json', { status: 404 }),
  refused(408),
  refused(500),
  refused(503),
];

const certainties: readonly ApiAnswer[] = [
  refused(401),
  refused(419),
  refused(425),
  refused(429),
  failed('unauthorised', { untouched: true }),
  failed('network', { untouched: true }),
  failed('timeout', { untouched: true }),
];

test.each(silences)('O23: after %j, `key` and `natural` are sent again', async (answer) => {
  for (const name of ['key', 'natural']) {
    const rig = await after(answer, name);
    await rig.host.pass(1_000);
    expect(rig.asked).toHaveLength(2);
    expect(rig.reads).toEqual([]);
  }
});

test.each(silences)('O23: after %j, `none` is verified, and parked where it cannot be', async (answer) => {
  const known = await after(answer, 'none');
  expect(known.reads).toHaveLength(1);
  expect(known.reads[0]?.plan).toEqual({ method: 'GET', path: '/effects/1' });
  const blind = await after(answer, 'blind');
  await blind.host.pass(600_000);
  expect(blind.asked).toHaveLength(1);
  expect(blind.outbox.parked()).toMatchObject([{ code: 'unclear', mayHaveHappened: true }]);
});

test.each(certainties)(
  'O23: %j was said before it was looked at, so that even `none` is sent again',
  async (answer) => {
    const rig = await after(answer, 'blind');
    await rig.host.pass(6_000);
    expect(rig.reads).toEqual([]);
    expect(rig.asked).toHaveLength(2);
  },
);

test.each(['key', 'natural', 'none'] as const)(
  'O24: a verification that says yes is an answer (%s)',
  async (repeat) => {
    const mutations = { it: verified(repeat, { answers: { 402: () => 'unclear' } }) };
    const rig = await createRig({ mutations });
    const handle = await rig.enqueue('it', { n: 1 });
    rig.last().answer(refused(402));
    await rig.settle();
    rig.last().answer(says(true));
    expect(await endOf(handle, rig)).toEqual({
      outcome: 'done',
      answer: undefined,
      status: undefined,
      by: 'verification',
    });
  },
);

test('O24: no after silence parks a `none`: a late first attempt may still arrive', async () => {
  const rig = await after(failed('timeout'), 'none');
  rig.last().answer(says(false));
  await rig.host.pass(600_000);
  expect(rig.asked).toHaveLength(1);
  expect(rig.outbox.parked()).toMatchObject([{ code: 'unclear', mayHaveHappened: true }]);
});

test('O24: no after an answer that the server itself called unclear sends a `none` again', async () => {
  const mutations = { pay: verified('none', { answers: { 402: () => 'unclear' } }) };
  const rig = await after(refused(402), 'pay', { mutations });
  rig.last().answer(says(false));
  await rig.host.pass(1_000);
  expect(rig.asked).toHaveLength(2);
  // The second one is lost: now there is silence.
  rig.last().answer(failed('timeout'));
  await rig.settle();
  for (const probe of rig.probes) probe(true);
  await rig.settle();
  rig.last().answer(says(false));
  await rig.host.pass(600_000);
  expect(rig.asked).toHaveLength(2);
  expect(parkedCodes(rig)).toEqual({ 1: 'unclear' });
});

test('O24: a verification that settles nothing parks, whatever the repeat', async () => {
  for (const repeat of ['key', 'natural', 'none'] as const) {
    const mutations = { it: verified(repeat, { answers: { 402: () => 'unclear' } }) };
    const rig = await after(refused(402), 'it', { mutations });
    rig.last().answer(says(undefined));
    await rig.host.pass(60_000);
    expect(rig.outbox.parked()).toMatchObject([{ code: 'unclear', mayHaveHappened: true }]);
  }
});

test.each([refused(404), refused(400), refused(409), ok('no such thing', 200)])(
  'O24: %j to a verification settles nothing',
  async (answer) => {
    const rig = await after(refused(500), 'none');
    rig.last().answer(answer);
    await rig.settle();
    expect(parkedCodes(rig)).toEqual({ 1: 'unclear' });
  },
);

test.each([
  refused(503),
  refused(429),
  failed('timeout'),
  failed('network'),
  failed('redirect'),
  failed('not-json', { status: 404 }),
])('O24: %j to a verification asks it again', async (answer) => {
  const rig = await after(refused(500), 'none');
  rig.last().answer(answer);
  await rig.settle();
  for (const probe of rig.probes) probe(true);
  await rig.host.pass(2_000);
  expect(rig.reads).toHaveLength(2);
  expect(rig.asked).toHaveLength(1);
  rig.last().answer(says(true));
  await rig.settle();
  expect(rig.outbox.counts()).toMatchObject({ waiting: 0, parked: 0 });
});

test('O14, O24: a verification that fails is asked ever slower', async () => {
  const rig = await createRig({ serve: ({ plan }) => refused(plan.method === 'GET' ? 503 : 500) });
  await rig.enqueue('none', { n: 1 });
  await rig.host.pass(600_000);
  const waits = rig.reads.map(({ atMs }, index) => atMs - (rig.reads[index - 1]?.atMs ?? 0));
  expect(waits.slice(0, 10)).toEqual([0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

test('O24: a verification whose token was refused waits for another, like everything', async () => {
  const rig = await after(refused(500), 'none');
  rig.last().answer(failed('unauthorised', { untouched: true }));
  await rig.settle();
  await rig.enqueue('key', { n: 2 });
  expect(rig.asked).toHaveLength(1);
  await rig.host.pass(6_000);
  expect(rig.reads).toHaveLength(2);
});

test('O24: functions of the contract that throw settle nothing, and are reported', async () => {
  const boom = (): never => {
    throw new Error('boom');
  };
  for (const broken of ['params', 'tookEffect'] as const) {
    const { verify } = verified('none');
    if (verify === undefined) throw new Error('it verifies');
    const mutations = { none: define('none', { verify: { ...verify, [broken]: boom } }) };
    const rig = await after(refused(500), 'none', { mutations });
    for (const read of rig.reads) read.answer(says(true));
    await rig.settle();
    expect(parkedCodes(rig)).toEqual({ 1: 'unclear' });
    expect(rig.errors).toEqual([new Error('boom')]);
  }
});

test('O24: a verification that cannot be had until the item is too old parks it', async () => {
  const rig = await after(refused(500), 'none');
  rig.last().answer(refused(503));
  await rig.settle();
  rig.host.sleep(86_400_000, 'stops');
  await rig.host.pass(2_000);
  rig.last().answer(refused(503));
  await rig.settle();
  expect(rig.outbox.parked()).toMatchObject([{ code: 'unclear', mayHaveHappened: true }]);
});

test.each([
  [true, {}],
  [false, { 1: 'repeat' }],
  [undefined, { 1: 'repeat' }],
])('O25: "done already" is a question even to a first attempt (%s)', async (applied, codes) => {
  const rig = await after(refused(409), 'natural');
  rig.last().answer(says(applied));
  await rig.settle();
  expect(parkedCodes(rig)).toEqual(codes);
  for (const item of rig.outbox.parked()) expect(item.mayHaveHappened).toBe(false);
});

test.each([
  [409, true, {}],
  [409, false, { 1: 'conflict' }],
  [409, undefined, { 1: 'unclear' }],
  [404, true, {}],
  [404, false, { 1: 'refused' }],
  [402, false, { 1: 'declined' }],
])('O25: %i to a doubtful `natural` is a question (%s)', async (status, applied, codes) => {
  const mutations = { natural: verified('natural') };
  const rig = await after(refused(502), 'natural', { mutations });
  await rig.host.pass(1_000);
  rig.last().answer(refused(status));
  await rig.settle();
  expect(rig.reads).toHaveLength(1);
  rig.last().answer(says(applied));
  await rig.settle();
  expect(parkedCodes(rig)).toEqual(codes);
  for (const item of rig.outbox.parked()) expect(item.mayHaveHappened).toBe(applied === undefined);
});

test('O25: without a read, a conflict of a doubtful `natural` may have happened', async () => {
  const mutations = { natural: define('natural') };
  const rig = await after(refused(502), 'natural', { mutations });
  await rig.host.pass(1_000);
  rig.last().answer(refused(409));
  await rig.settle();
  expect(rig.outbox.parked()).toMatchObject([{ code: 'unclear', mayHaveHappened: true }]);
});

test('O25: a server that honours the key is believed', async () => {
  const mutations = { key: verified('key') };
  const rig = await after(refused(502), 'key', { mutations });
  await rig.host.pass(1_000);
  rig.last().answer(refused(409));
  await rig.settle();
  expect(rig.reads).toEqual([]);
  expect(parkedCodes(rig)).toEqual({ 1: 'conflict' });
});

test('O26: where an unclear answer cannot be verified, `key` is sent again and the rest is parked', async () => {
  const unclear = { answers: { 402: (): AnswerMeaning => 'unclear' } };
  const mutations = { key: define('key', unclear), natural: define('natural', unclear), none: define('none', unclear) };
  for (const name of ['key', 'natural', 'none']) {
    const rig = await after(refused(402), name, { mutations });
    await rig.host.pass(1_000);
    expect(rig.asked).toHaveLength(name === 'key' ? 2 : 1);
    expect(parkedCodes(rig)).toEqual(name === 'key' ? {} : { 1: 'unclear' });
  }
});

test('O27: what was under way when the device stopped is in doubt', async () => {
  const rig = await createRig();
  const names = ['key', 'natural', 'none', 'blind'];
  for (const [index, name] of names.entries()) await rig.enqueue(name, { n: index + 1 });
  expect(rig.asked).toHaveLength(4);
  const later = await restarted(rig);
  await later.settle();
  expect(later.asked.map(({ plan }) => plan.path)).toEqual(['/orders/1', '/orders/2']);
  expect(later.reads.map(({ plan }) => plan.path)).toEqual(['/effects/3']);
  expect(parkedCodes(later)).toEqual({ 4: 'unclear' });
  expect(later.signals).toMatchObject([{ kind: 'parked', code: 'unclear', mayHaveHappened: true }]);
  later.reads[0]?.answer(says(false));
  await later.host.pass(600_000);
  expect(parkedCodes(later)).toEqual({ 3: 'unclear', 4: 'unclear' });
});

test('O27: a doubt that was stored is still one after the next restart', async () => {
  const rig = await after(failed('timeout'), 'none');
  const later = await restarted(await restarted(rig));
  await later.settle();
  expect(later.asked).toEqual([]);
  expect(later.reads).toHaveLength(1);
});
