// One request from its first byte to its last: limits, CORS, faults, whoever answers it, and a line of traffic.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import type { ServerTime } from '../../emit/index.ts';
import type { FaultPoint } from '../faults/fault.ts';
import { bytesOf, shownPath, withoutSecrets, type TrafficLog } from '../traffic.ts';
import { json, message } from './answers.ts';
import type { Cors } from './cors.ts';
import { addressOf, readBody, requestOf, write as begin } from '../../emit/http/node-http.ts';

export interface HandlingOptions {
  /** `http://127.0.0.1:3001`, once it is known. */
  readonly origin: () => string;
  readonly cors: Cors;
  readonly faults: FaultPoint;
  readonly traffic: TrafficLog;
  readonly time: ServerTime;
  readonly mostBodyBytes: (path: string) => number;
  /** Who has not answered until then is answered for. */
  readonly patienceMs: number;
  readonly showsPayloads: boolean;
  /** What is never disturbed by faults: the way to switch them off must stay. `undefined`: it is none of that. */
  own(request: Request): Promise<Response | undefined>;
  /** What the backends say. */
  answer(request: Request): Promise<Response>;
}

/** What becomes of a request: the answer, and whether it gets through. */
interface Outcome {
  readonly answer: Response;
  readonly isLost: boolean;
}

export function createHandling(options: HandlingOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const { origin, cors, faults, traffic, time, patienceMs, showsPayloads } = options;

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = time.now();
    const address = addressOf(incoming, origin());
    const mostBodyBytes = options.mostBodyBytes(address?.pathname ?? '');
    const body = await readBody(incoming, mostBodyBytes);
    const request = address && body.kind === 'whole' ? requestOf(incoming, address, body.bytes) : undefined;
    const path = address === undefined ? '(no path)' : shownPath(address);
    const tell = (status: number | 'none', bytes: number, payload?: unknown): void =>
      traffic({
        kind: 'request',
        method: incoming.method ?? '',
        path,
        status,
        tookMs: time.now() - startedAt,
        bytes,
        ...(payload !== undefined && { payload }),
      });

    if (body.kind === 'gone') return tell('none', 0);
    if (request === undefined) {
      const answer =
        body.kind === 'too-large'
          ? message(413, `More than ${mostBodyBytes} bytes are not read.`, { connection: 'close' })
          : message(address === undefined ? 400 : 405, 'The request was not understood.', { connection: 'close' });
      return tell(answer.status, await write(response, answer));
    }
    const preflight = cors.preflight(request);
    if (preflight !== undefined) return tell(preflight.status, await write(response, preflight));
    const said = showsPayloads ? await payloadOf(request.clone()) : undefined;
    const { answer, isLost } = await outcomeOf(request, address?.pathname ?? '/');
    if (isLost) {
      incoming.socket.destroy();
      return tell('none', 0, said);
    }
    cors.mark(request, answer);
    const answered = showsPayloads ? await payloadOf(answer.clone()) : undefined;
    const bytes = await write(response, answer);
    tell(answer.status, bytes, showsPayloads ? { said, answered } : undefined);
  }

  async function outcomeOf(request: Request, path: string): Promise<Outcome> {
    const own = await options.own(request);
    if (own !== undefined) return { answer: own, isLost: false };

    const moment = { wire: 'http', method: request.method, path };
    const showsToken = /^bearer /i.test(request.headers.get('authorization') ?? '');
    if (showsToken && faults.take('expired-token', moment) !== undefined) {
      return { answer: message(401, 'Unauthenticated.'), isLost: false };
    }
    const wanted = faults.take('answer', moment);
    if (wanted !== undefined) {
      const { status, retryAfterS, body = { message: `This was asked for: ${status}.` } } = wanted;
      const headers = retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) };
      return { answer: json(status, body, headers), isLost: false };
    }
    const answer = await inTime(options.answer(request));
    const delayed = faults.take('delayed-reply', moment);
    if (delayed !== undefined) await new Promise<void>((resolve) => time.schedule(delayed.delayMs, resolve));
    return { answer, isLost: faults.take('lost-reply', moment) !== undefined };
  }

  async function inTime(answering: Promise<Response>): Promise<Response> {
    let stop = (): void => {};
    const late = new Promise<Response>((resolve) => {
      stop = time.schedule(patienceMs, () => resolve(message(504, `Nobody answered within ${patienceMs} ms.`)));
    });
    try {
      return await Promise.race([answering, late]);
    } catch (error) {
      traffic({ kind: 'trouble', what: `a backend failed: ${error instanceof Error ? error.message : String(error)}` });
      return message(500, 'The backend failed; the terminal of the server says why.');
    } finally {
      stop();
    }
  }

  return (request, response) => {
    // Whoever hangs up while being answered is nobody's trouble.
    response.on('error', () => undefined);
    handle(request, response).catch((error: unknown) => {
      traffic({ kind: 'trouble', what: `a request failed: ${error instanceof Error ? error.message : String(error)}` });
      request.socket.destroy();
    });
  };
}

/** How many bytes an answer had, when the last of them is sent. */
async function write(response: ServerResponse, answer: Response): Promise<number> {
  const bytes = await begin(response, answer);
  await finished(response).catch(() => undefined);
  return bytes;
}

const mostShown = 10_000;

async function payloadOf(message: Request | Response): Promise<unknown> {
  const text = await message.text();
  if (text === '') return undefined;
  if (text.length > mostShown) return `(${bytesOf(text)} bytes)`;
  try {
    return withoutSecrets(JSON.parse(text));
  } catch {
    return '(no JSON)';
  }
}
