// The whole way over real sockets: a client, a server that pushes, and its log over HTTP.
import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { createClient } from '../../src/client.ts';
import { channel } from '../../src/contract/channel.ts';
import { defineContract } from '../../src/contract/define-contract.ts';
import { laravelEnvelope } from '../../src/contract/dialects/laravel-envelope.ts';
import { encodeEvent } from '../../src/contract/encode.ts';
import { event } from '../../src/contract/event.ts';
import type { Signal } from '../../src/core/signals.ts';
import { none } from '../../src/transports/none.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { listen } from './listen.ts';
import { friendly, type Peer } from './server.ts';

const pizzeria = defineContract({
  name: 'pizzeria',
  scope: z.object({ shop: z.string() }),
  dialect: laravelEnvelope,
  connection: { transports: ['websocket'], auth: { kind: 'handshake' } },
  events: { PizzaOrdered: event({ data: z.object({ pizza: z.string() }) }) },
  channels: { oven: channel({ wire: 'shop.{shop}.oven', events: ['PizzaOrdered'], position: 'dense' }) },
  replay: {
    path: '/events',
    search: ({ seq, limit }) => ({ after: seq, limit }),
    page: (body) => z.object({ events: z.array(z.unknown()), hasMore: z.boolean(), headSeq: z.number() }).parse(body),
    gone: () => undefined,
    commitOrdered: true,
  },
  roles: { oven: { channels: ['oven'] } },
});

const token = 'canary-5f0c';

/** A shop: says what is ordered to whoever hears the oven, and keeps it. */
async function open() {
  const log: unknown[] = [];
  const requests: string[] = [];
  const tokens: unknown[] = [];
  const ovens = new Set<Peer>();
  const server = await listen({
    said(peer, frame) {
      if (frame['type'] === 'auth') tokens.push(frame['token']);
      if (frame['type'] === 'subscribe') ovens.add(peer);
      friendly(peer, frame);
    },
    http(request, response) {
      requests.push(request.url ?? '');
      const { searchParams } = new URL(request.url ?? '', 'http://shop.test');
      const after = Number(searchParams.get('after'));
      // Small pages, so that there are several.
      const events = log.slice(after, after + 3);
      const body = { events, hasMore: after + events.length < log.length, headSeq: log.length };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    },
  });
  return {
    ...server,
    requests,
    tokens,
    order(pizza: string) {
      const frame = encodeEvent(pizzeria, {
        name: 'PizzaOrdered',
        channel: 'oven',
        data: { pizza },
        values: { shop: 'corner' },
        id: `order-${log.length + 1}`,
        seq: log.length + 1,
      });
      log.push(frame.payload);
      for (const oven of ovens) if (!oven.closed) oven.say({ type: 'event', ...frame });
    },
    /** Everybody is cut off, in the three ways there are. */
    cut(how: 'terminate' | 'reset' | 'close') {
      for (const oven of ovens) oven[how]();
      ovens.clear();
    },
    isHeard: () => ovens.size > 0,
  };
}

const quick = { connection: { backoffBaseMs: 10, backoffCapMs: 20, backoffFloorMs: 1, attemptBurst: 100 } };

test('orders that were placed while the socket was gone come once, in order, before those that follow', async () => {
  const shop = await open();
  const oven = createClient(pizzeria, {
    role: 'oven',
    scope: { shop: 'corner' },
    transport: webSocket({ url: shop.url }),
    api: { baseUrl: shop.httpUrl },
    token: () => token,
    timing: quick,
  });
  onTestFinished(() => oven.dispose());
  const heard: string[] = [];
  const signals: Signal['kind'][] = [];
  oven.on('PizzaOrdered', ({ data, origin }) => void heard.push(`${data.pizza} ${origin}`));
  oven.signals.on('*', ({ kind }) => void signals.push(kind));
  const isLive = () => vi.waitFor(() => expect(oven.status.get().word).toBe('live'), { timeout: 10_000, interval: 2 });
  await oven.start();
  await isLive();

  const expected: string[] = [];
  let number = 0;
  const orderSome = (count: number, origin: 'live' | 'replay'): void => {
    for (let some = 0; some < count; some += 1) {
      number += 1;
      shop.order(`pizza ${number}`);
      expected.push(`pizza ${number} ${origin}`);
    }
  };
  orderSome(2, 'live');
  await vi.waitFor(() => expect(heard).toEqual(expected));
  for (const how of ['terminate', 'reset', 'close'] as const) {
    shop.cut(how);
    orderSome(7, 'replay');
    await vi.waitFor(() => expect(heard).toEqual(expected), { timeout: 10_000, interval: 2 });
    await isLive();
    orderSome(2, 'live');
    await vi.waitFor(() => expect(heard).toEqual(expected));
  }
  expect(oven.health().connection.sockets).toBe(4);
  expect(signals).not.toContain('quarantined');
  expect(signals).not.toContain('gap');

  // The token was where it belongs, and nowhere else.
  expect(shop.tokens).toEqual([token, token, token, token]);
  expect(JSON.stringify([shop.requests, shop.peers.map(({ url }) => url)])).not.toContain(token);
  expect(shop.peers.flatMap(({ heard: said }) => said.filter((text) => text.includes(token)))).toHaveLength(4);
});

test('a frame that cannot be read is set aside and told, and its neighbours arrive', async () => {
  const shop = await open();
  const oven = createClient(pizzeria, {
    role: 'oven',
    scope: { shop: 'corner' },
    transport: webSocket({ url: shop.url, maxFrameBytes: 1_000 }),
    api: { baseUrl: shop.httpUrl },
    token: () => token,
    timing: quick,
  });
  onTestFinished(() => oven.dispose());
  const heard: string[] = [];
  const quarantined: unknown[] = [];
  oven.on('PizzaOrdered', ({ data }) => void heard.push(data.pizza));
  oven.signals.on('quarantined', ({ because, bytes }) => void quarantined.push([because, bytes > 900]));
  await oven.start();
  await vi.waitFor(() => expect(shop.isHeard()).toBe(true), { timeout: 10_000 });
  shop.order('first');
  const wire = { type: 'event', channel: 'shop.corner.oven', name: 'PizzaOrdered' };
  shop.peers[0]?.say({ ...wire, payload: { huge: 'x'.repeat(1_000) } });
  shop.peers[0]?.say('{"type":"event","channel":"shop.corner.oven","name":"PizzaOrdered","payload":{"v":1');
  shop.peers[0]?.say(new Uint8Array([0xff, 0x00]));
  shop.peers[0]?.say({ ...wire, channel: '__proto__', payload: {} });
  shop.order('second');
  await vi.waitFor(() => expect(heard).toEqual(['first', 'second']));
  expect(quarantined).toEqual([
    ['not-json', true],
    ['not-json', false],
  ]);
});

test('without a socket the log is read, and the status says so', async () => {
  const shop = await open();
  shop.order('first');
  const oven = createClient(pizzeria, {
    role: 'oven',
    scope: { shop: 'corner' },
    transport: none(),
    api: { baseUrl: shop.httpUrl },
    token: () => token,
    startFrom: 'earliest',
  });
  onTestFinished(() => oven.dispose());
  const heard: string[] = [];
  oven.on('PizzaOrdered', ({ data, origin }) => void heard.push(`${data.pizza} ${origin}`));
  await oven.start();
  await vi.waitFor(() => expect(heard).toEqual(['first replay']));
  expect(oven.status.get()).toEqual({ word: 'offline', reason: 'polling' });
  shop.order('second');
  await oven.refresh();
  await vi.waitFor(() => expect(heard).toEqual(['first replay', 'second replay']));
  expect(shop.peers).toEqual([]);
});
