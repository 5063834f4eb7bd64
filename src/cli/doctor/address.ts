// Whether a client would use an address at all: the rule of the API and of the sockets is the same.
import { isLoopback, isOnLan } from '../../lib/network-address.ts';
import type { Chart } from './finding.ts';

export function isUsable(text: string, chart: Chart): boolean {
  const { protocol, hostname, username, password, hash, search } = new URL(text);
  const isSocket = protocol.startsWith('ws');
  const isEncrypted = protocol === 'https:' || protocol === 'wss:';
  // Without the address: it may have a password.
  if (username !== '' || password !== '' || hash !== '' || (search !== '' && !isSocket)) {
    chart.problem(
      'address',
      hostname,
      'it has more than a host and a path',
      'Leave out user names, passwords, "?" and "#"; the token is said elsewhere.',
    );
    return false;
  }
  if (!isEncrypted && !isLoopback(hostname) && !isOnLan(hostname)) {
    chart.problem(
      'address',
      text,
      'it is not encrypted, and everybody on the way could read the token',
      `Use ${isSocket ? 'wss' : 'https'}. Without it a client only works on this machine and in the restaurant’s own network.`,
    );
    return false;
  }
  const isOpen = !isEncrypted && !isLoopback(hostname);
  chart.ok(
    'address',
    text,
    isOpen ? 'not encrypted, within the restaurant’s own network: needs allowInsecureLan' : 'can be used',
  );
  return true;
}
