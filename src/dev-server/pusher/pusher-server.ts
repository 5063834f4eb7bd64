// A server of the Pusher protocol that behaves as Soketi 1.6.1 does: the same codes, shapes and silences. It is hosted on
// whatever HTTP server there is.
import type { Buffer } from 'node:buffer';
import { randomInt } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { HeardError } from '../../errors.ts';
import type { Publisher, ServerTime } from '../../emit/index.ts';
import { serverTime } from '../../emit/server-time.ts';
import { pusherApp, type PusherAppOptions } from './app.ts';
import { createConnection, type Connection } from './connection.ts';
import { mostFrameBytes } from './device-frames.ts';
import type { Hazard, ReportHazard } from './hazards.ts';
import { createHttpApi } from './http-api.ts';
import { createHub, type Hub } from './hub.ts';
import { publisherOf } from './publishing.ts';
import { farewellOf, farewells, unknownKey } from './server-frames.ts';
import { openSession, type Session } from './session.ts';

export interface PusherServerOptions {
  readonly apps: readonly PusherAppOptions[];
  /** Default the clock of this machine. */
  readonly time?: ServerTime;
  /** Hears of what a real server would not survive, or would not tell. */
  readonly report?: ReportHazard;
  /**
   * How far a reader may be behind before messages to it are lost in silence. Default 1 MB, as Soketi; what the operating system
   * holds of it is not counted. Infinity loses nothing.
   */
  readonly backlogBytes?: number;
  /** Hears every frame, for whoever shows the traffic. */
  readonly traffic?: (traffic: PusherTraffic) => void;
  /** Asked at each subscription: the status with which it fails although nothing is wrong with it, a fault on request. */
  readonly refuse?: (channel: string) => number | undefined;
}

export interface PusherTraffic {
  readonly what: 'opened' | 'heard' | 'said' | 'lost' | 'closed';
  /** The app's key, as the device gave it. */
  readonly key: string;
  readonly socketId: string;
  /** The frame; for `closed`, the code when it was the server that closed. */
  readonly text: string;
}

/** A connected device, for those who look on and for faults on request. */
interface ConnectedDevice {
  readonly socketId: string;
  readonly appId: string;
  readonly channels: readonly string[];
  close(code: number): void;
  /** Told why, as a real server tells it, and closed with the same code. */
  sendAway(code: number): void;
  /** Gone without a word. */
  cut(): void;
}

export interface PusherServer {
  /** False for a path that is not under `/app`: nobody was answered. With a `code`, who comes is sent away with it. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, code?: number): boolean;
  /** The HTTP API. `undefined` for a path that is not under `/apps/`. Never rejects. */
  fetch(request: Request): Promise<Response | undefined>;
  /** Publishes in one app from within this process, with the same limits as over HTTP. */
  publisherOf(appId: string): Publisher;
  connections(): readonly ConnectedDevice[];
  /** Sends everyone away with 4200, newcomers too, and goes on answering. */
  shutdown(): void;
  /** Nothing is connected and no timer runs when it returns. */
  close(): void;
}

const usualBacklogBytes = 1024 * 1024;

export function createPusherServer(options: PusherServerOptions): PusherServer {
  const { time = serverTime, report = () => undefined, backlogBytes = usualBacklogBytes, traffic, refuse } = options;
  const hubs = options.apps.map((app) => createHub(pusherApp(app), time));
  const sockets = new Set<WebSocket>();
  const connected = new Set<Connection>();
  const upgrades = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: mostFrameBytes,
  });
  let state: 'open' | 'closing' | 'closed' = 'open';

  const hubOf = (appId: string): Hub | undefined => hubs.find(({ app }) => app.id === appId);

  function handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, code?: number): boolean {
    const [path = ''] = (request.url ?? '').split('?', 1);
    if (path !== '/app' && !path.startsWith('/app/')) return false;
    // A reset may come before anybody else listens, and would end the process.
    socket.on('error', () => undefined);
    const key = /^\/app\/([^/]+)$/.exec(path)?.[1];
    if (state === 'closed') {
      socket.destroy();
    } else if (key === undefined) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    } else {
      if (head.byteLength > 0) report(unread(head.byteLength));
      // What came along with the request is lost, as it is there.
      upgrades.handleUpgrade(request, socket, head.subarray(0, 0), (opened) => accept(opened, key, code));
    }
    return true;
  }

  function accept(socket: WebSocket, key: string, code: number | undefined): void {
    const hub = hubs.find(({ app }) => app.key === key);
    const id = `${randomInt(10_000_000_001)}.${randomInt(10_000_000_001)}`;
    const tell = (what: PusherTraffic['what'], text: string): void => traffic?.({ what, key, socketId: id, text });
    const connection = createConnection({
      id,
      socket,
      time,
      backlogBytes,
      said: (text) => tell('said', text),
      lost(text, backlog) {
        tell('lost', text);
        report({ hazard: 'lost-to-backlog', ...(hub && { app: hub.app.id }), socketId: id, message: behind(backlog) });
      },
      ended(code) {
        connected.delete(connection);
        session?.end();
        tell('closed', code === undefined ? '' : String(code));
      },
    });
    let session: Session | undefined;
    tell('opened', '');
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    if (state === 'closing') return connection.end(farewells.closing);
    if (code !== undefined) return connection.end(farewellOf(code));
    if (hub === undefined) return connection.end(unknownKey(key));
    connected.add(connection);
    session = openSession(hub, connection, { time, report, refuse });
    socket.on('message', (data) => {
      if (!connection.isOpen) return;
      const text = textOf(data);
      tell('heard', text);
      session?.hear(text);
    });
  }

  const api = createHttpApi({ hubOf, report });

  function shutdown(): void {
    if (state === 'open') state = 'closing';
    // First, so that nobody hears of the others’ going.
    for (const hub of hubs) hub.channels.clear();
    for (const connection of connected) connection.end(farewells.closed);
  }

  return {
    handleUpgrade,
    fetch: api,
    publisherOf(appId) {
      const hub = hubOf(appId);
      if (hub !== undefined) return publisherOf(hub, () => state === 'closed');
      throw new HeardError('unknown-name', `The event server has no app ${appId}.`, {
        remediation: `It has ${hubs.map(({ app }) => app.id).join(', ')}.`,
      });
    },
    connections: () => hubs.flatMap((hub) => [...hub.connections].map((connection) => deviceOf(hub, connection))),
    shutdown,
    close() {
      shutdown();
      state = 'closed';
      for (const socket of sockets) socket.terminate();
    },
  };
}

function deviceOf({ app, channels }: Hub, connection: Connection): ConnectedDevice {
  const { id, close, cut } = connection;
  const sendAway = (code: number): void => connection.end(farewellOf(code));
  return { socketId: id, appId: app.id, channels: channels.channelsOf(connection), close, sendAway, cut };
}

const decoder = new TextDecoder();

/** Text and binary frames are read alike. */
const textOf = (data: RawData): string => (data instanceof Uint8Array ? decoder.decode(data) : '');

const unread = (bytes: number): Hazard => ({
  hazard: 'frame-with-upgrade',
  message: `${bytes} bytes came in the same write as the request for the upgrade; Soketi never reads them.`,
});

const behind = (bytes: number): string =>
  `A message was lost, because this reader is ${bytes} bytes behind; Soketi tells nobody.`;
