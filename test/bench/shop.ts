// A shop's server on the loopback: it speaks the Pusher protocol, keeps its log and hands it out over HTTP.
import { wireOf } from '../transports/conformance/wires.ts';
import { serve } from '../transports/server.ts';
import type { Files } from './browser.ts';
import { emptyList, ordersWire } from './device.ts';
import { orderText } from './orders.ts';
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

interface Options {
  /** Where it was before. */
  readonly port?: number;
  /** Other things that are to be had there: a page and its script. */
  readonly files?: Files;
}

export async function openShop(log: Log, { port, files }: Options = {}): Promise<Shop> {
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
      const file = files?.get(request.url ?? '');
      if (file !== undefined) return void response.writeHead(200, { 'content-type': file.type }).end(file.text);
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      return void request.on('end', () => {
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
