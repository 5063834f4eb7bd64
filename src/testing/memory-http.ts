import type { Host } from '../host/host.ts';
import type { Http, HttpAnswer, HttpFailure, HttpReply, HttpRequest } from '../http/http.ts';

/** What the server says. The body crosses the wire as JSON, so nobody shares an object with the server. */
interface MemoryReply {
  readonly status: number;
  /** Left out: no body at all. */
  readonly body?: unknown;
  /** By default `json` with a body and `empty` without. */
  readonly media?: HttpReply['media'];
  /** By names in small letters. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What comes of a request: an answer, one of the ways to have none, or `hang` for nothing, ever. */
export type MemoryOutcome = MemoryReply | HttpFailure | 'hang';

/** What is between the client and its server. */
export type Weather =
  | 'clear'
  /** Nothing gets through, and both sides notice. Replies on their way are lost, too. */
  | 'down'
  /** Nothing gets through, and nobody notices. */
  | 'hang'
  /** The server gets every request and acts, and the connection breaks before its reply. */
  | 'drop-replies'
  /** Somebody else answers everything with a web page and 200. */
  | 'captive-portal';

export interface MemoryHttpOptions {
  readonly host: Host;
  /** One way. With 0 a request is handled before `send` returns. */
  readonly latencyMs?: number;
  /** The server. A promise keeps its client waiting; what it throws is a mistake in the test and rejects `send`. */
  handle(request: ServedRequest): MemoryOutcome | Promise<MemoryOutcome>;
}

/** A request as the server gets it. */
export interface ServedRequest extends Omit<HttpRequest, 'signal'> {
  /** Counted from 1, in the order of arrival. */
  readonly number: number;
  readonly arrivedAtMs: number;
}

/** HTTP without a network: a server in the same memory, on the time of its host. */
export interface MemoryHttp extends Http {
  /** Everything that reached the server, in order. */
  readonly requests: readonly ServedRequest[];
  /** Requests that nobody has answered or given up. */
  readonly waiting: number;
  weather: Weather;
}

export function createMemoryHttp({ host, latencyMs = 0, handle }: MemoryHttpOptions): MemoryHttp {
  const requests: ServedRequest[] = [];
  let waiting = 0;

  const later = (action: () => void): void => {
    if (latencyMs === 0) action();
    else host.schedule(latencyMs, action);
  };

  function send({ method, path, headers, body, signal }: HttpRequest): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      let over = false;
      const end = (settle: () => void): void => {
        if (over) return;
        over = true;
        waiting -= 1;
        signal.removeEventListener('abort', onAbort);
        settle();
      };
      const answer = (given: HttpAnswer): void => end(() => resolve(given));
      const onAbort = (): void => answer({ kind: 'failure', because: 'aborted' });
      const lost = (): void => answer({ kind: 'failure', because: 'network' });

      function back(outcome: MemoryOutcome): void {
        if (http.weather === 'drop-replies') return later(lost);
        if (outcome === 'hang') return;
        later(() => {
          if (http.weather === 'down') lost();
          else if (http.weather !== 'hang') answer(replyOf(outcome));
        });
      }

      function arrive(): void {
        if (http.weather === 'down') return lost();
        if (http.weather === 'hang') return;
        if (http.weather === 'captive-portal') return later(() => answer(replyOf(portalPage)));
        const served: ServedRequest = {
          method,
          path,
          headers,
          body,
          number: requests.length + 1,
          arrivedAtMs: host.clock.monotonicMs(),
        };
        requests.push(served);
        try {
          const outcome = handle(served);
          if (outcome instanceof Promise) outcome.then(back, (error: unknown) => end(() => reject(error)));
          else back(outcome);
        } catch (error) {
          end(() => reject(error));
        }
      }

      waiting += 1;
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort);
      // What is on its way arrives, whether or not its sender still waits for the answer.
      later(arrive);
    });
  }

  const http: MemoryHttp = {
    send,
    requests,
    get waiting() {
      return waiting;
    },
    weather: 'clear',
  };
  return http;
}

const portalPage: MemoryReply = { status: 200, body: '<title>Welcome to our guest network</title>', media: 'other' };

function replyOf(outcome: MemoryReply | HttpFailure): HttpAnswer {
  if ('because' in outcome) return outcome;
  const { status, body, headers = {} } = outcome;
  const media = outcome.media ?? (body === undefined ? 'empty' : 'json');
  return {
    kind: 'reply',
    status,
    media,
    body: media === 'json' || media === 'problem' ? overTheWire(body) : undefined,
    header: (name) => (Object.hasOwn(headers, name) ? headers[name] : undefined),
  };
}

const overTheWire = (body: unknown): unknown => (body === undefined ? undefined : JSON.parse(JSON.stringify(body)));
