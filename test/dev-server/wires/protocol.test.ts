// docs/protocol.md, the server's half: what it says that a server says and does, ours says and does.
import { expect, test } from 'vitest';
import { defineContract } from '../../../src/contract/define-contract.ts';
import { barePayload } from '../../../src/contract/dialects/bare-payload.ts';
import type { Schema } from '../../../src/contract/schema.ts';
import type { Caller, CreateBackend } from '../../../src/dev-server/backend.ts';
import { createFakeTime } from './fake-time.ts';
import { createDevServer } from '../../../src/dev-server/dev-server.ts';
import { contractBackend, developmentToken } from '../../../src/dev-server/contract-backend.ts';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { developmentApp, signatureOf } from '../../../src/dev-server/signature.ts';
import { device, start, until } from './rig.ts';

const auth = (token?: string) => ({ type: 'auth', version: 1, ...(token !== undefined && { token }) });
const orders = 'private-store.corner.orders';
const presence = 'presence-store.corner.kds.presence';

test('a device that introduces itself is welcome, with an id of its own, with a token or without', async () => {
  const { ws } = await start();
  const mia = await device(`${ws}/socket`);
  const nobody = await device(`${ws}/socket`);
  mia.say(auth('token-mia'));
  nobody.say(auth());
  const [welcome] = await mia.frames(1);
  const [other] = await nobody.frames(1);
  expect(welcome).toEqual({ type: 'welcome', socketId: expect.stringMatching(/^\d+\.\d+$/) as unknown });
  expect(other?.['socketId']).not.toBe(welcome?.['socketId']);
});

test('a token that is nobody’s closes with 4401, after an error that says the same', async () => {
  const { ws } = await start();
  const { say, heard, closed } = await device(`${ws}/socket`);
  say(auth('token-of-yesterday'));
  expect(await closed).toBe(4401);
  expect(heard).toEqual([{ type: 'error', status: 401 }]);
});

test('a device that says nothing for 5 s is closed with 4401, and one that has spoken is not', async () => {
  const time = createFakeTime();
  const { ws } = await start({ time });
  const silent = await device(`${ws}/socket`);
  const spoken = await device(`${ws}/socket`);
  spoken.say(auth());
  await spoken.frames(1);
  time.pass(4_999);
  silent.say({ type: 'ping' });
  await silent.frames(1);
  time.pass(1);
  expect(await silent.closed).toBe(4401);
  expect(spoken.socket.readyState).toBe(spoken.socket.OPEN);
});

test.each([
  ['no JSON', 'hello'],
  ['no object', '[1]'],
  ['no type', '{"channel":"a"}'],
  ['another version', '{"type":"auth","version":2}'],
  ['a channel that is no text', '{"type":"subscribe","channel":7}'],
  ['a message without a name', '{"type":"send","channel":"a","payload":1}'],
  ['a message with an id that is no number', '{"type":"send","channel":"a","name":"b","id":"1"}'],
  ['bytes', new Uint8Array([123, 125])],
  ['a tower of brackets', `{"type":"send","channel":"a","name":"b","payload":${'['.repeat(50_000)}`],
])('what is not of the protocol closes with 4400: %s', async (_, said) => {
  const { ws } = await start();
  const { say, closed } = await device(`${ws}/socket`);
  say(said);
  expect(await closed).toBe(4400);
});

test('a frame over 1 MiB closes with 1009, and words of tomorrow are ignored', async () => {
  const { ws } = await start();
  const large = await device(`${ws}/socket`);
  large.say(`{"type":"ping","x":"${'x'.repeat(1_048_576)}"}`);
  expect(await large.closed).toBe(1009);
  const modern = await device(`${ws}/socket`);
  modern.say({ type: 'hologram', depth: 3 });
  modern.say({ type: 'ping', more: true });
  expect(await modern.frames(1)).toEqual([{ type: 'pong' }]);
});

test('each subscribe is answered once and in order; the events come behind the acknowledgement and stop with unsubscribe', async () => {
  const { ws, url } = await start();
  const { say, frames, heard } = await device(`${ws}/socket?cafe_id=c1&user_role=manager`);
  say({ type: 'subscribe', channel: '/orders' });
  say(auth('token-mia'));
  for (const channel of ['/orders', '/kitchen', '/orders']) say({ type: 'subscribe', channel });
  // What the backend said while it let the device in comes right behind the acknowledgement.
  await frames(6);
  await fetch(`${url}/orders`, { method: 'POST', body: 'o1' });
  await frames(7);
  say({ type: 'unsubscribe', channel: '/orders' });
  say({ type: 'unsubscribe', channel: '/orders' });
  say({ type: 'ping' });
  await frames(8);
  await fetch(`${url}/orders`, { method: 'POST', body: 'o2' });
  say({ type: 'ping' });
  await frames(9);
  expect(heard).toMatchObject([
    { type: 'error', channel: '/orders', status: 401 },
    { type: 'welcome' },
    { type: 'ack', channel: '/orders' },
    { type: 'event', channel: '/orders', name: 'hello' },
    { type: 'error', channel: '/kitchen', status: 404, code: 'no-such-channel' },
    { type: 'ack', channel: '/orders' },
    { type: 'event', channel: '/orders', name: 'order:created', payload: { data: { order: { id: 'o1' } } } },
    { type: 'pong' },
    { type: 'pong' },
  ]);
});

test('an event is spelt as the page asks for it, payload last and without spaces', async () => {
  const { ws, server } = await start();
  const { say, socket, frames } = await device(`${ws}/socket?cafe_id=c1`);
  const texts: string[] = [];
  socket.on('message', (data: Buffer) => void texts.push(data.toString()));
  say(auth('token-mia'));
  say({ type: 'subscribe', channel: '/system' });
  await frames(3);
  await server.publisherOf('table-tap').publish([{ channel: '/system', name: 'n', payload: { a: [1, 'b'] } }]);
  await frames(4);
  expect(texts.at(-1)).toBe('{"type":"event","channel":"/system","name":"n","payload":{"a":[1,"b"]}}');
});

test('a backend’s own refusal is told: 401 to strangers, 403 to those it knows', async () => {
  const { ws } = await start();
  const { say, frames } = await device(`${ws}/socket`);
  say(auth());
  say({ type: 'subscribe', channel: '/orders' });
  expect((await frames(2)).at(-1)).toEqual({
    type: 'error',
    channel: '/orders',
    status: 401,
    code: 'Authentication error',
  });
});

test('rooms narrow what is heard, and a message is acknowledged when it is done', async () => {
  const { ws, server } = await start();
  const mia = await device(`${ws}/socket?cafe_id=c1&user_role=manager`);
  const bob = await device(`${ws}/socket?cafe_id=c1&user_role=employee`);
  for (const [{ say }, token] of [
    [mia, 'token-mia'],
    [bob, 'token-bob'],
  ] as const) {
    say(auth(token));
    say({ type: 'subscribe', channel: '/orders' });
  }
  await mia.frames(3);
  await bob.frames(3);
  const tell = (rooms: readonly string[], n: number) =>
    server.publisherOf('table-tap').publish([{ channel: '/orders', name: 'x', payload: n, rooms }]);
  await tell(['cafe:c1:role:manager'], 1);
  bob.say({ type: 'send', channel: '/orders', name: 'join_counter', id: 1, payload: { counter: 'Counter 1' } });
  await bob.frames(4);
  await tell(['cafe:c1:counter:Counter1', 'cafe:c1'], 2);
  bob.say({ type: 'send', channel: '/orders', name: 'leave_counter', id: 2, payload: { counter: 'Counter 1' } });
  await bob.frames(6);
  await tell(['cafe:c1:counter:Counter1'], 3);
  mia.say({ type: 'ping' });
  bob.say({ type: 'ping' });
  expect((await mia.frames(6)).slice(3)).toMatchObject([{ payload: 1 }, { payload: 2 }, { type: 'pong' }]);
  expect((await bob.frames(7)).slice(3)).toEqual([
    { type: 'ack', id: 1, payload: { joined: 'Counter 1' } },
    { type: 'event', channel: '/orders', name: 'x', payload: 2 },
    { type: 'ack', id: 2, payload: { left: 'Counter 1' } },
    { type: 'pong' },
  ]);
});

test('what fails, and what is said on a channel that was not joined, is not acknowledged, and nothing else happens', async () => {
  const { ws, traffic } = await start();
  const { say, frames } = await device(`${ws}/socket?cafe_id=c1`);
  say(auth('token-mia'));
  say({ type: 'subscribe', channel: '/orders' });
  await frames(3);
  say({ type: 'send', channel: '/payments', name: 'join_counter', id: 1, payload: {} });
  say({ type: 'send', channel: '/orders', name: 'explode', id: 2, payload: {} });
  await until(() => traffic.some(({ kind }) => kind === 'trouble'));
  say({ type: 'ping' });
  expect((await frames(4)).at(-1)).toEqual({ type: 'pong' });
});

test('a newer token is judged from then on, needs no answer, and closes with 4401 when it is none', async () => {
  const { ws } = await start();
  const { say, frames, heard, closed } = await device(`${ws}/socket?cafe_id=c1`);
  say(auth());
  say({ type: 'subscribe', channel: '/orders' });
  say(auth('token-bob'));
  say({ type: 'subscribe', channel: '/orders' });
  await frames(4);
  expect(heard.map(({ type }) => type)).toEqual(['welcome', 'error', 'ack', 'event']);
  say(auth('nobody'));
  // What it says behind that is not heard any more, and nothing is told it.
  say({ type: 'ping' });
  expect(await closed).toBe(4401);
  expect(heard.slice(4)).toEqual([{ type: 'error', status: 401 }]);
});

test('a channel of a signing backend needs the signature of this very connection; presence tells who else is there', async () => {
  const { ws } = await start({ backends: [contractBackend(laravelPos)] });
  const { say, frames } = await device(`${ws}/socket`);
  say(auth(developmentToken));
  const [welcome] = await frames(1);
  const socketId = String(welcome?.['socketId']);
  const channelData = '{"user_id":"18"}';
  say({ type: 'subscribe', channel: orders });
  say({
    type: 'subscribe',
    channel: orders,
    auth: signatureOf(developmentApp, { socketId: '9.9', channel: orders }),
  });
  say({ type: 'subscribe', channel: orders, auth: signatureOf(developmentApp, { socketId, channel: orders }) });
  const signed = signatureOf(developmentApp, { socketId, channel: presence, channelData });
  say({ type: 'subscribe', channel: presence, auth: signed });
  say({ type: 'subscribe', channel: presence, auth: signed, channelData });
  expect((await frames(6)).slice(1)).toEqual([
    { type: 'error', channel: orders, status: 401, code: 'signature-invalid' },
    { type: 'error', channel: orders, status: 401, code: 'signature-invalid' },
    { type: 'ack', channel: orders },
    { type: 'error', channel: presence, status: 401, code: 'signature-invalid' },
    { type: 'ack', channel: presence, payload: { members: [{ id: '18' }], me: '18' } },
  ]);
});

test('where nothing is signed, a private channel is heard by whom the contract lets, of their own house alone', async () => {
  const fits = (value: unknown): { readonly value: never } => ({ value: value as never });
  const houseOf = (value: { readonly house?: unknown }) =>
    value.house === undefined ? { issues: [{ message: 'lacking', path: ['house'] }] } : fits(value);
  const schema = (validate: (value: never) => ReturnType<typeof houseOf>): Schema<{ readonly house: string }> => ({
    '~standard': { version: 1, vendor: 'test', validate: validate as (value: unknown) => never },
  });
  const kitchen = defineContract({
    name: 'kitchen',
    scope: schema(houseOf),
    dialect: barePayload({ idField: 'event_id' }),
    connection: { transports: ['websocket'], auth: { kind: 'handshake' } },
    events: { served: { data: schema(fits) } },
    channels: {
      floor: { wire: 'private-floor.{house}', events: ['served'], position: 'none', abilities: ['floor.read'] },
    },
    roles: { cook: { channels: ['floor'] } },
  });
  const people: ReadonlyMap<string, Caller> = new Map([
    ['cook', { id: 'cook', abilities: ['floor.read'], scope: { house: 'h1' } }],
    ['guest', { id: 'guest', abilities: ['menu.read'], scope: { house: 'h1' } }],
    ['nomad', { id: 'nomad', abilities: ['floor.read'], scope: {} }],
  ]);
  const strict: CreateBackend = (seams) => {
    const { mayHear: _, ...backend } = contractBackend(kitchen)(seams);
    return { ...backend, callerOf: (token) => people.get(token ?? '') };
  };
  const answers = async (backend: CreateBackend, token: string | undefined) => {
    const { ws } = await start({ backends: [backend] });
    const { say, frames } = await device(`${ws}/socket`);
    say(auth(token));
    for (const house of ['h1', 'h2']) say({ type: 'subscribe', channel: `private-floor.${house}` });
    return (await frames(3))
      .slice(1)
      .map(({ type, status, code }) => (type === 'ack' ? 'in' : [status, code].join(' ')));
  };
  expect(await answers(strict, 'cook')).toEqual(['in', '403 not-permitted']);
  expect(await answers(strict, 'guest')).toEqual(['403 not-permitted', '403 not-permitted']);
  expect(await answers(strict, 'nomad')).toEqual(['403 not-permitted', '403 not-permitted']);
  expect(await answers(strict, undefined)).toEqual(['401 token-unknown', '401 token-unknown']);
  // The one token of a contract without tables may everything.
  expect(await answers(contractBackend(kitchen), developmentToken)).toEqual(['in', 'in']);
});

test('more messages than the backend’s document allows are an error of the connection, 429', async () => {
  const time = createFakeTime();
  const { ws } = await start({ time, backends: [contractBackend(laravelPos)] });
  const { say, frames } = await device(`${ws}/socket`);
  say(auth());
  const [welcome] = await frames(1);
  const socketId = String(welcome?.['socketId']);
  say({ type: 'subscribe', channel: orders, auth: signatureOf(developmentApp, { socketId, channel: orders }) });
  const burst = (count: number): void => {
    for (let n = 0; n < count; n += 1) say({ type: 'send', channel: orders, name: 'hi', payload: n });
  };
  burst(31);
  expect((await frames(3)).at(-1)).toEqual({ type: 'error', status: 429 });
  time.pass(10_000);
  burst(30);
  say({ type: 'ping' });
  expect((await frames(4)).at(-1)).toEqual({ type: 'pong' });
});

test('a silent device is asked, and cut off when it does not answer', async () => {
  const time = createFakeTime();
  const { ws } = await start({ time });
  const dead = await device(`${ws}/socket`);
  const alive = await device(`${ws}/socket`);
  for (const { say, frames } of [dead, alive]) {
    say(auth());
    await frames(1);
  }
  time.pass(30_000);
  expect((await alive.frames(2)).at(-1)).toEqual({ type: 'ping' });
  alive.say({ type: 'pong' });
  alive.say({ type: 'ping' });
  await alive.frames(3);
  time.pass(10_000);
  expect(await dead.closed).toBe(1006);
  expect(alive.socket.readyState).toBe(alive.socket.OPEN);
});

test('a device that does not read is cut off, and costs the others nothing', async () => {
  const { ws, server, traffic } = await start();
  const slow = await device(`${ws}/socket?cafe_id=c1`);
  const quick = await device(`${ws}/socket?cafe_id=c1`);
  for (const { say, frames } of [slow, quick]) {
    say(auth('token-mia'));
    say({ type: 'subscribe', channel: '/orders' });
    await frames(3);
  }
  slow.socket.pause();
  const payload = 'x'.repeat(500_000);
  const isCut = (): boolean => traffic.some((entry) => entry.kind === 'connection' && entry.what === 'cut');
  for (let n = 0; n < 200 && !isCut(); n += 1) {
    await server.publisherOf('table-tap').publish([{ channel: '/orders', name: 'x', payload }]);
    await quick.frames(4 + n);
  }
  expect(isCut()).toBe(true);
  slow.socket.resume();
  expect(await slow.closed).toBe(1006);
  expect(quick.socket.readyState).toBe(quick.socket.OPEN);
});

test('a server that stops says 1001', async () => {
  const server = createDevServer({ backends: [], port: 0 });
  const url = await server.listen();
  const { closed } = await device(`${url.replace('http', 'ws')}/socket`);
  await server.close();
  expect(await closed).toBe(1001);
});
