import { credentialsRejected, type Explanation } from '../explanation.ts';

/** Private codes follow HTTP, as docs of several WebSocket servers do; anything else private is unknown. */
// A function, so that a bundle without this transport does not build the table.
export const webSocketExplanations = (): readonly Explanation[] => [
  {
    code: 4400,
    cause: 'protocol-error',
    fault: 'client',
    action: 'block',
    remediation: 'The server could not understand this client. Check that both speak the same protocol.',
  },
  { code: 4401, ...credentialsRejected },
  {
    code: 4403,
    cause: 'forbidden',
    fault: 'credentials',
    action: 'block',
    remediation: 'This user may not connect. Give the user the right, or sign in as another.',
  },
  {
    code: 4404,
    cause: 'not-found',
    fault: 'configuration',
    action: 'block',
    remediation: 'The server has no such endpoint. Check the URL.',
  },
  {
    code: 4429,
    cause: 'too-many-requests',
    fault: 'client',
    action: 'retry-slowly',
    remediation: 'The server was asked too often. It is retried more slowly by itself.',
  },
];
