// What an answer means, decided on status, kind of failure, problem `type` and what the contract says of its own
// answers. Texts that servers write for people are never read.
import type { AnswerMeaning, MutationDefinition } from '../../contract/mutation.ts';
import { digest } from '../../lib/digest.ts';
import type { ApiAnswer, ApiFailure } from '../api/api.ts';
import type { ParkCode, RecordedFault, TroubleCode } from './record.ts';

/** What a request over the socket comes to. */
export type SocketAnswer =
  | { readonly kind: 'acknowledged'; readonly body: unknown }
  | { readonly kind: 'confirmed' }
  /** The socket did not take it. */
  | { readonly kind: 'not-sent' }
  | { readonly kind: 'unconfirmed' };

/** A refusal as the server said it, and what it comes to. */
export interface Refused {
  readonly kind: 'refused';
  readonly code: Extract<ParkCode, 'refused' | 'declined' | 'conflict' | 'repeat' | 'key-reused' | 'redirect'>;
  readonly fault: RecordedFault;
  /** For the contract to explain. */
  readonly said: { readonly status: number; readonly body: unknown } | undefined;
  /** Nothing had been sent when it was noticed; otherwise a redirect leaves open whether it took effect. */
  readonly surelyNot: boolean;
}

export type Verdict =
  | { readonly kind: 'done'; readonly status: number | undefined; readonly body: unknown }
  | Refused
  | {
      readonly kind: 'retry';
      readonly fault: RecordedFault & { readonly code: TroubleCode };
      readonly retryAfterMs: number | undefined;
      /** Said before anything was looked at: it did not take effect. */
      readonly surelyNot: boolean;
    }
  | { readonly kind: 'unclear'; readonly fault: RecordedFault };

/** What everybody else may conclude from an answer. */
type Reached =
  /** The server, in its own words. */
  | 'server'
  /** A page, or the way to one, in its place. */
  | 'page'
  | 'nobody'
  /** Nothing can be said. */
  | 'unknown';

export interface ReadAnswer {
  readonly verdict: Verdict;
  readonly reached: Reached;
}

/** Everything that a mutation's answer is judged by. */
export interface Judge extends Pick<MutationDefinition, 'answers'> {
  /** A success brings JSON. */
  readonly promisesBody: boolean;
}

const unauthorised = new Set([401, 419]);
/** Said before anything is done, so that even `none` may be sent again. */
const busyForSure = new Set([425, 429]);

const usualMeanings: ReadonlyMap<number, AnswerMeaning> = new Map([
  [402, 'declined'],
  [409, 'conflict'],
  [412, 'conflict'],
]);

/** Last step of the problem type's path, as servers that follow the draft on idempotency keys name it. */
const inProgress = new Set([
  'in-progress',
  'request-in-progress',
  'idempotency-in-progress',
  'idempotency-key-in-progress',
  'idempotency-request-in-progress',
  'concurrent-request',
  'concurrent-idempotent-request',
]);
const keyReused = new Set([
  'key-reused',
  'idempotency-key-reused',
  'idempotency-key-mismatch',
  'idempotency-key-already-used',
  'idempotency-mismatch',
]);

/** Servers write `https://x/problems/idempotency_key_reused`, `urn:x:KeyReused`, or a bare word. */
function problemName(problem: string | undefined): string {
  const last = (problem ?? '')
    .slice(0, 500)
    .split(/[/:#]/)
    .findLast((step) => step !== '');
  return (last ?? '')
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}

/** A `type` is for machines, and short; what is longer is no type. */
const maxProblemLength = 200;

function faultOf(
  code: RecordedFault['code'],
  status: number | undefined,
  problem?: string,
  body?: unknown,
): RecordedFault {
  return {
    code,
    ...(status !== undefined && { status }),
    ...(problem !== undefined && problem.length <= maxProblemLength && { problem }),
    ...(body !== undefined && { digest: digest(textOf(body)) }),
  };
}

function textOf(body: unknown): string {
  try {
    return JSON.stringify(body) ?? '';
  } catch {
    return '';
  }
}

const retry = (
  code: TroubleCode,
  status: number | undefined,
  retryAfterMs: number | undefined,
  surelyNot: boolean,
): Verdict => ({
  kind: 'retry',
  fault: { code, ...(status !== undefined && { status }) },
  retryAfterMs,
  surelyNot,
});

/** What the contract says of a status; a function that throws at a body which it did not expect says nothing. */
function meaningOf({ answers }: Judge, status: number, body: unknown): AnswerMeaning | undefined {
  const meaning = Object.hasOwn(answers, status) ? answers[status] : undefined;
  if (typeof meaning !== 'function') return meaning;
  try {
    return meaning(body);
  } catch {
    return 'unclear';
  }
}

export function readHttpAnswer(judge: Judge, answer: ApiAnswer): ReadAnswer {
  switch (answer.kind) {
    case 'success': {
      const { status, body } = answer;
      if (judge.promisesBody && body === undefined) {
        return { verdict: retry('captive-portal', status, undefined, false), reached: 'nobody' };
      }
      return { verdict: meant(meaningOf(judge, status, body) ?? 'done', status, undefined, body), reached: 'server' };
    }
    case 'refusal':
      return { verdict: refusal(judge, answer), reached: 'server' };
    case 'failure':
  }
  return { verdict: failure(answer), reached: reachedBy(answer) };
}

function refusal(judge: Judge, answer: Extract<ApiAnswer, { kind: 'refusal' }>): Verdict {
  const { status, body, problem, retryAfterMs } = answer;
  const name = problemName(problem);
  if (unauthorised.has(status)) return retry('unauthorised', status, retryAfterMs, true);
  if (status === 409 && inProgress.has(name)) return retry('in-progress', status, retryAfterMs, false);
  if (status === 422 && keyReused.has(name)) {
    return refused('key-reused', status, problem, body);
  }
  const told = meaningOf(judge, status, body) ?? usualMeanings.get(status);
  if (told !== undefined) return meant(told, status, problem, body);
  if (status === 408 || busyForSure.has(status)) return retry('busy', status, retryAfterMs, busyForSure.has(status));
  if (status >= 300 && status < 400) return redirected(status, false);
  if (status >= 400 && status < 500) {
    return refused('refused', status, problem, body);
  }
  return retry('server-error', status, retryAfterMs, false);
}

function meant(meaning: AnswerMeaning, status: number, problem: string | undefined, body: unknown): Verdict {
  switch (meaning) {
    case 'done':
      return { kind: 'done', status, body };
    case 'unclear':
      return { kind: 'unclear', fault: faultOf('unclear-answer', status, problem, body) };
    case 'declined':
    case 'conflict':
    case 'repeat':
  }
  return refused(meaning, status, problem, body);
}

const refused = (code: Refused['code'], status: number, problem: string | undefined, body: unknown): Verdict => ({
  kind: 'refused',
  code,
  fault: faultOf(code, status, problem, body),
  said: { status, body },
  surelyNot: true,
});

const redirected = (status: number | undefined, surelyNot: boolean): Verdict => ({
  kind: 'refused',
  code: 'redirect',
  fault: faultOf('redirect', status),
  said: undefined,
  surelyNot,
});

function failure({ because, status, retryAfterMs, untouched }: ApiFailure): Verdict {
  const surelyNot = untouched === true;
  switch (because) {
    case 'redirect':
      return redirected(status, surelyNot);
    case 'unauthorised':
      return retry('unauthorised', status, retryAfterMs, true);
    case 'not-json':
      return retry(
        status !== undefined && status >= 500 ? 'server-error' : 'not-json',
        status,
        retryAfterMs,
        surelyNot,
      );
    case 'network':
    case 'timeout':
    case 'aborted':
    case 'captive-portal':
    case 'unreadable':
  }
  return retry(because, status, retryAfterMs, surelyNot);
}

function reachedBy({ because, status, untouched }: ApiFailure): Reached {
  switch (because) {
    case 'network':
    case 'timeout':
    case 'captive-portal':
      return 'nobody';
    case 'not-json':
      return status !== undefined && status >= 400 && status < 500 ? 'page' : 'unknown';
    case 'redirect':
      // Login pages of networks send people elsewhere: a whole queue must not be parked over one.
      return untouched === true ? 'unknown' : 'page';
    case 'aborted':
    case 'unreadable':
    case 'unauthorised':
  }
  return 'unknown';
}

export function readSocketAnswer(answer: SocketAnswer): ReadAnswer {
  switch (answer.kind) {
    case 'acknowledged':
      return { verdict: { kind: 'done', status: undefined, body: answer.body }, reached: 'unknown' };
    case 'confirmed':
      return { verdict: { kind: 'done', status: undefined, body: undefined }, reached: 'unknown' };
    case 'not-sent':
      return { verdict: retry('not-connected', undefined, undefined, true), reached: 'unknown' };
    case 'unconfirmed':
  }
  return { verdict: retry('unconfirmed', undefined, undefined, false), reached: 'unknown' };
}
