import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isHeardError } from '../../src/errors.ts';
import { pusher, type PlatformSocketClass, type PusherOptions } from '../../src/transports/pusher.ts';
import { runs } from '../effort.ts';
import { connect, type Heard } from './listener.ts';
import { puppet } from './puppet.ts';

// pusher-js has one timer while it waits for a greeting. Nothing here waits for any.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  const left = vi.getTimerCount();
  vi.useRealTimers();
  if (left > 0) throw new Error(`The test is over, and ${left} timers are left.`);
});

const place = { key: 'app-key', wsHost: 'ws.example.test' };
const greeting = (data: unknown = { socket_id: '1.7', activity_timeout: 30 }): object => ({
  data: JSON.stringify({ event: 'pusher:connection_established', data: JSON.stringify(data) }),
});
const event = (frame: object): object => ({ data: JSON.stringify(frame) });

interface Stage extends Heard {
  readonly strings: ReturnType<typeof puppet>;
  emit(name: string, event?: object): void;
}

/** Connected to a socket in the hands of the test; `greeted` unless it is to be otherwise. */
function begin(options: Partial<PusherOptions> = {}, greeted = true): Stage {
  const strings = puppet();
  const heard = connect(pusher({ ...place, WebSocket: strings.Puppet, ...options }));
  if (greeted) {
    strings.emit('open');
    strings.emit('message', greeting());
  }
  return { ...heard, strings, emit: strings.emit };
}

const said = ({ strings }: Stage): readonly unknown[] => strings.sent.map((text): unknown => JSON.parse(String(text)));

test('what is said is what a server of this protocol understands, at once and in order', () => {
  const stage = begin();
  const { connection } = stage;
  connection.join('orders');
  connection.join('private-orders', { kind: 'signature', auth: 'app-key:signed' });
  connection.join('presence-kds', { kind: 'signature', auth: 'app-key:signed', channelData: '{"user_id":1}' });
  expect(connection.send({ channel: 'presence-kds', name: 'client-typing', payload: { table: 7 } })).toBe(true);
  connection.ping();
  connection.leave('orders');
  expect(said(stage)).toEqual([
    { event: 'pusher:subscribe', data: { auth: '', channel: 'orders' } },
    { event: 'pusher:subscribe', data: { auth: 'app-key:signed', channel: 'private-orders' } },
    {
      event: 'pusher:subscribe',
      data: { auth: 'app-key:signed', channel: 'presence-kds', channel_data: '{"user_id":1}' },
    },
    { event: 'client-typing', channel: 'presence-kds', data: { table: 7 } },
    { event: 'pusher:ping', data: {} },
    { event: 'pusher:unsubscribe', data: { channel: 'orders' } },
  ]);
  connection.close();
});

test('only events of devices can be sent: a server passes over the rest, or takes it for protocol', () => {
  const stage = begin();
  for (const name of ['hello', 'pusher:subscribe', 'pusher:ping', '']) {
    expect(stage.connection.send({ channel: 'orders', name, payload: {} })).toBe(false);
  }
  expect(said(stage)).toEqual([]);
  stage.connection.close();
});

test('a ping of the server is answered at once, without waiting for a timer', () => {
  const stage = begin();
  stage.emit('message', event({ event: 'pusher:ping', data: {} }));
  expect(said(stage)).toEqual([{ event: 'pusher:pong', data: {} }]);
  expect(stage.told.at(-1)).toEqual(['alive']);
  stage.connection.close();
});

test.each([
  [
    { socket_id: '1.7', activity_timeout: 30 },
    { socketId: '1.7', silenceLimitMs: 30_000 },
  ],
  [{ socket_id: '1.7' }, { socketId: '1.7' }],
  [{ socket_id: '1.7', activity_timeout: -1 }, { socketId: '1.7' }],
  [{ socket_id: '1.7', activity_timeout: '30' }, { socketId: '1.7' }],
])('a greeting %j opens the connection', (data, details) => {
  const { told, connection, emit } = begin({}, false);
  emit('open');
  emit('message', greeting(data));
  expect(told).toEqual([['opened', details]]);
  connection.close();
});

test('a greeting may be spelt as a value, and a second one is a sign of life', () => {
  const { told, connection, emit } = begin({}, false);
  emit('open');
  emit('message', event({ event: 'pusher:connection_established', data: { socket_id: '2.3' } }));
  emit('message', greeting());
  expect(told).toEqual([['opened', { socketId: '2.3' }], ['alive']]);
  connection.close();
});

test('what answers before the greeting and is not of the protocol ends the attempt', () => {
  const wrong = ['SSH-2.0-OpenSSH', '<html>', '[]', 'null', '{"hello":1}', new ArrayBuffer(2), undefined];
  for (const data of [...wrong, JSON.stringify({ event: 'pusher:connection_established', data: '{}' })]) {
    const { told, emit } = begin({}, false);
    emit('open');
    emit('message', { data });
    emit('message', greeting());
    emit('close', { code: 1005 });
    expect(told).toEqual([['failed', { kind: 'malformed' }]]);
  }
});

test('an error of the server is told by its number, before and after the greeting, and its end by its own', () => {
  const { told, emit } = begin({}, false);
  emit('open');
  emit('message', event({ event: 'pusher:error', data: { code: 4001, message: 'App key x does not exist.' } }));
  emit('close', { code: 4001 });
  expect(told).toEqual([
    ['warned', 4001],
    ['closed', { code: 4001 }],
  ]);
  const open = begin();
  open.emit('message', event({ event: 'pusher:error', data: '{"code":4301,"message":"no"}', channel: 'orders' }));
  open.emit('message', event({ event: 'pusher:error', data: { code: null, message: 'Existing subscription' } }));
  open.emit('close', { code: 4200 });
  expect(open.told.slice(1)).toEqual([['warned', 4301], ['alive'], ['closed', { code: 4200 }]]);
});

test.each([
  [
    { type: 'AuthError', error: 'no', status: 401 },
    { status: 401, code: 'AuthError' },
  ],
  ['{"type":"LimitReached","error":"no","status":4100}', { status: 4100, code: 'LimitReached' }],
  [
    { error: 'no', status: 4009 },
    { status: 4009, code: undefined },
  ],
  [null, { status: undefined, code: undefined }],
  ['not json', { status: undefined, code: undefined }],
])('a subscription error %j is a refusal', (data, refusal) => {
  const { told, connection, emit } = begin();
  emit('message', event({ event: 'pusher:subscription_error', channel: 'private-a', data }));
  expect(told.slice(1)).toEqual([['refused', 'private-a', refusal]]);
  connection.close();
});

test('who is there is told with the join, and who comes and goes after it', () => {
  const { told, connection, emit } = begin();
  const presence = { presence: { ids: [7, 8], hash: { 7: { name: 'Grill' } }, count: 2 } };
  const channel = 'presence-kds';
  emit('message', event({ event: 'pusher_internal:subscription_succeeded', channel, data: JSON.stringify(presence) }));
  emit('message', event({ event: 'pusher_internal:member_added', channel, data: '{"user_id":9}' }));
  emit('message', event({ event: 'pusher_internal:member_removed', channel, data: { user_id: 8 } }));
  emit('message', event({ event: 'pusher_internal:subscription_count', channel, data: {} }));
  expect(told.slice(1)).toEqual([
    ['joined', channel, { members: [{ id: 7, info: { name: 'Grill' } }, { id: 8 }] }],
    ['presence', channel, { kind: 'came', member: { id: 9 } }],
    ['presence', channel, { kind: 'went', id: 8 }],
    ['alive'],
  ]);
  connection.close();
});

test.each([
  ['as it was signed', '{"user_id":7,"user_info":{}}', [7, '7'], 7],
  ['by its text, where a server makes texts of numbers', '{"user_id":7}', ['8', '7'], '7'],
  ['not at all, where the list has it not', '{"user_id":9}', [7, '7'], undefined],
  ['not at all, where nothing legible was signed', '{"user_id":{}}', [7], undefined],
] as const)('which member this device is, it knows %s', (_, channelData, ids, me) => {
  const { told, connection, emit } = begin();
  const channel = 'presence-kds';
  connection.join(channel, { kind: 'signature', auth: 'app-key:signed', channelData });
  const data = JSON.stringify({ presence: { ids, hash: {}, count: ids.length } });
  emit('message', event({ event: 'pusher_internal:subscription_succeeded', channel, data }));
  expect(told.at(-1)).toEqual([
    'joined',
    channel,
    { members: ids.map((id) => ({ id })), ...(me !== undefined && { me }) },
  ]);
  connection.close();
});

test('members keep their kind and their odd names, and what nobody can be called is nobody (F26)', () => {
  const { told, connection, emit } = begin();
  const channel = 'presence-kds';
  const data =
    '{"presence":{"ids":[7,"__proto__",null,{"a":1},[2],true,"toString"],"hash":{"7":null,"__proto__":{"admin":true}}}}';
  emit('message', event({ event: 'pusher_internal:subscription_succeeded', channel, data }));
  expect(told.at(-1)).toEqual([
    'joined',
    channel,
    { members: [{ id: 7, info: null }, { id: '__proto__', info: { admin: true } }, { id: 'toString' }] },
  ]);
  expect('admin' in {}).toBe(false);
  connection.close();
});

test.each([
  ['pusher_internal:member_added', '{"user_id":{}}'],
  ['pusher_internal:member_added', '{"user_id":1e999}'],
  ['pusher_internal:member_removed', 'not json'],
  ['pusher_internal:member_removed', null],
])('%s with %j is a sign of life', (name, data) => {
  const { told, connection, emit } = begin();
  emit('message', event({ event: name, channel: 'presence-kds', data }));
  expect(told.at(-1)).toEqual(['alive']);
  connection.close();
});

test.each([{}, { presence: {} }, { presence: { ids: 7 } }, 'not json', undefined])(
  'a subscription that says %j lets in, and says nothing of who is there',
  (data) => {
    const { told, connection, emit } = begin();
    emit('message', event({ event: 'pusher_internal:subscription_succeeded', channel: 'presence-kds', data }));
    expect(told.at(-1)).toEqual(['joined', 'presence-kds', undefined]);
    connection.close();
  },
);

test('a payload is JSON, whatever the backend has published', () => {
  const { told, connection, emit } = begin();
  const payloads: readonly (readonly [data: unknown, payload: unknown])[] = [
    ['{"id":7}', '{"id":7}'],
    ['7', '7'],
    ['"quoted"', '"quoted"'],
    ['', ''],
    ['plain words', '"plain words"'],
    ['{broken', '{broken'],
  ];
  for (const [data] of payloads) emit('message', event({ event: 'Said', channel: 'a', data }));
  emit('message', { data: '{"event":"client-said","channel":"a","data":{"id":7}}' });
  expect(told.slice(1)).toEqual([
    ...payloads.map(([, payload]) => ['frame', { channel: 'a', name: 'Said', payload }]),
    ['frame', { channel: 'a', name: 'client-said', payload: { id: 7 }, bytes: 53 }],
  ]);
  connection.close();
});

test('a frame over the limit is not parsed; its event keeps its name and its channel, wherever they stand', () => {
  const { told, connection, emit } = begin({ maxFrameBytes: 2_000 });
  const parse = vi.spyOn(JSON, 'parse');
  const data = JSON.stringify({ text: 'x'.repeat(2_000), channel: 'spoof', '","channel":"': '"}' });
  for (const frame of [
    { event: 'Huge', channel: 'orders', data },
    { event: 'Huge', data, channel: 'orders' },
    { event: 'pusher_internal:subscription_succeeded', channel: 'orders', data },
  ]) {
    emit('message', event(frame));
  }
  emit('message', { data: 'x'.repeat(2_001) });
  expect(parse).not.toHaveBeenCalled();
  parse.mockRestore();
  const huge = { channel: 'orders', name: 'Huge', payload: '…', bytes: expect.any(Number) as number };
  expect(told.slice(1)).toEqual([['frame', huge], ['frame', huge], ['alive'], ['alive']]);
  connection.close();
});

test('an event that is cut short keeps its name, and its payload is no JSON', () => {
  const { told, connection, emit } = begin();
  emit('message', { data: '{"event":"OrderCreated","channel":"orders","data":"{\\"id\\":' });
  expect(told.at(-1)).toEqual([
    'frame',
    { channel: 'orders', name: 'OrderCreated', payload: '…', bytes: expect.any(Number) },
  ]);
  connection.close();
});

const wild = fc.oneof(
  fc.string(),
  fc.json(),
  fc.uint8Array().map(({ buffer }) => buffer),
  fc
    .record(
      {
        event: fc.oneof(
          fc.constantFrom(
            'pusher:connection_established',
            'pusher_internal:subscription_succeeded',
            'pusher:subscription_error',
            'pusher:error',
            'pusher:ping',
            'pusher_internal:member_added',
            '__proto__',
            'constructor',
          ),
          fc.jsonValue(),
        ),
        channel: fc.oneof(fc.constantFrom('__proto__', 'prototype', ''), fc.jsonValue()),
        data: fc.oneof(fc.json(), fc.jsonValue(), fc.constant('{"__proto__":{"code":4001}}')),
        user_id: fc.jsonValue(),
      },
      { requiredKeys: ['event'] },
    )
    .map((frame) => JSON.stringify(frame)),
  fc.constantFrom('{"__proto__":{"event":"pusher:error"}}', '['.repeat(100_000), undefined, null, 7, {}),
);

test('hostile frames never throw, never end the connection and never cost a neighbour', () => {
  fc.assert(
    fc.property(fc.array(wild, { maxLength: 10 }), (hostile) => {
      const { told, connection, emit } = begin();
      for (const data of hostile) emit('message', { data });
      emit('message', { data: '{"event":"Neighbour","channel":"orders","data":"{\\"n\\":1}"}' });
      expect(told).toHaveLength(hostile.length + 2);
      expect(told.at(-1)).toEqual(['frame', { channel: 'orders', name: 'Neighbour', payload: '{"n":1}' }]);
      expect(told.map(([name]) => name)).not.toContain('failed');
      expect(Object.keys(Object.prototype)).toEqual([]);
      connection.close();
    }),
    runs(1_000),
  );
});

test.each([
  ['ENOTFOUND', 'dns'],
  ['ECONNREFUSED', 'unreachable'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
  ['EWHATEVER', 'unknown'],
])('the system’s %s is told as %s', (code, kind) => {
  const { told, emit } = begin({}, false);
  emit('error', { error: Object.assign(new Error('secret-host'), { code }) });
  emit('close', { code: 1006 });
  expect(told).toEqual([['failed', { kind }]]);
});

test('a page that may not have sockets, and a platform without any, are failed attempts', () => {
  const Throwing = function (): never {
    throw new Error('mixed content');
  } as unknown as PlatformSocketClass;
  const { told } = connect(pusher({ ...place, WebSocket: Throwing }));
  expect(told).toEqual([['failed', { kind: 'unknown' }]]);
  vi.stubGlobal('WebSocket', undefined);
  expect(connect(pusher(place)).told).toEqual([['failed', { kind: 'no-socket' }]]);
  vi.unstubAllGlobals();
});

test('a socket that is closing takes nothing, and says so', () => {
  const { strings, connection } = begin();
  const message = { channel: 'a', name: 'client-b', payload: 1 };
  strings.state = 2;
  expect(connection.send(message)).toBe(false);
  strings.state = 1;
  expect(connection.send({ ...message, payload: 1n })).toBe(false);
  expect(connection.send(message)).toBe(true);
  connection.close();
});

test.each<[string, Partial<PusherOptions>, string]>([
  ['hosted Pusher', { wsHost: undefined, cluster: 'eu' }, 'wss://ws-eu.pusher.com:443/app/app-key'],
  ['a server of one’s own', {}, 'wss://ws.example.test:443/app/app-key'],
  ['its port and path', { wssPort: 6001, wsPath: '/ws' }, 'wss://ws.example.test:6001/ws/app/app-key'],
  ['the loopback', { wsHost: '127.0.0.1', wsPort: 6001, forceTLS: false }, 'ws://127.0.0.1:6001/app/app-key'],
  [
    'the restaurant’s own network',
    { wsHost: '192.168.1.20', wsPort: 6001, forceTLS: false, allowInsecureLan: true },
    'ws://192.168.1.20:6001/app/app-key',
  ],
] as never)('%s is addressed as pusher-js does', (_, options, address) => {
  const asked: string[] = [];
  const { Puppet } = puppet();
  class Listening extends Puppet {
    constructor(url: string) {
      super(url);
      asked.push(url);
    }
  }
  connect(pusher({ ...place, ...options, WebSocket: Listening })).connection.close();
  expect(new URL(address).href.split('?')).toEqual([asked[0]?.split('?')[0]]);
  expect(asked[0]).toContain('protocol=7&client=js&version=8.6');
});

test.each<[object, string]>([
  [{ key: '' }, '"key"'],
  [{ key: 'a/b' }, '"key"'],
  [{ cluster: 'eu' }, 'both given'],
  [{ wsHost: undefined }, 'neither'],
  [{ wsHost: undefined, cluster: 'https://eu' }, '"cluster"'],
  [{ wsHost: 'https://ws.example.test' }, '"wsHost"'],
  [{ wsHost: 'ws.example.test:6001' }, '"wsHost"'],
  [{ wsHost: 'user:secret-word@ws.example.test' }, '"wsHost"'],
  [{ wsPath: 'app' }, '"wsPath"'],
  [{ wsPort: 0 }, '"wsPort"'],
  [{ wssPort: Number.NaN }, '"wssPort"'],
  [{ forceTLS: false }, '"forceTLS"'],
  [{ forceTLS: false, allowInsecureLan: true }, '"forceTLS"'],
  [{ wsHost: '192.168.1.20', forceTLS: false }, '"forceTLS"'],
  [{ maxFrameBytes: Number.NaN }, '"maxFrameBytes"'],
  [{ authEndpoint: 'https://elsewhere.test/auth' }, '"authEndpoint"'],
  [{ authEndpoint: '//elsewhere.test/auth' }, '"authEndpoint"'],
  [{ authEndpoint: '/auth', authorise: () => Promise.resolve({ status: 403 }) }, '"authEndpoint"'],
])('%j is refused, and says which option it is', (options, because) => {
  let thrown: unknown;
  try {
    pusher({ ...place, ...options });
  } catch (error) {
    thrown = error;
  }
  expect(isHeardError(thrown) && thrown.code).toBe('options-invalid');
  expect(String(thrown)).toContain(because);
  expect(String(thrown)).not.toContain('secret-word');
});
