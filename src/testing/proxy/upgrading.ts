// A request to become a WebSocket: the server is asked for it, and if it agrees the rest goes through a tunnel.
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Host } from '../../host/host.ts';
import { headersFor, portOf, wordsOf } from './exchange.ts';
import { joined } from './frames.ts';
import type { Due, Rulebook } from './rulebook.ts';
import { laterBy } from './spoiling.ts';
import { createTunnel, type Tunnel } from './tunnel.ts';
import { resetSocket } from './reset-socket.ts';

export interface UpgradingOptions {
  readonly host: Pick<Host, 'clock' | 'schedule'>;
  readonly target: URL;
  readonly book: Rulebook;
  readonly connection: number;
  readonly request: IncomingMessage;
  readonly client: Socket;
  /** What came in the same write as the request. */
  readonly head: Uint8Array;
  /** Told of the socket to the server, so that it can be ended. */
  readonly reached: (server: Socket) => void;
  readonly opened: (tunnel: Tunnel) => void;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('latin1');
const longestHead = 65_536;

export function upgrade(options: UpgradingOptions): void {
  const { host, target, book, connection, request, client, head } = options;
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  const due = book.take({ on: 'upgrade', connection, path });
  if (due !== undefined && isAnsweredHere(client, due)) return;

  const server = connect({ host: target.hostname, port: portOf(target), allowHalfOpen: true });
  options.reached(server);
  server.setNoDelay(true);
  const lost = (): unknown => resetSocket(client);
  server.on('error', lost);
  server.on('close', lost);
  client.once('close', giveUp);
  server.write(requestHead());
  let received: Uint8Array[] = [];
  server.on('data', onAnswer);

  function giveUp(): void {
    server.destroy();
  }

  function requestHead(): Uint8Array {
    // Without extensions: what is compressed could not be looked at.
    const headers = headersFor(target, request.rawHeaders, ['sec-websocket-extensions']);
    const lines = headers.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
    return encoder.encode(`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/1.1\r\n${lines}\r\n`);
  }

  function onAnswer(chunk: Uint8Array): void {
    received = [joined([...received, chunk])];
    const bytes = joined(received);
    const text = decoder.decode(bytes.subarray(0, longestHead));
    const end = text.indexOf('\r\n\r\n');
    if (end < 0 && bytes.byteLength < longestHead) return;
    server.off('data', onAnswer);
    server.pause();
    if (due?.action.kind === 'http-delay') {
      const cancel = host.schedule(laterBy(due, due.action), () => answered(bytes, text, end + 4));
      client.once('close', cancel);
    } else answered(bytes, text, end + 4);
  }

  function answered(bytes: Uint8Array, text: string, length: number): void {
    client.off('close', giveUp);
    server.off('error', lost);
    server.off('close', lost);
    if (client.destroyed || server.destroyed) {
      client.destroy();
      server.destroy();
      return;
    }
    if (!text.startsWith('HTTP/1.1 101 ')) return refused(bytes);
    client.write(bytes.subarray(0, length));
    const tunnel = createTunnel({ host, book, connection, path, client, server });
    options.opened(tunnel);
    if (head.byteLength > 0) client.unshift(head);
    if (length < bytes.byteLength) server.unshift(bytes.subarray(length));
    server.resume();
    // Last, because it may silence what has just begun to flow.
    if (due !== undefined && due.action.kind !== 'http-delay') tunnel.suffer(due);
  }

  /** The server has its reasons, and says them itself. */
  function refused(bytes: Uint8Array): void {
    client.write(bytes);
    server.on('error', () => client.destroy());
    server.pipe(client);
    client.pipe(server);
    server.resume();
  }
}

/** What happens before the server is asked. */
function isAnsweredHere(client: Socket, { action }: Due): boolean {
  if (action.kind === 'rst') resetSocket(client);
  else if (action.kind === 'fin') client.end();
  else if (action.kind === 'halfopen') client.pause();
  else if (action.kind === 'http-respond' || action.kind === 'http-html') client.end(refusal(action));
  else return false;
  return true;
}

function refusal(action: Parameters<typeof wordsOf>[0]): Uint8Array {
  const { status, headers, body } = wordsOf(action);
  const bytes = encoder.encode(body);
  const all = { ...headers, 'content-length': String(bytes.byteLength), connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return joined([encoder.encode(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`), bytes]);
}
