// The development server: backends on one side, wires on the other, and one HTTP server between them. It only puts them
// together; what each does is theirs.
import type { Buffer } from 'node:buffer';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { env } from 'node:process';
import type { Duplex } from 'node:stream';
import { memoryLog, type EventLog, type Publisher, type ServerTime } from '../emit/index.ts';
import { serverTime } from '../emit/server-time.ts';
import { sqliteLog } from '../emit/sqlite-log.ts';
import { HeardError, isHeardError } from '../errors.ts';
import type { Backend, CreateBackend } from './backend.ts';
import { backends as builtInBackends } from './backends/index.ts';
import { fanOut } from './fan-out.ts';
import { answerAboutFaults } from './faults/fault-requests.ts';
import { createFaults, type Faults } from './faults/faults.ts';
import { faultyPublisher } from './faults/faulty-publisher.ts';
import { json } from './http/answers.ts';
import { createCors, type CorsOptions } from './http/cors.ts';
import { createHandling } from './http/handling.ts';
import { refuseUpgrade } from './http/refuse-upgrade.ts';
import { keptTables, type KeptTables } from './kept-tables.ts';
import type { CreatePart, Part, PartAddress } from './part.ts';
import { renewable } from './renewal.ts';
import { createPusherServer } from './pusher/pusher-server.ts';
import { pusherPart } from './pusher-part.ts';
import { createRouting } from './routing.ts';
import { stoppable } from './stoppable-time.ts';
import { developmentApp, type AppKeys } from './signature.ts';
import { socketIoPart } from './socket-io/socket-io-part.ts';
import type { TrafficLog } from './traffic.ts';
import { broadcastPart } from './websocket/broadcast-part.ts';
import { webSocketPart } from './websocket/websocket-part.ts';

export interface DevServerOptions {
  /** Default: the five that come with heard, `Object.values(backends)`. */
  readonly backends?: readonly CreateBackend[];
  /** Wires beside those that are always there: Pusher, plain WebSocket and Socket.IO. */
  readonly parts?: readonly CreatePart[];
  /** 0: any that is free. Default 3001. */
  readonly port?: number;
  /** Default the loopback: nobody else can reach it. */
  readonly host?: string;
  /** Offers only what the backends' documents promise. Default false. */
  readonly v1?: boolean;
  /** A file that keeps the events, and all that backends have, over restarts. Default: memory. */
  readonly data?: string;
  /** Default: pages of this machine may everything. */
  readonly cors?: CorsOptions;
  /** What channels are signed with. */
  readonly app?: AppKeys;
  readonly time?: ServerTime;
  /** Told of everything that happens. */
  readonly traffic?: TrafficLog;
  /** Whether traffic has payloads in it: names, phones, what was ordered. Tokens are never in it. Default false. */
  readonly payloads?: boolean;
  /** It is for development, and refuses to be made where NODE_ENV says "production". Default false. */
  readonly allowProduction?: boolean;
}

export interface DevServer {
  /** Resolves with the address when it listens. Rejects when the port is taken. */
  listen(): Promise<string>;
  /** `http://127.0.0.1:3001`. Throws before it listens. */
  readonly url: string;
  /** Where a device connects, by wire. */
  readonly addresses: Readonly<Record<string, readonly PartAddress[]>>;
  readonly backends: readonly Backend[];
  readonly faults: Omit<Faults, 'take'>;
  /** Brings events of one contract to all who hear it, as its backend does. */
  publisherOf(contract: string): Publisher;
  /** Every connection ends. Resolves when the port is free and the file is closed. */
  close(): Promise<void>;
}

const usualBodyBytes = 1_048_576;
const patienceMs = 30_000;

/**
 * @example
 * ```ts
 * const server = createDevServer({ backends, port: 0 })
 * const url = await server.listen()
 * await server.faults.add({ kind: 'answer', status: 503, times: 2, match: { path: '/laravel-pos/v1/orders' } })
 * ```
 */
export function createDevServer(options: DevServerOptions): DevServer {
  const { traffic = ignore, host = '127.0.0.1', port = 3001, app = developmentApp } = options;
  const time = stoppable(options.time ?? serverTime);
  refuseProduction(options.allowProduction ?? false);
  const showsPayloads = options.payloads ?? false;
  const data = options.data === undefined ? undefined : openData(options.data, time);
  const log = data?.log ?? memoryLog({ time });
  const cors = createCors(options.cors, traffic);

  const faults = createFaults({
    traffic,
    stop: () => cut(undefined, undefined),
    acts: {
      'cut-connections': async (fault) => cut(fault.match?.wire, fault.code),
      'epoch-reset': async () => void (await log.beginEpoch()),
      'restored-database': async () => {
        for (const backend of backends) await backend.restore();
        await log.beginEpoch();
      },
    },
  });
  const seams = { time, traffic, faults, origins: cors, app, showsPayloads };
  const parts: readonly Part[] = [
    ...(options.parts ?? []),
    pusherPart(createPusherServer),
    webSocketPart(),
    broadcastPart,
    socketIoPart,
  ].map((create) => create(seams));
  const publishers = new Map<string, Publisher>();
  const backends = (options.backends ?? Object.values(builtInBackends)).map((create) => make(create));
  for (const part of parts) part.host?.(backends.filter(({ contract }) => part.carries(contract)));

  const route = createRouting(backends);
  const handle = createHandling({
    origin: () => url(),
    cors,
    faults,
    traffic,
    time,
    mostBodyBytes: (path) => Math.max(usualBodyBytes, ...parts.map((part) => part.mostBodyBytes?.(path) ?? 0)),
    patienceMs,
    showsPayloads,
    own,
    answer,
  });
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 20_000 });
  server.on('request', (request, response) => {
    const path = pathOf(request);
    if (isStopped(path)) return request.socket.destroy();
    const part = parts.find(({ takes }) => takes?.(path));
    if (part?.handleRequest === undefined) return handle(request, response);
    part.handleRequest(request, response);
  });
  server.on('upgrade', upgrade);
  server.on('clientError', (_error, socket: Duplex) => {
    if (socket.writable) refuseUpgrade(socket, 400);
    else socket.destroy();
  });
  server.on('connection', (socket) => socket.on('error', ignore));

  function make(create: CreateBackend): Backend {
    // It is known whose events these are only when the backend is there, and it wants its publisher before that.
    let publisher: Publisher | undefined;
    const mostBytes = smallest(parts);
    const late: Publisher = {
      ...(mostBytes !== undefined && { mostBytes }),
      atOnce: 100,
      publish: async (publications) => publisher?.publish(publications),
    };
    const backend = renewable(
      create({
        publisher: late,
        log,
        time,
        v1: options.v1 ?? false,
        app,
        ...(data !== undefined && { keep: data.tables }),
      }),
    );
    publisher = faultyPublisher(fanOut(backend.contract, parts, traffic), faults, time);
    publishers.set(backend.contract.name, publisher);
    return backend;
  }

  async function own(request: Request): Promise<Response | undefined> {
    const { pathname } = new URL(request.url);
    const origin = request.headers.get('origin') ?? undefined;
    if (pathname.startsWith('/_dev/') && !cors.allows(origin)) return json(403, { message: 'This page may not.' });
    if (pathname === '/' && request.method === 'GET') return json(200, { heard: 'dev', addresses: addresses() });
    return answerAboutFaults(faults, request);
  }

  async function answer(request: Request): Promise<Response> {
    for (const part of parts) {
      const answered = await part.fetch?.(request.clone());
      if (answered !== undefined) return answered;
    }
    return route(request);
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', ignore);
    const path = pathOf(request);
    if (isStopped(path)) return void socket.destroy();
    const { origin } = request.headers;
    const part = parts.find(({ upgrades }) => upgrades?.(path));
    if (part?.handleUpgrade === undefined) return refuse(socket, 404, path, 'nothing is there');
    if (part.refusesByItself === true) return part.handleUpgrade(request, socket, head);
    if (!cors.allows(origin)) {
      cors.tell(origin ?? '', `a socket at ${path}`);
      return refuseUpgrade(socket, 403);
    }
    const refused = faults.take('refused-connection', { wire: part.name, path });
    if (refused !== undefined && refused.code === undefined) {
      return refuse(socket, refused.status ?? 503, path, 'it was asked for');
    }
    part.handleUpgrade(request, socket, head, refused?.code);
  }

  /** The way to start it again must stay, and so must what is only there for developers. */
  const isStopped = (path: string): boolean => !path.startsWith('/_dev/') && faults.take('stopped', {}) !== undefined;

  function refuse(socket: Duplex, status: number, path: string, because: string): void {
    traffic({ kind: 'connection', wire: path, connection: '-', what: 'refused', because: `${status}, ${because}` });
    refuseUpgrade(socket, status);
  }

  async function cut(wire: string | undefined, code: number | undefined): Promise<void> {
    for (const part of parts) {
      if (wire !== undefined && wire !== part.name) continue;
      const count = part.cut?.(code) ?? 0;
      if (count > 0) traffic({ kind: 'connection', wire: part.name, connection: `${count}`, what: 'cut' });
    }
  }

  function authority(): string {
    const address = server.address() as AddressInfo | null;
    if (address === null) {
      throw new HeardError('not-started', 'The development server does not listen.', {
        remediation: 'Call listen() first.',
      });
    }
    // Reached by this name from here, wherever else it listens.
    const name = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[address.address] ?? bracketed(address.address);
    return `${name}:${address.port}`;
  }

  const url = (): string => `http://${authority()}`;
  const addresses = (): Record<string, readonly PartAddress[]> => ({
    http: backends.map(({ contract }) => ({ what: contract.name, url: `${url()}/${contract.name}` })),
    ...Object.fromEntries(
      parts
        // A wire that no backend speaks is there, and nothing would ever be heard on it.
        .filter((part) => backends.some(({ contract }) => part.carries(contract)))
        .map((part) => [part.name, part.addresses(authority())]),
    ),
  });

  return {
    async listen() {
      await listening(server, port, host);
      return url();
    },
    get url() {
      return url();
    },
    get addresses() {
      return addresses();
    },
    backends,
    faults,
    publisherOf(contract) {
      const publisher = publishers.get(contract);
      if (publisher !== undefined) return publisher;
      throw new HeardError('unknown-name', `This server has no backend "${contract}".`, {
        remediation: `It has: ${[...publishers.keys()].join(', ')}.`,
      });
    },
    async close() {
      await Promise.all(parts.map((part) => part.close()));
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
      time.stop();
      await log.close();
      await data?.tables.close();
    },
  };
}

const ignore = (): void => undefined;
const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);
const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? '';

const smallest = (parts: readonly Part[]): number | undefined => {
  const limits = parts.flatMap(({ publisher }) => publisher.mostBytes ?? []);
  return limits.length === 0 ? undefined : Math.min(...limits);
};

function openData(file: string, time: ServerTime): { readonly log: EventLog; readonly tables: KeptTables } {
  try {
    // The log looks whether the file is one of ours.
    return { log: sqliteLog({ file, time }), tables: keptTables(file) };
  } catch (cause) {
    if (isHeardError(cause)) throw cause;
    throw new HeardError(
      'options-invalid',
      `The events cannot be kept in ${file}: ${cause instanceof Error ? cause.message : String(cause)}.`,
      { remediation: 'Give a file that may be written, or one that this server wrote before.', cause },
    );
  }
}

function refuseProduction(allowed: boolean): void {
  if (allowed || env['NODE_ENV'] !== 'production') return;
  throw new HeardError('options-invalid', 'NODE_ENV is "production", and this is a server for development.', {
    remediation: 'It checks no passwords and has faults on request. If it is meant all the same: --allow-production.',
  });
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(notListening(error, port, host)));
    server.listen(port, host, resolve);
  });
}

function notListening(cause: NodeJS.ErrnoException, port: number, host: string): HeardError {
  if (cause.code === 'EADDRINUSE') {
    return new HeardError('options-invalid', `Port ${port} is taken.`, {
      remediation: `Stop what listens there, or choose another port: --port ${port + 1}, or --port 0 for any that is free.`,
      cause,
    });
  }
  if (cause.code === 'EACCES') {
    return new HeardError('options-invalid', `Port ${port} is not for ordinary users.`, {
      remediation: 'Choose one from 1024: --port 3001.',
      cause,
    });
  }
  return new HeardError('options-invalid', `It cannot listen on ${host}: ${cause.message}.`, {
    remediation: 'Give an address of this machine: --host 127.0.0.1, or --host 0.0.0.0 for all of them.',
    cause,
  });
}
