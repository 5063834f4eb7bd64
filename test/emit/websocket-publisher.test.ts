import { WebSocket } from 'ws';
import { createEmitter, webSocketPublisher, type WebSocketHub } from 'heard/emit';
import { restaurantOs } from 'heard/contracts/restaurant-os';
import { expect, test } from 'vitest';
import { listen } from '../transports/listen.ts';
import type { Peer } from '../transports/server.ts';

/** Says events as docs/protocol.md has them, to whoever subscribed. */
function hub(hears: ReadonlyMap<Peer, ReadonlySet<string>>): WebSocketHub {
  return {
    broadcast(channel, name, payload) {
      for (const [peer, channels] of hears)
        if (channels.has(channel)) peer.say({ type: 'event', channel, name, payload });
    },
  };
}

async function client(url: string, channel: string) {
  const socket = new WebSocket(url);
  const heard: unknown[] = [];
  let look = (): void => undefined;
  socket.on('message', (data) => {
    heard.push(JSON.parse(String(data)));
    look();
  });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'subscribe', channel }));
  return {
    heard,
    until: (count: number) =>
      new Promise<void>((resolve) => {
        look = () => {
          if (heard.length >= count) resolve();
        };
        look();
      }),
    close: () => socket.terminate(),
  };
}

test('whoever is connected over a real WebSocket hears what is emitted, in order', async () => {
  const hears = new Map<Peer, Set<string>>();
  const server = await listen({
    connected: (peer) => void hears.set(peer, new Set()),
    said(peer, { channel }) {
      hears.get(peer)?.add(String(channel));
      peer.say({ type: 'ack', channel: String(channel) });
    },
  });
  const [orders, table] = [await client(server.url, 'orders'), await client(server.url, 'table-6')];
  await Promise.all([orders.until(1), table.until(1)]);
  const emitter = createEmitter(restaurantOs, { publisher: webSocketPublisher(hub(hears)) });
  const emit = (tableNumber: number) =>
    emitter.emit('order.created', {
      scope: {},
      channels: [{ channel: 'orders' }, { channel: 'table', params: { number: tableNumber } }],
      data: { documentId: `o${tableNumber}` },
      id: `e${tableNumber}`,
      occurredAt: 0,
    });
  await Promise.all([emit(5), emit(6)]);
  await Promise.all([orders.until(3), table.until(2)]);
  const frame = (channel: string, number: number) => ({
    type: 'event',
    channel,
    name: 'order.created',
    payload: { payload: { documentId: `o${number}` }, event_id: `e${number}`, timestamp: '1970-01-01T00:00:00.000Z' },
  });
  expect(orders.heard.slice(1)).toEqual([frame('orders', 5), frame('orders', 6)]);
  expect(table.heard.slice(1)).toEqual([frame('table-6', 6)]);
  orders.close();
  table.close();
});

test('a hub that throws has told nobody, and is asked again', async () => {
  let asked = 0;
  const publisher = webSocketPublisher({
    broadcast() {
      asked += 1;
      if (asked === 1) throw new Error('not yet');
    },
  });
  const emitter = createEmitter(restaurantOs, { publisher, retryDelaysMs: [1] });
  await emitter.emit('order.created', { scope: {}, channels: [{ channel: 'orders' }], data: { documentId: 'a' } });
  expect(asked).toBe(2);
});
