import type { RequestPlan } from '../../contract/request.ts';
import { HeardError, isHeardError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import type { Http, HttpAnswer, HttpReply } from '../../http/http.ts';
import type { Credentials } from '../connection/credentials.ts';
import type { Api, ApiAnswer, ApiFailure, AskOptions } from './api.ts';
import { parseHttpDate } from './http-date.ts';
import { readAnswer } from './read-answer.ts';
import {
  isSendableToken,
  requestHeaders,
  requireHeaderNames,
  type HeaderNames,
  type HeaderQuestion,
  type HeadersHook,
} from './request-headers.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { ServerClock } from './server-clock.ts';
import { waitFor } from './wait-for.ts';

export interface ApiOptions {
  readonly host: Host;
  readonly http: Http;
  readonly credentials: Credentials;
  readonly headers?: HeadersHook;
  readonly headerNames?: HeaderNames;
  /** Told the time by every reply that is the server's own. */
  readonly serverClock: ServerClock;
  /** What somebody else's code threw: the token callback, the headers hook, the adapter. Never contains a token of ours. */
  readonly report: (error: unknown) => void;
}

const defaultTimeoutMs = 10_000;

type Token = { readonly kind: 'token'; readonly token: string | undefined } | ApiFailure;

export function createApi(options: ApiOptions): Api {
  const { host, http, credentials, headers: hook, headerNames: names = {}, serverClock } = options;
  requireHeaderNames(names);

  async function ask(plan: RequestPlan, asked: AskOptions = {}): Promise<ApiAnswer> {
    const first = asked.token === undefined ? await firstToken(asked) : sendable(asked.token);
    if (first.kind === 'failure') return first;
    const answer = await attempt(plan, asked, first.token);
    if (!isRefusedToken(answer) || asked.renewsToken === false) return answer;

    const second = await tokenInsteadOf(first.token, asked);
    if (second.kind === 'failure') return second;
    const again = await attempt(plan, asked, second.token);
    return isRefusedToken(again) ? untouched('unauthorised', 401) : again;
  }

  async function firstToken(asked: AskOptions): Promise<Token> {
    if (!credentials.available) return { kind: 'token', token: undefined };
    const known = credentials.current();
    return known === undefined ? obtain('start', undefined, asked) : sendable(known);
  }

  async function tokenInsteadOf(used: string | undefined, asked: AskOptions): Promise<Token> {
    return credentials.available ? obtain('rejected', used, asked) : untouched('unauthorised', 401);
  }

  /** Waits with a limit of its own: the app's callback may ask a server that hangs. */
  async function obtain(reason: 'start' | 'rejected', used: string | undefined, asked: AskOptions): Promise<Token> {
    const status = reason === 'rejected' ? 401 : undefined;
    const waited = await waitFor(limits(asked), () => credentials.obtain(reason, used));
    if (waited.kind === 'value') {
      const { value } = waited;
      return value === undefined || value === used ? untouched('unauthorised', status) : sendable(value);
    }
    if (waited.kind !== 'threw') return untouched(waited.kind, status);
    tell(waited.error);
    return untouched('network', status);
  }

  function sendable(token: string): Token {
    if (isSendableToken(token)) return { kind: 'token', token };
    tell(
      new HeardError('input-invalid', 'The token cannot be sent: it contains a blank, a line break or the like.', {
        remediation:
          'Let the token callback return the bare token, without "Bearer" and without a line break at its end.',
      }),
    );
    return untouched('unauthorised', undefined);
  }

  async function attempt(plan: RequestPlan, asked: AskOptions, token: string | undefined): Promise<ApiAnswer> {
    let sentAtMs: number | undefined;
    const waited = await waitFor(limits(asked), async (giveUp) => {
      const { method, path } = plan;
      const question: HeaderQuestion = { method, path, body: bodyOf(plan, asked) };
      const own = hook === undefined ? undefined : await hook(question);
      const { correlationId, idempotencyKey } = asked;
      const parts = { body: question.body, token, names, correlationId, idempotencyKey };
      const headers = requestHeaders(parts, own);
      // The hook took its time, and nobody waits any more: what is sent now would be sent behind everybody's back.
      if (giveUp.aborted) return undefined;
      sentAtMs = host.clock.monotonicMs();
      return http.send({ ...question, headers, signal: giveUp });
    });
    const sent = sentAtMs !== undefined;
    if (waited.kind === 'value') return judge(waited.value, sentAtMs);
    if (waited.kind === 'threw') return thrown(waited.error, token, sent);
    return sent ? failure(waited.kind) : untouched(waited.kind, undefined);
  }

  function judge(answer: HttpAnswer | undefined, sentAtMs: number | undefined): ApiAnswer {
    try {
      if (answer === undefined || sentAtMs === undefined) throw new TypeError('no answer');
      if (answer.kind === 'failure') return readAnswer(answer, undefined);
      const replyAtMs = parseHttpDate(answer.header('date'));
      if (replyAtMs !== undefined) setClock(answer, replyAtMs, sentAtMs);
      return readAnswer(answer, parseRetryAfter(answer.header('retry-after'), replyAtMs ?? serverClock.nowMs()));
    } catch (error) {
      tell(brokenAdapter(`answered with something else than a reply or a failure (${nameOf(error)})`));
      return failure('unreadable');
    }
  }

  function setClock(reply: HttpReply, replyAtMs: number, sentAtMs: number): void {
    // A web page is from anybody, and a stored reply from any time.
    if (reply.media === 'other' || isStored(reply)) return;
    const receivedAtMs = host.clock.monotonicMs();
    try {
      serverClock.sample(replyAtMs, sentAtMs, receivedAtMs);
    } catch (error) {
      // Who listens to the clock must not cost anybody an answer.
      tell(error);
    }
  }

  function thrown(error: unknown, token: string | undefined, sent: boolean): ApiFailure {
    if (!sent) {
      tell(error);
      return untouched('network', undefined);
    }
    // The adapter refuses an address that is not under the base address.
    if (isHeardError(error)) {
      tell(error);
      return untouched('redirect', undefined);
    }
    // Adapters like to put the whole request into their errors, with the token.
    const text = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
    const withheld = token !== undefined && text.includes(token);
    tell(brokenAdapter(`threw instead of answering (${withheld ? 'the text is withheld, it has the token' : text})`));
    return failure('network');
  }

  function tell(error: unknown): void {
    try {
      options.report(error);
    } catch {
      // Whoever listens to reports has nobody left to tell, and the answer must not be lost over it.
    }
  }

  const limits = ({ timeoutMs = defaultTimeoutMs, signal }: AskOptions) => ({ host, limitMs: timeoutMs, signal });

  return { ask };
}

const isRefusedToken = (answer: ApiAnswer): boolean => 'status' in answer && answer.status === 401;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

const brokenAdapter = (what: string): HeardError =>
  new HeardError('http-failed', `The HTTP adapter ${what}.`, {
    remediation: 'An adapter answers every request with a reply or a failure, as src/http/http.ts says.',
  });

function isStored(reply: HttpReply): boolean {
  const age = reply.header('age');
  return age !== undefined && age !== '0';
}

function bodyOf({ method, body }: RequestPlan, { bodyText }: AskOptions): string | undefined {
  if (method === 'GET') return undefined;
  return bodyText ?? (body === undefined ? undefined : JSON.stringify(body));
}

const failure = (because: ApiFailure['because']): ApiFailure => ({
  kind: 'failure',
  because,
  status: undefined,
  retryAfterMs: undefined,
});

const untouched = (because: ApiFailure['because'], status: number | undefined): ApiFailure => ({
  ...failure(because),
  status,
  untouched: true,
});
