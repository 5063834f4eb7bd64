// A real server on the loopback, whose every word is a test's.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

/** One client, as the server sees it. */
export interface Peer {
  readonly url: string;
  /** What it has said, in order. */
  readonly heard: readonly string[];
  readonly closed: boolean;
  /** Resolves when it is. */
  readonly gone: Promise<void>;
  say(frame: object | string | Uint8Array): void;
  close(code?: number): void;
  /** Gone without a word. */
  terminate(): void;
  /** Gone with a TCP reset. */
  reset(): void;
}

export interface TestSockets {
  readonly url: string;
  readonly httpUrl: string;
  readonly peers: readonly Peer[];
  /** When nobody is connected any more. */
  alone(): Promise<void>;
  /** Everything is gone when it resolves. */
  stop(): Promise<void>;
}

export interface TestSocketsOptions {
  connected?(peer: Peer): void;
  said?(peer: Peer, frame: Record<string, unknown>): void;
  /** In place of the upgrade. False where there is to be one. */
  upgrade?(socket: Socket, url: string): unknown;
  readonly http?: RequestListener;
  /** Where another one was before. */
  readonly port?: number;
}

export async function serve({
  connected,
  said,
  upgrade,
  http,
  port: wanted = 0,
}: TestSocketsOptions = {}): Promise<TestSockets> {
  const peers: Peer[] = [];
  const connections = new Set<Socket>();
  const whenAlone: (() => void)[] = [];
  const server = createServer(http);
  const sockets = new WebSocketServer({ noServer: true });
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.on('close', () => {
      connections.delete(socket);
      if (connections.size === 0) for (const resolve of whenAlone.splice(0)) resolve();
    });
    socket.on('error', () => undefined);
  });
  server.on('upgrade', (request, socket: Socket, head) => {
    if (upgrade !== undefined && upgrade(socket, request.url ?? '') !== false) return;
    sockets.handleUpgrade(request, socket, head, (peer: WebSocket) => {
      const heard: string[] = [];
      let closed = false;
      const own: Peer = {
        url: request.url ?? '',
        heard,
        get closed() {
          return closed;
        },
        gone: new Promise((resolve) => void peer.on('close', resolve)),
        say(frame) {
          peer.send(typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame));
        },
        close: (code) => peer.close(code),
        terminate: () => peer.terminate(),
        reset: () => void socket.resetAndDestroy(),
      };
      peers.push(own);
      peer.on('error', () => undefined);
      peer.on('close', () => {
        closed = true;
      });
      peer.on('message', (data: Buffer) => {
        heard.push(data.toString());
        said?.(own, JSON.parse(data.toString()) as Record<string, unknown>);
      });
      connected?.(own);
    });
  });
  server.listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const alone = (): Promise<void> =>
    connections.size === 0 ? Promise.resolve() : new Promise((resolve) => void whenAlone.push(resolve));
  async function stop(): Promise<void> {
    for (const socket of connections) socket.destroy();
    sockets.close();
    server.close();
    await once(server, 'close');
  }
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}/socket`, httpUrl: `http://127.0.0.1:${port}`, peers, alone, stop };
}

/** Greets, lets everybody in, and answers pings: a server without opinions. */
export function friendly(peer: Peer, frame: Record<string, unknown>): void {
  const { type, channel } = frame;
  if (type === 'auth') peer.say({ type: 'welcome', socketId: '1.7' });
  else if (type === 'subscribe') peer.say({ type: 'ack', channel });
  else if (type === 'ping') peer.say({ type: 'pong' });
}
