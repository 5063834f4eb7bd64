import { expect, test } from 'vitest';
import type { AuthoriseAnswer, AuthoriseQuestion } from '../../../src/core/channels/authorise.ts';
import { createRig, deferred, granted, joinsOf, newTokens, refused } from './rig.ts';

/** Only this token, or a later one, is any good. */
const accepting =
  (...good: readonly string[]) =>
  (question: AuthoriseQuestion): AuthoriseAnswer =>
    good.includes(question.token ?? '') ? granted(question) : refused(401);

test('J11, F19: the first 401 gets one new token, and the channel with it', async () => {
  const { token, asked } = newTokens();
  const rig = createRig({ token, authorise: accepting('t2') });
  await rig.credentials.obtain('start');
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.settle();
  expect(rig.questions.map((question) => question.token)).toEqual(['t1', 't2']);
  expect(rig.said).toEqual(['1 join private-orders signed:1.1:t2']);
  expect(asked).toEqual(['start', 'rejected']);
});

test('J11, F19: fifty channels with the same refused token ask the app once', async () => {
  const { token, asked } = newTokens();
  const rig = createRig({ token, authorise: accepting('t2') });
  await rig.credentials.obtain('start');
  for (let number = 0; number < 50; number += 1) rig.joiner.add(`private-${number}`, 'signature');
  rig.up();
  // Each of them takes its turns in promises, and no time.
  for (let round = 0; round < 20; round += 1) await rig.settle();
  expect(rig.said).toHaveLength(50);
  expect(asked).toEqual(['start', 'rejected']);
  expect(rig.questions.length).toBeLessThanOrEqual(100);
});

test('J11: a token that is refused on the socket is replaced, too', async () => {
  const { token, asked } = newTokens();
  const rig = createRig({ token });
  await rig.credentials.obtain('start');
  rig.joiner.add('/kitchen', 'token');
  rig.up();
  rig.refuse('/kitchen', 401);
  await rig.settle();
  expect(joinsOf(rig)).toEqual(['1 join /kitchen t1', '1 join /kitchen t2']);
  expect(asked).toEqual(['start', 'rejected']);
});

test('J11: who was refused with an older token than the newest gets the newest without asking the app', async () => {
  const { token, asked } = newTokens();
  const rig = createRig({ token });
  await rig.credentials.obtain('start');
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.credentials.obtain('rejected', 't1');
  await rig.questions[0]?.answer(refused(401));
  expect(rig.questions[1]?.token).toBe('t2');
  expect(asked).toEqual(['start', 'rejected']);
});

test('J11: where there never was a token, the first 401 asks for one', async () => {
  const { token, asked } = newTokens();
  const rig = createRig({ token, authorise: accepting('t1') });
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.settle();
  expect(rig.said).toEqual(['1 join private-orders signed:1.1:t1']);
  expect(asked).toEqual(['rejected']);
});

test('J12, F22: a refused signature is signed anew before the token is blamed', async () => {
  const { token, asked } = newTokens();
  const rig = createRig({ token, authorise: granted });
  await rig.credentials.obtain('start');
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.settle();
  rig.refuse('private-orders', 401);
  await rig.settle();
  expect(asked).toEqual(['start']);
  expect(joinsOf(rig)).toHaveLength(2);
  rig.refuse('private-orders', 401);
  await rig.settle();
  expect(asked).toEqual(['start', 'rejected']);
  expect(joinsOf(rig).at(-1)).toBe('1 join private-orders signed:1.1:t2');
  rig.refuse('private-orders', 401);
  await rig.settle();
  expect(rig.told).toEqual(['denied private-orders auth-required 401']);
  expect(joinsOf(rig)).toHaveLength(3);
});

test('J12: each link has its own chance to sign anew', async () => {
  const { token, asked } = newTokens();
  const rig = createRig({ token, authorise: granted });
  await rig.credentials.obtain('start');
  rig.joiner.add('private-orders', 'signature');
  for (let link = 0; link < 3; link += 1) {
    rig.up();
    await rig.settle();
    rig.refuse('private-orders', 401);
    await rig.settle();
    rig.down();
  }
  expect(asked).toEqual(['start']);
});

test('J13, F19: a successor that is refused, too, is the end of it', async () => {
  const { token, asked } = newTokens();
  const rig = createRig({ token, authorise: () => refused(401) });
  await rig.credentials.obtain('start');
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.host.pass(59_000);
  expect(rig.questions).toHaveLength(2);
  expect(asked).toHaveLength(2);
  expect(rig.joiner.state('private-orders')).toMatchObject({
    word: 'denied',
    denial: { reason: 'auth-required', status: 401, remediation: expect.stringContaining('Sign in') },
  });
});

test.for([
  ['the same token', 't1', 'returned the token'],
  ['none', undefined, 'no other'],
] as const)('J13: a callback that answers a refusal with %s', async ([, second, said]) => {
  let calls = 0;
  const rig = createRig({ token: () => ((calls += 1) === 1 ? 't1' : second), authorise: () => refused(401) });
  await rig.credentials.obtain('start');
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.host.pass(59_000);
  expect(rig.questions).toHaveLength(1);
  expect(rig.joiner.state('private-orders')).toMatchObject({
    denial: { reason: 'auth-required', remediation: expect.stringContaining(said) },
  });
});

test('J13: with nobody to ask, and for a channel that shows no token, 401 is the end at once', async () => {
  const unasked = createRig({ authorise: () => refused(401) });
  unasked.joiner.add('private-orders', 'signature');
  unasked.up();
  await unasked.settle();
  expect(unasked.told).toEqual(['denied private-orders auth-required 401']);

  const { token, asked } = newTokens();
  const open = createRig({ token });
  open.joiner.add('menu', 'nothing');
  open.up();
  open.refuse('menu', 401);
  await open.settle();
  expect(open.told).toEqual(['denied menu auth-required 401']);
  expect(asked).toEqual([]);
});

test('J14, F25: a callback that throws is waited for, asked once in 10 s by all channels, and reported', async () => {
  let calls = 0;
  const rig = createRig({
    admits: true,
    authorise: accepting('t2'),
    async token() {
      calls += 1;
      if (calls === 1) return 't1';
      if (calls < 4) throw new Error('sign-in is down');
      return 't2';
    },
  });
  await rig.credentials.obtain('start');
  for (let number = 0; number < 20; number += 1) rig.joiner.add(`private-${number}`, 'signature');
  rig.up();
  await rig.host.pass(9_000);
  expect(calls).toBe(2);
  expect(rig.told).toEqual([]);
  await rig.host.pass(90_000);
  expect(calls).toBe(4);
  expect(rig.said).toHaveLength(20);
  expect(rig.errors.map(String)).toContain('Error: sign-in is down');
});

test('J14, F25: a callback that hangs is waited for 10 s, and what it says later is used', async () => {
  const late = deferred<string>();
  let calls = 0;
  const rig = createRig({
    authorise: accepting('t2'),
    token: () => ((calls += 1) === 1 ? 't1' : late.promise),
  });
  await rig.credentials.obtain('start');
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.host.pass(9_999);
  expect(rig.word('private-orders')).toBe('joining');
  await rig.host.pass(1);
  expect(rig.word('private-orders')).toBe('waiting');
  late.resolve('t2');
  await rig.host.pass(1_000);
  expect(rig.said).toEqual(['1 join private-orders signed:1.1:t2']);
  expect(calls).toBe(2);
});

test.for([
  [403, 'forbidden', 'abilities'],
  [404, 'config', 'authEndpoint'],
  [419, 'config', 'CSRF'],
  [422, 'config', 'socket_id'],
  [400, 'config', 'Pusher protocol'],
  [405, 'config', 'POST'],
  [410, 'config', 'endpoint'],
  [499, 'config', 'endpoint'],
] as const)('J15, F20: %s by the endpoint denies this channel only', async ([status, reason, said]) => {
  const rig = createRig({
    admits: true,
    authorise: (question) => (question.channel === 'private-bad' ? refused(status) : granted(question)),
  });
  rig.joiner.add('private-bad', 'signature');
  rig.joiner.add('private-good', 'signature');
  rig.up();
  await rig.host.pass(59_000);
  expect(rig.word('private-good')).toBe('joined');
  expect(rig.told).toContain(`denied private-bad ${reason} ${status}`);
  expect(rig.joiner.state('private-bad')).toMatchObject({ denial: { remediation: expect.stringContaining(said) } });
  expect(rig.questions).toHaveLength(2);
  expect(rig.said[0]).toBe('1 join private-good signed:1.1:nobody');
});

test.for([403, 404, 4009, 4301, 4302])('J15: %s by the socket denies, too', (status) => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  rig.refuse('orders', status);
  expect(rig.word('orders')).toBe('denied');
  expect(joinsOf(rig)).toEqual(['1 join orders']);
});

test('J15: a signature that nobody gives, or that has no socket to be for, is asked of nobody', async () => {
  const unsigned = createRig({ authorise: 'none' });
  unsigned.joiner.add('private-orders', 'signature');
  unsigned.up();
  expect(unsigned.told).toEqual(['denied private-orders config undefined']);
  expect(unsigned.joiner.state('private-orders')).toMatchObject({
    denial: { remediation: expect.stringContaining('authEndpoint') },
  });

  const nameless = createRig({ authorise: granted });
  nameless.joiner.add('private-orders', 'signature');
  nameless.up('nameless');
  expect(nameless.told).toEqual(['denied private-orders config undefined']);
  expect(nameless.questions).toEqual([]);
});

test('J16, F20: what is denied is tried again after 60 to 90 s, and no new link makes that sooner', async () => {
  const rig = createRig({ authorise: () => refused(403), random: () => 0.5 });
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.host.pass(30_000);
  for (let link = 0; link < 10; link += 1) {
    rig.down();
    rig.up();
  }
  await rig.host.pass(44_999);
  expect(rig.questions).toHaveLength(1);
  await rig.host.pass(1);
  expect(rig.questions).toHaveLength(2);
  await rig.host.pass(3_600_000);
  expect(rig.questions).toHaveLength(50);
});

test('J16: what was due while there was no link is tried on the next one', async () => {
  let opened = false;
  const rig = createRig({ authorise: (question) => (opened ? granted(question) : refused(403)) });
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.settle();
  rig.down();
  await rig.host.pass(100_000);
  opened = true;
  rig.up();
  await rig.settle();
  rig.admit('private-orders');
  expect(rig.told).toEqual(['denied private-orders forbidden 403', 'joined private-orders 2']);
});

test('J16: a look may ask for another token, so somebody who signs in later is found', async () => {
  let signedIn = 't1';
  const rig = createRig({ token: () => signedIn, authorise: accepting('t2') });
  await rig.credentials.obtain('start');
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.settle();
  expect(rig.word('private-orders')).toBe('denied');
  signedIn = 't2';
  await rig.host.pass(90_000);
  expect(rig.said).toEqual(['1 join private-orders signed:1.1:t2']);
});

test('J17, F19, F20: a new token is tried within the backoff', async () => {
  const rig = createRig({ authorise: (question) => (rig.questions.length > 1 ? granted(question) : refused(403)) });
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.settle();
  rig.joiner.tokenChanged();
  await rig.host.pass(1_000);
  expect(rig.said).toHaveLength(1);
});

test('J17: a storm of tokens is one try for each backoff, and no try asks for another token', async () => {
  const { token, asked } = newTokens();
  const rig = createRig({ token, authorise: () => refused(401) });
  await rig.credentials.obtain('start');
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.settle();
  for (let second = 0; second < 600; second += 1) {
    for (let times = 0; times < 5; times += 1) rig.joiner.tokenChanged();
    await rig.host.pass(100);
  }
  // One minute: 1, 2, 4, 8, 16, 30 s.
  expect(rig.questions.length).toBeLessThan(10);
  expect(asked).toHaveLength(2);
});

test('J17: tokens that follow each other do not draw lots until one is the shortest', async () => {
  const draws: number[] = [];
  const rig = createRig({ authorise: () => refused(403), random: () => draws.shift() ?? 0 });
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  draws.splice(0, draws.length, 0.5);
  await rig.settle();
  draws.splice(0, draws.length, 0.9);
  rig.joiner.tokenChanged();
  for (let times = 0; times < 10; times += 1) rig.joiner.tokenChanged();
  await rig.host.pass(899);
  expect(rig.questions).toHaveLength(1);
  await rig.host.pass(1);
  expect(rig.questions).toHaveLength(2);
});

test('J17: a callback that always has another token that is refused is no loop between channels', async () => {
  const { token, asked } = newTokens();
  const rig = createRig({ token, authorise: () => refused(401), random: () => 0.5 });
  await rig.credentials.obtain('start');
  for (let number = 0; number < 10; number += 1) rig.joiner.add(`private-${number}`, 'signature');
  rig.up();
  await rig.host.pass(600_000);
  // Ten minutes: a look each 75 s may ask, and the others try what it got.
  expect(asked.length).toBeLessThan(30);
  expect(rig.questions.length).toBeLessThan(10 * 40);
});

test('J17: a channel that is in is not disturbed by a new token', () => {
  const rig = createRig({ admits: true });
  rig.joiner.add('orders', 'nothing');
  rig.up();
  rig.joiner.tokenChanged();
  expect(rig.said).toEqual(['1 join orders']);
});

test('J18: a denial is told when it begins and when it changes, and the word stays until the channel is in', async () => {
  let status: number | undefined = 403;
  const words = new Set<string | undefined>();
  const rig = createRig({
    admits: true,
    authorise(question) {
      words.add(rig.word('private-orders'));
      return status === undefined ? granted(question) : refused(status);
    },
  });
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.host.pass(300_000);
  status = 404;
  await rig.host.pass(90_000);
  words.clear();
  status = 500;
  await rig.host.pass(300_000);
  status = undefined;
  await rig.host.pass(31_000);
  expect([...words]).toEqual(['denied']);
  expect(rig.told).toEqual([
    'denied private-orders forbidden 403',
    'denied private-orders config 404',
    'joined private-orders 1',
  ]);
});

test.for([
  ['408', refused(408)],
  ['425', refused(425)],
  ['500', refused(500)],
  ['503', refused(503)],
  ['302', refused(302)],
  ['200 as a refusal', refused(200)],
  ['no number', refused(Number.NaN)],
  ['no network', { kind: 'failed' }],
] as const)('J19, F21: %s waits the backoff and goes on', async ([, answer]) => {
  let down = true;
  const rig = createRig({ authorise: (question) => (down ? answer : granted(question)) });
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  const atMs: number[] = [];
  for (let ms = 0; ms < 250_000; ms += 250) {
    if (rig.questions.length > atMs.length) atMs.push(ms);
    await rig.host.pass(250);
  }
  const waits = atMs.slice(1).map((ms, nth) => ms - (atMs[nth] ?? 0));
  expect(waits.slice(0, 8).map((ms) => Math.round(ms / 500) / 2)).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30]);
  expect(rig.told).toEqual([]);
  down = false;
  await rig.host.pass(31_000);
  expect(rig.said).toHaveLength(1);
});

test.for([500, 4100, undefined, 9_999])('J19: %s on the socket waits the backoff, too', async (status) => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  rig.refuse('orders', status);
  expect(rig.word('orders')).toBe('waiting');
  await rig.host.pass(500);
  expect(joinsOf(rig)).toEqual(['1 join orders', '1 join orders']);
});

test('J19: the wait is drawn evenly', async () => {
  const rig = createRig({ authorise: () => refused(500), random: () => 0.5 });
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.host.pass(249);
  expect(rig.questions).toHaveLength(1);
  await rig.host.pass(1);
  expect(rig.questions).toHaveLength(2);
});

test.for([
  [7_000, 7_000],
  [300_000, 300_000],
  [86_400_000, 300_000],
  [-5_000, 0],
  [Number.NaN, 0],
] as const)(
  'J20, F21: a Retry-After of %s ms is waited for, and the jitter after it',
  async ([retryAfterMs, waited]) => {
    const rig = createRig({ authorise: () => refused(503, retryAfterMs) });
    rig.joiner.add('private-orders', 'signature');
    rig.up();
    await rig.host.pass(waited);
    expect(rig.questions).toHaveLength(1);
    await rig.host.pass(500);
    expect(rig.questions).toHaveLength(2);
  },
);

test('J20: a Retry-After without an answer counts as well', async () => {
  const rig = createRig({ authorise: () => ({ kind: 'failed', retryAfterMs: 20_000 }) });
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.settle();
  rig.down();
  rig.up();
  await rig.host.pass(19_999);
  expect(rig.questions).toHaveLength(1);
  await rig.host.pass(501);
  expect(rig.questions).toHaveLength(2);
});

test('J21: a new link ends a wait about the network', async () => {
  const rig = createRig({ authorise: () => ({ kind: 'failed' }) });
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.host.pass(16_000);
  const { length } = rig.questions;
  rig.down();
  rig.up();
  await rig.settle();
  expect(rig.questions).toHaveLength(length + 1);
});

test('J21: it does not end one that the server caused', async () => {
  const rig = createRig({ authorise: () => refused(500) });
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.host.pass(16_000);
  const { length } = rig.questions;
  for (let link = 0; link < 20; link += 1) {
    rig.down();
    rig.up();
    await rig.settle();
  }
  expect(rig.questions).toHaveLength(length);
});

test('J22: who is let in and thrown out with 401 each time is denied in the end', async () => {
  const { token, asked } = newTokens();
  const rig = createRig({ token, authorise: granted, admits: true });
  await rig.credentials.obtain('start');
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  for (let times = 0; times < 20; times += 1) {
    await rig.host.pass(1_000);
    rig.refuse('private-orders', 401);
  }
  await rig.settle();
  expect(rig.word('private-orders')).toBe('denied');
  expect(rig.questions).toHaveLength(3);
  expect(asked).toHaveLength(2);
});

test('J22: who was in for 10 s has every chance again', async () => {
  const { token, asked } = newTokens();
  const rig = createRig({ token, authorise: granted, admits: true });
  await rig.credentials.obtain('start');
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  for (let times = 0; times < 20; times += 1) {
    await rig.host.pass(10_000);
    rig.refuse('private-orders', 401);
  }
  await rig.settle();
  expect(rig.word('private-orders')).toBe('joined');
  expect(asked).toHaveLength(1);
});

test('J22: the backoff grows when the server ends a channel again and again, and shrinks after 10 s', async () => {
  const rig = createRig({ admits: true });
  rig.joiner.add('orders', 'nothing');
  rig.up();
  for (let times = 0; times < 6; times += 1) {
    rig.refuse('orders', 500);
    await rig.host.pass(30_000 / 2 ** (6 - times));
  }
  expect(rig.said.filter((line) => line.includes('join')).length).toBeLessThan(8);
  await rig.host.pass(60_000);
  expect(rig.word('orders')).toBe('joined');
  rig.refuse('orders', 500);
  await rig.host.pass(500);
  expect(rig.word('orders')).toBe('joined');
});
