import { readFileSync } from 'node:fs';
import { runInNewContext, runInThisContext } from 'node:vm';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import type { Server, Socket } from 'socket.io';
import { expect, onTestFinished, test, vi } from 'vitest';
import { verdictOfClosing } from '../../src/core/connection/close-codes.ts';
import { isHeardError } from '../../src/errors.ts';
import { socketIo, type SocketIoOptions } from '../../src/transports/socket-io.ts';
import type { Frame } from '../../src/transports/transport.ts';
import { listen } from './listen.ts';
import { connect, type Heard } from './listener.ts';
import { listenIo } from './socket-io-server.ts';
import { like } from './like.ts';

const token = (said: string) => ({ kind: 'token', token: said }) as const;

const framesOf = ({ told }: Heard): readonly Frame[] =>
  told.flatMap(([name, frame]) => (name === 'frame' ? [frame as Frame] : []));

/** A payload is a text until events of its kind are known. */
const saidIn = ({ channel, name, payload, bytes }: Frame): unknown => ({
  channel,
  name,
  payload: typeof payload === 'string' ? (JSON.parse(payload) as unknown) : payload,
  bytes,
});

/** What was told, without the signs of life. */
const newsOf = ({ told }: Heard) => told.filter(([name]) => name !== 'alive');

const until = (isSo: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(isSo()).toBe(true), { timeout: 10_000, interval: 2 });

async function open(url: string, options: Partial<SocketIoOptions> = {}): Promise<Heard> {
  const heard = connect(socketIo({ url, ...options }));
  onTestFinished(() => heard.connection.close());
  await heard.until('opened');
  return heard;
}

test.each([
  ['websocket', ['websocket']],
  ['long polling', ['polling']],
  ['long polling that becomes a WebSocket', ['polling', 'websocket']],
] as const)('%s: opens, joins, hears, says and is acknowledged', async (_, transports) => {
  const { url, io } = await listenIo({ pingInterval: 20_000, pingTimeout: 7_000 });
  io.of('/orders').on('connection', (socket) => {
    socket.emit('order:created', { id: 7 });
    socket.onAny((name: string, ...said: unknown[]) => {
      const acknowledge = said.pop() as (answer: unknown) => void;
      acknowledge({ name, said });
    });
  });
  const heard = await open(url, { transports });
  heard.connection.join('/orders');
  await heard.until('frame');
  const answers: unknown[] = [];
  const acknowledged = (answer: unknown): void => void answers.push(answer);
  const hello = { channel: '/orders', name: 'hello', acknowledged };
  expect(heard.connection.send({ ...hello, payload: { n: 1 } })).toBe(true);
  expect(heard.connection.send({ ...hello, payload: undefined })).toBe(true);
  await until(() => answers.length === 2);
  expect(answers).toEqual([
    { name: 'hello', said: [{ n: 1 }] },
    { name: 'hello', said: [] },
  ]);
  expect(newsOf(heard)).toEqual([
    ['opened', { silenceLimitMs: 27_000 }],
    ['joined', '/orders', undefined],
    ['frame', { channel: '/orders', name: 'order:created', payload: '{"id":7}', bytes: expect.any(Number) }],
  ]);
});

test('every namespace of a contract is on one connection, and each is shown the token that it is joined with', async () => {
  const { url, io, asked } = await listenIo();
  const shown: unknown[] = [];
  const connections = new Set<unknown>();
  for (const name of ['/orders', '/payments', '/']) {
    io.of(name).use((socket, next) => {
      const { auth, query } = socket.handshake;
      shown.push([name, auth, query['cafe_id']]);
      connections.add(socket.conn);
      next();
    });
  }
  const heard = connect(socketIo({ url: `${url}?shop=3` }), { token: 'never said', query: { cafe_id: 'a&b' } });
  await heard.until('opened');
  heard.connection.join('/orders', token('canary-1'));
  heard.connection.join('/payments', token('canary-2'));
  heard.connection.join('/');
  await heard.until('joined', 3);
  expect(shown).toEqual([
    ['/orders', { token: 'canary-1' }, 'a&b'],
    ['/payments', { token: 'canary-2' }, 'a&b'],
    ['/', {}, 'a&b'],
  ]);
  expect(connections.size).toBe(1);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatch(/^\/socket\.io\/\?shop=3&cafe_id=a%26b&/);
  expect(asked.join()).not.toContain('canary');
  heard.connection.close();
  await until(() => io.engine.clientsCount === 0);
});

test('what a handshake says, and where the server is mounted, may be said otherwise', async () => {
  const { url, io } = await listenIo({ path: '/realtime/' });
  const said: unknown[] = [];
  io.use((socket, next) => next(void said.push(socket.handshake.auth)));
  const { connection, until: told } = await open(url, { path: '/realtime', auth: (jwt) => ({ jwt, app: 'till' }) });
  connection.join('/', token('t1'));
  await told('joined');
  expect(said).toEqual([{ jwt: 't1', app: 'till' }]);
});

test.each([
  ['Authentication error', undefined, {}, 401],
  ['no', { status: 403 }, {}, 403],
  ['no', { statusCode: 429 }, {}, 429],
  ['no', { code: 503 }, {}, 503],
  ['no', { code: 'E_NO', status: 12 }, {}, 401],
  ['busy', undefined, { statusOf: ({ message }) => (message === 'busy' ? undefined : 401) }, undefined],
] satisfies readonly (readonly [string, unknown, Partial<SocketIoOptions>, number | undefined])[])(
  'a middleware that says %j with %j refuses one namespace, and the others live (F12)',
  async (message, data, options, status) => {
    const { url, io } = await listenIo();
    io.of('/orders');
    io.of('/payments').use((_, next) => next(Object.assign(new Error(message), { data })));
    const heard = await open(url, options);
    heard.connection.join('/payments', token('t'));
    heard.connection.join('/orders', token('t'));
    await heard.until('joined');
    await heard.until('refused');
    io.of('/orders').emit('still here');
    await heard.until('frame');
    expect(newsOf(heard).filter(([name]) => name === 'refused')).toEqual([
      ['refused', '/payments', { status, code: message }],
    ]);
  },
);

test('a namespace that the server has not, and a name that is none, are refused as not found (F12)', async () => {
  const { url, io } = await listenIo();
  io.of('/orders');
  const heard = await open(url);
  for (const name of ['/nowhere', '/__proto__', 'a,b', '', '/a,b', '/orders']) heard.connection.join(name);
  await heard.until('joined');
  await heard.until('refused', 5);
  const refused = newsOf(heard).flatMap(([name, channel, why]) => (name === 'refused' ? [[channel, why]] : []));
  const invalid = { status: 404, code: 'Invalid namespace' };
  expect(refused).toEqual([
    ['a,b', { status: 404, code: undefined }],
    ['', { status: 404, code: undefined }],
    ['/a,b', { status: 404, code: undefined }],
    ['/nowhere', invalid],
    ['/__proto__', invalid],
  ]);
  expect(heard.connection.send({ channel: '/nowhere', name: 'x', payload: 1 })).toBe(false);
});

test('a channel without a slash in front is the namespace with one, both ways: in, out, told, said and refused', async () => {
  const { url, io } = await listenIo();
  const said: unknown[] = [];
  const gone: string[] = [];
  io.of('/private-store.A.orders').on('connection', (socket) => {
    socket.emit('heard:members', { members: [{ id: 'till' }], me: 'till' });
    socket.emit('OrderCreated', { id: 7 });
    socket.on('hello', (payload: unknown, acknowledge: (answer: unknown) => void) => {
      said.push(payload);
      acknowledge('hello yourself');
    });
    socket.on('disconnect', (reason) => void gone.push(reason));
  });
  io.of('/private-store.B.orders').use((_, next) => next(new Error('Authentication error')));
  const heard = await open(url);
  const [own, foreign] = ['private-store.A.orders', 'private-store.B.orders'];
  const answers: unknown[] = [];
  const hello = {
    channel: own,
    name: 'hello',
    payload: { n: 1 },
    acknowledged: (answer: unknown) => void answers.push(answer),
  };
  expect(heard.connection.send(hello)).toBe(false);
  heard.connection.join(own, token('t1'));
  heard.connection.join(foreign, token('t1'));
  await heard.until('frame');
  await heard.until('refused');
  const news = newsOf(heard).slice(1);
  expect(news.filter(([, told]) => told !== foreign)).toEqual([
    ['joined', own, undefined],
    ['presence', own, { kind: 'everybody', members: [{ id: 'till' }], me: 'till' }],
    ['frame', { channel: own, name: 'OrderCreated', payload: '{"id":7}', bytes: expect.any(Number) }],
  ]);
  expect(news).toContainEqual(['refused', foreign, { status: 401, code: 'Authentication error' }]);
  expect(heard.connection.send(hello)).toBe(true);
  await until(() => answers.length === 1);
  expect([said, answers]).toEqual([[{ n: 1 }], ['hello yourself']]);
  heard.connection.leave(own);
  await until(() => gone.length === 1);
  expect(heard.connection.send(hello)).toBe(false);
});

test('of two channels that are one namespace the later one is not found, until the earlier one is left', async () => {
  const { url, io } = await listenIo();
  io.of('/orders').on('connection', (socket) => void socket.emit('told'));
  const heard = await open(url);
  heard.connection.join('orders');
  heard.connection.join('/orders');
  heard.connection.leave('/orders');
  await heard.until('frame');
  heard.connection.leave('orders');
  heard.connection.join('/orders');
  await heard.until('frame', 2);
  expect(framesOf(heard).map(({ channel }) => channel)).toEqual(['orders', '/orders']);
  expect(newsOf(heard).filter(([what]) => what === 'refused')).toEqual([
    ['refused', '/orders', { status: 404, code: undefined }],
  ]);
});

test('put out of one namespace, the device is in the others; put out of the last one, it has to connect anew (F11)', async () => {
  const { url, io } = await listenIo();
  const sockets = new Map<string, Socket>();
  for (const name of ['/orders', '/payments']) io.of(name).on('connection', (socket) => void sockets.set(name, socket));
  const heard = await open(url);
  heard.connection.join('/orders');
  heard.connection.join('/payments');
  await heard.until('joined', 2);
  sockets.get('/payments')?.disconnect();
  await heard.until('refused');
  heard.connection.join('/payments');
  await heard.until('joined', 3);
  for (const socket of sockets.values()) socket.disconnect();
  await heard.until('closed');
  const [, ...news] = newsOf(heard);
  expect(news).toEqual([
    ['joined', '/orders', undefined],
    ['joined', '/payments', undefined],
    ['refused', '/payments', { status: undefined, code: 'io server disconnect' }],
    ['joined', '/payments', undefined],
    ['refused', expect.any(String), { status: undefined, code: 'io server disconnect' }],
    ['closed', { code: undefined, reason: 'io server disconnect' }],
  ]);
  const { explains = [] } = socketIo({ url }).capabilities;
  expect(verdictOfClosing(explains, { code: undefined, reason: 'io server disconnect' }).action).toBe('reauthorise');
  await until(() => io.engine.clientsCount === 0);
});

test('a namespace may be left and joined at once, again and again, also before the server has answered', async () => {
  const { url, io } = await listenIo();
  let slow: (() => void) | undefined;
  const came: unknown[] = [];
  io.of('/slow').use((socket, next) => {
    came.push(socket.handshake.auth['token']);
    if (slow === undefined) slow = () => next();
    else next();
  });
  io.of('/orders').on('connection', () => void came.push('/orders'));
  const heard = await open(url);
  const { connection } = heard;
  connection.join('/slow', token('first'));
  connection.leave('/slow');
  connection.join('/slow', token('second'));
  for (let round = 0; round < 3; round += 1) {
    connection.join('/orders');
    await heard.until('joined', round + 1);
    connection.leave('/orders');
    connection.join('/orders');
    connection.leave('/orders');
  }
  expect(newsOf(heard).filter(([name]) => name === 'closed')).toEqual([]);
  await until(() => slow !== undefined);
  slow?.();
  await until(() => newsOf(heard).some(([name, channel]) => name === 'joined' && channel === '/slow'));
  expect(came).toEqual(['first', '/orders', '/orders', '/orders', 'second']);
  expect([...io.of('/slow').sockets.values()].map(({ handshake }) => handshake.auth)).toEqual([{ token: 'second' }]);
  expect(io.of('/orders').sockets.size).toBe(0);
  expect(newsOf(heard).filter(([name]) => name === 'joined')).toHaveLength(4);
});

test('a silent server is asked for what it has not, and answers; without that question its own pings have to do', async () => {
  const { url, io } = await listenIo({ pingInterval: 60 });
  io.of('/orders');
  const heard = await open(url);
  const before = heard.told.length;
  heard.connection.ping();
  heard.connection.ping();
  await heard.until('alive');
  expect(heard.told.slice(before).every(([name]) => name === 'alive')).toBe(true);
  expect(socketIo({ url }).capabilities.pings).toBe(true);

  const quiet = await open(url, { asks: false });
  const said = vi.fn<() => void>();
  for (const [, conn] of Object.entries(
    (io.engine as unknown as { clients: Record<string, Socket['conn']> }).clients,
  )) {
    conn.on('data', said);
  }
  quiet.connection.ping();
  // The server's own.
  await quiet.until('alive');
  expect(said).not.toHaveBeenCalled();
  expect(socketIo({ url, asks: false }).capabilities.pings).toBe(false);
});

test('a server that has every namespace is left where it was asked, and can be asked again', async () => {
  const { url, io } = await listenIo();
  const anywhere = io.of(/^\/.*$/);
  const gone: string[] = [];
  anywhere.on('connection', (socket) => {
    socket.on('disconnect', (reason: string) => void gone.push(`${socket.nsp.name} ${reason}`));
  });
  const heard = await open(url);
  for (let round = 1; round <= 2; round += 1) {
    heard.connection.ping();
    await until(() => gone.length === round);
  }
  expect(gone).toEqual(Array.from({ length: 2 }, () => '/heard-alive client namespace disconnect'));
  expect(newsOf(heard)).toHaveLength(1);
});

test('a recovered connection gets what it missed, once let in, and its offset is nobody’s position (F13)', async () => {
  const { url, io } = await listenIo({ connectionStateRecovery: { maxDisconnectionDuration: 60_000 } });
  const recovered: boolean[] = [];
  io.of('/orders').on('connection', (socket) => {
    recovered.push(socket.recovered);
    void socket.join('counter:1');
  });
  const transport = socketIo({ url });
  const attempt = async (shown: string): Promise<Heard> => {
    const heard = connect(transport);
    onTestFinished(() => heard.connection.close());
    await heard.until('opened');
    heard.connection.join('/orders', token(shown));
    await heard.until('joined');
    return heard;
  };
  const first = await attempt('mia');
  const orders = io.of('/orders').to('counter:1');
  orders.emit('order:created', { id: 1 });
  orders.emit('nothing with it');
  await first.until('frame', 2);
  first.connection.close();
  await until(() => io.of('/orders').sockets.size === 0);
  orders.emit('order:created', { id: 2 });

  const second = await attempt('mia');
  await second.until('frame');
  second.connection.close();
  await until(() => io.of('/orders').sockets.size === 0);
  orders.emit('order:created', { id: 3 });
  // Somebody else on the same device is nobody that the server knows.
  const other = await attempt('bob');
  orders.emit('order:created', { id: 4 });
  await other.until('frame');

  const bytes = expect.any(Number) as number;
  const created = (id: number): Frame => ({
    channel: '/orders',
    name: 'order:created',
    payload: { id },
    bytes,
  });
  expect(recovered).toEqual([false, true, false]);
  expect(framesOf(first).map(saidIn)).toEqual([created(1), { channel: '/orders', name: 'nothing with it', bytes }]);
  expect(newsOf(second).map(([name]) => name)).toEqual(['opened', 'joined', 'frame']);
  expect(framesOf(second).map(saidIn)).toEqual([created(2)]);
  expect(framesOf(other).map(saidIn)).toEqual([created(4)]);
});

test('events are taken apart as they are: several things with one name, odd names, binary parts', async () => {
  const { url, io } = await listenIo();
  io.of('/orders').on('connection', (socket) => {
    socket.emit('two', { a: '],"' }, { b: 2 });
    socket.emit('text', 'said \\"so"', 'and more');
    socket.emit('"quo\\ted" ☕', [1, ['}']]);
    socket.emit('with bytes', { photo: Buffer.from([1, 2]), id: 9 }, Buffer.from([3]));
    socket.emit('', null);
    socket.timeout(1_000).emit('wants an answer', { n: 1 }, () => undefined);
    socket.emit('last', -1.5);
  });
  const heard = await open(url);
  heard.connection.join('/orders');
  await heard.until('frame', 7);
  expect(framesOf(heard).map(({ name, payload }) => [name, payload])).toEqual([
    ['two', '{"a":"],\\""}'],
    ['text', JSON.stringify('said \\"so"')],
    ['"quo\\ted" ☕', '[1,["}"]]'],
    ['with bytes', '{"photo":{"_placeholder":true,"num":0},"id":9}'],
    ['', 'null'],
    ['wants an answer', '{"n":1}'],
    ['last', '-1.5'],
  ]);
});

test('who is there is told by three events that no app hears; what is broken of them is a sign of life (F26)', async () => {
  const { url, io } = await listenIo();
  io.of('/room').on('connection', (socket) => {
    socket.emit('heard:came', { id: 1 });
    socket.emit('heard:members', { members: [{ id: 7, info: { screen: 'grill' } }, { id: '7' }, { id: {} }], me: 7 });
    socket.emit('heard:came', { id: '__proto__' });
    for (const broken of [undefined, null, 7, {}, { id: {} }, { members: 7 }]) {
      for (const name of ['heard:members', 'heard:came', 'heard:went']) socket.emit(name, broken);
    }
    socket.emit('heard:went', { id: '7' });
    socket.emit('heard:other', { id: 7 });
  });
  const heard = await open(url);
  heard.connection.join('/room');
  await heard.until('frame');
  expect(newsOf(heard).slice(1)).toEqual([
    ['joined', '/room', undefined],
    ['presence', '/room', { kind: 'came', member: { id: 1 } }],
    ['presence', '/room', { kind: 'everybody', members: [{ id: 7, info: { screen: 'grill' } }, { id: '7' }], me: 7 }],
    ['presence', '/room', { kind: 'came', member: { id: '__proto__' } }],
    ['presence', '/room', { kind: 'went', id: '7' }],
    ['frame', { channel: '/room', name: 'heard:other', payload: '{"id":7}', bytes: expect.any(Number) }],
  ]);
});

/** What the page shows below a heading, as it stands there. */
function codeOfThePage(heading: string): string {
  const page = readFileSync('docs/transports-socket-io.md', 'utf8');
  const section = page
    .split(/^## /m)
    .find((text) => text.split('\n', 1)[0]?.toLowerCase().replaceAll(' ', '-') === heading);
  const [, code = ''] = /^```js\n([^]*?)^```/m.exec(section ?? '') ?? [];
  return code;
}

test('the server of the page lets a device hear its own store, and leaves no namespace for who is refused', async () => {
  const { url, io } = await listenIo({ cleanupEmptyChildNamespaces: true });
  const deviceOf = (token: unknown) => Promise.resolve(token === 'till' ? { sku: 'A' } : undefined);
  const serve = runInThisContext(`(io, deviceOf) => {${codeOfThePage('channels-of-other-backends')}}`) as (
    ...given: readonly unknown[]
  ) => void;
  serve(io, deviceOf);
  const heard = await open(url);
  heard.connection.join('private-store.A.orders', token('till'));
  heard.connection.join('private-store.B.orders', token('till'));
  heard.connection.join('private-store.A.kds', token('stranger'));
  heard.connection.join('private-store.A.payroll', token('till'));
  await heard.until('joined');
  await heard.until('refused', 3);
  const statuses = newsOf(heard).flatMap(([what, channel, why]) =>
    what === 'refused' ? [[channel, (why as { readonly status: number }).status]] : [],
  );
  expect(new Map(statuses as [string, number][])).toEqual(
    new Map([
      ['private-store.B.orders', 403],
      ['private-store.A.kds', 401],
      ['private-store.A.payroll', 404],
    ]),
  );
  expect([...io._nsps.keys()]).toEqual(['/', '/private-store.A.orders']);
});

test('the server of the page tells who is there, each user once (F26)', async () => {
  const code = codeOfThePage('who-is-there');
  const { url, io } = await listenIo();
  const floor = io.of('/floor').use((socket, next) => {
    socket.data = { user: { id: socket.handshake.auth['token'] as unknown } };
    next();
  });
  runInNewContext(code, { floor });
  const enter = async (token: string): Promise<Heard> => {
    const heard = await open(url);
    heard.connection.join('/floor', { kind: 'token', token });
    await heard.until('presence');
    return heard;
  };
  const mia = await enter('mia');
  const [bob, bobAgain] = [await enter('bob'), await enter('bob')];
  bob.connection.close();
  await enter('eve');
  bobAgain.connection.close();
  await mia.until('presence', 4);
  const everybody = (me: string, ...ids: readonly string[]) => ({
    kind: 'everybody',
    members: ids.map((id) => ({ id })),
    me,
  });
  const presenceOf = ({ told }: Heard) => told.filter(([name]) => name === 'presence').map(([, , news]) => news);
  expect(presenceOf(mia)).toEqual([
    everybody('mia', 'mia'),
    { kind: 'came', member: { id: 'bob' } },
    { kind: 'came', member: { id: 'eve' } },
    { kind: 'went', id: 'bob' },
  ]);
  expect(presenceOf(bobAgain)[0]).toEqual(everybody('bob', 'mia', 'bob'));
});

test('a frame over the limit is not parsed and keeps its name; a broken one keeps it, too, and becomes no JSON', async () => {
  const { url, io } = await listenIo({ maxHttpBufferSize: 1e8 });
  io.of('/orders').on('connection', (socket) => {
    socket.emit('huge', { text: 'x'.repeat(5_000) });
    for (const text of ['["broken",{"a":1]', '["broken",{}] ', '["broken" {}]', '["broken",', '["broken",{}}]']) {
      socket.conn.send(`2/orders,${text}`);
    }
    socket.conn.send('2/orders,["connect",{"sid":"x"}]');
    socket.emit('neighbour', {});
  });
  const heard = await open(url, { maxFrameBytes: 1_000 });
  heard.connection.join('/orders');
  await heard.until('frame', 8);
  const isJson = (text: unknown): boolean => {
    try {
      return JSON.parse(String(text)) !== undefined;
    } catch {
      return false;
    }
  };
  expect(framesOf(heard).map(({ name, payload, bytes }) => [name, isJson(payload), bytes])).toEqual([
    ['huge', false, expect.toSatisfy((bytes: number) => bytes > 5_000)],
    ...Array.from({ length: 5 }, () => ['broken', false, expect.any(Number)]),
    // A word that the library keeps for itself is a name like any other.
    ['connect', true, expect.any(Number)],
    ['neighbour', true, expect.any(Number)],
  ]);
});

test('what the server would end the connection for is not sent, and nothing is queued', async () => {
  const { url, io } = await listenIo();
  const said: string[] = [];
  io.of('/orders').on('connection', (socket) => void socket.onAny((name: string) => void said.push(name)));
  const heard = await open(url);
  const send = (name: string): boolean => heard.connection.send({ channel: '/orders', name, payload: {} });
  expect(send('too early')).toBe(false);
  heard.connection.join('/orders');
  expect(send('not let in yet')).toBe(false);
  await heard.until('joined');
  expect(['connect', 'disconnect', 'newListener'].map(send)).toEqual([false, false, false]);
  expect(send('hello')).toBe(true);
  heard.connection.leave('/orders');
  expect(send('left')).toBe(false);
  heard.connection.ping();
  await until(() => io.of('/orders').sockets.size === 0);
  expect(said).toEqual(['hello']);
});

test('acknowledgements belong to the namespace and the connection that they were asked in', async () => {
  const { url, io } = await listenIo();
  const late: ((answer: unknown) => void)[] = [];
  io.of('/orders').on('connection', (socket) => {
    socket.on('hello', (_: unknown, acknowledge: (answer: unknown) => void) => void late.push(acknowledge));
  });
  io.of('/payments').on('connection', (socket) => {
    socket.conn.send('3/payments,0["not yours"]');
    socket.emit('done');
  });
  const heard = await open(url);
  const answers: unknown[] = [];
  const acknowledged = (answer: unknown): void => void answers.push(answer);
  heard.connection.join('/orders');
  await heard.until('joined');
  heard.connection.send({ channel: '/orders', name: 'hello', payload: {}, acknowledged });
  heard.connection.join('/payments');
  await heard.until('frame');
  await until(() => late.length === 1);
  expect(answers).toEqual([]);
  heard.connection.leave('/orders');
  heard.connection.join('/orders');
  await heard.until('joined', 3);
  late[0]?.('too late');
  heard.connection.send({ channel: '/orders', name: 'hello', payload: {}, acknowledged });
  await until(() => late.length === 2);
  late[1]?.('in time');
  await until(() => answers.length > 0);
  expect(answers).toEqual(['in time']);
});

test.each([
  ['shuts down', (io) => void io.close()],
  ['cuts the wire', (_, socket) => void socket?.conn.request.socket.resetAndDestroy()],
  ['closes the engine', (_, socket) => socket?.conn.close()],
] satisfies readonly (readonly [string, (io: Server, socket: Socket | undefined) => void])[])(
  'a server that %s is told once',
  async (_, end) => {
    const { url, io } = await listenIo();
    const sockets: Socket[] = [];
    io.of('/orders').on('connection', (socket) => void sockets.push(socket));
    const heard = await open(url);
    heard.connection.join('/orders');
    await until(() => sockets.length === 1);
    end(io, sockets[0]);
    await heard.until('closed');
    const [closing, ...more] = newsOf(heard).filter(([name]) => name === 'closed');
    expect(more).toEqual([]);
    expect(closing?.[1]).toEqual({
      code: undefined,
      reason: expect.stringMatching(/^(?:transport close|transport error|io server disconnect)$/),
    });
  },
);

/** A server of HTTP that answers everything alike. */
async function answering(status: number, body: string): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status, { 'content-type': 'text/html' }).end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each([
  ['polling', 404, { kind: 'http', status: 404 }],
  ['polling', 503, { kind: 'http', status: 503 }],
  ['polling', 200, { kind: 'malformed' }],
  ['websocket', 404, { kind: 'unknown' }],
  ['websocket', 200, { kind: 'unknown' }],
] as const)('over %s, a web server that answers %d was no socket', async (how, status, failure) => {
  const url = await answering(status, '<html><p>Sign in to the Wi-Fi</p></html>');
  const { told, until: is } = connect(socketIo({ url, transports: [how] }));
  await is('failed');
  expect(told).toEqual([['failed', failure]]);
});

test('where the platform tells why there was no socket, it is told', async () => {
  const reset = createTcpServer((socket) => socket.resetAndDestroy());
  reset.listen(0, '127.0.0.1');
  await once(reset, 'listening');
  onTestFinished(() => void reset.close());
  const failures: unknown[] = [];
  for (const url of [
    'http://127.0.0.1:9',
    `http://127.0.0.1:${(reset.address() as AddressInfo).port}`,
    'https://nowhere.invalid',
  ]) {
    const heard = connect(socketIo({ url }));
    await heard.until('failed');
    failures.push(heard.told);
  }
  expect(failures).toEqual([
    [['failed', { kind: 'unreachable' }]],
    [['failed', { kind: 'unreachable' }]],
    [['failed', { kind: 'dns' }]],
  ]);
});

const greeting = (more: object): string =>
  `0${JSON.stringify({ sid: 's', upgrades: [], pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 1e6, ...more })}`;

test.each([
  'hello',
  '',
  '2',
  '40{"sid":"x"}',
  '0',
  '0{',
  '0[]',
  '0{"sid":"s"}',
  greeting({ sid: 7 }),
  greeting({ upgrades: null }),
  greeting({ pingInterval: null }),
  greeting({ pingTimeout: -25_000 }),
  greeting({ pingInterval: 1e300 }),
])('a WebSocket server that greets with %j is not of Socket.IO, and throws nowhere', async (text) => {
  const server = await listen({ connected: (peer) => peer.say(text) });
  const { told, until: is } = connect(socketIo({ url: server.url.replace('/socket', '') }));
  await is('failed');
  expect(told).toEqual([['failed', { kind: 'malformed' }]]);
  await server.alone();
});

test('a server that closes before it has greeted says why; one that greets twice is believed once', async () => {
  const early = await listen({ connected: (peer) => peer.close(1013) });
  const first = connect(socketIo({ url: early.url.replace('/socket', '') }));
  await first.until('closed');
  expect(first.told).toEqual([['closed', { code: 1013, reason: 'transport close' }]]);

  const twice = await listen({
    connected(peer) {
      peer.say(greeting({}));
      peer.say(greeting({ pingInterval: -1 }));
      peer.say('40{"sid":"x"}');
      peer.say('2');
    },
  });
  const second = connect(socketIo({ url: twice.url.replace('/socket', '') }));
  await second.until('alive', 2);
  expect(newsOf(second)).toEqual([['opened', { silenceLimitMs: 45_000 }]]);
  await until(() => twice.peers[0]?.heard.length === 1);
  expect(twice.peers[0]?.heard).toEqual(['3']);
  second.connection.close();
});

test('a server of version 2, which greets a namespace without an id, refuses it', async () => {
  const server = await listen({
    connected: (peer) => peer.say(greeting({})),
  });
  const heard = await open(server.url.replace('/socket', ''));
  heard.connection.join('/');
  server.peers[0]?.say('40');
  await heard.until('refused');
  expect(newsOf(heard).at(-1)).toEqual(['refused', '/', { status: 426, code: undefined }]);
});

test.each([
  { url: 'api.example.test' },
  { url: 'ftp://api.example.test' },
  { url: 'https://api.example.test/orders' },
  { url: 'https://mia:secret@api.example.test' },
  { url: 'https://api.example.test/#x' },
  { url: 'http://api.example.test' },
  { url: 'http://192.168.1.5' },
  { url: 'http://api.example.test', allowInsecureLan: true },
  { url: 'https://api.example.test', path: 'socket.io' },
  { url: 'https://api.example.test', path: '/x?token=1' },
  { url: 'https://api.example.test', transports: [] },
  { url: 'https://api.example.test', transports: ['carrier pigeon' as never] },
  { url: 'https://api.example.test', maxFrameBytes: 0 },
] satisfies readonly SocketIoOptions[])('refuses %j, and says what to do without repeating it', (options) => {
  expect(() => socketIo(options)).toThrow(
    expect.toSatisfy(
      (error) =>
        isHeardError(error) && error.code === 'options-invalid' && !/secret|api\.example\.test/.test(String(error)),
    ),
  );
});

test.each([
  { url: 'https://api.example.test' },
  { url: 'wss://api.example.test:8443/?shop=3' },
  { url: 'http://localhost:3000' },
  { url: 'ws://[::1]:3000' },
  { url: 'http://192.168.1.5:3000', allowInsecureLan: true },
  { url: 'http://till.local', allowInsecureLan: true },
] satisfies readonly SocketIoOptions[])('takes %j', (options) => {
  expect(socketIo(options).capabilities).toMatchObject(like['socket-io']);
});

test('a namespace that is never answered for is asked for anew when it was waited for twice (F23)', async () => {
  const { url, io } = await listenIo();
  let asked = 0;
  io.of('/orders').use((_socket, next) => {
    asked += 1;
    if (asked > 1) next();
  });
  const heard = await open(url);
  const { connection } = heard;
  connection.join('/orders');
  await until(() => asked === 1);
  connection.leave('/orders');
  // Nobody knows yet whether the server is slow or has lost the question.
  connection.join('/orders');
  connection.leave('/orders');
  connection.join('/orders');
  await heard.until('joined');
  expect(asked).toBe(2);
  expect(heard.told.map(([name]) => name)).not.toContain('closed');
});
