import { expect, test } from 'vitest';
import { createFakeHost } from '../../../src/testing/fake-host.ts';
import type { TransportHandlers } from '../../../src/transports/transport.ts';
import { createRig, frame } from './rig.ts';
import { like } from '../../transports/like.ts';

test('C1: a socket that ended by itself is closed before the next is opened', () => {
  const rig = createRig({ host: { random: () => 0 } });
  rig.supervisor.start();
  rig.server().close({ code: 1006 });
  rig.host.advance(0);
  expect(rig.transport.sockets).toHaveLength(2);
  expect(rig.transport.sockets[0]?.over).toBe(true);
  expect(rig.transport.live).toEqual([rig.server()]);
  expect(rig.links.map(({ generation }) => generation)).toEqual([1, 2]);
});

test('C1: starting twice opens one socket', () => {
  const rig = createRig();
  rig.supervisor.start();
  rig.supervisor.start();
  expect(rig.transport.sockets).toHaveLength(1);
});

test('C2: frames, greetings and endings of an abandoned socket have no effect (F04)', () => {
  const rig = createRig({ host: { random: () => 0 }, transport: { latencyMs: 10, talksAfterClose: true } });
  rig.supervisor.start();
  rig.host.advance(20);
  const old = rig.server();
  // Under way when the socket is given up.
  old.push(frame('late'));
  old.accept();
  old.close({ code: 4001 });
  rig.host.emit({ kind: 'pageshow', persisted: true });
  rig.host.advance(1_000);
  expect(rig.frames).toEqual([]);
  expect(rig.supervisor.status().word).toBe('open');
  expect(rig.links.map(({ generation }) => generation)).toEqual([1, 2]);
  expect(rig.downs).toHaveLength(1);
  rig.server().push(frame('fresh'));
  rig.host.advance(10);
  expect(rig.frames.map(({ name }) => name)).toEqual(['fresh']);
});

test('C3: an attempt that hangs is given up after 10 s (F05)', () => {
  const rig = createRig({ transport: { server: { connected: () => undefined } } });
  rig.supervisor.start();
  rig.host.advance(9_999);
  expect(rig.server().over).toBe(false);
  rig.host.advance(1);
  expect(rig.transport.sockets[0]?.over).toBe(true);
  expect(rig.supervisor.status().verdict?.cause).toBe('attempt-timeout');
  expect(rig.transport.live.length).toBeLessThanOrEqual(1);
});

test('C3: a greeting that comes after the limit is ignored', () => {
  const rig = createRig({ transport: { talksAfterClose: true, server: { connected: () => undefined } } });
  rig.supervisor.start();
  const slow = rig.server();
  rig.host.advance(10_000);
  slow.accept();
  expect(rig.links).toEqual([]);
});

test('C4: a listener that stops the client from within a frame gets no frame after that', () => {
  const rig = createRig({ onFrame: () => rig.supervisor.stop() });
  rig.supervisor.start();
  const server = rig.server();
  server.push(frame('one'));
  server.push(frame('two'));
  expect(rig.frames.map(({ name }) => name)).toEqual(['one']);
  expect(rig.supervisor.status().word).toBe('offline');
});

test('C4: a listener that stops and starts from within a link-up ends with one socket', () => {
  let once = true;
  const rig = createRig({
    onLinkUp: () => {
      if (!once) return;
      once = false;
      rig.supervisor.stop();
      rig.supervisor.start();
    },
  });
  rig.supervisor.start();
  expect(rig.transport.live).toHaveLength(1);
  expect(rig.supervisor.status().word).toBe('open');
});

test('C4: listeners that throw are reported, and everything goes on', () => {
  const rig = createRig({
    host: { random: () => 0 },
    onFrame: () => {
      throw new Error('frame');
    },
    onLinkUp: () => {
      throw new Error('link');
    },
    onStatus: () => {
      throw new Error('status');
    },
  });
  rig.supervisor.start();
  rig.server().push(frame('one'));
  rig.server().close({ code: 1006 });
  rig.host.advance(0);
  expect(rig.links).toHaveLength(2);
  expect(rig.errors.map((error) => (error as Error).message)).toEqual(
    expect.arrayContaining(['frame', 'link', 'status']),
  );
});

test('C4: a transport that throws when it connects is an attempt that failed', () => {
  const rig = createRig({
    transport: {
      server: {
        connected: () => {
          throw new Error('no WebSocket here');
        },
      },
    },
  });
  rig.supervisor.start();
  expect(rig.supervisor.status().verdict?.cause).toBe('unreachable');
  rig.host.advance(600);
  expect(rig.transport.sockets.length).toBeGreaterThan(1);
  expect(rig.errors).toHaveLength(rig.transport.sockets.length);
});

test('C5: a link joins, leaves and sends while it is open, and does nothing afterwards', () => {
  const rig = createRig({ host: { random: () => 0 } });
  rig.supervisor.start();
  const [link] = rig.links;
  const first = rig.server();
  link?.join('orders', { kind: 'signature', auth: 'key:signature' });
  expect([...first.joined]).toEqual(['orders']);
  link?.leave('orders');
  expect([...first.joined]).toEqual([]);
  const message = { channel: 'orders', name: 'join_counter', payload: {} };
  expect(link?.send(message)).toBe(true);
  expect(first.sent).toEqual([message]);

  first.close({ code: 1006 });
  rig.host.advance(0);
  link?.join('kds');
  expect(link?.send(message)).toBe(false);
  expect([...rig.server().joined]).toEqual([]);
  expect(rig.server().sent).toEqual([]);
});

test('C5: an acknowledgement is passed on by the socket that it belongs to, and dropped when that is gone', () => {
  const rig = createRig({ host: { random: () => 0 } });
  rig.supervisor.start();
  const answers: unknown[] = [];
  const say = (): void =>
    void rig.links
      .at(-1)
      ?.send({ channel: 'c', name: 'n', payload: 1, acknowledged: (answer) => answers.push(answer) });
  say();
  rig.server().sent[0]?.acknowledged?.('now');
  say();
  const [, late] = rig.server().sent;
  rig.server().close({ code: 1006 });
  rig.host.advance(0);
  late?.acknowledged?.('too late');
  expect(answers).toEqual(['now']);
});

test('C27: ten thousand frames set no timer', () => {
  const host = createFakeHost();
  let scheduled = 0;
  const counting = {
    ...host,
    schedule: (delayMs: number, callback: () => void) => {
      scheduled += 1;
      return host.schedule(delayMs, callback);
    },
  };
  const rig = createRig({ host: counting });
  rig.supervisor.start();
  const before = scheduled;
  for (let count = 0; count < 10_000; count += 1) {
    host.advance(1);
    rig.server().push(frame('tick'));
  }
  expect(rig.frames).toHaveLength(10_000);
  expect(scheduled - before).toBe(0);
  expect(rig.server().pings).toBe(0);
});

test('C37: an error of the server is told, and is the reason when the close says nothing', () => {
  const rig = createRig({ transport: { capabilities: like.pusher } });
  rig.supervisor.start();
  rig.server().warn(4301);
  expect(rig.warnings.map(({ code }) => code)).toEqual([4301]);
  expect(rig.supervisor.status().word).toBe('open');
  rig.server().warn(4001);
  rig.server().close({ code: 1006 });
  expect(rig.supervisor.status()).toMatchObject({ word: 'blocked', verdict: { cause: 'unknown-app' } });
});

test('C37: a close that says why is believed', () => {
  const rig = createRig({ transport: { capabilities: like.pusher } });
  rig.supervisor.start();
  rig.server().warn(4301);
  rig.server().close({ code: 4003 });
  expect(rig.downs[0]?.verdict.cause).toBe('app-disabled');
});

test('C2: a transport that reports its end twice has ended once', () => {
  const kept: TransportHandlers[] = [];
  const rig = createRig({ host: { random: () => 0.9 } });
  const connect = rig.transport.connect.bind(rig.transport);
  Object.assign(rig.transport, {
    connect: (attempt: Parameters<typeof connect>[0], handlers: TransportHandlers) => {
      kept.push(handlers);
      return connect(attempt, handlers);
    },
  });
  rig.supervisor.start();
  kept[0]?.closed({ code: 1006 });
  kept[0]?.closed({ code: 1006 });
  kept[0]?.failed({ kind: 'tls' });
  expect(rig.downs).toHaveLength(1);
  expect(rig.supervisor.status().verdict?.cause).toBe('connection-lost');
});

test('C2, C33: what a given-up socket had under way reaches nobody, also while there is no other (F04)', () => {
  const rig = createRig({ transport: { latencyMs: 10, talksAfterClose: true } });
  rig.supervisor.start();
  rig.host.advance(20);
  rig.server().push(frame('late'));
  rig.server().warn(4001);
  rig.server().deny('orders', { status: 403, code: undefined });
  rig.supervisor.stop();
  rig.host.advance(10);
  expect([rig.frames, rig.warnings, rig.refusals]).toEqual([[], [], []]);
});
