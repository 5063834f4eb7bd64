// Thousands of malformed and random frames, requests and handshakes; afterwards the official client and library still work.
import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { patience, runs } from '../../effort.ts';
import type { Device } from './device.ts';
import { host, sign, type Hosted } from './hosting.ts';
import { officialClient } from './official-client.ts';

/** In the long version 50 000 altogether, half of them frames. */
const most = (usual: number, long: number) => ({ numRuns: Math.min(runs(usual).numRuns, long) });

/** So that what is expected afterwards does not depend on luck. */
const malformed: Frame = () => '{"event":"pusher:subscribe"}';
const requestsOfAllCodes = [
  { path: '/apps/app-id/events', body: '{"name":"a","channel":"b","data":"c"}' },
  { path: '/apps/app-id/events', body: '{}' },
  { path: '/apps/app-id/events', body: '{}', isSigned: false },
  { path: '/apps/other/events', body: '{}' },
];

const channel = fc.oneof(
  fc.constantFrom('orders', 'private-store.7', 'presence-kitchen', 'cache-menu', '#server-to-user-1', '__proto__', ''),
  fc.string({ maxLength: 210 }),
);
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom<unknown>(undefined, '__proto__', { toString: 1, valueOf: 1 }, { toJSON: 7 }, { length: 1e9 }),
);
const event = fc.oneof(
  fc.constantFrom(
    'pusher:subscribe',
    'pusher:unsubscribe',
    'pusher:ping',
    'pusher:signin',
    'pusher_internal:subscription_succeeded',
    'client-typing',
    'constructor',
  ),
  fc.string({ maxLength: 210 }),
  anything,
);
const member = fc.oneof(
  fc.record({ user_id: anything, user_info: anything }, { requiredKeys: [] }).map((value) => JSON.stringify(value)),
  anything,
);

/** With the right signature now and then, so that the rest of the way is gone, too. */
type Frame = (id: string) => string | Buffer;
const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.string({ maxLength: 300 }).map((text) => () => text),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => () => Buffer.from(bytes)),
  fc.json().map((text) => () => text),
  fc
    .record({ event, channel: fc.oneof(channel, anything), data: anything }, { requiredKeys: [] })
    .map((value) => () => JSON.stringify(value)),
  fc
    .record({
      channel,
      member,
      isSigned: fc.boolean(),
      event: fc.constantFrom('pusher:subscribe', 'pusher:unsubscribe'),
    })
    .map(({ channel, member, isSigned, event }) => (id: string) => {
      const channelData = channel.startsWith('presence-') ? member : undefined;
      const auth = isSigned ? sign(id, channel, typeof channelData === 'string' ? channelData : undefined) : 'x';
      return JSON.stringify({ event, data: { channel, auth, channel_data: channelData } });
    }),
  fc
    .nat(2000)
    .map((depth) => () => `{"event":"client-a","channel":"orders","data":${'['.repeat(depth)}${']'.repeat(depth)}}`),
);

async function fresh(hosted: Hosted): Promise<Device> {
  const connected = await hosted.device();
  onTestFinished(() => connected.socket.terminate());
  return connected;
}

/** Answered in order: what was said before this is through. A pong would not tell, because random frames ask for some. */
async function through(connected: Device): Promise<void> {
  connected.say({ event: 'pusher:subscribe', data: { channel: 'the-end' } });
  for (;;) if ((await connected.next()).channel === 'the-end') return;
}

/** What has to go on working: an official client joins, and hears what the official library triggers. */
async function expectItServes(hosted: Hosted): Promise<void> {
  const pusher = officialClient(hosted);
  const channel = pusher.subscribe('private-afterwards');
  await new Promise((resolve) => channel.bind('pusher:subscription_succeeded', resolve));
  const heard = new Promise((resolve) => channel.bind('OrderCreated', resolve));
  await hosted.library.trigger('private-afterwards', 'OrderCreated', { id: 7 });
  expect(await heard).toEqual({ id: 7 });
}

test('random and malformed frames', { timeout: patience }, async () => {
  const hosted = await host({ clientMessages: true, limits: { membersPerChannel: 10 } });
  const witness = await fresh(hosted);
  let connected = await fresh(hosted);
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 25, maxLength: 25 }), fc.boolean(), async (frames, isRude) => {
      for (const frameOf of frames) connected.socket.send(frameOf(connected.id));
      if (!isRude) return through(connected);
      connected.socket.terminate();
      connected = await fresh(hosted);
    }),
    { ...most(100, 1000), examples: [[[malformed], false]] },
  );
  expect(await witness.settled()).toEqual([]);
  expect(hosted.hazards.length).toBeGreaterThan(0);
  await expectItServes(hosted);
});

test('random and malformed requests, with the right signature and without', { timeout: patience }, async () => {
  const hosted = await host();
  const segment = fc.oneof(
    fc.constantFrom(
      'channels',
      'events',
      'batch_events',
      'users',
      'orders',
      'presence-kitchen',
      'terminate_connections',
    ),
    fc.string({ maxLength: 20 }).map(encodeURIComponent),
  );
  const path = fc.oneof(
    fc.constantFrom('/apps/app-id/events', '/apps/app-id/batch_events', '/apps/app-id/users/1/terminate_connections'),
    fc.constantFrom('/apps/app-id/channels', '/apps/app-id/channels/presence-kitchen/users', '/apps/..'),
    fc.array(segment, { maxLength: 5 }).map((segments) => `/apps/app-id/${segments.join('/')}`),
    fc.array(segment, { maxLength: 5 }).map((segments) => `/apps/${segments.join('/')}`),
  );
  const said = fc.record(
    { name: anything, channel: anything, channels: anything, data: anything, socket_id: anything },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    said.map((value) => JSON.stringify(value)),
    fc.record({ batch: fc.oneof(fc.array(said), anything) }).map((value) => JSON.stringify(value)),
    fc.json(),
    fc.string(),
    fc.nat(2000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  );
  const query = fc.oneof(
    fc.dictionary(fc.string({ maxLength: 10 }), fc.string({ maxLength: 10 })),
    fc.constant({ auth_signature: 'x', body_md5: 'y', auth_timestamp: 'z' }),
  );
  const request = fc.record({
    path,
    body,
    query,
    method: fc.constantFrom('GET', 'POST', 'PUT'),
    isSigned: fc.boolean(),
  });
  const codes = new Set<number>();
  await fc.assert(
    fc.asyncProperty(request, async ({ path, body, query, method, isSigned }) => {
      const search = isSigned
        ? hosted.library.createSignedQueryString({ method, path, ...(method !== 'GET' && { body }) })
        : new URLSearchParams(query).toString();
      const asked = new Request(`http://127.0.0.1${path}?${search}`, { method, ...(method !== 'GET' && { body }) });
      const response = await hosted.server.fetch(asked);
      // ".." leads out of what is this server's own.
      const isOwn = new URL(asked.url).pathname.startsWith('/apps/');
      expect(response?.status).toBeOneOf(isOwn ? [200, 404] : [undefined]);
      const text = (await response?.text()) ?? '';
      if (text !== '') codes.add((JSON.parse(text) as { code?: number }).code ?? 200);
    }),
    {
      ...most(2000, 20_000),
      examples: requestsOfAllCodes.map((asked) => [{ query: {}, method: 'POST', isSigned: true, ...asked }]),
    },
  );
  expect([...codes]).toEqual(expect.arrayContaining([200, 400, 401, 404]));
  await expectItServes(hosted);
});

test('random and malformed handshakes, and bytes that are no frames', { timeout: patience }, async () => {
  const hosted = await host();
  const line = fc.oneof(
    fc.constantFrom(
      'GET /app/app-key HTTP/1.1',
      'GET /app/ HTTP/1.1',
      'POST /app/app-key HTTP/1.1',
      'GET /app//x HTTP/1.1',
    ),
    fc.webPath().map((path) => `GET /app${path} HTTP/1.1`),
    fc.string().map((text) => `GET /app/${encodeURIComponent(text)} HTTP/1.1`),
  );
  const headers = fc.subarray([
    'Host: a',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Version: 99',
    'Sec-WebSocket-Extensions: permessage-deflate; oops',
    'Sec-WebSocket-Protocol: ,,',
    'Content-Length: x',
  ]);
  const whole = fc.constant([
    'Host: a',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ]);
  const handshake = fc.record({ line, headers: fc.oneof(headers, whole), bytes: fc.uint8Array({ maxLength: 200 }) });
  await fc.assert(
    fc.asyncProperty(handshake, fc.boolean(), async ({ line, headers, bytes }, isLate) => {
      const socket = connect(hosted.port, '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(`${[line, ...headers].join('\r\n')}\r\n\r\n`);
      // After the answer, so that they are read as frames; or along with the request.
      if (isLate) await Promise.race([once(socket, 'data'), once(socket, 'close')]);
      socket.end(bytes);
      socket.resume();
      socket.destroySoon();
      await once(socket, 'close');
    }),
    most(500, 5000),
  );
  await vi.waitFor(() => expect(hosted.server.connections()).toEqual([]), 10_000);
  expect(hosted.time.waiting).toBe(0);
  await expectItServes(hosted);
});
