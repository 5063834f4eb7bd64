import { expect, expectTypeOf, test } from 'vitest';
import { broadcastCodec, restaurantOsTransport, type ClientEnv } from '../../../src/contracts/restaurant-os/index.ts';
import { none } from '../../../src/transports/none.ts';
import type { Transport } from '../../../src/transports/transport.ts';
import { webSocket, type WebSocketCodec } from '../../../src/transports/websocket.ts';

const made = (env: ClientEnv) =>
  restaurantOsTransport<readonly unknown[]>(env, {
    pusher: (options) => ['pusher', options],
    webSocket: (options) => ['webSocket', options],
    none: (reason) => ['none', reason],
  });

test('the variables choose the transport, and no other is made', () => {
  const pusher = { NEXT_PUBLIC_PUSHER_KEY: 'k', NEXT_PUBLIC_PUSHER_CLUSTER: 'eu' };
  expect(made({ ...pusher, NEXT_PUBLIC_WS_URL: 'wss://ws.example.test/ws' })).toEqual([
    'pusher',
    { key: 'k', cluster: 'eu' },
  ]);
  expect(made({ NEXT_PUBLIC_PUSHER_KEY: 'k', NEXT_PUBLIC_WS_URL: 'wss://ws.example.test/ws' })).toEqual([
    'webSocket',
    { url: 'wss://ws.example.test/ws', codec: broadcastCodec },
  ]);
  expect(made({})).toEqual(['webSocket', { url: 'ws://localhost:3001/ws', codec: broadcastCodec }]);
  expect(made({ NEXT_PUBLIC_WS_URL: '' })).toEqual(['none', expect.stringContaining('NEXT_PUBLIC_WS_URL is empty')]);
});

test('what is chosen may be loaded when it is chosen', async () => {
  const loaded: string[] = [];
  const chosen = restaurantOsTransport(
    {},
    {
      pusher: async () => Promise.reject(new Error('nobody asked for Pusher')),
      webSocket: async (options) => {
        loaded.push(options.url);
        return webSocket(options);
      },
      none: async () => none(),
    },
  );
  expectTypeOf(chosen).toEqualTypeOf<Promise<Transport>>();
  expect((await chosen).capabilities.pings).toBe(false);
  expect(loaded).toEqual(['ws://localhost:3001/ws']);
});

test('the codec is one of the plain WebSocket, reads what the backend sends and never throws', () => {
  const codec: WebSocketCodec = broadcastCodec;
  expect(codec.encode({ type: 'auth', version: 1 })).toBeUndefined();
  const told = (data: string): string => `{"channel":"orders","event":"order.created","data":${data}}`;
  const read = (text: string) => {
    const frame = codec.decode(text);
    return frame?.type === 'event' ? [frame.channel, frame.name, frame.payload] : undefined;
  };
  expect(read(told('{"documentId":"d1"}'))).toEqual(['orders', 'order.created', { documentId: 'd1' }]);
  expect(read(told('"text"'))).toEqual(['orders', 'order.created', '"text"']);
  // Broken or too deep: it keeps its name, and nobody can parse the rest.
  expect(read(told('{"documentId"'))).toEqual(['orders', 'order.created', '…']);
  expect(read(told('['.repeat(100) + ']'.repeat(100)))).toEqual(['orders', 'order.created', '…']);
  expect(codec.salvage?.(told('"xxx"'))).toMatchObject({ name: 'order.created', payload: '…', bytes: 57 });
  for (const text of ['', '[]', 'null', '7', '{"channel":7,"event":"x"}', '{"channel":"__proto__"}', 'no json']) {
    expect(read(text)).toBeUndefined();
  }
  expect(codec.decode(new Uint8Array([1]))).toBeUndefined();
  expect(codec.salvage?.(new Uint8Array([1]))).toBeUndefined();
  expect(codec.salvage?.('no json')).toBeUndefined();
});
