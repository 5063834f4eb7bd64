// What every WebSocket and every answer of HTTP may end with, in tables: a range of codes, whose fault it is, what happens
// next, and a sentence for a person. What is a server's own is explained by its transport, which is asked first. A code that
// no row knows is retried slowly, because a code of tomorrow must not stop a kitchen.

import { connectionLost, credentialsRejected, serverRestart, type Explanation } from '../../transports/explanation.ts';
import type { Closing, Failure, FailureKind } from '../../transports/transport.ts';
import type { Verdict } from './verdict.ts';

type Judgement = Pick<Verdict, 'cause' | 'fault' | 'action' | 'remediation'>;

interface Range extends Judgement {
  readonly code: number;
  readonly upTo?: number;
}

const unknownCode: Judgement = {
  cause: 'unknown-code',
  fault: 'server',
  action: 'retry-slowly',
  remediation:
    'The server closed the connection with a code that heard does not know. Look it up in the server’s documentation.',
};

/** RFC 6455 and the registry behind it. */
// Functions, so that a bundle that connects nowhere carries none of the tables.
const webSocketCodes = (): readonly Range[] => [
  {
    code: 1000,
    cause: 'closed-normally',
    fault: 'server',
    action: 'retry',
    remediation: 'The server closed the connection without a complaint.',
  },
  { code: 1001, ...serverRestart },
  {
    code: 1002,
    cause: 'protocol-error',
    fault: 'client',
    action: 'retry-slowly',
    remediation: 'The server found a fault in the protocol. Report it with both versions.',
  },
  {
    code: 1003,
    cause: 'message-refused',
    fault: 'client',
    action: 'retry-slowly',
    remediation: 'The server does not take this kind of frame. Check the codec of the transport.',
  },
  {
    code: 1004,
    cause: 'unknown-code',
    fault: 'server',
    action: 'retry-slowly',
    remediation: 'The server used a reserved close code. Look at the proxy in front of it.',
  },
  {
    code: 1005,
    cause: 'closed-normally',
    fault: 'server',
    action: 'retry',
    remediation: 'The server closed the connection without saying why.',
  },
  { code: 1006, ...connectionLost },
  {
    code: 1007,
    cause: 'message-refused',
    fault: 'client',
    action: 'retry-slowly',
    remediation: 'The server could not read what was sent. Check the codec of the transport.',
  },
  {
    code: 1008,
    cause: 'policy',
    fault: 'server',
    action: 'retry-slowly',
    remediation: 'A policy of the server closed the connection. Look in its log for which one.',
  },
  {
    code: 1009,
    cause: 'too-large',
    fault: 'client',
    action: 'retry-slowly',
    remediation: 'A message was larger than the server allows. Send less, or raise its limit.',
  },
  {
    code: 1010,
    cause: 'protocol-error',
    fault: 'server',
    action: 'retry-slowly',
    remediation: 'An extension could not be agreed on. Check the proxy between client and server.',
  },
  {
    code: 1011,
    cause: 'server-error',
    fault: 'server',
    action: 'retry-slowly',
    remediation: 'The server failed. Look in its log.',
  },
  { code: 1012, ...serverRestart },
  {
    code: 1013,
    cause: 'server-busy',
    fault: 'server',
    action: 'retry-slowly',
    remediation: 'The server is overloaded and asks for patience.',
  },
  {
    code: 1014,
    cause: 'server-error',
    fault: 'server',
    action: 'retry-slowly',
    remediation: 'A gateway got a bad answer from the server behind it. Check that the server runs.',
  },
  {
    code: 1015,
    cause: 'tls-failed',
    fault: 'configuration',
    action: 'retry-slowly',
    remediation: 'TLS failed. Check the certificate, and the clock of this device.',
  },
];

/** How an upgrade can be answered otherwise than with an upgrade. */
const statuses = (): readonly Range[] => [
  {
    code: 200,
    upTo: 299,
    cause: 'captive-portal',
    fault: 'network',
    action: 'retry-slowly',
    remediation: 'Something answered in place of the server, perhaps a Wi-Fi sign-in page. Open a browser and sign in.',
  },
  {
    code: 300,
    upTo: 399,
    cause: 'redirected',
    fault: 'configuration',
    action: 'block',
    remediation: 'The address redirects, and a token is not taken elsewhere. Configure the final address.',
  },
  { code: 401, ...credentialsRejected },
  {
    code: 403,
    cause: 'forbidden',
    fault: 'credentials',
    action: 'block',
    remediation: 'The server forbids this connection. Check the user’s rights, the origin and the app.',
  },
  {
    code: 404,
    cause: 'not-found',
    fault: 'configuration',
    action: 'block',
    remediation: 'There is no such endpoint. Check host, path and key.',
  },
  {
    code: 407,
    cause: 'proxy-refused',
    fault: 'network',
    action: 'retry-slowly',
    remediation: 'A proxy wants to know who is there. Configure it for this device.',
  },
  {
    code: 408,
    cause: 'attempt-timeout',
    fault: 'network',
    action: 'retry-slowly',
    remediation: 'The server waited for the request in vain. Check the network.',
  },
  {
    code: 425,
    cause: 'server-busy',
    fault: 'server',
    action: 'retry-slowly',
    remediation: 'The server asks for patience.',
  },
  {
    code: 426,
    cause: 'protocol-version',
    fault: 'client',
    action: 'block',
    remediation: 'The server wants another protocol. Check the URL and the proxy: upgrades must pass.',
  },
  {
    code: 429,
    cause: 'too-many-requests',
    fault: 'server',
    action: 'retry-slowly',
    remediation: 'The server was asked too often. It is retried when the server said so.',
  },
  {
    code: 400,
    upTo: 499,
    cause: 'refused',
    fault: 'configuration',
    action: 'block',
    remediation: 'The server refuses this request. Check host, path and key.',
  },
  {
    code: 503,
    cause: 'server-busy',
    fault: 'server',
    action: 'retry-slowly',
    remediation: 'The server is down for maintenance or overloaded.',
  },
  {
    code: 500,
    upTo: 599,
    cause: 'server-error',
    fault: 'server',
    action: 'retry-slowly',
    remediation: 'The server failed. Look in its log, and in that of the proxy.',
  },
];

const failures = (): Readonly<Record<Exclude<FailureKind, 'http'>, Judgement>> => ({
  html: {
    cause: 'captive-portal',
    fault: 'network',
    action: 'retry-slowly',
    remediation: 'A web page came in place of the server, perhaps a Wi-Fi sign-in. Open a browser and sign in.',
  },
  dns: {
    cause: 'name-not-found',
    fault: 'network',
    action: 'retry',
    remediation: 'The name of the server was not found. Check its spelling, and the network’s DNS.',
  },
  tls: {
    cause: 'tls-failed',
    fault: 'configuration',
    action: 'retry-slowly',
    remediation: 'TLS failed. Check the certificate, and the clock of this device.',
  },
  unreachable: {
    cause: 'unreachable',
    fault: 'network',
    action: 'retry',
    remediation: 'The server cannot be reached. Check that it runs, and the network between.',
  },
  timeout: {
    cause: 'attempt-timeout',
    fault: 'network',
    action: 'retry',
    remediation: 'The server did not answer in time. Check that host and port are reachable.',
  },
  malformed: {
    cause: 'protocol-error',
    fault: 'server',
    action: 'retry-slowly',
    remediation: 'What answered does not speak the protocol. Check host and port.',
  },
  'handshake-refused': credentialsRejected,
  'unknown-namespace': {
    cause: 'not-found',
    fault: 'configuration',
    action: 'block',
    remediation: 'The server has no such namespace. Check that client and server share a contract.',
  },
  unknown: {
    cause: 'unreachable',
    fault: 'network',
    action: 'retry',
    remediation:
      'The connection could not be made, and the platform does not say why. Check that the server runs, host, port, path and certificate, and the network between.',
  },
  'no-socket': {
    cause: 'no-socket',
    fault: 'none',
    action: 'disable',
    remediation: 'Nothing to do: this client was made without a socket. It reads over HTTP instead.',
  },
});

const within = (rows: readonly (Explanation | Range)[], code: number): Judgement =>
  rows.find((row) => Number.isInteger(code) && 'code' in row && code >= row.code && code <= (row.upTo ?? row.code)) ??
  unknownCode;

/** The transport comes first: it may know more of a code that every WebSocket has. */
const meaningOf = (explained: readonly Explanation[], code: number): Judgement =>
  within([...explained, ...webSocketCodes()], code);

const verdict = ({ cause, fault, action, remediation }: Judgement, code: number | string | undefined): Verdict => ({
  cause,
  fault,
  action,
  remediation,
  ...(code !== undefined && { code }),
});

/** Why a server, or the way to it, closed a socket. */
export function verdictOfClosing(explained: readonly Explanation[], { code, reason }: Closing): Verdict {
  if (code !== undefined) return verdict(meaningOf(explained, code), code);
  // Text that is not one of the transport's constants could be anything, so it is not passed on.
  const known = explained.find((row) => 'reason' in row && row.reason === reason);
  return known === undefined ? verdict(connectionLost, undefined) : verdict(known, reason);
}

/** What a number means that the server sent as an error before it closed, or without closing. */
export const verdictOfWarning = (explained: readonly Explanation[], code: number): Verdict =>
  verdict(meaningOf(explained, code), code);

/** Why there never was a socket. */
export function verdictOfFailure(failure: Failure): Verdict {
  if (failure.kind !== 'http') return verdict(failures()[failure.kind], undefined);
  const judged = verdict(within(statuses(), failure.status), failure.status);
  return failure.retryAfterMs === undefined ? judged : { ...judged, retryAfterMs: failure.retryAfterMs };
}

/** These say only that it ended: an error that the server sent before explains more. */
export const saysNothing = ({ code }: Closing): boolean => code === undefined || (code >= 1000 && code <= 1006);
