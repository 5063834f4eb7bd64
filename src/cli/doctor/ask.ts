// One request of the doctor's: nothing is followed, nothing is tried again, and what a network says against it is kept.
import { request as askHttp, type IncomingMessage } from 'node:http';
import { request as askHttps } from 'node:https';
import { isRecord, readJsonBytes, type JsonReading } from '../../lib/json.ts';

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly timeoutMs: number;
}

export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** Whether it says that it is JSON, whatever it is. */
  readonly isJson: boolean;
  readonly isHtml: boolean;
  readonly body: JsonReading;
  readonly isEmpty: boolean;
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

/** Nobody answered. `code` is Node's word: `ECONNREFUSED`. */
export interface NoAnswer {
  readonly kind: 'none';
  readonly code: string;
}

/** A REST interface, as the client would ask it. */
export interface Rest {
  readonly base: string;
  /** One request to a path of the contract. */
  ask(
    path: string,
    question?: Omit<Question, 'timeoutMs'> & { readonly showsToken?: boolean },
  ): Promise<Answer | NoAnswer>;
}

const mostBytes = 8_388_608;

export function ask(address: string, question: Question): Promise<Answer | NoAnswer> {
  const { method = 'GET', headers = {}, body, timeoutMs } = question;
  const send = address.startsWith('https:') ? askHttps : askHttp;
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve) => {
    const sentAtMs = Date.now();
    const options = {
      method,
      agent: false,
      headers: {
        accept: 'application/json',
        ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        ...headers,
      },
    } as const;
    const asked = send(address, options, (response) => {
      const receivedAtMs = Date.now();
      read(response).then(
        (bytes) => end(answerOf(response, bytes, sentAtMs, receivedAtMs)),
        (error: NodeJS.ErrnoException) => end({ kind: 'none', code: error.code ?? 'ECONNRESET' }),
      );
    });
    const timer = setTimeout(() => end({ kind: 'none', code: 'ETIMEDOUT' }), timeoutMs);
    asked.on('error', (error: NodeJS.ErrnoException) => end({ kind: 'none', code: error.code ?? 'unknown' }));
    asked.end(text);

    function end(said: Answer | NoAnswer): void {
      clearTimeout(timer);
      resolve(said);
      asked.destroy();
    }
  });
}

async function read(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > mostBytes) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function answerOf(response: IncomingMessage, bytes: Uint8Array, sentAtMs: number, receivedAtMs: number): Answer {
  const header = (name: string): string | undefined => {
    const value = response.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  const type = (header('content-type') ?? '').toLowerCase();
  return {
    kind: 'answer',
    status: response.statusCode ?? 0,
    header,
    isJson: /^application\/([\w.+-]+\+)?json\b/.test(type),
    isHtml: type.startsWith('text/html'),
    body: readJsonBytes(bytes, { maxLength: mostBytes, maxDepth: 100 }),
    isEmpty: bytes.byteLength === 0,
    sentAtMs,
    receivedAtMs,
  };
}

/** What the body says under this name, where it is an object that does. */
export function fieldOf({ body }: Answer, name: string): unknown {
  return body.ok && isRecord(body.value) ? body.value[name] : undefined;
}
