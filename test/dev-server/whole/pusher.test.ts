// laravel-pos as its document has it, over Pusher, with our own client on every side.
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../../src/client.ts';
import { laravelPos, type LaravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import type { Signal } from '../../../src/core/signals.ts';
import { deviceIds } from '../../../src/dev-server/backends/laravel-pos/tokens.ts';
import { developmentApp, signatureOf } from '../../../src/dev-server/signature.ts';
import type { Client } from '../../../src/surface.ts';
import { pusher, type PusherOptions } from '../../../src/transports/pusher.ts';
import { ask, isLive, live, posTokens, startWhole, store, until, type Whole } from './whole.ts';

type Role = 'pos' | 'kds';

function device<R extends Role>(
  { url }: Whole,
  role: R,
  options: Partial<PusherOptions> = {},
  token: (asked: { readonly reason: string }) => string = () => posTokens[role],
): { readonly client: Client<LaravelPos, R>; readonly signals: Signal[] } {
  const { hostname, port } = new URL(url);
  const client = createClient(laravelPos, {
    role,
    scope: { sku: store.sku, deviceId: deviceIds[role] },
    token,
    transport: pusher({
      key: developmentApp.key,
      wsHost: hostname,
      wsPort: Number(port),
      forceTLS: false,
      ...options,
    }),
    api: { baseUrl: `${url}/laravel-pos` },
    timing: {
      // Usually seconds, so that not all devices of a restaurant come back at once.
      connection: { backoffBaseMs: 50, backoffFloorMs: 50, spreadMs: 50 },
      stream: { reorderMs: 100, gapEveryMs: 200, confirmMs: 100, backoffMs: 50 },
    },
  });
  onTestFinished(() => client.dispose());
  const signals: Signal[] = [];
  client.signals.on('*', (signal) => void signals.push(signal));
  return { client, signals };
}

const order = { channel: 'pos', items: [{ item_id: 1, qty: 2 }] } as const;

test('a till orders, the kitchen hears it, and what was ordered while the sockets were cut comes once and in order', async () => {
  const whole = await startWhole();
  const till = device(whole, 'pos');
  const kitchen = device(whole, 'kds');
  const tickets: number[] = [];
  const origins: string[] = [];
  kitchen.client.on('KdsTicketCreated', ({ data, origin }) => {
    tickets.push(data.ticket.id);
    origins.push(origin);
  });
  await live(till.client, kitchen.client);
  const { settled } = await till.client.mutate('order.create', order);
  expect(await settled).toMatchObject({ outcome: 'done' });
  await until(() => tickets.length === 1);

  for (let round = 0; round < 2; round += 1) {
    const before = tickets.length;
    await ask('POST', `${whole.url}/_dev/faults`, undefined, { kind: 'cut-connections' });
    for (let count = 0; count < 3; count += 1) {
      await ask('POST', `${whole.url}/laravel-pos/v1/orders`, posTokens.pos, order);
    }
    await until(() => tickets.length === before + 3 && isLive(kitchen.client));
  }
  expect(tickets).toEqual(tickets.toSorted((one, other) => one - other));
  expect(new Set(tickets).size).toBe(7);
  expect(origins[0]).toBe('live');
  expect(kitchen.client.health().connection.sockets).toBe(3);
  expect(kitchen.signals.filter(({ kind }) => kind === 'quarantined' || kind === 'gap' || kind === 'denied')).toEqual(
    [],
  );
  // What would have brought a real Soketi down, or what a server hears of a token, is in nobody's log.
  expect(whole.troubles()).toEqual([]);
});

test('a wrong key blocks at once, says what to do, and asks no second time', async () => {
  const whole = await startWhole();
  const { client } = device(whole, 'kds', { key: 'mistyped' });
  await client.start();
  await until(() => client.status.get().word === 'blocked');
  expect(client.status.get().reason).toBe('unknown-app');
  expect(JSON.stringify(client.health().connection)).toContain('Check `key`');
  const attempts = whole.traffic.filter((entry) => entry.kind === 'connection' && entry.what === 'opened');
  expect(attempts).toHaveLength(1);
});

test('an endpoint of the app’s own choice is asked; one that is not there denies the channels and says so', async () => {
  const whole = await startWhole();
  const right = device(whole, 'kds', { authEndpoint: '/broadcasting/auth' });
  await live(right.client);
  const wrong = device(whole, 'kds', { authEndpoint: '/no/such/auth' });
  await wrong.client.start();
  await until(() => wrong.signals.some(({ kind }) => kind === 'denied'));
  expect(wrong.signals.find(({ kind }) => kind === 'denied')).toMatchObject({
    reason: 'config',
    remediation: expect.stringContaining('authEndpoint') as string,
  });
});

test('an app may authorise by itself: it is asked for this socket, its no is a no, and its failure is tried again', async () => {
  const whole = await startWhole();
  const asked: string[] = [];
  let failures = 1;
  const { client, signals } = device(whole, 'kds', {
    async authorise({ socketId, channel, token }) {
      asked.push(`${channel} ${token}`);
      if (channel.endsWith('.notifications')) return { status: 403 };
      await Promise.resolve();
      if (failures > 0) {
        failures -= 1;
        throw new Error('not today');
      }
      return { auth: signatureOf(developmentApp, { socketId, channel }) };
    },
  });
  const tickets: number[] = [];
  client.on('KdsTicketCreated', ({ data }) => void tickets.push(data.ticket.id));
  await client.start();
  await until(() => client.health().channels.some(({ channel, word }) => channel === 'kds' && word === 'live'));
  await ask('POST', `${whole.url}/laravel-pos/v1/orders`, posTokens.pos, order);
  await until(() => tickets.length === 1);
  expect(asked).toContain(`private-store.${store.sku}.kds ${posTokens.kds}`);
  expect(signals.find(({ kind }) => kind === 'denied')).toMatchObject({ reason: 'forbidden' });
});

test('a server that is full, then stops, then fails at a subscription is come back to, and nothing is missed', async () => {
  const whole = await startWhole();
  const wire = { wire: 'pusher' };
  const { faults } = whole.server;
  await faults.add({ kind: 'refused-connection', code: 4100, match: wire });
  const kitchen = device(whole, 'kds');
  const tickets: number[] = [];
  kitchen.client.on('KdsTicketCreated', ({ data }) => void tickets.push(data.ticket.id));
  await live(kitchen.client);
  await faults.add({ kind: 'answer', status: 503, match: { ...wire, channel: '*.kds' } });
  await faults.add({ kind: 'cut-connections', code: 4200, match: wire });
  await ask('POST', `${whole.url}/laravel-pos/v1/orders`, posTokens.pos, order);
  await until(() => tickets.length === 1 && isLive(kitchen.client));
  expect(faults.list().map(({ fired }) => fired)).toEqual([1, 1, 1]);
  expect(kitchen.signals.filter(({ kind }) => kind === 'denied' || kind === 'gap')).toEqual([]);
});

test('a token that has run out is renewed once for all channels, and no channel is given up', async () => {
  const whole = await startWhole();
  const reasons: string[] = [];
  await whole.server.faults.add({ kind: 'expired-token', match: { path: '/laravel-pos/broadcasting/auth' } });
  const { client, signals } = device(whole, 'kds', {}, ({ reason }) => {
    reasons.push(reason);
    return `${posTokens.kds}~${reasons.length}`;
  });
  await live(client);
  expect(reasons).toEqual(['start', 'rejected']);
  expect(signals.filter(({ kind }) => kind === 'denied')).toEqual([]);
});
