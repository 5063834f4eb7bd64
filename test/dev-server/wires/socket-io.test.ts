// A real Socket.IO server, driven by the official client.
import { io, type Socket } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import { brasserie } from '../../../src/contracts/brasserie/index.ts';
import { serviceFloor } from '../../../src/contracts/service-floor/index.ts';
import { defineContract } from '../../../src/contract/define-contract.ts';
import { barePayload } from '../../../src/contract/dialects/bare-payload.ts';
import type { Schema } from '../../../src/contract/schema.ts';
import type { Caller, CreateBackend } from '../../../src/dev-server/backend.ts';
import { contractBackend, developmentToken } from '../../../src/dev-server/contract-backend.ts';
import { start, until } from './rig.ts';

interface Guest {
  readonly socket: Socket;
  /** What it was told: names and payloads. */
  readonly told: readonly (readonly [string, unknown])[];
  readonly came: Promise<string>;
}

function guest(url: string, token: unknown, more: Record<string, unknown> = {}): Guest {
  const told: [string, unknown][] = [];
  const socket = io(url, {
    auth: { token },
    reconnection: false,
    forceNew: true,
    transports: ['websocket'],
    ...more,
  });
  onTestFinished(() => void socket.disconnect());
  socket.onAny((name: string, payload: unknown) => void told.push([name, payload]));
  const came = new Promise<string>((resolve) => {
    socket.once('connect', () => resolve('connected'));
    socket.once('connect_error', (error) => resolve(error.message));
  });
  return { socket, told, came };
}

const cafe = (role: string) => ({ query: { cafe_id: 'c1', user_role: role } });

test.each([
  ['websocket', { transports: ['websocket'] }],
  ['long polling', { transports: ['polling'] }],
  ['long polling that becomes a WebSocket', { transports: ['polling', 'websocket'] }],
])('a device comes in, is greeted, speaks and is acknowledged, and goes: %s', async (_, how) => {
  const { url, cafe: backend } = await start();
  const { socket, told, came } = guest(`${url}/orders`, 'token-mia', { ...cafe('manager'), ...how });
  expect(await came).toBe('connected');
  expect(await socket.emitWithAck('update_order_status', { order_id: 'o1', status: 'ready' })).toEqual({ ok: true });
  expect(told).toEqual([['hello', { channel: '/orders' }]]);
  expect(backend.orders).toEqual(['status of o1']);
  socket.disconnect();
  await until(() => backend.log.includes('somebody left /orders'));
  expect(backend.log).toEqual(['mia came to /orders', 'somebody left /orders']);
});

test.each(['nobody', undefined, 7, { toString: null }])(
  'who has no good token is told so by connect_error: %j',
  async (token) => {
    const { url, cafe: backend } = await start();
    expect(await guest(`${url}/orders`, token, cafe('manager')).came).toBe('Authentication error');
    expect(backend.log).toEqual([]);
  },
);

test('a namespace that is not everybody’s lets in whom the contract lets, and says 401 and 403 apart', async () => {
  const passing: Schema<Record<string, never>> = {
    '~standard': { version: 1, vendor: 'test', validate: () => ({ value: {} }) },
  };
  const cashbox = defineContract({
    name: 'cashbox',
    scope: passing,
    dialect: barePayload({ idField: 'id' }),
    connection: { transports: ['socket-io'], auth: { kind: 'handshake' } },
    events: { paid: { data: passing } },
    channels: {
      till: { wire: '/till', events: ['paid'], position: 'none', access: 'private', abilities: ['till.read'] },
    },
    roles: { cashier: { channels: ['till'] } },
  });
  const people: ReadonlyMap<unknown, Caller> = new Map([
    ['cashier', { id: 'cashier', abilities: ['till.read'], scope: {} }],
    ['guest', { id: 'guest', abilities: [], scope: {} }],
  ]);
  const strict: CreateBackend = (seams) => {
    const { mayHear: _, connected: __, ...backend } = contractBackend(cashbox)(seams);
    return { ...backend, callerOf: (token) => people.get(token) };
  };
  const { url } = await start({ backends: [strict] });
  expect(await guest(`${url}/till`, 'cashier').came).toBe('connected');
  expect(await guest(`${url}/till`, 'nobody').came).toBe('Authentication error');
  const { socket, came } = guest(`${url}/till`, 'guest');
  const told = new Promise((resolve) =>
    socket.once('connect_error', (error: Error & { data?: unknown }) => resolve(error.data)),
  );
  expect([await came, await told]).toEqual(['Forbidden', { status: 403 }]);
});

test('a namespace that no backend has is told by connect_error, and the others over that connection live', async () => {
  const { url } = await start();
  const orders = guest(`${url}/orders`, 'token-mia', { ...cafe('manager'), forceNew: false });
  const kitchen = guest(`${url}/kitchen`, 'token-mia', { ...cafe('manager'), forceNew: false });
  expect(await kitchen.came).toBe('Invalid namespace');
  expect(await orders.came).toBe('connected');
});

test('events go to the rooms that they are for, and to nobody when those are empty', async () => {
  const { url, server, traffic } = await start();
  const manager = guest(`${url}/inventory`, 'token-mia', cafe('manager'));
  const barista = guest(`${url}/inventory`, 'token-bob', cafe('employee'));
  await Promise.all([manager.came, barista.came]);
  const tell = (name: string, rooms?: readonly string[]) =>
    server
      .publisherOf('table-tap')
      .publish([{ channel: '/inventory', name, payload: { data: 1 }, ...(rooms !== undefined && { rooms }) }]);
  await tell('to managers', ['cafe:c1:role:manager']);
  await tell('to nobody', []);
  await tell('to bob, once', ['user:bob', 'cafe:c1:role:employee']);
  await tell('to all');
  await until(() => manager.told.length === 3 && barista.told.length === 3);
  expect(manager.told.map(([name]) => name)).toEqual(['hello', 'to managers', 'to all']);
  expect(barista.told.map(([name]) => name)).toEqual(['hello', 'to bob, once', 'to all']);
  const counts = traffic.flatMap((entry) =>
    entry.kind === 'event' && entry.wire === 'socket-io' ? [[entry.name, entry.devices]] : [],
  );
  expect(counts).toEqual([
    ['to managers', 1],
    ['to nobody', 0],
    ['to bob, once', 1],
    ['to all', 2],
  ]);
});

test('a counter’s room is joined and left by what the device says; what is not understood is an error event', async () => {
  const { url, server } = await start();
  const { socket, told, came } = guest(`${url}/orders`, 'token-bob', cafe('employee'));
  await came;
  expect(await socket.emitWithAck('join_counter', { counter: 'Counter 1' })).toEqual({ joined: 'Counter 1' });
  const tell = (name: string) =>
    server
      .publisherOf('table-tap')
      .publish([{ channel: '/orders', name, payload: 0, rooms: ['cafe:c1:counter:Counter1'] }]);
  await tell('while there');
  expect(await socket.emitWithAck('leave_counter', { counter: 'Counter 1' })).toEqual({ left: 'Counter 1' });
  await tell('behind its back');
  socket.emit('what?');
  await until(() => told.length === 3);
  expect(told.slice(1)).toEqual([
    ['while there', 0],
    ['error', { type: 'INVALID_DATA' }],
  ]);
});

test('what a backend cannot do is told in the terminal, is not acknowledged, and costs nobody else anything', async () => {
  const { url, traffic } = await start();
  const { socket, came } = guest(`${url}/orders`, 'token-mia', cafe('manager'));
  await came;
  const answers: unknown[] = [];
  socket.emit('explode', {}, (answer: unknown) => answers.push(answer));
  await until(() => traffic.some((entry) => entry.kind === 'trouble' && entry.what.includes('"explode" failed: boom')));
  expect(await socket.emitWithAck('update_order_status', { order_id: 'o2' })).toEqual({ ok: true });
  expect(answers).toEqual([]);
});

test('brasserie is at the default namespace with its token; service-floor at /events asks nobody who he is', async () => {
  const { url, server } = await start({ backends: [contractBackend(brasserie), contractBackend(serviceFloor)] });
  expect(await guest(url, 'nobody').came).toBe('Authentication error');
  const waiter = guest(url, developmentToken);
  const screen = guest(`${url}/events`, undefined);
  expect(await Promise.all([waiter.came, screen.came])).toEqual(['connected', 'connected']);
  await server.publisherOf('brasserie').publish([{ channel: '/', name: 'dish_ready', payload: { dish: 'Sole' } }]);
  await server.publisherOf('service-floor').publish([{ channel: '/events', name: 'menu.deleted', payload: { id: 1 } }]);
  await until(() => waiter.told.length === 1 && screen.told.length === 1);
  expect([...waiter.told, ...screen.told]).toEqual([
    ['dish_ready', { dish: 'Sole' }],
    ['menu.deleted', { id: 1 }],
  ]);
});

test('pages of another origin are refused, in every way to connect, and the terminal says what to do', async () => {
  const { url, traffic } = await start({ cors: { origins: ['https://till.example.test'] } });
  const from = (origin: string, transports: readonly string[]) =>
    guest(`${url}/orders`, 'token-mia', { ...cafe('manager'), transports, extraHeaders: { origin } });
  for (const transports of [['websocket'], ['polling']]) {
    expect(await from('https://evil.example.test', transports).came).not.toBe('connected');
    expect(await from('https://till.example.test', transports).came).toBe('connected');
  }
  expect(traffic.filter(({ kind }) => kind === 'cors')).toHaveLength(2);
});

test('a server that stops lets its devices know', async () => {
  const { url, server } = await start();
  const { socket, came } = guest(`${url}/orders`, 'token-mia', cafe('manager'));
  await came;
  const reason = new Promise((resolve) => void socket.once('disconnect', resolve));
  await server.close();
  expect(await reason).toMatch(/transport (?:close|error)|io server disconnect/);
});
