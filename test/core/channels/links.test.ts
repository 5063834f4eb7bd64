import { expect, test } from 'vitest';
import { createSupervisor } from '../../../src/core/connection/supervisor.ts';
import { createCredentials } from '../../../src/core/connection/credentials.ts';
import { createJoiner } from '../../../src/core/channels/joiner.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';
import { createMemoryTransport } from '../../../src/testing/memory-transport.ts';
import { createRig, granted, joinsOf, newTokens, refused } from './rig.ts';

test('J1: without a link nothing is asked or said, and no timer runs', async () => {
  const rig = createRig({ authorise: granted });
  rig.joiner.add('orders', 'nothing');
  rig.joiner.add('private-orders', 'signature');
  await rig.host.pass(600_000);
  expect([rig.said, rig.questions, rig.told]).toEqual([[], [], []]);
  expect(rig.host.pendingTimers).toBe(0);
  expect(rig.word('orders')).toBe('waiting');
});

test('J1: with a link every wanted channel sets out, also one that is wanted later', async () => {
  const rig = createRig({ authorise: granted });
  rig.joiner.add('orders', 'nothing');
  rig.up();
  rig.joiner.add('tables', 'nothing');
  expect(rig.said).toEqual(['1 join orders', '1 join tables']);
  expect(rig.word('orders')).toBe('joining');
});

test('J1: a wait that is left over when the link goes runs no timer', async () => {
  const rig = createRig({ authorise: () => refused(403) });
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.settle();
  expect(rig.host.pendingTimers).toBe(1);
  rig.down();
  expect(rig.host.pendingTimers).toBe(0);
});

test('J2: what an earlier socket says has no effect', () => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  rig.down();
  rig.up();
  rig.admit('orders', 1);
  rig.refuse('orders', 403, 1);
  rig.joiner.linkDown(1);
  expect(rig.told).toEqual([]);
  expect(rig.word('orders')).toBe('joining');
  rig.admit('orders', 2);
  rig.admit('orders', 1);
  rig.refuse('orders', 401, 1);
  rig.joiner.linkDown(1);
  expect(rig.told).toEqual(['joined orders 2']);
});

test('J2: what is said of a channel that nobody ever wanted, or without any link, has no effect', () => {
  const rig = createRig();
  rig.admit('orders', 1);
  rig.joiner.add('orders', 'nothing');
  rig.admit('orders', 1);
  rig.up();
  rig.admit('tables');
  rig.refuse('tables', 403);
  expect(rig.told).toEqual([]);
  expect(rig.joiner.state('tables')).toBeUndefined();
});

test('J3, F22: a signature for a socket that is gone is dropped, and the next socket gets its own', async () => {
  const { token, asked } = newTokens();
  const rig = createRig({ token });
  await rig.credentials.obtain('start');
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  const [first] = rig.questions;
  expect(first).toMatchObject({ socketId: '1.1', channel: 'private-orders', token: 't1' });
  rig.down();
  expect(first?.signal.aborted).toBe(true);
  rig.up();
  await first?.answer({ kind: 'granted', auth: 'for 1.1' });
  expect(rig.said).toEqual([]);
  const [, second] = rig.questions;
  expect(second?.socketId).toBe('2.2');
  if (second !== undefined) await second.answer(granted(second));
  expect(rig.said).toEqual(['2 join private-orders signed:2.2:t1']);
  expect(asked).toEqual(['start']);
});

test('J3, F22: a 401 for a socket that is gone does not cost the token', async () => {
  const { token, asked } = newTokens();
  const rig = createRig({ token });
  await rig.credentials.obtain('start');
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  rig.down();
  rig.up();
  await rig.questions[0]?.answer(refused(401));
  expect(asked).toEqual(['start']);
  expect(rig.questions).toHaveLength(2);
});

test('J4: who was in is told so once, and waits for the next link', () => {
  const rig = createRig({ admits: true });
  rig.joiner.add('orders', 'nothing');
  rig.joiner.add('tables', 'nothing');
  rig.up();
  rig.joiner.remove('tables');
  rig.told.length = 0;
  rig.down();
  rig.down();
  expect(rig.told).toEqual(['left orders']);
  expect(rig.word('orders')).toBe('waiting');
  rig.up();
  expect(rig.told).toEqual(['left orders', 'joined orders 2']);
});

test('J4: a link that comes before the last one was called down ends that one', () => {
  const rig = createRig({ admits: true });
  rig.joiner.add('orders', 'nothing');
  rig.up();
  rig.up();
  rig.joiner.linkDown(1);
  expect(rig.told).toEqual(['joined orders 1', 'left orders', 'joined orders 2']);
});

test('J4: the same link told twice is one', () => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  const link = rig.up();
  rig.joiner.linkUp(link);
  expect(rig.said).toEqual(['1 join orders']);
});

test('J5: a listener that changes everything from within a call finds everything in order', () => {
  const rig = createRig({
    admits: true,
    onJoined(channel) {
      if (channel !== 'orders') return;
      rig.joiner.remove('orders');
      rig.joiner.add('tables', 'nothing');
      rig.down();
      rig.up();
    },
  });
  rig.joiner.add('orders', 'nothing');
  rig.up();
  expect(rig.told).toEqual(['joined orders 1', 'left orders', 'joined tables 2']);
  expect(rig.said).toEqual(['1 join orders', '1 leave orders', '1 join tables', '2 join tables']);
});

test('J5: a listener and a link that throw are reported and disturb nothing', () => {
  const boom = (): never => {
    throw new Error('boom');
  };
  const rig = createRig({ onJoined: boom, onLeft: boom, onDenied: boom });
  rig.joiner.add('orders', 'nothing');
  rig.joiner.add('tables', 'nothing');
  rig.joiner.linkUp({ generation: 9, socketId: undefined, join: boom, leave: boom, send: () => true });
  expect(rig.errors).toHaveLength(2);
  rig.admit('orders', 9);
  rig.refuse('tables', 403, 9);
  rig.joiner.remove('orders');
  expect(rig.errors).toHaveLength(7);
  expect(rig.told).toEqual(['joined orders 9', 'denied tables forbidden 403', 'left orders']);
});

test('J6: each channel shows what it needs', async () => {
  const { token } = newTokens();
  const rig = createRig({ token, authorise: granted });
  await rig.credentials.obtain('start');
  rig.joiner.add('menu', 'nothing');
  rig.joiner.add('/kitchen', 'token');
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.settle();
  expect(rig.said).toEqual(['1 join menu', '1 join /kitchen t1', '1 join private-orders signed:1.1:t1']);
});

test('J6: what a presence channel is signed with goes along', async () => {
  const credentials: unknown[] = [];
  const rig = createRig({ authorise: () => ({ kind: 'granted', auth: 'a', channelData: '{"user_id":1}' }) });
  rig.joiner.add('presence-floor', 'signature');
  rig.joiner.linkUp({
    generation: 1,
    socketId: '1.1',
    join: (_, credential) => void credentials.push(credential),
    leave: () => undefined,
    send: () => true,
  });
  await rig.settle();
  expect(credentials).toEqual([{ kind: 'signature', auth: 'a', channelData: '{"user_id":1}' }]);
});

test('J6: where there is no token the server decides', () => {
  const rig = createRig();
  rig.joiner.add('/kitchen', 'token');
  rig.up();
  expect(rig.said).toEqual(['1 join /kitchen']);
});

test('J7, F23: who is not answered leaves and joins again, and is not in meanwhile', async () => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  await rig.host.pass(9_999);
  expect(rig.said).toEqual(['1 join orders']);
  await rig.host.pass(1);
  expect(rig.said).toEqual(['1 join orders', '1 leave orders']);
  expect(rig.word('orders')).toBe('waiting');
  await rig.host.pass(500);
  expect(rig.said).toEqual(['1 join orders', '1 leave orders', '1 join orders']);
  expect(rig.told).toEqual([]);
  rig.admit('orders');
  expect(rig.told).toEqual(['joined orders 1']);
});

test('J7: a server that never answers is asked ever more seldom', async () => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  await rig.host.pass(3_600_000);
  // Ten seconds for the answer and thirty for the wait.
  const joins = rig.said.filter((line) => line.includes('join')).length;
  expect(joins).toBeGreaterThan(85);
  expect(joins).toBeLessThan(100);
});

test('J8: a repeated answer means nothing', () => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  for (let times = 0; times < 3; times += 1) rig.admit('orders');
  expect(rig.told).toEqual(['joined orders 1']);
});

test.for([401, 403, 500])('J8: who is refused with %s leaves, and what comes then means nothing', async (status) => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  rig.refuse('orders', status);
  expect(rig.said).toEqual(['1 join orders', '1 leave orders']);
  const told = [...rig.told];
  rig.admit('orders');
  rig.refuse('orders', 404);
  expect(rig.told).toEqual(told);
});

test('J8: an answer that comes after the leave means nothing, and is counted', async () => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  await rig.host.pass(10_000);
  rig.admit('orders');
  expect(rig.told).toEqual([]);
  await rig.host.pass(500);
  rig.admit('orders');
  expect(rig.told).toEqual(['joined orders 1']);
  // Nothing is owed, so nothing is in doubt.
  expect(rig.host.pendingTimers).toBe(0);
});

test('J9: when a late answer was believed and another follows, the channel begins anew, and is proved all the same', async () => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  await rig.host.pass(10_500);
  expect(rig.said).toHaveLength(3);
  rig.admit('orders');
  rig.admit('orders');
  expect(rig.told).toEqual(['joined orders 1', 'left orders', 'joined orders 1']);
  // The second may have been the first said twice, and the newest join be refused unheard.
  await rig.host.pass(20_000);
  expect(rig.said.slice(3)).toEqual(['1 leave orders', '1 join orders']);
  rig.admit('orders');
  rig.admit('orders');
  expect(rig.told).toHaveLength(5);
  expect(rig.host.pendingTimers).toBe(0);
});

test('J9: an answer in doubt that nothing follows is proved by joining once more', async () => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  await rig.host.pass(10_500);
  rig.admit('orders');
  await rig.host.pass(19_999);
  expect(rig.told).toEqual(['joined orders 1']);
  await rig.host.pass(1);
  expect(rig.said.slice(3)).toEqual(['1 leave orders', '1 join orders']);
  expect(rig.told).toEqual(['joined orders 1', 'left orders']);
  rig.admit('orders');
  await rig.host.pass(600_000);
  expect(rig.said).toHaveLength(5);
  expect(rig.word('orders')).toBe('joined');
});

test('J9: who comes back within 20 s to a link that had let it in is in doubt once, and later not', async () => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  rig.admit('orders');
  rig.joiner.remove('orders');
  await rig.host.pass(1_000);
  rig.joiner.add('orders', 'nothing');
  rig.admit('orders');
  await rig.host.pass(20_000);
  expect(rig.said.slice(3)).toEqual(['1 leave orders', '1 join orders']);
  rig.admit('orders');
  expect(rig.host.pendingTimers).toBe(0);
  await rig.host.pass(20_000);
  rig.joiner.remove('orders');
  rig.joiner.add('orders', 'nothing');
  rig.admit('orders');
  expect(rig.host.pendingTimers).toBe(0);
});

test('J9: a refusal and then an answer, each to its own join, are in no doubt', async () => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  rig.refuse('orders', 500);
  await rig.host.pass(500);
  rig.admit('orders');
  expect(rig.told).toEqual(['joined orders 1']);
  expect(rig.host.pendingTimers).toBe(0);
});

test('J9: an answer that never came is forgotten after the proof, and with the link', async () => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  await rig.host.pass(10_500);
  rig.admit('orders');
  await rig.host.pass(20_000);
  rig.admit('orders');
  expect(rig.host.pendingTimers).toBe(0);
  rig.down();
  rig.up();
  for (let times = 0; times < 3; times += 1) {
    rig.refuse('orders', 500);
    await rig.host.pass(8_000);
  }
  rig.admit('orders');
  expect(rig.host.pendingTimers).toBe(0);
});

test('J9: after a wait of 20 s and more nothing is in doubt', async () => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  await rig.host.pass(600_000);
  // The last of many that were not answered; the wait before it was the longest.
  const asked = joinsOf(rig).length;
  while (joinsOf(rig).length === asked) await rig.host.pass(100);
  rig.admit('orders');
  expect(rig.word('orders')).toBe('joined');
  expect(rig.host.pendingTimers).toBe(0);
});

test('J9: who is thrown out while joining again does not take the next answer for granted', async () => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  rig.admit('orders');
  rig.joiner.remove('orders');
  rig.joiner.add('orders', 'nothing');
  // About the first stay; the second join is still to be answered.
  rig.refuse('orders', 500);
  await rig.host.pass(500);
  rig.admit('orders');
  expect(rig.host.pendingTimers).toBe(1);
});

test('J9: what the last socket did not answer puts nobody on the next one in doubt', async () => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  await rig.host.pass(10_500);
  rig.down();
  rig.up();
  rig.admit('orders');
  expect(rig.host.pendingTimers).toBe(0);
});

test('J9: a refusal that may be the answer to an earlier join lets go of what the newer one may have got', async () => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  await rig.host.pass(10_500);
  rig.refuse('orders', 403);
  expect(rig.said.slice(2)).toEqual(['1 join orders', '1 leave orders']);
  rig.admit('orders');
  expect(rig.told).toEqual(['denied orders forbidden 403']);
});

test('J4, J6: with a real connection, signed channels are in again after each loss', async () => {
  const host = createFakeHost();
  const transport = createMemoryTransport({
    host,
    latencyMs: 20,
    server: {
      connected: (socket) => socket.accept({ socketId: `id-${socket.number}` }),
      joined(socket, channel, credential) {
        if (credential?.kind === 'signature' && credential.auth === `for id-${socket.number}`) socket.admit(channel);
        else socket.deny(channel, { status: 401, code: undefined });
      },
    },
  });
  const credentials = createCredentials({ host, token: undefined });
  const told: string[] = [];
  const joiner = createJoiner({
    host,
    credentials,
    authorise: ({ socketId }) => Promise.resolve({ kind: 'granted', auth: `for ${socketId}` }),
    listener: {
      joined: (channel, generation) => told.push(`joined ${channel} ${generation}`),
      left: (channel) => told.push(`left ${channel}`),
      denied: (channel) => told.push(`denied ${channel}`),
    },
    report: (error) => told.push(String(error)),
  });
  const nothing = (): void => undefined;
  const supervisor = createSupervisor({
    host,
    transport,
    credentials,
    listener: {
      linkUp: (link) => joiner.linkUp(link),
      linkDown: (generation) => joiner.linkDown(generation),
      joined: (channel, everybody, generation) => joiner.joined(channel, everybody, generation),
      refused: (channel, refusal, generation) => joiner.refused(channel, refusal, generation),
      presence: nothing,
      frame: nothing,
      warned: nothing,
      status: nothing,
      look: nothing,
    },
    report: (error) => told.push(String(error)),
  });
  joiner.add('private-orders', 'signature');
  supervisor.start();
  await host.pass(1_000);
  transport.live[0]?.close({ code: 1006 });
  await host.pass(5_000);
  expect(told).toEqual(['joined private-orders 1', 'left private-orders', 'joined private-orders 2']);
  supervisor.dispose();
  joiner.dispose();
  expect(host.pendingTimers).toBe(0);
});
