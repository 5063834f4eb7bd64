// A Pusher server on a plain HTTP server of the loopback, for as long as one test.
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import PusherLibrary from 'pusher';
import { onTestFinished } from 'vitest';
import type { PusherAppOptions } from '../../../src/dev-server/pusher/app.ts';
import type { Hazard } from '../../../src/dev-server/pusher/hazards.ts';
import {
  createPusherServer,
  type PusherServer,
  type PusherTraffic,
} from '../../../src/dev-server/pusher/pusher-server.ts';
import { device, type Device } from './device.ts';
import { manualTime, type ManualTime } from './manual-time.ts';

export const app = { id: 'app-id', key: 'app-key', secret: 'app-secret' };

export interface Hosted {
  readonly server: PusherServer;
  readonly port: number;
  readonly time: ManualTime;
  readonly hazards: readonly Hazard[];
  readonly traffic: readonly PusherTraffic[];
  /** The official library, as a backend uses it. */
  readonly library: PusherLibrary;
  /** Open TCP connections. */
  readonly open: number;
  /** Connects, and waits until it is greeted. */
  device(key?: string): Promise<Device>;
}

export async function host(
  settings: Partial<PusherAppOptions> = {},
  options: { readonly apps?: readonly PusherAppOptions[]; readonly backlogBytes?: number } = {},
): Promise<Hosted> {
  const time = manualTime();
  const hazards: Hazard[] = [];
  const traffic: PusherTraffic[] = [];
  const server = createPusherServer({
    time,
    apps: [{ ...app, ...settings }],
    report: (hazard) => void hazards.push(hazard),
    traffic: (entry) => void traffic.push(entry),
    ...options,
  });
  const sockets = new Set<Socket>();
  const http = createServer((request, response) => void answer(server, request, response));
  http.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  http.on('upgrade', (request, socket: Socket, head) => {
    if (!server.handleUpgrade(request, socket, head)) socket.destroy();
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  onTestFinished(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    http.close();
    await once(http, 'close');
  });
  return {
    server,
    port,
    time,
    hazards,
    traffic,
    library: new PusherLibrary({
      appId: app.id,
      key: app.key,
      secret: app.secret,
      host: '127.0.0.1',
      port: String(port),
    }),
    get open() {
      return sockets.size;
    },
    async device(key = app.key) {
      const connected = device(`ws://127.0.0.1:${port}/app/${key}?protocol=7&client=js&version=8.6.0`);
      await connected.greeted();
      return connected;
    },
  };
}

async function answer(server: PusherServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return;
  }
  const answered = await server.fetch(
    new Request(`http://127.0.0.1${request.url ?? '/'}`, {
      method: request.method ?? 'GET',
      ...(request.method === 'POST' && { body: Buffer.concat(chunks) }),
    }),
  );
  response.writeHead(answered?.status ?? 404, Object.fromEntries(answered?.headers ?? []));
  response.end((await answered?.text()) ?? '');
}

/** What `/broadcasting/auth` answers: the signature of a channel for one socket. */
export const sign = (socketId: string, channel: string, channelData?: string): string =>
  `${app.key}:${createHmac('sha256', app.secret)
    .update([socketId, channel, ...(channelData === undefined ? [] : [channelData])].join(':'))
    .digest('hex')}`;
