// Requests that are answered by a backend without a server, intercepted by msw, as a test of an app would have it.
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../src/client.ts';
import { laravelPos } from '../../src/contracts/laravel-pos/index.ts';
import { backends } from '../../src/dev-server/backends/index.ts';
import { tokens as brasserieTokens } from '../../src/dev-server/backends/brasserie/tokens.ts';
import { deviceIds, store, tokens } from '../../src/dev-server/backends/laravel-pos/tokens.ts';
import { tokens as cafeTokens } from '../../src/dev-server/backends/table-tap/tokens.ts';
import { contractBackend, developmentToken } from '../../src/dev-server/contract-backend.ts';
import { platformHost } from '../../src/host/platform.ts';
import { mswHandlers, restOf, type RestOptions } from '../../src/testing/msw.ts';
import { createMemoryTransport } from '../../src/testing/memory-transport.ts';
import { ask, isLive, until } from './whole/whole.ts';

const baseUrl = 'https://api.example.test/pos';

function intercepted(options: Partial<RestOptions> = {}) {
  const server = setupServer(...mswHandlers(http, { backend: 'laravel-pos', baseUrl, ...options }));
  server.listen();
  let isOver = false;
  const close = (): void => {
    if (!isOver) server.close();
    isOver = true;
  };
  onTestFinished(close);
  return { use: server.use.bind(server), close };
}

const burger = { channel: 'pos', items: [{ item_id: 1, qty: 1 }] } as const;

test('each backend that comes with heard answers its lists, and each call begins anew', async () => {
  const lists: readonly (readonly [keyof typeof backends, string, string | undefined])[] = [
    ['laravel-pos', '/v1/orders', tokens.pos],
    ['restaurant-os', '/api/tables', undefined],
    ['table-tap', '/orders?cafe_id=cafe-central', cafeTokens.jane],
    ['brasserie', '/api/orders', brasserieTokens.charlie],
    ['service-floor', '/tables', undefined],
  ];
  expect(lists.map(([backend]) => backend).sort()).toEqual(Object.keys(backends).sort());
  for (const [backend, path, token] of lists) {
    const server = intercepted({ backend });
    expect(await ask('GET', `${baseUrl}${path}`, token)).toMatchObject({ status: 200 });
    server.close();
  }
  for (const count of [4, 4]) {
    const server = intercepted();
    await ask('POST', `${baseUrl}/v1/orders`, tokens.pos, burger);
    const { body } = await ask('GET', `${baseUrl}/v1/orders`, `${tokens.pos}~2`);
    expect((body as { data: readonly unknown[] }).data).toHaveLength(count);
    server.close();
  }
});

test('our own client places an order, and hears of it over a memory transport', async () => {
  const transport = createMemoryTransport({
    host: platformHost(),
    server: { connected: (socket) => socket.accept({ socketId: `1.${socket.number}` }) },
  });
  intercepted({
    onEvent: (event) => {
      for (const socket of transport.live) if (socket.joined.has(event.channel)) socket.push(event);
    },
  });
  const client = createClient(laravelPos, {
    role: 'pos',
    scope: { sku: store.sku, deviceId: deviceIds.pos },
    token: () => tokens.pos,
    transport,
    api: { baseUrl },
  });
  onTestFinished(() => client.dispose());
  const heard: number[] = [];
  client.on('OrderCreated', ({ data }) => void heard.push(data.order.id));
  await client.start();
  await until(() => isLive(client));
  const { settled } = await client.mutate('order.create', burger);
  expect(await settled).toMatchObject({ outcome: 'done', by: 'answer', status: 201 });
  await until(() => heard.length === 1);
});

test('handlers before it answer first, and other addresses are left to those behind it', async () => {
  const server = intercepted();
  server.use(
    http.get(`${baseUrl}/v1/orders`, () => HttpResponse.json({ message: 'full' }, { status: 503 }), { once: true }),
  );
  expect(await ask('GET', `${baseUrl}/v1/orders`, tokens.pos)).toMatchObject({ status: 503 });
  expect(await ask('GET', `${baseUrl}/v1/orders`, tokens.pos)).toMatchObject({ status: 200 });
  const rest = restOf({ backend: 'laravel-pos', baseUrl });
  for (const elsewhere of [
    'https://other.example.test/pos/v1/orders',
    'https://api.example.test/v1/orders',
    `${baseUrl}/nothing`,
  ]) {
    expect(await rest(new Request(elsewhere))).toBe(undefined);
  }
});

test('a contract of one’s own can be emitted to, and what cannot be is refused', async () => {
  const rest = restOf({ backend: contractBackend(laravelPos), baseUrl: 'http://127.0.0.1:3001' });
  const body = new URLSearchParams({ socket_id: '1.1', channel_name: `private-store.${store.sku}.orders` });
  const headers = { authorization: `Bearer ${developmentToken}` };
  const signed = await rest(new Request('http://127.0.0.1:3001/broadcasting/auth', { method: 'POST', headers, body }));
  expect(signed?.status).toBe(200);
  expect(() => restOf({ backend: 'pizzeria' as never, baseUrl })).toThrow('No backend "pizzeria"');
  expect(() => restOf({ backend: 'brasserie', baseUrl: 'api.example.test' })).toThrow('is no address');
});
