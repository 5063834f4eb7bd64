// From an HTTP upgrade to a socket of `ws` that can do no harm: limited frames, no compression, errors heard.
import type { IncomingMessage } from 'node:http';
import type { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';
import type { ServerTime } from '../../emit/index.ts';
import { WebSocketServer, type WebSocket } from 'ws';

export interface Upgrading {
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  readonly sockets: ReadonlySet<WebSocket>;
  /** Gone without a word; answers how many. */
  cut(): number;
  /** Resolves when all are gone: told, and given a moment to answer. */
  close(): Promise<void>;
}

const goodbyeMs = 500;

export function createUpgrading(
  { mostFrameBytes, time }: { readonly mostFrameBytes: number; readonly time: Pick<ServerTime, 'schedule'> },
  opened: (socket: WebSocket, request: IncomingMessage) => void,
): Upgrading {
  const server = new WebSocketServer({ noServer: true, maxPayload: mostFrameBytes, perMessageDeflate: false });

  return {
    handle(request, socket, head) {
      server.handleUpgrade(request, socket, head, (peer) => {
        // What breaks the rules of WebSocket itself: `ws` closes the socket by itself, with the right code.
        peer.on('error', () => undefined);
        opened(peer, request);
      });
    },
    sockets: server.clients,
    cut() {
      const { size } = server.clients;
      for (const peer of server.clients) peer.terminate();
      return size;
    },
    async close() {
      const all = [...server.clients];
      const gone = Promise.all(all.map((peer) => new Promise((resolve) => peer.once('close', resolve))));
      // A server that stops: devices come back spread over 5 s.
      for (const peer of all) peer.close(1001);
      const stop = time.schedule(goodbyeMs, () => all.forEach((peer) => peer.terminate()));
      await gone;
      stop();
      server.close();
    },
  };
}
