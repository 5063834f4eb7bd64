// Every fault that can be asked for: what is seen of it, how often it fired, and that the terminal told it.
import { io } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../../../src/dev-server/faults/fault.ts';
import { memoryLog } from '../../../src/emit/memory-log.ts';
import { createEmitter } from '../../../src/emit/index.ts';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { contractBackend } from '../../../src/dev-server/contract-backend.ts';
import { createFakeTime } from './fake-time.ts';
import { device, start, until, type Rig } from './rig.ts';

const bearer = { authorization: 'Bearer token-mia' };
const fired = ({ server }: Rig): readonly number[] => server.faults.list().map((one) => one.fired);
const logged = ({ traffic }: Rig): number => traffic.filter(({ kind }) => kind === 'fault').length;

async function listener(rig: Rig, channel = '/orders') {
  const mia = await device(`${rig.ws}/socket?cafe_id=c1&user_role=manager`);
  mia.say({ type: 'auth', version: 1, token: 'token-mia' });
  mia.say({ type: 'subscribe', channel });
  await mia.frames(3);
  return mia;
}

const guest = (rig: Rig) => {
  const socket = io(`${rig.url}/orders`, {
    auth: { token: 'token-mia' },
    query: { cafe_id: 'c1' },
    reconnection: false,
    forceNew: true,
    transports: ['websocket'],
  });
  onTestFinished(() => void socket.disconnect());
  const came = new Promise<string>((resolve) => {
    socket.once('connect', () => resolve('connected'));
    socket.once('connect_error', ({ message }) => resolve(message));
  });
  return { socket, came };
};

test('an expired token is refused where it is shown: in a request, on the socket, in the handshake', async () => {
  const rig = await start();
  await rig.server.faults.add({ kind: 'expired-token', times: 3 });
  // Who shows no token is not concerned.
  expect((await fetch(`${rig.url}/orders`)).status).toBe(200);
  expect((await fetch(`${rig.url}/orders`, { headers: bearer })).status).toBe(401);
  const { say, closed } = await device(`${rig.ws}/socket`);
  say({ type: 'auth', version: 1, token: 'token-mia' });
  expect(await closed).toBe(4401);
  expect(await guest(rig).came).toBe('Authentication error');
  expect((await fetch(`${rig.url}/orders`, { headers: bearer })).status).toBe(200);
  expect(await guest(rig).came).toBe('connected');
  expect([fired(rig), logged(rig)]).toEqual([[3], 3]);
});

test.each([402, 409, 429, 500, 503, 504])(
  'an answer %i comes in place of the effect, with Retry-After and a body when given',
  async (status) => {
    const rig = await start();
    await rig.server.faults.add({
      kind: 'answer',
      status,
      retryAfterS: 7,
      body: { error: 'as asked' },
      match: { method: 'POST', path: '/or*' },
    });
    expect((await fetch(`${rig.url}/orders`)).status).toBe(200);
    const refused = await fetch(`${rig.url}/orders`, { method: 'POST', body: 'o1' });
    expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([
      status,
      '7',
      { error: 'as asked' },
    ]);
    expect(rig.cafe.orders).toEqual([]);
    expect((await fetch(`${rig.url}/orders`, { method: 'POST', body: 'o1' })).status).toBe(201);
    expect([fired(rig), logged(rig)]).toEqual([[1], 1]);
  },
);

test('a subscription may be answered with it, too, and is tried again', async () => {
  const rig = await start();
  await rig.server.faults.add({ kind: 'answer', status: 503, match: { channel: '/orders' } });
  const { say, frames } = await device(`${rig.ws}/socket?cafe_id=c1`);
  say({ type: 'auth', version: 1, token: 'token-mia' });
  for (let n = 0; n < 2; n += 1) say({ type: 'subscribe', channel: '/orders' });
  expect((await frames(3)).slice(1, 3)).toEqual([
    { type: 'error', channel: '/orders', status: 503, code: 'asked-for' },
    { type: 'ack', channel: '/orders' },
  ]);
  expect(fired(rig)).toEqual([1]);
});

test('a lost reply: the server has acted, and nobody was told', async () => {
  const rig = await start();
  await rig.server.faults.add({ kind: 'lost-reply', times: 3 });
  await expect(fetch(`${rig.url}/orders`, { method: 'POST', body: 'o1' })).rejects.toThrow('fetch failed');
  expect(rig.cafe.orders).toEqual(['o1']);

  const mia = await listener(rig);
  mia.say({ type: 'send', channel: '/orders', name: 'update_order_status', id: 1, payload: { order_id: 'o2' } });
  expect(await mia.closed).toBe(1006);
  expect(rig.cafe.orders).toEqual(['o1', 'status of o2']);

  const { socket, came } = guest(rig);
  await came;
  const gone = new Promise((resolve) => void socket.once('disconnect', resolve));
  const answers: unknown[] = [];
  socket.emit('update_order_status', { order_id: 'o3' }, (answer: unknown) => answers.push(answer));
  await gone;
  expect([rig.cafe.orders.at(-1), answers]).toEqual(['status of o3', []]);
  expect([fired(rig), logged(rig)]).toEqual([[3], 3]);
});

test('a delayed reply comes when its time has come', async () => {
  const time = createFakeTime();
  const rig = await start({ time });
  await rig.server.faults.add({ kind: 'delayed-reply', delayMs: 1_000, times: 3 });
  const mia = await listener(rig);
  const { socket, came } = guest(rig);
  await came;
  const answers: string[] = [];
  const answered = Promise.all([
    fetch(`${rig.url}/orders`).then(() => answers.push('http')),
    socket.emitWithAck('update_order_status', {}).then(() => answers.push('socket.io')),
  ]);
  mia.say({ type: 'send', channel: '/orders', name: 'update_order_status', id: 1, payload: {} });
  await until(() => fired(rig)[0] === 3);
  time.pass(999);
  mia.say({ type: 'ping' });
  expect((await mia.frames(4)).at(-1)).toEqual({ type: 'pong' });
  expect(answers).toEqual([]);
  time.pass(1);
  await answered;
  expect((await mia.frames(5)).at(-1)).toEqual({ type: 'ack', id: 1, payload: { ok: true } });
});

test('a reply that was to come later keeps no server that was closed', async () => {
  const time = createFakeTime();
  const rig = await start({ time });
  await rig.server.faults.add({ kind: 'delayed-reply', delayMs: 600_000 });
  const gone = fetch(`${rig.url}/orders`).then(
    () => 'answered',
    () => 'gone',
  );
  await until(() => fired(rig)[0] === 1);
  expect(time.waiting()).toBeGreaterThan(0);
  await rig.server.close();
  expect([await gone, time.waiting()]).toEqual(['gone', 0]);
});

test('events are dropped, doubled and told in another order; what waits for the next one waits a second at most', async () => {
  const time = createFakeTime();
  const rig = await start({ time });
  const mia = await listener(rig, '/system');
  await rig.server.faults.add({ kind: 'dropped-event', match: { event: 'a' } });
  await rig.server.faults.add({ kind: 'doubled-event', match: { event: 'b' } });
  await rig.server.faults.add({ kind: 'reordered-event', match: { event: 'c', channel: '/sys*' }, times: 2 });
  const tell = (name: string) =>
    rig.server.publisherOf('table-tap').publish([{ channel: '/system', name, payload: 0 }]);
  for (const name of ['a', 'b', 'c', 'd', 'c']) await tell(name);
  expect((await mia.frames(7)).slice(3).map(({ name }) => name)).toEqual(['b', 'b', 'd', 'c']);
  time.pass(1_000);
  expect((await mia.frames(8)).at(-1)).toMatchObject({ name: 'c' });
  expect([fired(rig), logged(rig)]).toEqual([[1, 1, 2], 4]);
});

test('connections are refused and cut, all of them or those of one wire', async () => {
  const rig = await start();
  await rig.server.faults.add({ kind: 'refused-connection', match: { wire: 'websocket' }, status: 429 });
  await rig.server.faults.add({ kind: 'refused-connection', match: { wire: 'socket-io' } });
  await expect(device(`${rig.ws}/socket`)).rejects.toThrow('429');
  expect(await guest(rig).came).not.toBe('connected');
  expect(fired(rig)).toEqual([1, 1]);

  const mia = await listener(rig);
  const screen = await device(`${rig.ws}/ws`);
  const { socket, came } = guest(rig);
  expect(await came).toBe('connected');
  const gone = new Promise((resolve) => void socket.once('disconnect', resolve));
  await rig.server.faults.add({ kind: 'cut-connections', match: { wire: 'websocket' } });
  expect(await mia.closed).toBe(1006);
  expect([socket.connected, screen.socket.readyState]).toEqual([true, screen.socket.OPEN]);
  await rig.server.faults.add({ kind: 'cut-connections' });
  expect([await screen.closed, await gone]).toEqual([1006, 'transport close']);
  expect(fired(rig)).toEqual([1, 1, 1, 1]);
});

test('on Pusher’s wire a subscription fails with a status, and who comes or is there is sent away with a code', async () => {
  const rig = await start({ backends: [contractBackend(laravelPos)] });
  const add = (fault: Fault) => rig.server.faults.add(fault);
  const address = `${rig.ws}/app/heard-key?protocol=7`;
  const wire = { wire: 'pusher' };
  const error = (code: number, message: string) => ({ event: 'pusher:error', data: { code, message } });

  await add({ kind: 'answer', status: 503, match: { ...wire, channel: 'orders' } });
  const till = await device(address);
  const subscribe = { event: 'pusher:subscribe', data: { channel: 'orders' } };
  for (let n = 0; n < 2; n += 1) till.say(subscribe);
  expect((await till.frames(3)).slice(1)).toEqual([
    {
      event: 'pusher:subscription_error',
      channel: 'orders',
      data: { type: 'ServerError', error: 'This was asked for: 503.', status: 503 },
    },
    { event: 'pusher_internal:subscription_succeeded', channel: 'orders' },
  ]);

  await add({ kind: 'refused-connection', code: 4100, match: wire });
  const late = await device(address);
  expect(await late.closed).toBe(4100);
  expect(late.heard).toEqual([error(4100, 'The current concurrent connections quota has been reached.')]);

  // The socket of another wire stays.
  const other = await device(`${rig.ws}/socket`);
  await add({ kind: 'cut-connections', code: 4200, match: wire });
  expect([await till.closed, till.heard.at(-1)]).toEqual([
    4200,
    error(4200, 'Server closed. Please reconnect shortly.'),
  ]);
  expect(other.socket.readyState).toBe(other.socket.OPEN);

  const again = await device(address);
  await again.frames(1);
  await add({ kind: 'cut-connections', code: 4009, match: wire });
  expect([await again.closed, again.heard.at(-1)]).toEqual([4009, error(4009, 'You got disconnected by the app.')]);
  expect(fired(rig)).toEqual([1, 1, 1, 1]);
});

test('positions begin anew, and the tables are as they were at the start', async () => {
  const rig = await start({ backends: [contractBackend(laravelPos)] });
  const emit = async (): Promise<readonly { readonly seq: number; readonly epoch: string }[]> => {
    const answer = await fetch(`${rig.url}/laravel-pos/emit`, {
      method: 'POST',
      body: JSON.stringify({
        event: 'KdsTicketUpdated',
        scope: { sku: 'corner' },
        data: { ticket_id: 1, status: 'ready' },
      }),
    });
    const { positions } = (await answer.json()) as { positions: { seq: number; epoch: string }[] };
    return positions;
  };
  const [first] = await emit();
  const [second] = await emit();
  expect([first?.seq, second?.seq, second?.epoch]).toEqual([1, 2, first?.epoch]);
  await rig.server.faults.add({ kind: 'epoch-reset' });
  const [third] = await emit();
  expect(third?.seq).toBe(1);
  expect(third?.epoch).not.toBe(first?.epoch);

  const other = await start();
  await fetch(`${other.url}/orders`, { method: 'POST', body: 'o1' });
  await other.server.faults.add({ kind: 'restored-database' });
  expect([other.cafe.orders, other.cafe.log]).toEqual([[], ['restored']]);
  expect([fired(rig), fired(other)]).toEqual([[1], [1]]);
});

test('over HTTP: faults are added, read with their counts, and deleted, and no fault stands in the way of that', async () => {
  const rig = await start();
  const faults = `${rig.url}/_dev/faults`;
  const add = (fault: unknown, headers = { 'content-type': 'application/json' }) =>
    fetch(faults, { method: 'POST', headers, body: JSON.stringify(fault) });
  expect(await (await add({ kind: 'answer', status: 503, times: 2 })).json()).toMatchObject({
    id: 1,
    fired: 0,
    left: 2,
  });
  expect((await fetch(`${rig.url}/orders`)).status).toBe(503);
  expect(await (await fetch(faults)).json()).toEqual({
    faults: [{ id: 1, fault: { kind: 'answer', status: 503, times: 2 }, fired: 1, left: 1 }],
  });
  expect((await fetch(`${faults}/1`, { method: 'DELETE' })).status).toBe(204);
  expect((await fetch(`${faults}/1`, { method: 'DELETE' })).status).toBe(404);
  expect((await fetch(`${rig.url}/orders`)).status).toBe(200);
  await add({ kind: 'lost-reply' });
  expect((await fetch(faults, { method: 'DELETE' })).status).toBe(204);
  expect((await fetch(`${rig.url}/orders`)).status).toBe(200);
  expect((await fetch(faults, { method: 'PATCH' })).status).toBe(405);
  // What a form of any page could send is no fault.
  expect((await add({ kind: 'lost-reply' }, { 'content-type': 'text/plain' })).status).toBe(415);
});

test.each<[unknown, string]>([
  [null, 'A fault is an object'],
  [{ kind: 'earthquake' }, 'The "kind" is one of'],
  [{ kind: 'answer' }, '"status"'],
  [{ kind: 'answer', status: 200 }, '"status"'],
  [{ kind: 'answer', status: 503, retryAfterS: -1 }, '"retryAfterS"'],
  [{ kind: 'delayed-reply', delayMs: 1e9 }, '"delayMs"'],
  [{ kind: 'lost-reply', times: 0 }, '"times"'],
  [{ kind: 'lost-reply', status: 500 }, 'has no "status"'],
  [{ kind: 'epoch-reset', times: 2 }, 'has no "times"'],
  [{ kind: 'cut-connections', code: 1001, match: { wire: 'pusher' } }, '"code" is a whole number from 4000 to 4399'],
  // Other wires have no such codes.
  [{ kind: 'cut-connections', code: 4200 }, 'it needs "match": { "wire": "pusher" }'],
  [{ kind: 'refused-connection', code: 4100, match: { wire: 'websocket' } }, 'it needs "match": { "wire": "pusher" }'],
  [{ kind: 'epoch-reset', code: 4200 }, 'has no "code"'],
  [{ kind: 'lost-reply', match: 'all' }, '"match" is an object'],
  [{ kind: 'lost-reply', match: { path: 7 } }, '"match" of the kind "lost-reply" takes texts'],
  // No moment would fit it.
  [{ kind: 'dropped-event', match: { wire: 'pusher' } }, 'takes texts for: channel, event'],
  [{ kind: 'epoch-reset', match: { wire: 'pusher' } }, 'is for everything'],
  [{ kind: 'lost-reply', match: { colour: 'red' } }, '"match" of the kind "lost-reply" takes texts'],
])('%j is no fault, and it is said why', async (fault, why) => {
  const { server, url } = await start();
  await expect(server.faults.add(fault as Fault)).rejects.toThrow(why);
  const answer = await fetch(`${url}/_dev/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  expect(answer.status).toBe(422);
  expect(((await answer.json()) as { message: string }).message).toContain(why);
  expect(server.faults.list()).toEqual([]);
});

test('a log that outlives an event that nobody was told has it: that is how a drop is healed', async () => {
  const log = memoryLog();
  const { server } = await start();
  await server.faults.add({ kind: 'dropped-event' });
  const emitter = createEmitter(laravelPos, { publisher: server.publisherOf('table-tap'), log });
  const { published } = await emitter.emit('KdsTicketUpdated', {
    scope: { sku: 'corner' },
    data: { ticket_id: 1, status: 'ready' },
  });
  expect(await published).toBe(true);
  expect((await log.read('private-store.corner.kds', 0, 10)).events).toHaveLength(1);
  expect(server.faults.list()[0]?.fired).toBe(1);
});
