import type { ClosingAction, ClosingCause, Fault } from '../../transports/explanation.ts';

/** What the connection does next. */
export type Action =
  | ClosingAction
  /** There is nothing to connect to. */
  | 'disable';

/** What a server or the way to it can be the cause of, and what only the client knows. */
export type Cause =
  | ClosingCause
  | 'unknown-code'
  | 'no-socket'
  | 'page-restored'
  | 'token-unavailable'
  | 'token-missing'
  | 'token-unchanged'
  | 'started-often'
  | 'stopped';

/** Why a connection ended or did not come about: whose fault it is, what happens next, and what a person can do. */
export interface Verdict {
  readonly cause: Cause;
  readonly fault: Fault;
  readonly action: Action;
  /** What the server or the library said, where it was a code. Never free text. */
  readonly code?: number | string;
  /** The server asked for at least this much patience. */
  readonly retryAfterMs?: number;
  readonly remediation: string;
}

/** The verdicts that the machine reaches by itself; those about codes are in close-codes.ts and with the transports. */
export const ownVerdicts: Readonly<
  Record<
    | 'attemptTimeout'
    | 'silent'
    | 'pageRestored'
    | 'tokenUnavailable'
    | 'tokenMissing'
    | 'tokenUnchanged'
    | 'startedOften'
    | 'stopped',
    Verdict
  >
> = {
  attemptTimeout: {
    cause: 'attempt-timeout',
    fault: 'network',
    action: 'retry',
    remediation: 'The server did not answer in time. If it stays so, check that the host and port are reachable.',
  },
  silent: {
    cause: 'silent',
    fault: 'network',
    action: 'retry',
    remediation:
      'The connection had gone silent and was replaced. If it recurs, look at the Wi-Fi or the proxy timeouts.',
  },
  pageRestored: {
    cause: 'page-restored',
    fault: 'none',
    action: 'retry',
    remediation: 'Nothing to do: the browser had put the page aside, and its socket did not survive that.',
  },
  tokenUnavailable: {
    cause: 'token-unavailable',
    fault: 'credentials',
    action: 'retry',
    remediation:
      'The token callback failed or did not answer. Check that it settles, and that the sign-in service is up.',
  },
  tokenMissing: {
    cause: 'token-missing',
    fault: 'credentials',
    action: 'block',
    remediation: 'Sign in again: the server refused the last token and the token callback had no other.',
  },
  tokenUnchanged: {
    cause: 'token-unchanged',
    fault: 'credentials',
    action: 'block',
    remediation: 'Sign in again: the token callback returned the token that the server had just refused.',
  },
  startedOften: {
    cause: 'started-often',
    fault: 'client',
    action: 'retry',
    remediation: 'The client was stopped and started many times in a row. Keep one client for the life of the page.',
  },
  stopped: {
    cause: 'stopped',
    fault: 'none',
    action: 'disable',
    remediation: 'Nothing to do: the client was stopped. Call start() to connect again.',
  },
};
