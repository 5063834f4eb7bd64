import { describe, expect, test } from 'vitest';
import { verdictOfClosing, verdictOfFailure, verdictOfWarning } from '../../../src/core/connection/close-codes.ts';
import { none } from '../../../src/transports/none.ts';
import { pusher } from '../../../src/transports/pusher.ts';
import { socketIo } from '../../../src/transports/socket-io.ts';
import type { Explanation } from '../../../src/transports/explanation.ts';
import type { Failure, Transport } from '../../../src/transports/transport.ts';
import { webSocket } from '../../../src/transports/websocket.ts';

const explainedBy = ({ capabilities }: Transport): readonly Explanation[] => capabilities.explains ?? [];
const tables = {
  pusher: explainedBy(pusher({ key: 'app-key', wsHost: 'ws.example.test' })),
  'socket-io': explainedBy(socketIo({ url: 'https://api.example.test' })),
  websocket: explainedBy(webSocket({ url: 'wss://ws.example.test' })),
};

const closing = (explained: readonly Explanation[], code: number): string => {
  const { cause, action } = verdictOfClosing(explained, { code });
  return `${action}: ${cause}`;
};

describe('close codes', () => {
  test.each([
    [3999, 'retry-slowly: unknown-code'],
    [4000, 'block: tls-required'],
    [4001, 'block: unknown-app'],
    [4002, 'block: refused'],
    [4003, 'block: app-disabled'],
    [4004, 'block: over-quota'],
    [4005, 'block: not-found'],
    [4006, 'block: protocol-version'],
    [4008, 'block: protocol-version'],
    [4009, 'renew: credentials-rejected'],
    [4010, 'block: refused'],
    [4099, 'block: refused'],
    [4100, 'retry-slowly: over-capacity'],
    [4101, 'retry-slowly: server-busy'],
    [4199, 'retry-slowly: server-busy'],
    [4200, 'spread: server-restart'],
    [4201, 'spread: server-restart'],
    [4299, 'spread: server-restart'],
    [4300, 'retry-slowly: message-refused'],
    [4301, 'retry-slowly: message-refused'],
    [4302, 'retry-slowly: message-refused'],
    [4303, 'retry-slowly: message-refused'],
    [4399, 'retry-slowly: message-refused'],
    [4400, 'retry-slowly: unknown-code'],
    [1006, 'retry: connection-lost'],
  ])('C36: Pusher %i is %s', (code, expected) => {
    expect(closing(tables.pusher, code)).toBe(expected);
  });

  test.each([
    [999, 'retry-slowly: unknown-code'],
    [1000, 'retry: closed-normally'],
    [1001, 'spread: server-restart'],
    [1002, 'retry-slowly: protocol-error'],
    [1003, 'retry-slowly: message-refused'],
    [1004, 'retry-slowly: unknown-code'],
    [1005, 'retry: closed-normally'],
    [1006, 'retry: connection-lost'],
    [1007, 'retry-slowly: message-refused'],
    [1008, 'retry-slowly: policy'],
    [1009, 'retry-slowly: too-large'],
    [1010, 'retry-slowly: protocol-error'],
    [1011, 'retry-slowly: server-error'],
    [1012, 'spread: server-restart'],
    [1013, 'retry-slowly: server-busy'],
    [1014, 'retry-slowly: server-error'],
    [1015, 'retry-slowly: tls-failed'],
    [1016, 'retry-slowly: unknown-code'],
    [3000, 'retry-slowly: unknown-code'],
    [4001, 'retry-slowly: unknown-code'],
    [4200, 'retry-slowly: unknown-code'],
    [4400, 'block: protocol-error'],
    [4401, 'renew: credentials-rejected'],
    [4402, 'retry-slowly: unknown-code'],
    [4403, 'block: forbidden'],
    [4404, 'block: not-found'],
    [4429, 'retry-slowly: too-many-requests'],
    [4999, 'retry-slowly: unknown-code'],
    [-1, 'retry-slowly: unknown-code'],
    [1006.5, 'retry-slowly: unknown-code'],
    [Number.NaN, 'retry-slowly: unknown-code'],
    [Infinity, 'retry-slowly: unknown-code'],
  ])('C36: WebSocket %f is %s', (code, expected) => {
    expect(closing(tables.websocket, code)).toBe(expected);
  });

  test.each([
    ['io server disconnect', 'reauthorise'],
    ['server namespace disconnect', 'reauthorise'],
    ['io client disconnect', 'retry'],
    ['client namespace disconnect', 'retry'],
    ['ping timeout', 'retry'],
    ['transport close', 'retry'],
    ['transport error', 'retry'],
    ['parse error', 'retry-slowly'],
    ['forced close', 'retry'],
    ['forced server close', 'retry'],
    ['server shutting down', 'spread'],
  ])('C36: Socket.IO "%s" is %s', (reason, action) => {
    expect(verdictOfClosing(tables['socket-io'], { code: undefined, reason })).toMatchObject({ action, code: reason });
  });

  test('C36: a reason that is no constant of Socket.IO is a lost connection, and its text goes no further', () => {
    const verdict = verdictOfClosing(tables['socket-io'], { code: undefined, reason: 'token eyJhbGciOi leaked' });
    expect(verdict.cause).toBe('connection-lost');
    expect(JSON.stringify(verdict)).not.toContain('eyJ');
  });

  test.each(['constructor', '__proto__', 'toString'])('C36: a reason called %s is no reason', (reason) => {
    expect(verdictOfClosing(tables['socket-io'], { code: undefined, reason }).cause).toBe('connection-lost');
  });
});

describe('what a transport explains', () => {
  const own: readonly Explanation[] = [
    { code: 1008, cause: 'credentials-rejected', fault: 'credentials', action: 'renew', remediation: 'Sign in again.' },
    { code: 4003, cause: 'forbidden', fault: 'credentials', action: 'block', remediation: 'Ask the manager.' },
    { code: 4000, upTo: 4010, cause: 'refused', fault: 'server', action: 'spread', remediation: 'Wait a moment.' },
    { reason: 'closing time', cause: 'server-busy', fault: 'none', action: 'retry-slowly', remediation: 'Come back.' },
  ];

  test.each([
    [1008, 'renew: credentials-rejected'],
    [1012, 'spread: server-restart'],
    [3999, 'retry-slowly: unknown-code'],
    [4000, 'spread: refused'],
    [4003, 'block: forbidden'],
    [4010, 'spread: refused'],
    [4011, 'retry-slowly: unknown-code'],
    [4000.5, 'retry-slowly: unknown-code'],
  ])('C41: %f is looked up there first, and its first row that fits counts: %s', (code, expected) => {
    expect(closing(own, code)).toBe(expected);
    expect(verdictOfWarning(own, code)).toEqual(verdictOfClosing(own, { code }));
  });

  test('C41: its own constant is passed on with its own sentence, and that of another transport is not', () => {
    expect(verdictOfClosing(own, { code: undefined, reason: 'closing time' })).toEqual({
      cause: 'server-busy',
      fault: 'none',
      action: 'retry-slowly',
      remediation: 'Come back.',
      code: 'closing time',
    });
    expect(verdictOfClosing(own, { code: undefined, reason: 'io server disconnect' })).toMatchObject({
      cause: 'connection-lost',
    });
  });

  test.each([
    ['no codes of Pusher', tables.websocket, 4009],
    ['no codes of a plain WebSocket', tables.pusher, 4401],
    ['no private codes over Socket.IO', tables['socket-io'], 4401],
    ['nothing of its own without a socket', explainedBy(none()), 4401],
  ])('C41: a client carries %s that it does not use', (_, explained, code) => {
    expect(closing(explained, code)).toBe('retry-slowly: unknown-code');
  });
});

describe('an upgrade that was answered otherwise', () => {
  test.each([
    [199, 'retry-slowly: unknown-code'],
    [200, 'retry-slowly: captive-portal'],
    [299, 'retry-slowly: captive-portal'],
    [300, 'block: redirected'],
    [302, 'block: redirected'],
    [399, 'block: redirected'],
    [400, 'block: refused'],
    [401, 'renew: credentials-rejected'],
    [402, 'block: refused'],
    [403, 'block: forbidden'],
    [404, 'block: not-found'],
    [407, 'retry-slowly: proxy-refused'],
    [408, 'retry-slowly: attempt-timeout'],
    [425, 'retry-slowly: server-busy'],
    [426, 'block: protocol-version'],
    [429, 'retry-slowly: too-many-requests'],
    [499, 'block: refused'],
    [500, 'retry-slowly: server-error'],
    [503, 'retry-slowly: server-busy'],
    [599, 'retry-slowly: server-error'],
    [600, 'retry-slowly: unknown-code'],
  ])('C36: HTTP %i is %s', (status, expected) => {
    const { action, cause } = verdictOfFailure({ kind: 'http', status });
    expect(`${action}: ${cause}`).toBe(expected);
  });

  const others: readonly [Exclude<Failure['kind'], 'http'>, string][] = [
    ['html', 'retry-slowly: captive-portal'],
    ['dns', 'retry: name-not-found'],
    ['tls', 'retry-slowly: tls-failed'],
    ['unreachable', 'retry: unreachable'],
    ['timeout', 'retry: attempt-timeout'],
    ['malformed', 'retry-slowly: protocol-error'],
    ['handshake-refused', 'renew: credentials-rejected'],
    ['unknown-namespace', 'block: not-found'],
    ['unknown', 'retry: unreachable'],
    ['no-socket', 'disable: no-socket'],
  ];
  test.each(others)('C36: %s is %s', (kind, expected) => {
    const { action, cause } = verdictOfFailure({ kind });
    expect(`${action}: ${cause}`).toBe(expected);
  });
});

test('C36: every verdict says whose fault it is and what to do, in a sentence', () => {
  const codes = Array.from({ length: 5_000 }, (_, code) => code);
  const verdicts = [
    ...Object.values(tables).flatMap((explained) => codes.map((code) => verdictOfClosing(explained, { code }))),
    ...tables['socket-io'].map((row) => verdictOfClosing(tables['socket-io'], { code: undefined, ...row })),
    ...codes.map((status) => verdictOfFailure({ kind: 'http', status })),
  ];
  for (const { remediation } of new Set(verdicts)) expect(remediation).toMatch(/^[A-Z].{20,}\.$/);
  expect(verdictOfWarning(tables.pusher, 4301)).toEqual(verdictOfClosing(tables.pusher, { code: 4301 }));
});
