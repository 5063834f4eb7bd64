// A request that comes again gets the answer of the first time, and what it asks for is done once.
import { tell } from '../listener.ts';
import { serverTime, type ServerTime } from '../server-time.ts';
import type { IdempotencyStore, StoredAnswer } from '../idempotency-store.ts';
import { readBytes } from './body.ts';
import { unfailing, type Handler, type HandlerOptions } from './handler.ts';
import { problem } from './problem.ts';

export interface IdempotencyOptions extends HandlerOptions {
  readonly store: IdempotencyStore;
  /** Whose keys these are: nobody gets another one's answer. `undefined`: nobody known, and nothing is remembered. */
  readonly principal: (request: Request) => string | undefined | Promise<string | undefined>;
  /** How long an answer is remembered. Clients must give up before: default a day. */
  readonly retentionMs?: number;
  /** Default `Idempotency-Key`. */
  readonly header?: string;
  /** Whether a request without a key is refused; by default it is passed on. */
  readonly required?: boolean;
  /**
   * A process that dies while it answers leaves its key taken for this long; then the request is done again. One that lives keeps it
   * for as long as it takes. Default a minute.
   */
  readonly abandonedAfterMs?: number;
  /** Default 1 MiB. */
  readonly mostBodyBytes?: number;
  readonly time?: ServerTime;
}

const defaults = {
  retentionMs: 86_400_000,
  header: 'Idempotency-Key',
  required: false,
  abandonedAfterMs: 60_000,
  mostBodyBytes: 1_048_576,
  time: serverTime,
} as const;

/** They change nothing, so there is nothing to be done twice. */
const harmless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Visible ASCII, as in the draft on the header; that writes it in quotation marks, and most clients do not. */
const keyForm = /^(?:"([!#-~ ]{1,255})"|([!#-~]{1,255}))$/;

/**
 * Wraps what answers a mutation.
 *
 * While an attempt runs, the same request is answered 409 with `Retry-After`; afterwards with the same answer. Another request
 * under the same key is answered 422. A refusal is not remembered: nothing was done, and who asks again, with money on the card or a free
 * table, is to be heard again.
 *
 * @example
 * ```ts
 * const orders = idempotent(createOrder, { store: memoryIdempotency(), principal: deviceOf })
 * ```
 */
export function idempotent(handle: Handler, options: IdempotencyOptions): Handler {
  const { store, principal, retentionMs, header, required, abandonedAfterMs, mostBodyBytes, time } = {
    ...defaults,
    ...options,
  };
  const safely = unfailing(handle, options);
  const failed = (error: unknown): void => tell(options.failed, error);

  return unfailing(async (request) => {
    if (harmless.has(request.method)) return safely(request);
    const said = request.headers.get(header);
    if (said === null) return required ? badKey(header) : safely(request);
    const match = keyForm.exec(said);
    if (match === null) return badKey(header);
    const owner = await principal(request);
    if (owner === undefined) return safely(request);

    const body = await readBytes(request, mostBodyBytes);
    if (!body.ok) return body.answer;
    const key = JSON.stringify([owner, match[1] ?? match[2]]);
    const attemptId = crypto.randomUUID();
    const digest = await digestOf(request, body.value);
    const nowMs = time.now();
    const begun = await store.begin(key, { id: attemptId, digest, nowMs, untilMs: nowMs + abandonedAfterMs });
    if (begun.kind !== 'run' && begun.digest !== digest) return keyReused(header);
    if (begun.kind === 'running') return stillRunning();
    if (begun.kind === 'answered') return repeated(begun.answer);

    const stop = keeping(key, attemptId);
    try {
      const hasBody = body.value.byteLength > 0;
      const response = await safely(new Request(request.url, partsOf(request, hasBody ? body.value : null)));
      const answer = await storedFrom(response);
      await keep(key, attemptId, answer);
      return first(response, answer);
    } finally {
      stop();
    }
  }, options);

  /** What happened has happened: when it cannot be remembered, it is answered all the same. */
  async function keep(key: string, attemptId: string, answer: StoredAnswer): Promise<void> {
    try {
      if (isDone(answer.status)) await store.finish(key, attemptId, answer, time.now() + retentionMs);
      else await store.release(key, attemptId);
    } catch (error) {
      failed(error);
    }
  }

  /** Says now and then that the attempt is alive. */
  function keeping(key: string, attemptId: string): () => void {
    let stop = (): void => {};
    const again = (): void => {
      stop = time.schedule(abandonedAfterMs / 3, () => {
        store.prolong(key, attemptId, time.now() + abandonedAfterMs).catch(failed);
        again();
      });
    };
    again();
    return () => stop();
  }
}

/** Whatever is refused or fails must have changed nothing: a handler that fails in the middle takes back what it did. */
const isDone = (status: number): boolean => status < 400;

/** The same request again, with the body that was read. */
const partsOf = (request: Request, body: Uint8Array<ArrayBuffer> | null): RequestInit => ({
  method: request.method,
  headers: request.headers,
  signal: request.signal,
  ...(body !== null && { body }),
});

async function digestOf({ method, url }: Request, body: Uint8Array): Promise<string> {
  const { pathname, search } = new URL(url);
  const head = new TextEncoder().encode(`${method} ${pathname}${search}\n`);
  const whole = new Uint8Array(head.byteLength + body.byteLength);
  whole.set(head);
  whole.set(body, head.byteLength);
  const hash = await crypto.subtle.digest('SHA-256', whole);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** About the connection or the one who asked first, and not about the answer. */
const notKept: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'set-cookie',
  'transfer-encoding',
]);

const storedFrom = async (response: Response): Promise<StoredAnswer> => ({
  status: response.status,
  headers: [...response.headers].filter(([name]) => !notKept.has(name)),
  body: new Uint8Array(await response.arrayBuffer()),
});

/** A `Response` of these may have no body, not even an empty one. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

const bodyOf = ({ status, body }: StoredAnswer): BodyInit | null =>
  bodiless.has(status) ? null : new Uint8Array(body);

/** As the handler said it, its cookies included: its body was read to be remembered. */
const first = ({ status, statusText, headers }: Response, answer: StoredAnswer): Response =>
  new Response(bodyOf(answer), { status, statusText, headers });

function repeated(answer: StoredAnswer): Response {
  const headers = answer.headers.map(([name, value]): [string, string] => [name, value]);
  const response = new Response(bodyOf(answer), { status: answer.status, headers });
  response.headers.set('Idempotency-Replayed', 'true');
  return response;
}

const badKey = (header: string): Response =>
  problem({
    status: 400,
    name: 'idempotency-key-invalid',
    detail: `"${header}" is to be 1 to 255 visible characters, the same for every attempt at one request.`,
  });

const keyReused = (header: string): Response =>
  problem({
    status: 422,
    name: 'idempotency-key-reused',
    detail: `This "${header}" was used for another request. Give every request one of its own.`,
  });

const stillRunning = (): Response =>
  problem({
    status: 409,
    name: 'idempotency-key-in-progress',
    detail: 'The first attempt at this request is still being answered.',
    headers: { 'Retry-After': '1' },
  });
