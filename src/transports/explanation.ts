// What the codes and reasons of a server mean. The core knows RFC 6455 and HTTP; what is a server's own is explained by the
// transport to it, as data, so that a client carries the sentences of no other one.

/** Who has to do something about it. */
export type Fault =
  /** The way between device and server: waiting helps. */
  | 'network'
  /** The server or who operates it. */
  | 'server'
  /** Keys, hosts, apps: what somebody has set up. */
  | 'configuration'
  /** The token or the rights of this user. */
  | 'credentials'
  /** This client said something wrong. */
  | 'client'
  /** Nobody: it was asked for. */
  | 'none';

/** What the connection does next. */
export type ClosingAction =
  /** Full-jitter backoff from the shortest delay. */
  | 'retry'
  /** The same, and never within the first second. */
  | 'retry-slowly'
  /** Everybody was sent away at once: come back spread out. */
  | 'spread'
  /** Ask for a token first, then retry with whatever comes: the server may have had its reasons. */
  | 'reauthorise'
  /** The token was refused: ask for another one now, once. */
  | 'renew'
  /** Needs a person; looked at again every minute or so. */
  | 'block';

/** Why, in a word that apps may decide by. The nearest one will do: the sentence says the rest. */
export type ClosingCause =
  | 'connection-lost'
  | 'closed-normally'
  | 'server-restart'
  | 'server-busy'
  | 'server-error'
  | 'server-disconnected'
  | 'over-capacity'
  | 'too-many-requests'
  | 'protocol-error'
  | 'message-refused'
  | 'too-large'
  | 'policy'
  | 'tls-required'
  | 'tls-failed'
  | 'name-not-found'
  | 'unreachable'
  | 'captive-portal'
  | 'redirected'
  | 'proxy-refused'
  | 'unknown-app'
  | 'app-disabled'
  | 'over-quota'
  | 'not-found'
  | 'protocol-version'
  | 'refused'
  | 'forbidden'
  | 'credentials-rejected'
  | 'attempt-timeout'
  | 'silent';

export interface Meaning {
  readonly cause: ClosingCause;
  readonly fault: Fault;
  readonly action: ClosingAction;
  /** A sentence for a person: what has happened, and what to do about it. */
  readonly remediation: string;
}

/** One row of a table; the first one that fits counts. */
export type Explanation = Meaning &
  (
    | {
        readonly code: number;
        /** The last one, where a range means the same. */
        readonly upTo?: number;
      }
    /** A constant, in the place of a code. Nothing that a server words as it likes. */
    | { readonly reason: string }
  );

// What several servers have a code or a reason for: a person reads the same sentence whichever it was.

export const connectionLost: Meaning = {
  cause: 'connection-lost',
  fault: 'network',
  action: 'retry',
  remediation:
    'The connection broke. If it happens often, look at the Wi-Fi, the router or a proxy with a short idle timeout.',
};

export const serverRestart: Meaning = {
  cause: 'server-restart',
  fault: 'server',
  action: 'spread',
  remediation: 'The server is restarting. Clients come back by themselves, spread over a few seconds.',
};

export const credentialsRejected: Meaning = {
  cause: 'credentials-rejected',
  fault: 'credentials',
  action: 'renew',
  remediation: 'The server refused the token. Sign in again if asking for a new one does not help.',
};
