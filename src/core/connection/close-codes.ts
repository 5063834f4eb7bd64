// What every known ending of a connection means, in tables: a range of codes, whose fault it is, what happens next, and a
// sentence for a person. A code that no row knows is retried slowly, because a code of tomorrow must not stop a kitchen.

import type { Closing, CodeFamily, Failure, FailureKind } from '../../transports/transport.ts';
import type { Action, Cause, Fault, Verdict } from './verdict.ts';

interface Meaning {
  readonly cause: Cause;
  readonly fault: Fault;
  readonly action: Action;
  readonly remediation: string;
}

interface Range extends Meaning {
  readonly from: number;
  readonly to: number;
}

const meaning = (cause: Cause, fault: Fault, action: Action, remediation: string): Meaning => ({
  cause,
  fault,
  action,
  remediation,
});

const range = (from: number, to: number, ...row: Parameters<typeof meaning>): Range => ({
  from,
  to,
  ...meaning(...row),
});
const only = (code: number, ...row: Parameters<typeof meaning>): Range => range(code, code, ...row);

const unknownCode: Meaning = {
  cause: 'unknown-code',
  fault: 'server',
  action: 'retry-slowly',
  remediation:
    'The server closed the connection with a code that heard does not know. Look it up in the server’s documentation.',
};

const lost: Meaning = {
  cause: 'connection-lost',
  fault: 'network',
  action: 'retry',
  remediation:
    'The connection broke. If it happens often, look at the Wi-Fi, the router or a proxy with a short idle timeout.',
};

const restart: Meaning = {
  cause: 'server-restart',
  fault: 'server',
  action: 'spread',
  remediation: 'The server is restarting. Clients come back by themselves, spread over a few seconds.',
};

const rejected: Meaning = {
  cause: 'credentials-rejected',
  fault: 'credentials',
  action: 'renew',
  remediation: 'The server refused the token. Sign in again if asking for a new one does not help.',
};

/** RFC 6455 and the registry behind it. */
// Functions, so that a bundle that connects nowhere carries none of the tables.
const webSocketCodes = (): readonly Range[] => [
  only(1000, 'closed-normally', 'server', 'retry', 'The server closed the connection without a complaint.'),
  only(1001, restart.cause, restart.fault, restart.action, restart.remediation),
  only(
    1002,
    'protocol-error',
    'client',
    'retry-slowly',
    'The server found a fault in the protocol. Report it with both versions.',
  ),
  only(
    1003,
    'message-refused',
    'client',
    'retry-slowly',
    'The server does not take this kind of frame. Check the codec of the transport.',
  ),
  only(
    1004,
    'unknown-code',
    'server',
    'retry-slowly',
    'The server used a reserved close code. Look at the proxy in front of it.',
  ),
  only(1005, 'closed-normally', 'server', 'retry', 'The server closed the connection without saying why.'),
  only(1006, lost.cause, lost.fault, lost.action, lost.remediation),
  only(
    1007,
    'message-refused',
    'client',
    'retry-slowly',
    'The server could not read what was sent. Check the codec of the transport.',
  ),
  only(
    1008,
    'policy',
    'server',
    'retry-slowly',
    'A policy of the server closed the connection. Look in its log for which one.',
  ),
  only(
    1009,
    'too-large',
    'client',
    'retry-slowly',
    'A message was larger than the server allows. Send less, or raise its limit.',
  ),
  only(
    1010,
    'protocol-error',
    'server',
    'retry-slowly',
    'An extension could not be agreed on. Check the proxy between client and server.',
  ),
  only(1011, 'server-error', 'server', 'retry-slowly', 'The server failed. Look in its log.'),
  only(1012, restart.cause, restart.fault, restart.action, restart.remediation),
  only(1013, 'server-busy', 'server', 'retry-slowly', 'The server is overloaded and asks for patience.'),
  only(
    1014,
    'server-error',
    'server',
    'retry-slowly',
    'A gateway got a bad answer from the server behind it. Check that the server runs.',
  ),
  only(
    1015,
    'tls-failed',
    'configuration',
    'retry-slowly',
    'TLS failed. Check the certificate, and the clock of this device.',
  ),
];

const codes = (): Readonly<Record<CodeFamily, readonly Range[]>> => ({
  pusher: [
    only(4000, 'tls-required', 'configuration', 'block', 'This app takes encrypted connections only: use wss.'),
    only(
      4001,
      'unknown-app',
      'configuration',
      'block',
      'The server knows no app with this key. Check `key` and the host.',
    ),
    range(
      4002,
      4002,
      'refused',
      'configuration',
      'block',
      'The server refused the connection for good. Check key, host and path.',
    ),
    only(4003, 'app-disabled', 'configuration', 'block', 'The app is disabled on the server. Enable it there.'),
    only(
      4004,
      'over-quota',
      'configuration',
      'block',
      'The app is over its quota of connections. Raise it, or close clients.',
    ),
    only(4005, 'not-found', 'configuration', 'block', 'The server has no such path. Check `wsPath` and the proxy.'),
    range(
      4006,
      4008,
      'protocol-version',
      'client',
      'block',
      'The server does not speak this version of the protocol. Update one of the two.',
    ),
    only(4009, rejected.cause, rejected.fault, rejected.action, rejected.remediation),
    range(
      4010,
      4099,
      'refused',
      'configuration',
      'block',
      'The server refused the connection for good. Check key, host and path.',
    ),
    only(
      4100,
      'over-capacity',
      'server',
      'retry-slowly',
      'The server is at its limit of connections. Raise it, or close clients.',
    ),
    range(4101, 4199, 'server-busy', 'server', 'retry-slowly', 'The server asks for patience before the next attempt.'),
    range(4200, 4299, restart.cause, restart.fault, restart.action, restart.remediation),
    range(
      4300,
      4300,
      'message-refused',
      'client',
      'retry-slowly',
      'The server refused something that this client did. Look in its log.',
    ),
    only(
      4301,
      'message-refused',
      'client',
      'retry-slowly',
      'The server refused a client event: not enabled, too large, or too many of them.',
    ),
    only(
      4302,
      'message-refused',
      'client',
      'retry-slowly',
      'The server refused to let this client subscribe: presence needs channel data.',
    ),
    range(
      4303,
      4399,
      'message-refused',
      'client',
      'retry-slowly',
      'The server refused something that this client did. Look in its log.',
    ),
    ...webSocketCodes(),
  ],
  // Private codes follow HTTP, as docs of several WebSocket servers do; anything else private is unknown.
  websocket: [
    only(
      4400,
      'protocol-error',
      'client',
      'block',
      'The server could not understand this client. Check that both speak the same protocol.',
    ),
    only(4401, rejected.cause, rejected.fault, rejected.action, rejected.remediation),
    only(
      4403,
      'forbidden',
      'credentials',
      'block',
      'This user may not connect. Give the user the right, or sign in as another.',
    ),
    only(4404, 'not-found', 'configuration', 'block', 'The server has no such endpoint. Check the URL.'),
    only(
      4429,
      'too-many-requests',
      'client',
      'retry-slowly',
      'The server was asked too often. It is retried more slowly by itself.',
    ),
    ...webSocketCodes(),
  ],
  // Reports reasons instead; a code is the engine's WebSocket showing through.
  'socket-io': webSocketCodes(),
});

/** Socket.IO's `disconnect` reasons, which are constants of the library. */
const socketIoReasons = (): ReadonlyMap<string, Meaning> =>
  new Map([
    [
      'io server disconnect',
      meaning(
        'server-disconnected',
        'server',
        'reauthorise',
        'The server put this client out. It comes back with a fresh token; if that recurs, the user may have been revoked.',
      ),
    ],
    [
      'io client disconnect',
      meaning('closed-normally', 'client', 'retry', 'Something other than heard closed the socket. Leave it to heard.'),
    ],
    [
      'server namespace disconnect',
      meaning(
        'server-disconnected',
        'server',
        'reauthorise',
        'The server closed the namespace for this client. Look in its log.',
      ),
    ],
    [
      'client namespace disconnect',
      meaning(
        'closed-normally',
        'client',
        'retry',
        'Something other than heard left the namespace. Leave it to heard.',
      ),
    ],
    [
      'ping timeout',
      meaning('silent', 'network', 'retry', 'The server was not heard of in time. If it recurs, look at the network.'),
    ],
    ['transport close', lost],
    ['transport error', lost],
    [
      'parse error',
      meaning(
        'protocol-error',
        'server',
        'retry-slowly',
        'The server sent a packet that nobody can read. Check that both sides are Socket.IO 4.',
      ),
    ],
    [
      'forced close',
      meaning('closed-normally', 'client', 'retry', 'The engine was closed from outside. Leave it to heard.'),
    ],
    [
      'forced server close',
      meaning(
        'server-disconnected',
        'server',
        'retry',
        'The server gave the connection up: the client did not join in time.',
      ),
    ],
    ['server shutting down', restart],
  ]);

/** How an upgrade can be answered otherwise than with an upgrade. */
const statuses = (): readonly Range[] => [
  range(
    200,
    299,
    'captive-portal',
    'network',
    'retry-slowly',
    'Something answered in place of the server, perhaps a Wi-Fi sign-in page. Open a browser and sign in.',
  ),
  range(
    300,
    399,
    'redirected',
    'configuration',
    'block',
    'The address redirects, and a token is not taken elsewhere. Configure the final address.',
  ),
  only(401, rejected.cause, rejected.fault, rejected.action, rejected.remediation),
  only(
    403,
    'forbidden',
    'credentials',
    'block',
    'The server forbids this connection. Check the user’s rights, the origin and the app.',
  ),
  only(404, 'not-found', 'configuration', 'block', 'There is no such endpoint. Check host, path and key.'),
  only(
    407,
    'proxy-refused',
    'network',
    'retry-slowly',
    'A proxy wants to know who is there. Configure it for this device.',
  ),
  only(
    408,
    'attempt-timeout',
    'network',
    'retry-slowly',
    'The server waited for the request in vain. Check the network.',
  ),
  only(425, 'server-busy', 'server', 'retry-slowly', 'The server asks for patience.'),
  only(
    426,
    'protocol-version',
    'client',
    'block',
    'The server wants another protocol. Check the URL and the proxy: upgrades must pass.',
  ),
  only(
    429,
    'too-many-requests',
    'server',
    'retry-slowly',
    'The server was asked too often. It is retried when the server said so.',
  ),
  range(400, 499, 'refused', 'configuration', 'block', 'The server refuses this request. Check host, path and key.'),
  only(503, 'server-busy', 'server', 'retry-slowly', 'The server is down for maintenance or overloaded.'),
  range(
    500,
    599,
    'server-error',
    'server',
    'retry-slowly',
    'The server failed. Look in its log, and in that of the proxy.',
  ),
];

const failures = (): Readonly<Record<Exclude<FailureKind, 'http'>, Meaning>> => ({
  html: meaning(
    'captive-portal',
    'network',
    'retry-slowly',
    'A web page came in place of the server, perhaps a Wi-Fi sign-in. Open a browser and sign in.',
  ),
  dns: meaning(
    'name-not-found',
    'network',
    'retry',
    'The name of the server was not found. Check its spelling, and the network’s DNS.',
  ),
  tls: meaning(
    'tls-failed',
    'configuration',
    'retry-slowly',
    'TLS failed. Check the certificate, and the clock of this device.',
  ),
  unreachable: meaning(
    'unreachable',
    'network',
    'retry',
    'The server cannot be reached. Check that it runs, and the network between.',
  ),
  timeout: meaning(
    'attempt-timeout',
    'network',
    'retry',
    'The server did not answer in time. Check that host and port are reachable.',
  ),
  malformed: meaning(
    'protocol-error',
    'server',
    'retry-slowly',
    'What answered does not speak the protocol. Check host and port.',
  ),
  'handshake-refused': rejected,
  'unknown-namespace': meaning(
    'not-found',
    'configuration',
    'block',
    'The server has no such namespace. Check that client and server share a contract.',
  ),
  unknown: meaning(
    'unreachable',
    'network',
    'retry',
    'The connection could not be made, and the platform does not say why. Check that the server runs, host, port, path and certificate, and the network between.',
  ),
  'no-socket': meaning(
    'no-socket',
    'none',
    'disable',
    'Nothing to do: this client was made without a socket. It reads over HTTP instead.',
  ),
});

const within = (rows: readonly Range[], code: number): Meaning =>
  rows.find(({ from, to }) => Number.isInteger(code) && code >= from && code <= to) ?? unknownCode;

const verdict = ({ cause, fault, action, remediation }: Meaning, code: number | string | undefined): Verdict => ({
  cause,
  fault,
  action,
  remediation,
  ...(code !== undefined && { code }),
});

/** Why a server, or the way to it, closed a socket. */
export function verdictOfClosing(family: CodeFamily, { code, reason }: Closing): Verdict {
  if (code !== undefined) return verdict(within(codes()[family], code), code);
  // Text that is not one of the library's constants could be anything, so it is not passed on.
  const known = reason === undefined ? undefined : socketIoReasons().get(reason);
  return known === undefined ? verdict(lost, undefined) : verdict(known, reason);
}

/** What a number means that the server sent as an error before it closed, or without closing. */
export const verdictOfWarning = (family: CodeFamily, code: number): Verdict =>
  verdict(within(codes()[family], code), code);

/** Why there never was a socket. */
export function verdictOfFailure(failure: Failure): Verdict {
  if (failure.kind !== 'http') return verdict(failures()[failure.kind], undefined);
  const judged = verdict(within(statuses(), failure.status), failure.status);
  return failure.retryAfterMs === undefined ? judged : { ...judged, retryAfterMs: failure.retryAfterMs };
}

/** These say only that it ended: an error that the server sent before explains more. */
export const saysNothing = ({ code }: Closing): boolean => code === undefined || (code >= 1000 && code <= 1006);
