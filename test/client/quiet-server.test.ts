// A server that greets nobody, answers no ping and says nothing for hours, as restaurant-os's plain WebSocket does at night.
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../src/client.ts';
import { broadcastCodec, restaurantOs } from '../../src/contracts/restaurant-os/index.ts';
import { createFakeHost } from '../../src/testing/fake-host.ts';
import { createMemoryHttp } from '../../src/testing/memory-http.ts';
import { webSocket, type PlatformSocketClass, type WebSocketCodec } from '../../src/transports/websocket.ts';

/** A socket that opens at once and is silent. */
function mute() {
  const made: { closed: boolean }[] = [];
  const WebSocket: PlatformSocketClass = class {
    readonly readyState = 1;
    binaryType = 'blob';
    readonly #own = { closed: false };
    constructor() {
      made.push(this.#own);
    }
    addEventListener(name: 'open' | 'message' | 'error' | 'close', listener: (event: object) => void): void {
      if (name === 'open') queueMicrotask(() => listener({}));
    }
    send(): void {}
    close(): void {
      this.#own.closed = true;
    }
  };
  return { WebSocket, made };
}

async function quietFor(ms: number, codec: WebSocketCodec) {
  const host = createFakeHost({ seed: 3 });
  const { WebSocket, made } = mute();
  const empty = { data: [], meta: { pagination: { page: 1, pageSize: 100, pageCount: 1, total: 0 } } };
  const http = createMemoryHttp({ host, handle: () => ({ status: 200, body: empty }) });
  const client = createClient(restaurantOs, {
    role: 'kitchen',
    scope: {},
    host,
    api: http,
    transport: webSocket({ url: 'ws://127.0.0.1/ws', WebSocket, codec }),
  });
  onTestFinished(() => client.dispose());
  const words: string[] = [];
  client.status.subscribe(({ word }) => void words.push(word));
  await client.start();
  await host.pass(10_000);
  expect(words.at(-1)).toBe('live');
  words.length = 0;
  await host.pass(ms);
  return { client, host, made, words };
}

const hour = 3_600_000;

test('a server that says nothing is left alone for as long as its codec says, and replaced after that', async () => {
  const { made } = await quietFor(hour, broadcastCodec);
  expect(made.length).toBeGreaterThan(10);
  expect(made.length).toBeLessThanOrEqual(hour / broadcastCodec.silenceLimitMs + 1);
  expect(made.filter(({ closed }) => !closed)).toHaveLength(1);
});

test('C26: silence is never judged where its limit is Infinity, and no timer waits for that', async () => {
  const { made, words, host, client } = await quietFor(hour, { ...broadcastCodec, silenceLimitMs: Infinity });
  expect([made.length, words]).toEqual([1, []]);
  const before = host.pendingTimers;
  await client.dispose();
  expect(host.pendingTimers).toBeLessThan(before);
});

test('C26: without a limit of its own, a codec without pings is judged after 45 s', async () => {
  const { silenceLimitMs: _, ...codec } = broadcastCodec;
  const { made } = await quietFor(60_000, codec);
  expect(made.length).toBe(2);
});

test.each([0, -1, Number.NaN])('a limit of %s is refused', (silenceLimitMs) => {
  expect(() => webSocket({ url: 'ws://127.0.0.1/ws', codec: { ...broadcastCodec, silenceLimitMs } })).toThrow(
    'silenceLimitMs',
  );
});
