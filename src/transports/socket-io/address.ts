import { HeardError } from '../../errors.ts';
import { isLoopback, isOnLan } from '../../lib/network-address.ts';

/** Where the server is, in the parts that the engine takes. */
export interface ServerAddress {
  /** Without the brackets of IPv6. */
  readonly hostname: string;
  readonly port: string;
  readonly secure: boolean;
  /** What the address has behind a "?". */
  readonly query: Readonly<Record<string, string>>;
}

export function serverAddress(url: string, allowInsecureLan: boolean): ServerAddress {
  const address = parsed(url);
  if (address === undefined || !/^(?:https?|wss?):$/.test(address.protocol)) {
    throw invalid('is no absolute https address', 'Write it out, as in "https://api.example.test".');
  }
  if (address.username !== '' || address.password !== '' || address.hash !== '') {
    throw invalid('has a user name, a password or a "#"', 'Leave them out; the token goes into the handshake.');
  }
  if (address.pathname !== '/') {
    throw invalid(
      'has a path',
      'Leave it out. Namespaces are the contract’s; where the server is mounted somewhere else than at /socket.io/, say so with `path`.',
    );
  }
  const secure = address.protocol === 'https:' || address.protocol === 'wss:';
  if (!secure && !isLoopback(address.hostname) && !(allowInsecureLan && isOnLan(address.hostname))) {
    throw invalid(
      'is not encrypted, and everybody on the way could read the token',
      'Use https. Within the restaurant’s own network (10.x, 172.16–31.x, 192.168.x, a name without dots, .local), `allowInsecureLan: true` permits http.',
    );
  }
  return {
    hostname: address.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: address.port === '' ? (secure ? '443' : '80') : address.port,
    secure,
    query: Object.fromEntries(address.searchParams),
  };
}

function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

const invalid = (what: string, remediation: string): HeardError =>
  // Without the address: it may contain a password.
  new HeardError('options-invalid', `The address of the Socket.IO server ${what}.`, { remediation });
