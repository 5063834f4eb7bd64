import fc from 'fast-check';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket as WsWebSocket } from 'ws';
import { isHeardError } from '../../src/errors.ts';
import { verdictOfClosing } from '../../src/core/connection/close-codes.ts';
import { webSocket, type PlatformSocket, type WebSocketCodec } from '../../src/transports/websocket.ts';
import { runs } from '../effort.ts';
import { connect } from './listener.ts';
import { listen } from './listen.ts';
import { puppet } from './puppet.ts';
import { friendly } from './server.ts';
import { like } from './like.ts';

const names = (told: readonly (readonly [string, ...unknown[]])[]): readonly string[] => told.map(([name]) => name);

/** Both implementations that a printer gateway may have. */
const platforms = [
  ['the platform’s own WebSocket', {}],
  ['the package ws', { WebSocket: WsWebSocket }],
] as const;

test.each(platforms)('%s: greets, joins, hears, says and is acknowledged', async (_, platform) => {
  const server = await listen({
    said(peer, frame) {
      friendly(peer, frame);
      if (frame['type'] === 'send' && 'id' in frame)
        peer.say({ type: 'ack', id: frame['id'], payload: { got: frame['payload'] } });
    },
  });
  const { told, connection, until } = connect(webSocket({ url: server.url, ...platform }), {
    token: 'secret-1',
    query: { device: '18', shop: 'a&b' },
  });
  await until('opened');
  connection.join('orders');
  await until('joined');
  const answers: unknown[] = [];
  expect(
    connection.send({
      channel: 'orders',
      name: 'hello',
      payload: { n: 1 },
      acknowledged: (answer) => void answers.push(answer),
    }),
  ).toBe(true);
  expect(connection.send({ channel: 'orders', name: 'bye', payload: null })).toBe(true);
  await vi.waitFor(() => expect(answers).toEqual([{ got: { n: 1 } }]));
  server.peers[0]?.say({ type: 'event', channel: 'orders', name: 'OrderCreated', payload: { id: 7 } });
  await until('frame');
  connection.ping();
  connection.leave('orders');
  await until('alive', 2);
  expect(told).toEqual([
    ['opened', { socketId: '1.7' }],
    ['joined', 'orders', undefined],
    ['alive'],
    ['frame', { channel: 'orders', name: 'OrderCreated', payload: '{"id":7}' }],
    ['alive'],
  ]);
  expect(server.peers[0]?.url).toBe('/socket?device=18&shop=a%26b');
  expect(server.peers[0]?.heard.map((text): unknown => JSON.parse(text))).toEqual([
    { type: 'auth', version: 1, token: 'secret-1' },
    { type: 'subscribe', channel: 'orders' },
    { type: 'send', channel: 'orders', name: 'hello', id: 1, payload: { n: 1 } },
    { type: 'send', channel: 'orders', name: 'bye', payload: null },
    { type: 'ping' },
    { type: 'unsubscribe', channel: 'orders' },
  ]);
  connection.close();
  await vi.waitFor(() => expect(server.peers[0]?.closed).toBe(true));
});

test('the token is said in frames of the type auth and nowhere else, and a newer one is said before the channel that needs it', async () => {
  const server = await listen({ said: friendly });
  const { connection, until } = connect(webSocket({ url: `${server.url}?shop=3` }), { token: 'old', query: {} });
  await until('opened');
  connection.join('a', { kind: 'token', token: 'old' });
  connection.join('b', { kind: 'token', token: 'new' });
  connection.join('c', { kind: 'token', token: 'new' });
  connection.join('d', { kind: 'signature', auth: 'key:signed', channelData: '{"user":1}' });
  await until('joined', 4);
  expect(server.peers[0]?.url).toBe('/socket?shop=3');
  expect(server.peers[0]?.heard).toEqual([
    '{"type":"auth","version":1,"token":"old"}',
    '{"type":"subscribe","channel":"a"}',
    '{"type":"auth","version":1,"token":"new"}',
    '{"type":"subscribe","channel":"b"}',
    '{"type":"subscribe","channel":"c"}',
    '{"type":"subscribe","channel":"d","auth":"key:signed","channelData":"{\\"user\\":1}"}',
  ]);
  connection.close();
});

test('a refusal has the status and the word of the server, also for a channel that was joined', async () => {
  const server = await listen({
    said(peer, { type, channel }) {
      if (type === 'auth') peer.say({ type: 'welcome' });
      if (type === 'subscribe') peer.say({ type: 'error', channel, status: 403, code: 'not-yours', message: 'no' });
    },
  });
  const { told, connection, until } = connect(webSocket({ url: server.url }));
  await until('opened');
  connection.join('orders');
  await until('refused');
  server.peers[0]?.say({ type: 'error', channel: 'orders' });
  await until('refused', 2);
  expect(told).toEqual([
    ['opened', {}],
    ['refused', 'orders', { status: 403, code: 'not-yours' }],
    ['refused', 'orders', { status: undefined, code: undefined }],
  ]);
  connection.close();
});

test('an error of the connection is told by the number that a close frame would have', async () => {
  const server = await listen({ said: friendly });
  const { told, connection, until } = connect(webSocket({ url: server.url }));
  await until('opened');
  server.peers[0]?.say({ type: 'error', status: 429 });
  server.peers[0]?.say({ type: 'error', code: 'who-knows' });
  await until('alive');
  expect(told.slice(1)).toEqual([['warned', 4429], ['alive']]);
  connection.close();
});

test('the server may ask for a sign of life, too', async () => {
  const server = await listen({ said: friendly });
  const { connection, until } = connect(webSocket({ url: server.url }));
  await until('opened');
  server.peers[0]?.say({ type: 'ping' });
  await until('alive');
  await vi.waitFor(() => expect(server.peers[0]?.heard.at(-1)).toBe('{"type":"pong"}'));
  connection.close();
});

test.each(platforms)('%s: a server that goes away, however it goes, is told once', async (_, platform) => {
  const server = await listen({ said: friendly });
  const ends = [
    [1005, (number: number) => server.peers[number]?.close()],
    [1012, (number: number) => server.peers[number]?.close(1012)],
    [4401, (number: number) => server.peers[number]?.close(4401)],
    [1006, (number: number) => server.peers[number]?.terminate()],
    [1006, (number: number) => server.peers[number]?.reset()],
  ] as const;
  for (const [index, [code, end]] of ends.entries()) {
    const { told, connection, until } = connect(webSocket({ url: server.url, ...platform }));
    await until('opened');
    end(index);
    await until('closed');
    expect(told.slice(1)).toEqual([['closed', { code }]]);
    expect(connection.send({ channel: 'a', name: 'b', payload: 1 })).toBe(false);
    connection.ping();
    connection.join('a');
    connection.leave('a');
    connection.close();
    connection.close();
    expect(told).toHaveLength(2);
  }
});

test.each(platforms)('%s: a server that closes before it has greeted says why', async (_, platform) => {
  const server = await listen({
    said: (peer) => {
      peer.say({ type: 'error', status: 401 });
      peer.close(4401);
    },
  });
  const { told, until } = connect(webSocket({ url: server.url, ...platform }), { token: 'old' });
  await until('closed');
  expect(told).toEqual([
    ['warned', 4401],
    ['closed', { code: 4401 }],
  ]);
  expect(verdictOfClosing(like.websocket.explains, { code: 4401 }).action).toBe('renew');
});

test.each(platforms)('%s: without an upgrade there never was a socket', async (_, platform) => {
  const refusing = await listen({ upgrade: (socket) => socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n') });
  const resetting = await listen({ upgrade: (socket) => void socket.resetAndDestroy() });
  for (const { url } of [refusing, resetting]) {
    const { told, until } = connect(webSocket({ url, ...platform }));
    await until('failed');
    expect(names(told)).toEqual(['failed']);
  }
});

test('where the platform tells why there was no socket, it is told', async () => {
  const gone = createServer();
  gone.listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const address = gone.address();
  const port = typeof address === 'object' ? address?.port : 0;
  gone.close();
  await once(gone, 'close');
  const url = `ws://127.0.0.1:${port}/`;
  const told = async (transport: ReturnType<typeof webSocket>): Promise<unknown> => {
    const heard = connect(transport);
    await heard.until('failed');
    return heard.told;
  };
  expect(await told(webSocket({ url }))).toEqual([['failed', { kind: 'unknown' }]]);
  expect(await told(webSocket({ url, WebSocket: WsWebSocket }))).toEqual([['failed', { kind: 'unreachable' }]]);
});

const url = 'ws://127.0.0.1:9/';
const welcome = { data: '{"type":"welcome"}' };

test.each([
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['ETIMEDOUT', 'timeout'],
  ['EHOSTUNREACH', 'unreachable'],
  ['CERT_HAS_EXPIRED', 'tls'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ['EWHATEVER', 'unknown'],
])('the system’s %s is told as %s', (code, kind) => {
  const { Puppet, emit } = puppet();
  const { told } = connect(webSocket({ url, WebSocket: Puppet }));
  emit('error', { error: Object.assign(new Error('secret-host'), { code }) });
  emit('close', { code: 1006 });
  expect(told).toEqual([['failed', { kind }]]);
});

test('nothing is told after close, whatever the socket still does, and a socket that cannot be closed is no exception', () => {
  for (const until of ['connecting', 'opened', 'greeted'] as const) {
    const { Puppet, emit } = puppet();
    const { told, connection } = connect(webSocket({ url, WebSocket: Puppet }));
    if (until !== 'connecting') emit('open');
    if (until === 'greeted') emit('message', welcome);
    const before = told.length;
    connection.close();
    emit('open');
    emit('message', welcome);
    emit('message', { data: '{"type":"event","channel":"a","name":"b","payload":{}}' });
    emit('error');
    emit('close', { code: 1006 });
    connection.close();
    expect(told).toHaveLength(before);
  }
});

test('a handler may close the connection from within', () => {
  const { Puppet, emit } = puppet();
  const told: string[] = [];
  const note = (name: string) => () => void told.push(name);
  const connection = webSocket({ url, WebSocket: Puppet }).connect(
    { token: undefined, query: {} },
    {
      opened: () => connection.close(),
      frame: note('frame'),
      alive: note('alive'),
      joined: note('joined'),
      presence: note('presence'),
      refused: note('refused'),
      warned: note('warned'),
      closed: note('closed'),
      failed: note('failed'),
    },
  );
  emit('open');
  emit('message', welcome);
  emit('message', { data: '{"type":"pong"}' });
  expect(told).toEqual([]);
});

test('a socket that is closing takes nothing, and says so', () => {
  const strings = puppet();
  const { connection } = connect(webSocket({ url, WebSocket: strings.Puppet }));
  strings.emit('open');
  strings.emit('message', welcome);
  strings.state = 2;
  const answers: unknown[] = [];
  const message = { channel: 'a', name: 'b', payload: 1, acknowledged: (answer: unknown) => void answers.push(answer) };
  expect(connection.send(message)).toBe(false);
  strings.state = 1;
  expect(connection.send({ ...message, payload: 1n })).toBe(false);
  strings.emit('message', { data: '{"type":"ack","id":1,"payload":1}' });
  strings.emit('message', { data: '{"type":"ack","id":2,"payload":1}' });
  expect(answers).toEqual([]);
  expect(connection.send(message)).toBe(true);
  strings.emit('message', { data: '{"type":"ack","id":3,"payload":"first"}' });
  strings.emit('message', { data: '{"type":"ack","id":3,"payload":"second"}' });
  expect(answers).toEqual(['first']);
});

test('acknowledgements that never come do not fill the memory', () => {
  const { Puppet, emit } = puppet();
  const { connection } = connect(webSocket({ url, WebSocket: Puppet }));
  emit('open');
  emit('message', welcome);
  const answered: number[] = [];
  for (let number = 1; number <= 1_001; number += 1) {
    connection.send({ channel: 'a', name: 'b', payload: 0, acknowledged: () => void answered.push(number) });
  }
  for (const id of [1, 2, 1_001]) emit('message', { data: JSON.stringify({ type: 'ack', id }) });
  expect(answered).toEqual([2, 1_001]);
});

test('a constructor that throws is a failed attempt, and a platform without sockets has none', () => {
  const Throwing = function (): never {
    throw new Error('mixed content');
  } as unknown as new (url: string) => PlatformSocket;
  const { told, connection } = connect(webSocket({ url, WebSocket: Throwing }));
  expect(told).toEqual([['failed', { kind: 'unknown' }]]);
  connection.close();
  connection.ping();

  const { WebSocket } = globalThis;
  onTestFinished(() => void Object.assign(globalThis, { WebSocket }));
  Object.assign(globalThis, { WebSocket: undefined });
  expect(connect(webSocket({ url })).told).toEqual([['failed', { kind: 'no-socket' }]]);
});

test('what answers before the greeting and is not of the protocol ends the attempt', () => {
  for (const data of ['SSH-2.0-OpenSSH', '[]', 'null', '{"hello":1}', new ArrayBuffer(2), undefined]) {
    const { Puppet, emit } = puppet();
    const { told } = connect(webSocket({ url, WebSocket: Puppet }));
    emit('open');
    emit('message', { data });
    emit('message', welcome);
    emit('close', { code: 1005 });
    expect(told).toEqual([['failed', { kind: 'malformed' }]]);
  }
});

test('words of tomorrow and a second welcome are signs of life', () => {
  const { Puppet, emit } = puppet();
  const { told } = connect(webSocket({ url, WebSocket: Puppet }));
  emit('open');
  for (const data of ['{"type":"banner"}', '{"type":"welcome","socketId":7}', '{"type":"welcome"}', '{"type":"ack"}']) {
    emit('message', { data });
  }
  expect(told).toEqual([['alive'], ['opened', {}], ['alive'], ['alive']]);
});

test('members keep their kind and their odd names, and what nobody can be called is nobody (F26)', () => {
  const { Puppet, emit } = puppet();
  const { told } = connect(webSocket({ url, WebSocket: Puppet }));
  emit('open');
  emit('message', welcome);
  for (const data of [
    '{"type":"ack","channel":"room","payload":{"members":[{"id":7},{"id":"7"},{"id":"__proto__","info":{"__proto__":1}},{"id":{}},8,null],"me":{}}}',
    '{"type":"ack","channel":"room","payload":{"members":{"7":1}}}',
    '{"type":"came","channel":"room","member":{"id":"__proto__"}}',
    '{"type":"went","channel":"room","id":7}',
    '{"type":"came","channel":"room","member":{"id":null}}',
    '{"type":"came","channel":7,"member":{"id":7}}',
    '{"type":"went","channel":"room","id":1e999}',
  ]) {
    emit('message', { data });
  }
  expect(told.slice(1)).toEqual([
    ['joined', 'room', { members: [{ id: 7 }, { id: '7' }, JSON.parse('{"id":"__proto__","info":{"__proto__":1}}')] }],
    ['joined', 'room', undefined],
    ['presence', 'room', { kind: 'came', member: { id: '__proto__' } }],
    ['presence', 'room', { kind: 'went', id: 7 }],
    ['alive'],
    ['alive'],
    ['alive'],
  ]);
});

test('ten thousand frames in one go arrive, each once and in order', async () => {
  const server = await listen({
    said(peer, frame) {
      friendly(peer, frame);
      if (frame['type'] !== 'subscribe') return;
      for (let seq = 1; seq <= 10_000; seq += 1) {
        peer.say({ type: 'event', channel: 'orders', name: 'OrderCreated', payload: { seq } });
      }
    },
  });
  const { told, connection, until } = connect(webSocket({ url: server.url }));
  await until('opened');
  connection.join('orders');
  await until('frame', 10_000);
  const payloads = told.flatMap(([name, frame]) => (name === 'frame' ? [(frame as { payload: string }).payload] : []));
  expect(payloads).toEqual(Array.from({ length: 10_000 }, (_, index) => `{"seq":${index + 1}}`));
  connection.close();
});

/** Whatever was spelt, the payload that comes out says the same as the one that went in. */
const said = (payload: unknown): unknown => (typeof payload === 'string' ? JSON.parse(payload) : payload);

test('an event comes out as it went in, however its frame is spelt', () => {
  const { Puppet, emit } = puppet();
  const { told } = connect(webSocket({ url, WebSocket: Puppet }));
  emit('open');
  emit('message', welcome);
  const member = fc.tuple(fc.constantFrom('at', 'zone', 'seq'), fc.jsonValue());
  const event = fc.record({
    channel: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', 'constructor', 'a"b', 'a\\u0022')),
    name: fc.string({ unit: 'grapheme' }),
    payload: fc.jsonValue({ maxDepth: 4 }),
  });
  fc.assert(
    fc.property(event, fc.array(member, { maxLength: 2 }), fc.boolean(), (fields, more, isPayloadLast) => {
      const { channel, name, payload } = fields;
      const frame = isPayloadLast
        ? { type: 'event', channel, name, payload }
        : { ...Object.fromEntries(more), payload, name, channel, type: 'event' };
      const before = told.length;
      emit('message', { data: JSON.stringify(frame) });
      const [kind, heard] = told[before] ?? [];
      expect([told.length, kind]).toEqual([before + 1, 'frame']);
      const got = heard as { channel: string; name: string; payload: unknown };
      expect([got.channel, got.name, said(got.payload)]).toEqual([channel, name, JSON.parse(JSON.stringify(payload))]);
    }),
    runs(1_000),
  );
});

test.each([
  ['cut short', '{"type":"event","channel":"orders","name":"A","payload":{"a":1'],
  ['cut short within a number', '{"type":"event","channel":"orders","name":"A","payload":12'],
  ['not JSON', '{"type":"event","channel":"orders","name":"A","payload":{oops}}'],
  ['followed by another member', '{"type":"event","channel":"orders","name":"A","payload":{},"more":{}}'],
])('an event that is %s keeps its channel and name, and its payload is no JSON', (_, data) => {
  const { Puppet, emit } = puppet();
  const { told } = connect(webSocket({ url, WebSocket: Puppet }));
  emit('open');
  emit('message', welcome);
  emit('message', { data });
  const [kind, frame] = told.at(-1) ?? [];
  expect([kind, frame]).toMatchObject(['frame', { channel: 'orders', name: 'A' }]);
  expect(() => said((frame as { payload: unknown }).payload)).toThrow(SyntaxError);
});

test('a frame over the limit is not parsed; an event keeps its name and tells its size', () => {
  const parse = vi.spyOn(JSON, 'parse');
  onTestFinished(() => parse.mockRestore());
  const { Puppet, emit } = puppet();
  const { told } = connect(webSocket({ url, WebSocket: Puppet, maxFrameBytes: 2_000 }));
  emit('open');
  emit('message', welcome);
  parse.mockClear();
  const event = JSON.stringify({ type: 'event', channel: 'orders', name: 'A', payload: { text: 'x'.repeat(2_000) } });
  emit('message', { data: event });
  emit('message', { data: JSON.stringify({ type: 'ack', channel: 'x'.repeat(2_000) }) });
  emit('message', { data: new ArrayBuffer(2_001) });
  emit('message', { data: '{"type":"event","channel":"orders","name":"B","payload":{}}' });
  expect(parse).not.toHaveBeenCalled();
  expect(told.slice(1)).toEqual([
    ['frame', { channel: 'orders', name: 'A', payload: '…', bytes: event.length }],
    ['alive'],
    ['alive'],
    ['frame', { channel: 'orders', name: 'B', payload: '{}' }],
  ]);
});

const wild = fc.oneof(
  fc.string(),
  fc.json(),
  fc.uint8Array().map(({ buffer }) => buffer),
  fc
    .record(
      {
        type: fc.oneof(
          fc.constantFrom(
            'event',
            'ack',
            'error',
            'welcome',
            'came',
            'went',
            'ping',
            'pong',
            '__proto__',
            'constructor',
          ),
          fc.jsonValue(),
        ),
        channel: fc.oneof(fc.constantFrom('__proto__', 'prototype', ''), fc.jsonValue()),
        name: fc.jsonValue(),
        id: fc.oneof(fc.constantFrom(1, -1, 1e308), fc.jsonValue()),
        status: fc.oneof(fc.integer(), fc.jsonValue()),
        code: fc.jsonValue(),
        payload: fc.jsonValue(),
        member: fc.oneof(fc.record({ id: fc.jsonValue(), info: fc.jsonValue() }), fc.jsonValue()),
      },
      { requiredKeys: ['type'] },
    )
    .map((frame) => JSON.stringify(frame)),
  fc.constantFrom('{"__proto__":{"type":"event"}}', '{"type":"event","__proto__":null}', '['.repeat(100_000)),
  fc.constantFrom(undefined, null, 7, {}),
);

test('hostile frames never throw, never end the connection and never cost a neighbour', () => {
  fc.assert(
    fc.property(fc.array(wild, { maxLength: 10 }), (hostile) => {
      const { Puppet, emit } = puppet();
      const { told } = connect(webSocket({ url, WebSocket: Puppet }));
      emit('open');
      emit('message', welcome);
      for (const data of hostile) emit('message', { data });
      emit('message', { data: '{"type":"event","channel":"orders","name":"Neighbour","payload":{"n":1}}' });
      expect(told).toHaveLength(hostile.length + 2);
      expect(told.at(-1)).toEqual(['frame', { channel: 'orders', name: 'Neighbour', payload: '{"n":1}' }]);
      expect(names(told)).not.toContain('closed');
      expect(names(told)).not.toContain('failed');
      expect(Object.keys(Object.prototype)).toEqual([]);
    }),
    runs(1_000),
  );
});

/** The plain server of another backend: no greeting, no subscriptions, `{ channel, event, data }`. */
const bare: WebSocketCodec = {
  pings: false,
  acknowledges: false,
  encode: ({ type }) => (type === 'send' ? 'said' : undefined),
  decode(received) {
    const frame: unknown = JSON.parse(String(received));
    if (typeof frame !== 'object' || frame === null || !('channel' in frame) || !('event' in frame)) return undefined;
    const { channel, event: name } = frame;
    if (typeof channel !== 'string' || typeof name !== 'string') return undefined;
    return { type: 'event', channel, name, payload: 'data' in frame ? frame.data : undefined };
  },
};

test('a codec serves a server that has other words, or none', async () => {
  const server = await listen();
  const transport = webSocket({ url: server.url, codec: bare });
  expect(transport.capabilities).toEqual({
    ...like.websocket,
    pings: false,
    sends: true,
    acknowledges: false,
    presence: false,
  });
  const { told, connection, until } = connect(transport, { token: 'secret' });
  await until('opened');
  connection.join('orders');
  connection.ping();
  server.peers[0]?.say({ channel: 'orders', event: 'OrderCreated', data: { id: 1 } });
  server.peers[0]?.say('not json: this codec throws');
  await until('alive');
  expect(told).toEqual([
    ['opened', {}],
    ['joined', 'orders', undefined],
    ['frame', { channel: 'orders', name: 'OrderCreated', payload: { id: 1 } }],
    ['alive'],
  ]);
  expect(server.peers[0]?.heard).toEqual([]);
  connection.close();
  expect(connection.send({ channel: 'a', name: 'b', payload: 1, acknowledged: () => undefined })).toBe(false);
});

test('a codec may speak in bytes, both ways', async () => {
  const bytes: WebSocketCodec = {
    // At the end of a larger buffer, as encoders that reuse theirs do it.
    encode: (frame) => new TextEncoder().encode(`....${JSON.stringify(frame)}`).subarray(4),
    decode: (received) => (typeof received === 'string' ? undefined : { type: received[0] === 1 ? 'welcome' : 'pong' }),
  };
  for (const [, platform] of platforms) {
    const server = await listen();
    const { told, connection, until } = connect(webSocket({ url: server.url, codec: bytes, ...platform }));
    await vi.waitFor(() => expect(server.peers[0]?.heard).toEqual(['{"type":"auth","version":1}']));
    server.peers[0]?.say(new Uint8Array([1]));
    await until('opened');
    server.peers[0]?.say(new Uint8Array([2]));
    await until('alive');
    expect(names(told)).toEqual(['opened', 'alive']);
    connection.close();
  }
});

test.each([
  'wss://ws.example.test/socket',
  'ws://localhost:3000/',
  'ws://kitchen.localhost/',
  'ws://127.0.0.1:1/',
  'ws://[::1]:1/',
])('%s can be had', (url) => {
  expect(() => webSocket({ url })).not.toThrow();
});

test.each([
  ['ws://ws.example.test/', 'is not encrypted'],
  ['ws://192.168.1.20/', 'is not encrypted'],
  ['https://ws.example.test/', 'no absolute'],
  ['/socket', 'no absolute'],
  ['wss://user:secret-word@ws.example.test/', 'a password'],
  ['wss://ws.example.test/#token', 'a password'],
])('%s is refused, without repeating it', (url, because) => {
  let thrown: unknown;
  try {
    webSocket({ url });
  } catch (error) {
    thrown = error;
  }
  expect(isHeardError(thrown) && thrown.code).toBe('options-invalid');
  expect(String(thrown)).toContain(because);
  expect(String(thrown)).not.toContain('secret-word');
});

test('the restaurant’s own network may be had without encryption, where that is permitted', () => {
  for (const host of ['192.168.1.20', '10.0.0.4:6001', 'printer', 'till.local', '[fd00::1]']) {
    expect(() => webSocket({ url: `ws://${host}/`, allowInsecureLan: true })).not.toThrow();
  }
  expect(() => webSocket({ url: 'ws://ws.example.test/', allowInsecureLan: true })).toThrow('not encrypted');
  expect(() => webSocket({ url: 'wss://ws.example.test/', maxFrameBytes: Number.NaN })).toThrow('maxFrameBytes');
});
