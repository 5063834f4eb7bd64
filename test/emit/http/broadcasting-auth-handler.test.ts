import Pusher from 'pusher';
import { broadcastingAuthHandler, type Caller } from 'heard/emit';
import { laravelPos } from 'heard/contracts/laravel-pos';
import { restaurantOs } from 'heard/contracts/restaurant-os';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../effort.ts';

const keys = { key: 'app-key', secret: 'app-secret' } as const;
const pusher = new Pusher({ appId: '1', ...keys, cluster: 'eu' });
const socketId = '1234.5678';
const sku = 'pizza-bab-el-oued';
const everything = ['order.read', 'kds.read', 'printer.read', 'devices.read', 'device.sync'];
const device: Caller = { id: 42, abilities: everything, scope: { sku, deviceId: 42 }, info: { name: 'Grill' } };

const handlerFor = (caller: Caller | undefined, contract: typeof laravelPos | typeof restaurantOs = laravelPos) =>
  broadcastingAuthHandler(contract, { ...keys, caller: () => caller });

const posting = (body: BodyInit, type = 'application/x-www-form-urlencoded'): Request =>
  new Request('https://api.example.test/broadcasting/auth', {
    method: 'POST',
    body,
    headers: { 'Content-Type': type },
  });
const form = (channel: string, socket = socketId): Request =>
  posting(new URLSearchParams({ socket_id: socket, channel_name: channel }).toString());
const json = (value: unknown): Request => posting(JSON.stringify(value), 'application/json; charset=utf-8');

describe('a signature', () => {
  const channel = `private-store.${sku}.orders`;

  test('is the one of the official library', async () => {
    const answer = await handlerFor(device)(form(channel));
    expect([answer.status, await answer.json()]).toEqual([200, pusher.authorizeChannel(socketId, channel)]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('is the same for JSON', async () => {
    const answer = await handlerFor(device)(json({ socket_id: socketId, channel_name: channel }));
    expect(await answer.json()).toEqual(pusher.authorizeChannel(socketId, channel));
  });

  test('of a presence channel covers who it is', async () => {
    const presence = `presence-store.${sku}.kds.presence`;
    const answer = await handlerFor(device)(form(presence));
    const member = { user_id: '42', user_info: { name: 'Grill' } };
    expect(await answer.json()).toEqual(pusher.authorizeChannel(socketId, presence, member));
    const { info: _, ...nameless } = device;
    const plain = await handlerFor(nameless)(form(presence));
    expect(await plain.json()).toEqual(pusher.authorizeChannel(socketId, presence, { user_id: '42' }));
  });

  test('is right for any socket and store', async () => {
    const word = fc.stringMatching(/^[\w=@,;-]{1,30}$/);
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), word, async (one, other, store) => {
        const caller = { ...device, scope: { sku: store, deviceId: 1 } };
        const name = `private-store.${store}.orders`;
        const answer = await handlerFor(caller)(form(name, `${one}.${other}`));
        expect(await answer.json()).toEqual(pusher.authorizeChannel(`${one}.${other}`, name));
      }),
      runs(50),
    );
  });
});

describe('who may hear what', () => {
  const scope = { sku, deviceId: 42 };
  const cases: readonly (readonly [why: string, channel: string, caller: Partial<Caller>, status: number])[] = [
    ['its store’s orders, with the ability', `private-store.${sku}.orders`, { abilities: ['order.read'] }, 200],
    ['no orders without it', `private-store.${sku}.orders`, { abilities: ['kds.read'] }, 403],
    ['printing with one of two abilities', `private-store.${sku}.printing`, { abilities: ['ticket.create'] }, 200],
    ['printing with the other', `private-store.${sku}.printing`, { abilities: ['printer.read'] }, 200],
    ['nothing of another store', 'private-store.other.orders', {}, 403],
    ['its own notifications', 'private-device.42.notifications', {}, 200],
    ['not those of another device', 'private-device.43.notifications', {}, 403],
    ['not those of 042', 'private-device.042.notifications', {}, 403],
    ['whose device is told as text', 'private-device.42.notifications', { scope: { sku, deviceId: '42' } }, 200],
    ['none at all without being a device', 'private-device.42.notifications', { scope: { sku } }, 403],
    ['no store without belonging to one', `private-store.${sku}.orders`, { scope: { deviceId: 42 } }, 403],
    ['any station, where it has none', `private-store.${sku}.kds.station.grill`, {}, 200],
    ['its own station', `private-store.${sku}.kds.station.grill`, { scope: { ...scope, station: 'grill' } }, 200],
    ['no other one then', `private-store.${sku}.kds.station.bar`, { scope: { ...scope, station: 'grill' } }, 403],
    ['no station of another store', 'private-store.other.kds.station.grill', {}, 403],
    ['nothing that the contract does not have', `private-store.${sku}.gossip`, {}, 403],
    ['nothing with a value that is a longer name', `private-store.${sku}.x.orders`, {}, 403],
    ['nothing by the name of a prototype', '__proto__', {}, 403],
  ];

  test.each(cases)('a device hears %s', async (_, channel, caller, status) => {
    const answer = await handlerFor({ ...device, ...caller })(form(channel));
    expect([answer.status, (await answer.text()).includes(keys.key)]).toEqual([status, status === 200]);
  });

  test('a public channel needs no signature, and gets none', async () => {
    expect((await handlerFor(device, restaurantOs)(form('orders'))).status).toBe(403);
  });

  test('nobody known is 401', async () => {
    const answer = await handlerFor(undefined)(form(`private-store.${sku}.orders`));
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });

  test('the app may know more than the contract', async () => {
    const handler = broadcastingAuthHandler(laravelPos, {
      ...keys,
      caller: () => Promise.resolve(device),
      mayHear: (caller, { name, params }) =>
        Promise.resolve(name !== 'station' || params['station'] === `of ${caller.id}`),
    });
    expect((await handler(form(`private-store.${sku}.orders`))).status).toBe(200);
    expect((await handler(form(`private-store.${sku}.kds.station.grill`))).status).toBe(403);
  });
});

describe('a request that is none', () => {
  const channel = `private-store.${sku}.orders`;
  const requests: readonly (readonly [string, () => Request, number])[] = [
    ['GET', () => new Request('https://api.example.test/broadcasting/auth'), 405],
    ['no body', () => new Request('https://api.example.test/', { method: 'POST' }), 415],
    ['another kind of body', () => posting('<xml/>', 'text/xml'), 415],
    ['JSON that is none', () => posting('{', 'application/json'), 400],
    ['JSON that is a list', () => json([]), 400],
    ['JSON that is too deep', () => posting('['.repeat(500), 'application/json'), 400],
    ['nothing in it', () => posting(''), 422],
    ['no channel', () => json({ socket_id: socketId }), 422],
    ['a channel that is a number', () => json({ socket_id: socketId, channel_name: 5 }), 422],
    ['a channel without end', () => json({ socket_id: socketId, channel_name: 'x'.repeat(600) }), 422],
    ['no socket', () => json({ channel_name: channel }), 422],
    ['a socket that would move the borders', () => form(channel, '1.2:private-store.other.orders'), 422],
    ['a socket with a line break', () => form(channel, '1.2\n'), 422],
    ['a list of channels', () => json({ socket_id: socketId, channel_name: [channel] }), 422],
    ['a body without end', () => posting('x'.repeat(20_000)), 413],
    [
      'a body that does not tell its size',
      () => {
        const parts = new ReadableStream({
          pull(controller) {
            controller.enqueue(new Uint8Array(4_096));
          },
        });
        const init = { method: 'POST', body: parts, duplex: 'half', headers: { 'Content-Type': 'application/json' } };
        return new Request('https://api.example.test/', init);
      },
      413,
    ],
    [
      'a body that breaks off',
      () => {
        const parts = new ReadableStream({
          pull() {
            throw new Error('gone');
          },
        });
        const init = { method: 'POST', body: parts, duplex: 'half', headers: { 'Content-Type': 'application/json' } };
        return new Request('https://api.example.test/', init);
      },
      400,
    ],
  ];

  test.each(requests)('%s', async (_, request, status) => {
    const answer = await handlerFor(device)(request());
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(await answer.json()).toMatchObject({ status });
  });

  test('whatever it is, it is answered, and not with a server’s failure', async () => {
    const types = fc.constantFrom(
      'application/json',
      'application/x-www-form-urlencoded',
      'text/plain',
      '',
      '☕'.slice(1),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), types, async (body, type) => {
        expect((await handlerFor(device)(posting(body, type))).status).toBeLessThan(500);
      }),
      runs(300),
    );
  });

  test('a caller who cannot be looked up is 503', async () => {
    const handler = broadcastingAuthHandler(laravelPos, {
      ...keys,
      caller: () => {
        throw new Error('no database');
      },
    });
    expect((await handler(form(channel))).status).toBe(503);
  });
});
