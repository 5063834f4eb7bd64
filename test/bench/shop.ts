// A shop with real parts on the loopback: a server of the Pusher protocol that keeps its log and hands it out over HTTP, and a till
// with the platform's own clock, sockets and requests, on a disk, that waits and asks as it does by default.
import { createClient } from '../../src/client.ts';
import { laravelPos } from '../../src/contracts/laravel-pos/index.ts';
import type { LaravelPos } from '../../src/contracts/laravel-pos/spec.ts';
import type { Status } from '../../src/core/session/status.ts';
import type { Store } from '../../src/storage/store.ts';
import type { Client } from '../../src/surface.ts';
import { pusher } from '../../src/transports/pusher.ts';
import { wireOf } from '../transports/conformance/wires.ts';
import { serve } from '../transports/server.ts';
import { emptyList, ordersWire } from './device.ts';
import { orderText } from './orders.ts';
import { referenceEnvelope } from './reference-envelope.ts';
import { asPusher } from './sockets.ts';

/** What was ordered, by position; it outlives the server. */
export type Log = string[];

export interface Shop {
  readonly port: number;
  /** Takes so many orders, and says them to whoever is connected. */
  order(count: number): void;
  /** Cuts everybody off without a word. */
  kill(): void;
  stop(): Promise<void>;
}

export async function openShop(log: Log, port?: number): Promise<Shop> {
  function answer(address: string, body: string): string {
    const { pathname, searchParams } = new URL(address, 'http://shop.test');
    if (pathname === '/broadcasting/auth') {
      const asked = JSON.parse(body) as { socket_id: string; channel_name: string };
      return JSON.stringify({ auth: `key:${asked.socket_id}:${asked.channel_name}` });
    }
    if (pathname !== '/v1/events/since') return emptyList;
    const told = searchParams.get('channel') === ordersWire ? log : [];
    const behind = Number(searchParams.get('seq'));
    const page = told.slice(behind, behind + Number(searchParams.get('limit') ?? 500));
    const next = behind + page.length;
    const more = next < told.length;
    return `{"events":[${page.join(',')}],"head_seq":${told.length},"floor_seq":1,"next_seq":${next},"has_more":${more}}`;
  }

  const server = await serve({
    ...(port !== undefined && { port }),
    connected: (peer) => wireOf(peer.url).greet(peer),
    said: (peer, frame) => wireOf(peer.url).hear(peer, frame),
    http(request, response) {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(answer(request.url ?? '', body));
      });
    },
  });
  return {
    port: Number(new URL(server.httpUrl).port),
    order(count) {
      for (let ordered = 0; ordered < count; ordered += 1) {
        const text = orderText(log.length + 1);
        log.push(text);
        const frame = asPusher({ wire: ordersWire, name: 'OrderCreated', text });
        for (const peer of server.peers) if (!peer.closed) peer.say(frame);
      }
    },
    kill() {
      for (const peer of server.peers) peer.terminate();
    },
    stop: () => server.stop(),
  };
}

export interface Till {
  readonly client: Client<LaravelPos, 'pos'>;
  readonly heard: number;
  /** Resolves when it is live and has heard so many. */
  has(count: number): Promise<void>;
  /** Resolves when its client says so. */
  until(isSo: (status: Status) => boolean): Promise<void>;
}

/** Resolves when it is live. */
export async function openTill(port: number, storage: Store): Promise<Till> {
  const client = createClient(laravelPos, {
    role: 'pos',
    scope: { sku: referenceEnvelope.store.sku, deviceId: referenceEnvelope.sender.device_id },
    transport: pusher({ key: 'key', wsHost: '127.0.0.1', wsPort: port, forceTLS: false }),
    api: { baseUrl: `http://127.0.0.1:${port}` },
    token: () => 'token',
    storage,
  });
  let heard = 0;
  let looks: (() => void)[] = [];
  const look = (): void => {
    for (const again of looks) again();
  };
  const when = (isSo: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const again = (): void => {
        if (!isSo()) return;
        looks = looks.filter((one) => one !== again);
        resolve();
      };
      looks = [...looks, again];
      again();
    });
  client.on('OrderCreated', () => {
    heard += 1;
    look();
  });
  client.status.subscribe(look);
  const till: Till = {
    client,
    get heard() {
      return heard;
    },
    has: (count) => when(() => heard >= count && client.status.get().word === 'live'),
    until: (isSo) => when(() => isSo(client.status.get())),
  };
  await client.start();
  await till.until(({ word }) => word === 'live');
  return till;
}
