import { HeardError } from '../../errors.ts';
import { isLoopback, isOnLan } from '../../lib/network-address.ts';

/** The address of one attempt: what is asked for is put into the query string, beside what is there already. */
export type AddressOf = (query: Readonly<Record<string, string>>) => string;

export function socketAddress(url: string, allowInsecureLan: boolean): AddressOf {
  const address = parsed(url);
  if (address === undefined || (address.protocol !== 'wss:' && address.protocol !== 'ws:')) {
    throw invalid('is no absolute wss or ws address', 'Write it out, as in "wss://ws.example.test".');
  }
  if (address.username !== '' || address.password !== '' || address.hash !== '') {
    throw invalid('has a user name, a password or a "#"', 'Leave them out; the token goes into the first frame.');
  }
  if (address.protocol === 'ws:' && !isLoopback(address.hostname) && !(allowInsecureLan && isOnLan(address.hostname))) {
    throw invalid(
      'is not encrypted, and everybody on the way could read the token',
      'Use wss. Within the restaurant’s own network (10.x, 172.16–31.x, 192.168.x, a name without dots, .local), `allowInsecureLan: true` permits ws.',
    );
  }
  return (query) => {
    const attempt = new URL(address);
    for (const [name, value] of Object.entries(query)) attempt.searchParams.set(name, value);
    return attempt.href;
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
  new HeardError('options-invalid', `The address of the WebSocket ${what}.`, { remediation });
