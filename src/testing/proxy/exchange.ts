// One HTTP request through the proxy, and what becomes of its answer.
import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Host } from '../../host/host.ts';
import { joined } from './frames.ts';
import type { FaultAction } from './rule.ts';
import type { Due } from './rulebook.ts';
import { corrupted, laterBy } from './spoiling.ts';
import { resetSocket } from './reset-socket.ts';

export interface ExchangeOptions {
  readonly host: Pick<Host, 'schedule'>;
  readonly target: URL;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly due: Due | undefined;
  /** Told of the socket to the server, so that it can be ended. */
  readonly reached: (server: Socket) => void;
}

type Responding = Extract<FaultAction, { readonly kind: 'http-respond' | 'http-html' }>;

/** What a portal gives to everyone who is not signed in. */
const page = '<!doctype html><title>Welcome to our guest network</title><p>Please accept the terms to go on.</p>';

/** What is said in the server's place. */
export function wordsOf(action: Responding): {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
} {
  if (action.kind === 'http-html') {
    return { status: action.status ?? 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: page };
  }
  const { status, headers = {}, body } = action;
  if (typeof body === 'string' || body === undefined) return { status, headers, body: body ?? '' };
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** What concerns one connection alone, and not the request. */
const ofTheConnection = new Set(['connection', 'keep-alive', 'proxy-connection', 'upgrade']);

/** An address leaves it out where it is the usual one. */
export const portOf = ({ port }: URL): number => (port === '' ? 80 : Number(port));

/** As they came, in their order: `[name, value, name, value, …]`. */
export function headersFor(target: URL, rawHeaders: readonly string[], without: readonly string[]): readonly string[] {
  const kept: string[] = ['Host', target.host];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (name.toLowerCase() !== 'host' && !without.includes(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}

export function exchange({ host, target, request, response, due, reached }: ExchangeOptions): void {
  const client = request.socket;
  if (due !== undefined && isAnsweredHere(request, response, due.action)) return;

  const onward = ask({
    host: target.hostname,
    port: portOf(target),
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: headersFor(target, request.rawHeaders, [...ofTheConnection]),
    agent: false,
  });
  onward.on('socket', reached);
  // Who is not there is not there for the client either, and no status is made up.
  onward.on('error', () => resetSocket(client));
  onward.on('response', (answer) => {
    answer.on('error', () => resetSocket(client));
    if (due === undefined) stream(answer, response);
    else void spoil(answer, due);
  });
  // A server that has been asked acts, whether or not anybody waits: only an unspoilt answer is given up with its client.
  if (due === undefined) response.on('close', () => onward.destroy());
  request.on('error', () => onward.destroy());
  request.pipe(onward);

  async function spoil(answer: IncomingMessage, { action, random }: Due): Promise<void> {
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of answer as AsyncIterable<Uint8Array>) chunks.push(chunk);
    } catch {
      return;
    }
    const body = joined(chunks);
    const head = (length: number): void => {
      response.sendDate = false;
      const own = headersBack(answer).filter(([name]) => name.toLowerCase() !== 'content-length');
      const hasBody = answer.statusCode !== 204 && answer.statusCode !== 304;
      if (hasBody) own.push(['content-length', String(length)]);
      response.writeHead(answer.statusCode ?? 502, own.flat());
    };
    if (action.kind === 'http-drop-reply') {
      resetSocket(client);
    } else if (action.kind === 'http-delay') {
      const cancel = host.schedule(laterBy({ random }, action), () => {
        head(body.byteLength);
        response.end(body);
      });
      response.once('close', cancel);
    } else if (action.kind === 'corrupt') {
      const broken = corrupted(body, action.how, random);
      head(broken.byteLength);
      response.end(broken);
    } else if (action.kind === 'slicer') {
      head(body.byteLength);
      inPieces(body, action.bytes ?? 1);
    } else if (action.kind === 'rst' || action.kind === 'fin') {
      head(body.byteLength);
      response.write(body.subarray(0, action.afterBytes ?? 0), () => {
        if (action.kind === 'rst') resetSocket(client);
        else client.end();
      });
    }
    // `blackhole-s2c`: the server has acted, and nobody ever hears so.
  }

  function inPieces(bytes: Uint8Array, length: number): void {
    if (bytes.byteLength === 0) return void response.end();
    response.write(bytes.subarray(0, length), () => inPieces(bytes.subarray(length), length));
  }
}

/** What happens without the server, which never hears of the request. */
function isAnsweredHere(request: IncomingMessage, response: ServerResponse, action: FaultAction): boolean {
  if (action.kind === 'http-respond' || action.kind === 'http-html') {
    request.resume();
    const { status, headers, body } = wordsOf(action);
    response.writeHead(status, { ...headers });
    response.end(body);
    return true;
  }
  if (action.kind === 'rst' || action.kind === 'fin') {
    if (action.afterBytes !== undefined) return false;
    if (action.kind === 'rst') resetSocket(request.socket);
    else request.socket.end();
    return true;
  }
  if (action.kind !== 'halfopen' && action.kind !== 'blackhole-c2s') return false;
  // It is taken, and that is all that ever happens.
  request.resume();
  return true;
}

function headersBack(answer: IncomingMessage): readonly [string, string][] {
  const { rawHeaders } = answer;
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    const lower = name.toLowerCase();
    if (!ofTheConnection.has(lower) && lower !== 'transfer-encoding') pairs.push([name, value]);
  }
  return pairs;
}

function stream(answer: IncomingMessage, response: ServerResponse): void {
  response.sendDate = false;
  response.writeHead(answer.statusCode ?? 502, headersBack(answer).flat());
  answer.pipe(response);
}
