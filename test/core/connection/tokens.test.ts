import { expect, test } from 'vitest';
import type { TokenReason } from '../../../src/core/connection/credentials.ts';
import { createRig } from './rig.ts';
import { like } from '../../transports/like.ts';

/** A server that lets in whoever has one of these tokens, and refuses others as Pusher does. */
const doorkeeper = (good: () => readonly string[]) => ({
  capabilities: like.pusher,
  server: {
    connected: (socket: {
      attempt: { token: string | undefined };
      accept(): void;
      close(closing: { code: number }): void;
    }) => (good().includes(socket.attempt.token ?? '') ? socket.accept() : socket.close({ code: 4009 })),
  },
});

function app(answers: readonly (string | undefined | Error)[]) {
  const asked: TokenReason[] = [];
  const token = ({ reason }: { readonly reason: TokenReason }): string | undefined => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(reason);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { asked, token };
}

test('C17: a token is asked for once and used for every socket until it is refused', async () => {
  const { asked, token } = app(['good']);
  const rig = createRig({ token, host: { random: () => 0 }, transport: doorkeeper(() => ['good']) });
  rig.supervisor.start();
  await rig.host.pass(0);
  rig.server().close({ code: 1006 });
  await rig.host.pass(0);
  expect(rig.transport.sockets.map(({ attempt }) => attempt.token)).toEqual(['good', 'good']);
  expect(asked).toEqual(['start']);
});

test('C18: a refused token is replaced at once', async () => {
  const { asked, token } = app(['old', 'new']);
  const rig = createRig({ token, transport: doorkeeper(() => ['new']) });
  rig.supervisor.start();
  await rig.host.pass(0);
  expect(asked).toEqual(['start', 'rejected']);
  expect(rig.supervisor.status().word).toBe('open');
});

test('C18: the second refusal without a stable link between blocks', async () => {
  const { asked, token } = app(['one', 'two', 'three']);
  const rig = createRig({ token, transport: doorkeeper(() => []) });
  rig.supervisor.start();
  await rig.host.pass(59_000);
  expect(asked).toEqual(['start', 'rejected']);
  expect(rig.supervisor.status()).toMatchObject({ word: 'blocked', verdict: { cause: 'credentials-rejected' } });
});

test('C18: a token that is refused after a stable link is replaced again', async () => {
  const { asked, token } = app(['one', 'two', 'three']);
  let good = 'one';
  const rig = createRig({ token, transport: doorkeeper(() => [good]) });
  rig.supervisor.start();
  for (const next of ['two', 'three']) {
    await rig.host.pass(20_000);
    good = next;
    rig.server().close({ code: 4009 });
    await rig.host.pass(0);
  }
  expect(asked).toEqual(['start', 'rejected', 'rejected']);
  expect(rig.supervisor.status().word).toBe('open');
});

test('C18: a server that complains about the token and leaves the socket open has refused it, and nobody is told of it', async () => {
  const { asked, token } = app(['old', 'new']);
  const rig = createRig({
    token,
    transport: {
      capabilities: like.websocket,
      server: {
        connected: (socket) => (socket.attempt.token === 'new' ? socket.accept() : socket.warn(4_401)),
      },
    },
  });
  rig.supervisor.start();
  await rig.host.pass(0);
  expect(asked).toEqual(['start', 'rejected']);
  expect(rig.supervisor.status().word).toBe('open');
  expect(rig.transport.live).toHaveLength(1);
  expect(rig.warnings).toEqual([]);
});

test('C18: without a callback a refusal blocks', () => {
  const rig = createRig({ transport: doorkeeper(() => []) });
  rig.supervisor.start();
  expect(rig.supervisor.status().word).toBe('blocked');
  expect(rig.transport.sockets).toHaveLength(1);
});

test.each([
  ['the same token', 'old', 'token-unchanged'],
  ['none', undefined, 'token-missing'],
])('C19: a callback that answers a refusal with %s blocks without another attempt', async (_, answer, cause) => {
  const { token } = app(['old', answer]);
  const rig = createRig({ token, transport: doorkeeper(() => []) });
  rig.supervisor.start();
  await rig.host.pass(0);
  expect(rig.supervisor.status()).toMatchObject({ word: 'blocked', verdict: { cause, fault: 'credentials' } });
  expect(rig.transport.sockets).toHaveLength(1);
});

test('C17: an app that has no token yet connects without one', async () => {
  const { token } = app([undefined]);
  const rig = createRig({ token });
  rig.supervisor.start();
  await rig.host.pass(0);
  expect(rig.server().attempt.token).toBeUndefined();
  expect(rig.supervisor.status().word).toBe('open');
});

test('C20: a callback that throws is asked again after the backoff', async () => {
  const { asked, token } = app([new Error('sign-in is down'), new Error('sign-in is down'), 'good']);
  const rig = createRig({ token, host: { random: () => 0.5 }, transport: doorkeeper(() => ['good']) });
  rig.supervisor.start();
  await rig.host.pass(749);
  expect(asked).toHaveLength(2);
  expect(rig.supervisor.status().verdict?.cause).toBe('token-unavailable');
  await rig.host.pass(1);
  expect(rig.supervisor.status().word).toBe('open');
  expect(rig.errors).toHaveLength(2);
});

test('C20: a callback that always throws is not asked in a tight loop', async () => {
  const { asked, token } = app([new Error('down')]);
  const rig = createRig({ token });
  rig.supervisor.start();
  await rig.host.pass(120_000);
  expect(asked.length).toBeGreaterThan(5);
  expect(asked.length).toBeLessThanOrEqual(12);
});

test('C20: a callback that hangs fails the attempt, and its late answer is used by the next', async () => {
  let answer: (token: string) => void = () => undefined;
  let asked = 0;
  const rig = createRig({
    host: { random: () => 0.9 },
    token: () => {
      asked += 1;
      return new Promise((resolve) => (answer = resolve));
    },
  });
  rig.supervisor.start();
  await rig.host.pass(10_000);
  expect(rig.supervisor.status().verdict?.cause).toBe('token-unavailable');
  answer('late');
  await rig.host.pass(500);
  expect(asked).toBe(1);
  expect(rig.server().attempt.token).toBe('late');
});

test('C21: a callback that never settles is asked again after a minute, not before', async () => {
  let asked = 0;
  const rig = createRig({
    token: () => {
      asked += 1;
      return new Promise(() => undefined);
    },
  });
  rig.supervisor.start();
  await rig.host.pass(59_000);
  expect(asked).toBe(1);
  await rig.host.pass(60_000);
  expect(asked).toBe(2);
});

test('C22: a client that the server put out asks for a token, and comes back with the same one after the backoff (F11)', async () => {
  const { asked, token } = app(['good']);
  const rig = createRig({ token, host: { random: () => 0.5 }, transport: { capabilities: like['socket-io'] } });
  rig.supervisor.start();
  await rig.host.pass(20_000);
  rig.server().close({ code: undefined, reason: 'io server disconnect' });
  await rig.host.pass(249);
  expect(rig.transport.sockets).toHaveLength(1);
  await rig.host.pass(1);
  expect(asked).toEqual(['start', 'expired']);
  expect(rig.supervisor.status().word).toBe('open');
});

test('C22: a client that was put out and has no token any more stays out', async () => {
  const { token } = app(['good', undefined]);
  const rig = createRig({ token, host: { random: () => 0 }, transport: { capabilities: like['socket-io'] } });
  rig.supervisor.start();
  await rig.host.pass(20_000);
  rig.server().close({ code: undefined, reason: 'io server disconnect' });
  await rig.host.pass(0);
  expect(rig.supervisor.status()).toMatchObject({ word: 'blocked', verdict: { cause: 'token-missing' } });
});

test('C23: a probe asks for a token and tries the refused one, for it may be the server that was mended', async () => {
  const { asked, token } = app(['same']);
  let good: readonly string[] = [];
  const rig = createRig({ token, host: { random: () => 0 }, transport: doorkeeper(() => good) });
  rig.supervisor.start();
  await rig.host.pass(60_000);
  expect(asked).toEqual(['start', 'rejected', 'rejected']);
  expect(rig.transport.sockets).toHaveLength(2);
  expect(rig.supervisor.status().word).toBe('blocked');
  good = ['same'];
  await rig.host.pass(60_000);
  expect(rig.words()).toEqual(['connecting', 'blocked', 'open']);
});
