// The whole development server, its five backends over every wire, for as long as one test; and the clients that talk to it.
import { once } from 'node:events';
import PusherLibrary from 'pusher';
import PusherClient, { type Channel, type Options } from 'pusher-js';
import { io, type Socket } from 'socket.io-client';
import { expect, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createClient } from '../../../src/client.ts';
import { brasserie, type Brasserie } from '../../../src/contracts/brasserie/index.ts';
import { laravelPos, type LaravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { tableTap, type TableTap } from '../../../src/contracts/table-tap/index.ts';
import { tokens as brasserieTokens } from '../../../src/dev-server/backends/brasserie/tokens.ts';
import { deviceIds, store, tokens as posTokens } from '../../../src/dev-server/backends/laravel-pos/tokens.ts';
import { cafeId, tokens as cafeTokens } from '../../../src/dev-server/backends/table-tap/tokens.ts';
import { createDevServer, type DevServer, type DevServerOptions } from '../../../src/dev-server/dev-server.ts';
import { developmentApp } from '../../../src/dev-server/signature.ts';
import type { Traffic } from '../../../src/dev-server/traffic.ts';
import type { ClientOptions } from '../../../src/options.ts';
import type { Client } from '../../../src/surface.ts';
import { memory } from '../../../src/storage/memory.ts';
import { webSocket } from '../../../src/transports/websocket.ts';

/** Where it listens, in this process or in another. */
export interface Place {
  readonly url: string;
  readonly ws: string;
}

export interface Whole extends Place {
  readonly server: DevServer;
  readonly traffic: readonly Traffic[];
  /** What went wrong in the server, and what would have brought a real one down. */
  troubles(): readonly string[];
}

export async function startWhole(options: DevServerOptions = {}): Promise<Whole> {
  const traffic: Traffic[] = [];
  const server = createDevServer({ port: 0, traffic: (entry) => void traffic.push(entry), ...options });
  const url = await server.listen();
  onTestFinished(() => server.close());
  return {
    server,
    url,
    ws: url.replace('http', 'ws'),
    traffic,
    troubles: () => traffic.flatMap((entry) => (entry.kind === 'trouble' ? [entry.what] : [])),
  };
}

export const until = (isSo: () => unknown, timeout = 15_000): Promise<void> =>
  vi.waitFor(() => expect(isSo()).toBeTruthy(), { timeout, interval: 5 });

export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** A request of somebody who is no client of ours. */
export async function ask(method: string, address: string, token?: string, body?: unknown): Promise<Answered> {
  const response = await fetch(address, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}

type More = Partial<Pick<ClientOptions<never, never>, 'timing' | 'storage' | 'token' | 'transport'>>;

/** Everything is quick where the server is on the same machine. What is promised stays. */
const timing = {
  connection: { backoffBaseMs: 50 },
  stream: { reorderMs: 100, gapEveryMs: 200, confirmMs: 100, backoffMs: 50 },
  outbox: { backoffBaseMs: 50, unauthorisedMs: 50 },
} as const;

const disposed = <Some extends { dispose(): Promise<void> }>(client: Some): Some => {
  onTestFinished(() => client.dispose());
  return client;
};

/** A device of the store, on our own client over real sockets and real HTTP. */
export function posDevice<Role extends 'pos' | 'kiosk' | 'kds' | 'printer-gateway'>(
  { url, ws }: Place,
  role: Role,
  who: keyof typeof posTokens,
  more: More = {},
): Client<LaravelPos, Role> {
  return disposed(
    createClient(laravelPos, {
      role,
      scope: { sku: store.sku, deviceId: deviceIds[who] },
      token: () => posTokens[who],
      transport: webSocket({ url: `${ws}/socket` }),
      api: { baseUrl: `${url}/laravel-pos` },
      storage: memory(),
      timing,
      ...more,
    }),
  );
}

export function cafeDevice<Role extends 'barista' | 'manager'>(
  { url, ws }: Place,
  role: Role,
  counter?: string,
): Client<TableTap, Role> {
  return disposed(
    createClient(tableTap, {
      role,
      scope: { cafeId, ...(counter !== undefined && { counter }) },
      token: () => cafeTokens[role],
      transport: webSocket({ url: `${ws}/socket` }),
      api: { baseUrl: `${url}/table-tap` },
      timing,
    }),
  );
}

export function waiterDevice({ url, ws }: Place, userId: number, token: string): Client<Brasserie, 'waiter'> {
  return disposed(
    createClient(brasserie, {
      role: 'waiter',
      scope: { userId },
      token: () => token,
      transport: webSocket({ url: `${ws}/socket` }),
      api: { baseUrl: `${url}/brasserie` },
      timing,
    }),
  );
}

interface Startable {
  start(): Promise<void>;
  readonly status: { get(): { readonly word: string } };
}

export const isLive = ({ status }: Startable): boolean => status.get().word === 'live';

export async function live(...clients: readonly Startable[]): Promise<void> {
  for (const client of clients) await client.start();
  await until(() => clients.every(isLive));
}

/** The official client, signed in by laravel-pos itself, the way its document has it. */
export async function pusherClient(
  { url }: Place,
  token: string,
  options: Partial<Options> = {},
): Promise<PusherClient> {
  const { hostname, port } = new URL(url);
  const pusher = new PusherClient(developmentApp.key, {
    cluster: '',
    wsHost: hostname,
    wsPort: Number(port),
    forceTLS: false,
    enabledTransports: ['ws'],
    disableStats: true,
    channelAuthorization: {
      transport: 'ajax',
      endpoint: `${url}/laravel-pos/broadcasting/auth`,
      headers: { authorization: `Bearer ${token}` },
    },
    ...options,
  });
  onTestFinished(() => pusher.disconnect());
  await new Promise<void>((resolve, reject) => {
    pusher.connection.bind('connected', resolve);
    pusher.connection.bind('failed', reject);
  });
  return pusher;
}

export function joined(pusher: PusherClient, name: string): Promise<Channel> {
  const channel = pusher.subscribe(name);
  return new Promise((resolve, reject) => {
    channel.bind('pusher:subscription_succeeded', () => resolve(channel));
    channel.bind('pusher:subscription_error', (error: unknown) => reject(new Error(JSON.stringify(error))));
  });
}

/** The official library of backends. */
export function pusherLibrary({ url }: Place): PusherLibrary {
  const { hostname, port } = new URL(url);
  const { id, key, secret } = developmentApp;
  return new PusherLibrary({ appId: id, key, secret, host: hostname, port });
}

export interface Guest {
  readonly socket: Socket;
  readonly heard: (readonly [name: string, payload: unknown])[];
}

/** The official client of Socket.IO, in one namespace. */
export async function guest(
  { url }: Place,
  namespace: string,
  auth: Record<string, unknown> = {},
  query: Record<string, string> = {},
): Promise<Guest> {
  const socket = io(`${url}${namespace}`, { auth, query, forceNew: true, transports: ['websocket'] });
  const heard: (readonly [string, unknown])[] = [];
  socket.onAny((name: string, payload: unknown) => void heard.push([name, payload]));
  onTestFinished(() => void socket.disconnect());
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return { socket, heard };
}

export interface Plain {
  readonly socket: WebSocket;
  readonly heard: Record<string, unknown>[];
  say(frame: object): void;
}

/** A plain `ws`, which does only what it is told. */
export async function plain(address: string): Promise<Plain> {
  const socket = new WebSocket(address);
  const heard: Record<string, unknown>[] = [];
  socket.on('message', (data: Buffer) => void heard.push(JSON.parse(data.toString()) as Record<string, unknown>));
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  return { socket, heard, say: (frame) => socket.send(JSON.stringify(frame)) };
}

export { brasserieTokens, cafeId, cafeTokens, posTokens, store };
