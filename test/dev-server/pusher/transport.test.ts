// Our own transport at a server that behaves as Soketi does, and what it does not survive is reported: nothing of it is ours.
import { createServer as createTcpServer } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket as WsWebSocket } from 'ws';
import { verdictOfClosing } from '../../../src/core/connection/close-codes.ts';
import { pusher, type PusherOptions } from '../../../src/transports/pusher.ts';
import type { OpenDetails } from '../../../src/transports/transport.ts';
import { connect, type Heard } from '../../transports/listener.ts';
import { listen } from '../../transports/listen.ts';
import { app, host, sign, type Hosted } from './hosting.ts';
import { like } from '../../transports/like.ts';

const to = ({ port }: Pick<Hosted, 'port'>, options: Partial<PusherOptions> = {}): ReturnType<typeof pusher> =>
  pusher({ key: app.key, wsHost: '127.0.0.1', wsPort: port, forceTLS: false, ...options });

interface Open extends Heard {
  readonly socketId: string;
  /** With what an endpoint would have signed. */
  join(channel: string, member?: object): void;
}

async function open(hosted: Hosted): Promise<Open> {
  const heard = connect(to(hosted), { token: 'canary' });
  await heard.until('opened');
  const { socketId = '' } = (heard.told[0]?.[1] ?? {}) as OpenDetails;
  return {
    ...heard,
    socketId,
    join(channel, member) {
      const channelData = member === undefined ? undefined : JSON.stringify(member);
      const auth = sign(socketId, channel, channelData);
      heard.connection.join(channel, { kind: 'signature', auth, ...(channelData !== undefined && { channelData }) });
    },
  };
}

test('opens with its socket id and the silence that the server announces, joins, hears and leaves', async () => {
  const hosted = await host();
  const { told, until, join, connection, socketId } = await open(hosted);
  expect(told).toEqual([['opened', { socketId, silenceLimitMs: 30_000 }]]);
  connection.join('menu');
  join('private-orders');
  await until('joined', 2);
  await hosted.library.trigger(['menu', 'private-orders'], 'OrderCreated', { id: 7 });
  await until('frame', 2);
  connection.ping();
  await until('alive');
  expect(told.slice(1)).toEqual([
    ['joined', 'menu', undefined],
    ['joined', 'private-orders', undefined],
    ['frame', { channel: 'menu', name: 'OrderCreated', payload: '{"id":7}' }],
    ['frame', { channel: 'private-orders', name: 'OrderCreated', payload: '{"id":7}' }],
    ['alive'],
  ]);
  connection.leave('private-orders');
  await vi.waitFor(() => expect(hosted.server.connections()[0]?.channels).toEqual(['menu']));
  connection.close();
  await vi.waitFor(() => expect(hosted.server.connections()).toEqual([]));
  expect(JSON.stringify(hosted.traffic)).not.toContain('canary');
  expect(hosted.hazards).toEqual([]);
});

test('a presence channel tells who is there, comes and goes', async () => {
  const hosted = await host();
  const [one, other] = [await open(hosted), await open(hosted)];
  one.join('presence-kds', { user_id: 7, user_info: { name: 'Grill' } });
  await one.until('joined');
  other.join('presence-kds', { user_id: 8 });
  await other.until('joined');
  expect(other.told.at(-1)).toEqual([
    'joined',
    'presence-kds',
    { members: [{ id: 7, info: { name: 'Grill' } }, { id: 8 }], me: 8 },
  ]);
  other.connection.leave('presence-kds');
  await one.until('presence', 2);
  expect(one.told.slice(-2)).toEqual([
    ['presence', 'presence-kds', { kind: 'came', member: { id: 8 } }],
    ['presence', 'presence-kds', { kind: 'went', id: 8 }],
  ]);
  one.connection.close();
  other.connection.close();
  expect(hosted.hazards).toEqual([]);
});

test('devices speak to each other where that is permitted, and hear why not where it is not', async () => {
  const permitting = await host({ clientMessages: true });
  const [speaking, listening] = [await open(permitting), await open(permitting)];
  for (const { join, until } of [speaking, listening]) {
    join('private-kitchen');
    await until('joined');
  }
  const message = { channel: 'private-kitchen', name: 'client-typing', payload: { table: 7 } };
  expect(speaking.connection.send(message)).toBe(true);
  await listening.until('frame');
  expect(listening.told.at(-1)).toMatchObject(['frame', message]);

  const refusing = await open(await host());
  refusing.join('private-kitchen');
  await refusing.until('joined');
  expect(refusing.connection.send(message)).toBe(true);
  await refusing.until('warned');
  expect(refusing.told.at(-1)).toEqual(['warned', 4301]);
  for (const { connection } of [speaking, listening, refusing]) connection.close();
});

test('every refusal of a channel has the status and the kind of the server, and the others go on', async () => {
  const hosted = await host({ limits: { membersPerChannel: 1 } });
  const { told, until, join, connection, socketId } = await open(hosted);
  const first = await open(hosted);
  first.join('presence-full', { user_id: 1 });
  await first.until('joined');
  // Signed for the socket of a minute ago: the token is not to blame, and the core asks for another signature first.
  connection.join('private-stale', { kind: 'signature', auth: sign('1.1', 'private-stale') });
  connection.join('private-unsigned');
  connection.join('presence-nobody', { kind: 'signature', auth: sign(socketId, 'presence-nobody') });
  join('presence-talkative', { user_id: 1, user_info: { text: 'x'.repeat(3_000) } });
  join('presence-full', { user_id: 2 });
  connection.join('x'.repeat(201));
  connection.join('not legal!');
  await until('refused', 7);
  expect(told.slice(1)).toEqual([
    ['refused', 'private-stale', { status: 401, code: 'AuthError' }],
    ['refused', 'private-unsigned', { status: 401, code: 'AuthError' }],
    ['refused', 'presence-nobody', { status: 4302, code: 'ServerError' }],
    ['refused', 'presence-talkative', { status: 4301, code: 'LimitReached' }],
    ['refused', 'presence-full', { status: 4100, code: 'LimitReached' }],
    ['refused', 'x'.repeat(201), { status: 4009, code: 'LimitReached' }],
    ['refused', 'not legal!', { status: 4009, code: undefined }],
  ]);
  join('private-fine');
  await until('joined');
  connection.close();
  first.connection.close();
  expect(hosted.hazards).toEqual([]);
});

test.each<[string, number, () => Promise<{ hosted: Hosted; key?: string }>]>([
  ['a wrong key', 4001, async () => ({ hosted: await host(), key: 'another-key' })],
  ['a disabled app', 4003, async () => ({ hosted: await host({ enabled: false }) })],
  ['too many connections', 4100, async () => ({ hosted: await host({ limits: { connections: 0 } }) })],
  [
    'a server that closes',
    4200,
    async () => {
      const hosted = await host();
      hosted.server.shutdown();
      return { hosted };
    },
  ],
])('%s is told by its number, twice as the server does, and once as an end', async (_, code, given) => {
  const { hosted, key = app.key } = await given();
  const { told, until } = connect(to(hosted, { key }));
  await until('closed');
  expect(told).toEqual([
    ['warned', code],
    ['closed', { code }],
  ]);
  expect(verdictOfClosing(like.pusher.explains, { code }).remediation).not.toBe('');
});

test('a server that shuts down under a device, and one that cuts it off', async () => {
  const hosted = await host();
  const one = await open(hosted);
  hosted.server.shutdown();
  await one.until('closed');
  expect(one.told.slice(1)).toEqual([
    ['warned', 4200],
    ['closed', { code: 4200 }],
  ]);
  const other = await host();
  const cut = await open(other);
  other.server.connections()[0]?.cut();
  await cut.until('closed');
  expect(cut.told.slice(1)).toEqual([['closed', { code: 1006 }]]);
});

test('a web page, a server without TLS, one that is none and one that is not there are failed attempts', async () => {
  const page = await listen({
    upgrade: (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>'),
  });
  const talkative = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.end('SSH-2.0-OpenSSH\r\n');
  }).listen(0, '127.0.0.1');
  await once(talkative, 'listening');
  onTestFinished(() => void talkative.close());
  const address = talkative.address();
  const tcpPort = typeof address === 'object' && address !== null ? address.port : 0;
  const pagePort = Number(new URL(page.httpUrl).port);
  const attempts: readonly (readonly [string, Partial<PusherOptions>, RegExp])[] = [
    ['page', { wsPort: pagePort }, /unknown/],
    ['no TLS', { wssPort: pagePort, forceTLS: true }, /tls|unreachable|unknown/],
    ['no server', { wsPort: tcpPort }, /unknown|unreachable/],
    ['nobody', { wsPort: 9 }, /unknown|unreachable/],
  ];
  for (const [what, options, kind] of attempts) {
    for (const platform of [{}, { WebSocket: WsWebSocket }]) {
      const { told, until } = connect(to({ port: 1 }, { ...options, ...platform }));
      await until('failed');
      expect([what, told.length, JSON.stringify(told)]).toEqual([what, 1, expect.stringMatching(kind)]);
    }
  }
});
