// Whatever arrives over whatever wire: the server stays up, and whoever is there keeps being served.
import fc from 'fast-check';
import { connect as tcpConnect } from 'node:net';
import { io } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { contractBackend } from '../../../src/dev-server/contract-backend.ts';
import { patience } from '../../effort.ts';
import { device, start, until, type Rig } from './rig.ts';

/** 5 000 altogether; 50 000 with HEARD_LENGTH=long, 1 000 when short. */
const count = { long: 50_000, short: 1_000 }[process.env['HEARD_LENGTH'] ?? ''] ?? 5_000;
const shares = { frames: 0.4, packets: 0.35, requests: 0.25 };
/** HEARD_SEED=123 says the same again. */
const seed = Number(process.env['HEARD_SEED'] ?? Date.now() % 1_000_000);

const json = (value: unknown): string => JSON.stringify(value);
const words = fc.oneof(
  fc.constantFrom('/orders', '/', 'constructor', '__proto__', 'private-store.corner.orders', 'error', 'a'.repeat(500)),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }),
);
const data = fc.oneof(fc.jsonValue(), words, fc.constant({ counter: 7 }), fc.constant({ counter: 'Counter 1' }));
const spoken = fc.oneof(fc.constantFrom('join_counter', 'leave_counter', 'explode', 'update_order_status'), words);

/** As docs/protocol.md has it, whatever it says. */
const spelt = fc
  .oneof(
    fc.record(
      { type: fc.constant('subscribe'), channel: words, auth: words, channelData: fc.oneof(words, fc.json()) },
      { requiredKeys: ['type', 'channel'] },
    ),
    fc.record({ type: fc.constant('unsubscribe'), channel: words }),
    fc.record(
      { type: fc.constant('send'), channel: words, name: spoken, id: fc.maxSafeInteger(), payload: data },
      { requiredKeys: ['type', 'channel', 'name'] },
    ),
    fc.record({ type: fc.constantFrom('ping', 'pong', 'hologram', '__proto__'), more: data }),
    fc.constant({ type: 'auth', version: 1, token: 'token-bob' }),
  )
  .map(json);
const wild = fc.oneof(
  fc.json(),
  fc.string(),
  fc
    .record({
      type: fc.constantFrom('auth', 'subscribe', 'send'),
      version: data,
      token: data,
      channel: data,
      name: data,
    })
    .map(json),
  fc.constantFrom('{"type":"subscribe","__proto__":{"channel":1}}', '['.repeat(10_000), '\u0000', ''),
  fc.uint8Array({ maxLength: 64 }),
);

/** As Socket.IO spells its packets. */
const packet = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom('', '1', '77'), spoken, fc.array(data, { maxLength: 3 }))
      .map(([id, name, rest]) => `42/orders,${id}${json([name, ...rest])}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '43/orders,9[1]',
      '40/nowhere,',
      '40/inventory,{"token":7}',
      '40/payments,{"token":"token-mia"}',
    ),
  },
);
const wildPacket = fc
  .tuple(
    fc.constantFrom('4', '40', '41', '42', '43', '44', '45', '46', '451-', '2', '3', '1', '5', '0', '6', '', '4251-'),
    fc.constantFrom('', '/orders,', '/inventory,', '/nowhere,', '/', '/__proto__,'),
    fc.constantFrom('', '1', '99999999999999999999'),
    fc.oneof(
      fc.tuple(fc.constantFrom('error', 'disconnect', 'newListener', 'connect_error'), data).map(json),
      fc.constant('[{"_placeholder":true,"num":0}]'),
      fc.json(),
      fc.string(),
    ),
  )
  .map((parts) => parts.join(''));

const methods = ['GET', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'PATCH', 'CONNECT', 'BREW'];
const paths = [
  '/orders',
  '/table-tap/orders',
  '/_dev/faults',
  '/_dev/faults/1',
  '/socket',
  '/socket.io/?EIO=4&transport=polling',
  '/socket.io/?EIO=4&transport=websocket',
  '/socket.io/?EIO=x&sid=%00',
  '/laravel-pos/emit',
  '/laravel-pos/broadcasting/auth',
  '//',
  '/%',
  '*',
  '/boom',
];
const headers = [
  '',
  'Content-Type: application/json\r\n',
  'Authorization: Bearer token-mia\r\n',
  'Authorization: Bearer ~\r\n',
  'Origin: null\r\n',
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Expect: 100-continue\r\n',
];
const request = fc
  .tuple(
    fc.constantFrom(...methods),
    fc.oneof(fc.constantFrom(...paths), fc.webPath()),
    fc.constantFrom(...headers),
    fc.oneof(fc.json(), fc.string({ unit: 'binary-ascii' }), fc.constant('{"kind":"answer","status":700}')),
  )
  .map(([method, path, lines, body]) => {
    const length = new TextEncoder().encode(body).length;
    return `${method} ${path} HTTP/1.1\r\nHost: a\r\n${lines}Content-Length: ${length}\r\n\r\n${body}`;
  });
const bytes = fc.oneof({ weight: 9, arbitrary: request }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) });

const sample = <Value>(arbitrary: fc.Arbitrary<Value>, share: number): Value[] =>
  fc.sample(arbitrary, { numRuns: Math.ceil(count * share), seed });

type Said = string | Uint8Array;
const atOnce = 18;
/** Who is not answered for so long gives up: long polling waits for something to tell, and nobody else may. */
const giveUpMs = 1_000;

/** Connections of so many things each: who it is, what is spelt well, and something that is not at the end. */
async function throwAt(
  url: string,
  first: Said,
  answer: RegExp,
  well: readonly Said[],
  badly: readonly Said[],
): Promise<void> {
  for (let at = 0; at < well.length; at += atOnce) {
    const socket = new WebSocket(url);
    socket.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
    const isIn = new Promise<void>((resolve) => {
      socket.on('message', (text: Buffer) => void (answer.test(text.toString()) && resolve()));
    });
    socket.once('open', () => socket.send(first));
    await Promise.race([isIn, closed]);
    for (const text of [...well.slice(at, at + atOnce), badly[at / atOnce] ?? '']) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    }
    socket.close();
    const giveUp = setTimeout(() => socket.terminate(), giveUpMs);
    await closed;
    clearTimeout(giveUp);
  }
}

async function throwBytes(url: string, said: readonly string[]): Promise<void> {
  const { port, hostname } = new URL(url);
  const one = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const socket = tcpConnect(Number(port), hostname, () => socket.end(text));
      socket.on('error', () => undefined).on('data', () => undefined);
      const giveUp = setTimeout(() => socket.destroy(), giveUpMs);
      socket.on('close', () => {
        clearTimeout(giveUp);
        resolve();
      });
    });
  for (let at = 0; at < said.length; at += 50) await Promise.all(said.slice(at, at + 50).map(one));
}

/** Somebody who was there before, and is served behind everything. */
async function witness({ ws, url, server }: Rig): Promise<() => Promise<void>> {
  const mia = await device(`${ws}/socket?cafe_id=c1&user_role=manager`);
  mia.say({ type: 'auth', version: 1, token: 'token-mia' });
  mia.say({ type: 'subscribe', channel: '/payments' });
  await mia.frames(3);
  const socket = io(`${url}/payments`, {
    auth: { token: 'token-mia' },
    query: { cafe_id: 'c1' },
    reconnection: false,
    forceNew: true,
    transports: ['websocket'],
  });
  onTestFinished(() => void socket.disconnect());
  const told: string[] = [];
  socket.onAny((name: string) => void told.push(name));
  await until(() => told.includes('hello'));
  return async () => {
    server.faults.clear();
    await server.publisherOf('table-tap').publish([{ channel: '/payments', name: 'last', payload: 1 }]);
    await until(() => told.includes('last') && mia.heard.some(({ name }) => name === 'last'));
    expect((await fetch(`${url}/table-tap/orders`)).status).toBe(200);
    expect(Object.keys(Object.prototype)).toEqual([]);
  };
}

test(
  `${count} random and malformed frames and requests leave it up (seed ${seed})`,
  async () => {
    const { cafe } = await start();
    const rig = await start({ backends: [cafe.create, contractBackend(laravelPos)] });
    const isStillServed = await witness(rig);
    const { url, ws, traffic } = rig;
    await throwAt(
      `${ws}/socket?cafe_id=c1`,
      json({ type: 'auth', version: 1, token: 'token-mia' }),
      /welcome/,
      sample(spelt, shares.frames),
      sample(wild, shares.frames / atOnce),
    );
    await throwAt(
      `${ws}/socket.io/?EIO=4&transport=websocket&cafe_id=c1`,
      '40/orders,{"token":"token-mia"}',
      /^40\/orders/,
      sample(packet, shares.packets),
      sample(wildPacket, shares.packets / atOnce),
    );
    await throwBytes(url, sample(bytes, shares.requests));
    await isStillServed();

    // It was heard, and not only thrown.
    const heard = (wire: string): number =>
      traffic.filter((entry) => entry.kind === 'frame' && entry.to === 'server' && entry.wire === wire).length;
    expect(heard('websocket')).toBeGreaterThan(0.95 * shares.frames * count);
    expect(heard('socket-io')).toBeGreaterThan(0.7 * shares.packets * count);
    expect(traffic.filter(({ kind }) => kind === 'request').length).toBeGreaterThan(0.3 * shares.requests * count);
    // What was asked of the backend may have failed there; the server itself had no trouble.
    const troubles = traffic.flatMap((entry) => (entry.kind === 'trouble' ? [entry.what] : []));
    expect(troubles.filter((what) => /^a (?:frame|request|handshake) failed|did not publish/.test(what))).toEqual([]);
  },
  patience,
);
