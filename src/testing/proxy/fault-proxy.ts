// A proxy in front of a real server, through which real clients meet what real networks do: HTTP and WebSocket, on the
// loopback, with faults that are asked for one by one and counted.
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { HeardError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { platformHost } from '../../host/platform.ts';
import { exchange } from './exchange.ts';
import { isFor, requireImmediate, type FaultAction, type FaultMatch, type FaultRule } from './rule.ts';
import { createRulebook, type FiredFault, type StandingFault } from './rulebook.ts';
import { seededRandom } from '../fake-host.ts';
import type { Tunnel } from './tunnel.ts';
import { upgrade } from './upgrading.ts';
import { resetSocket } from './reset-socket.ts';

export interface FaultProxyOptions {
  /** The server: `http://127.0.0.1:3001`. Without a path; what comes for a path goes to the same path there. */
  readonly target: string;
  /** Where it listens on the loopback. Default 0: any port that is free. */
  readonly port?: number;
  /** What chance decides (`chance`, jitter, where something breaks) is drawn from this. Default 1. */
  readonly seed?: number;
  /** Its timers and clock: with a fake host, delays pass when the test says so. Default: the platform's. */
  readonly host?: Pick<Host, 'clock' | 'schedule'>;
  /** Told of each fault as it happens. */
  readonly onFault?: (fired: FiredFault) => void;
}

export interface FaultProxy {
  /** Resolves with the address when it listens. */
  listen(): Promise<string>;
  /** `http://127.0.0.1:41234`. Throws before it listens. */
  readonly url: string;
  /** The same for sockets: `ws://127.0.0.1:41234`. */
  readonly wsUrl: string;
  /** From now on this can happen. Of several rules that fit, the one that was added first is taken. Throws for what can never be. */
  add(rule: FaultRule): StandingFault;
  /** No rule is left. What already happens to connections goes on. */
  clear(): void;
  /** Happens at once to the WebSockets that are open, or to those of a path; answers to how many. */
  now(action: FaultAction, match?: Pick<FaultMatch, 'path'>): number;
  /** Half-open and silent connections speak again, and what was kept back comes late. Answers how many those were. */
  release(): number;
  /**
   * Every connection is reset, and so is each new one before a word of it is read. The port stays taken: another server that
   * came up there meanwhile would be taken for this one.
   */
  down(): void;
  /** It answers again, where it did before. */
  up(): void;
  /** Each time that a fault has happened, in order. */
  readonly log: readonly FiredFault[];
  /** WebSockets that are open. */
  readonly sockets: number;
  /** Every connection is gone and the port is free. */
  stop(): Promise<void>;
}

/**
 * @example
 * ```ts
 * const proxy = createFaultProxy({ target: 'http://127.0.0.1:3001' })
 * const url = await proxy.listen()
 * const lost = proxy.add({ match: { method: 'POST', path: '/v1/orders' }, action: { kind: 'http-drop-reply' } })
 * // … an order through `url`; afterwards `lost.fired` is 1.
 * await proxy.stop()
 * ```
 */
export function createFaultProxy(options: FaultProxyOptions): FaultProxy {
  const { seed = 1, host = platformHost(), onFault = () => undefined } = options;
  const target = targetOf(options.target);
  const book = createRulebook({ host, seed, told: onFault });
  const random = seededRandom(seed);
  const ends = new Set<Socket>();
  const tunnels = new Set<Tunnel>();
  const numbers = new WeakMap<object, number>();
  let port = options.port ?? 0;
  let connections = 0;

  const http = createHttpServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 });
  http.on('request', onRequest);
  http.on('upgrade', onUpgrade);
  // As Node's own servers answer who speaks something else, TLS for example.
  http.on('clientError', (_, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });
  // In front of HTTP, so that a connection can be refused before a word of it is read.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, onConnection);

  let isDown = false;

  function keep(socket: Socket): void {
    ends.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => ends.delete(socket));
  }

  function onConnection(socket: Socket): void {
    keep(socket);
    connections += 1;
    numbers.set(socket, connections);
    const due = isDown ? undefined : book.take({ on: 'connection', connection: connections });
    if (isDown || due?.action.kind === 'refuse') resetSocket(socket);
    else if (due?.action.kind === 'halfopen') socket.pause();
    else http.emit('connection', socket);
  }

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => undefined);
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    const method = request.method ?? 'GET';
    const due = book.take({ on: 'request', connection: numbers.get(request.socket) ?? 0, path, method });
    exchange({ host, target, request, response, due, reached: keep });
  }

  function onUpgrade(request: IncomingMessage, client: Duplex, head: Uint8Array): void {
    const connection = numbers.get(client) ?? 0;
    upgrade({
      host,
      target,
      book,
      connection,
      request,
      client: client as Socket,
      head,
      reached: keep,
      opened(tunnel) {
        tunnels.add(tunnel);
        client.once('close', () => tunnels.delete(tunnel));
      },
    });
  }

  function authority(): string {
    const address = server.address() as AddressInfo | null;
    if (address === null) {
      throw new HeardError('not-started', 'The fault proxy does not listen.', { remediation: 'Await listen() first.' });
    }
    return `127.0.0.1:${address.port}`;
  }

  async function listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => reject(notListening(cause, port)));
      server.listen(port, '127.0.0.1', resolve);
    });
    port = (server.address() as AddressInfo).port;
    return `http://${authority()}`;
  }

  function down(): void {
    isDown = true;
    for (const end of ends) resetSocket(end);
  }

  async function stop(): Promise<void> {
    const closed = server.listening ? new Promise((resolve) => server.close(resolve)) : undefined;
    down();
    await closed;
  }

  return {
    listen,
    get url() {
      return `http://${authority()}`;
    },
    get wsUrl() {
      return `ws://${authority()}`;
    },
    add: (rule) => book.add(rule),
    clear: () => book.clear(),
    now(action, match = {}) {
      requireImmediate(action);
      const hit = [...tunnels].filter(({ path }) => isFor(match, { on: 'message', connection: 0, path }));
      for (const tunnel of hit) {
        const { connection, path } = tunnel;
        book.note(action, { connection, path });
        tunnel.suffer({ action, random });
      }
      return hit.length;
    },
    release: () => [...tunnels].filter((tunnel) => tunnel.release()).length,
    down,
    up() {
      isDown = false;
    },
    log: book.log,
    get sockets() {
      return tunnels.size;
    },
    stop,
  };
}

function targetOf(text: string): URL {
  const wrong = (why: string): HeardError =>
    new HeardError('options-invalid', `The fault proxy has no target: ${why}.`, {
      remediation: 'Give scheme, host and port of a server without TLS, and no path: http://127.0.0.1:3001',
    });
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrong(`"${text}" is no address`);
  }
  if (url.protocol !== 'http:') throw wrong(`it speaks http, and this is ${url.protocol}//`);
  if (url.pathname !== '/' || url.search !== '') throw wrong('the address has a path');
  return url;
}

const notListening = (cause: NodeJS.ErrnoException, port: number): HeardError =>
  new HeardError('options-invalid', `The fault proxy cannot listen on port ${port}: ${cause.message}.`, {
    remediation: 'Stop what listens there, or take another port; 0 is any that is free.',
    cause,
  });
