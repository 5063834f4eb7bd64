import { connectionLost, serverRestart, type Explanation } from '../explanation.ts';

/** The reasons of `disconnect`, which are constants of the library. A code is the engine's WebSocket showing through. */
// A function, so that a bundle without this transport does not build the table.
export const socketIoExplanations = (): readonly Explanation[] => [
  {
    reason: 'io server disconnect',
    cause: 'server-disconnected',
    fault: 'server',
    action: 'reauthorise',
    remediation:
      'The server put this client out. It comes back with a fresh token; if that recurs, the user may have been revoked.',
  },
  {
    reason: 'io client disconnect',
    cause: 'closed-normally',
    fault: 'client',
    action: 'retry',
    remediation: 'Something other than heard closed the socket. Leave it to heard.',
  },
  {
    reason: 'server namespace disconnect',
    cause: 'server-disconnected',
    fault: 'server',
    action: 'reauthorise',
    remediation: 'The server closed the namespace for this client. Look in its log.',
  },
  {
    reason: 'client namespace disconnect',
    cause: 'closed-normally',
    fault: 'client',
    action: 'retry',
    remediation: 'Something other than heard left the namespace. Leave it to heard.',
  },
  {
    reason: 'ping timeout',
    cause: 'silent',
    fault: 'network',
    action: 'retry',
    remediation: 'The server was not heard of in time. If it recurs, look at the network.',
  },
  { reason: 'transport close', ...connectionLost },
  { reason: 'transport error', ...connectionLost },
  {
    reason: 'parse error',
    cause: 'protocol-error',
    fault: 'server',
    action: 'retry-slowly',
    remediation: 'The server sent a packet that nobody can read. Check that both sides are Socket.IO 4.',
  },
  {
    reason: 'forced close',
    cause: 'closed-normally',
    fault: 'client',
    action: 'retry',
    remediation: 'The engine was closed from outside. Leave it to heard.',
  },
  {
    reason: 'forced server close',
    cause: 'server-disconnected',
    fault: 'server',
    action: 'retry',
    remediation: 'The server gave the connection up: the client did not join in time.',
  },
  { reason: 'server shutting down', ...serverRestart },
];
