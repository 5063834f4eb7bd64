import { HeardError } from '../errors.ts';
import { isLoopback, isOnLan } from '../lib/network-address.ts';

/** Where the server is, and the way to it. */
export interface BaseAddress {
  readonly origin: string;
  /** The whole address of a path. Throws for a path that would lead away from the base address. */
  resolve(path: string): string;
}

export interface BaseAddressOptions {
  /** Lets tokens cross the restaurant's own network in clear text. Never the internet. */
  readonly allowInsecureLan: boolean;
}

// A browser drops tabs and line breaks out of an address before it reads it, and takes a backslash for a slash.
// eslint-disable-next-line no-control-regex -- control characters are what is refused
const neverInPath = /[\u0000-\u0020\u007f\\#]/;
const scheme = /^[a-z][a-z0-9+.-]*:/i;
// Servers and proxies resolve dots, also encoded ones.
const dotSegment = /(?:^|\/)(?:\.|%2e){1,2}(?:[/?]|$)/i;

export function baseAddress(text: string, { allowInsecureLan }: BaseAddressOptions): BaseAddress {
  const url = parsed(text);
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw invalid('is no absolute http or https address', 'Write it out, as in "https://api.example.test".');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw invalid('has more than a host and a path', 'Leave out user names, passwords, "?" and "#".');
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !(allowInsecureLan && isOnLan(url.hostname))) {
    throw invalid(
      'is not encrypted, and everybody on the way could read the token',
      'Use https. Within the restaurant’s own network (10.x, 172.16–31.x, 192.168.x, a name without dots, .local), `allowInsecureLan: true` permits http.',
    );
  }
  const { origin } = url;
  const base = `${origin}${url.pathname.replace(/\/+$/, '')}`;

  function resolve(path: string): string {
    const [route = ''] = path.split('?', 1);
    const leaves = path.startsWith('//') || neverInPath.test(path) || scheme.test(path) || dotSegment.test(route);
    const address = `${base}/${path.replace(/^\//, '')}`;
    // Belt and braces: whatever the patterns let pass, the address that comes of it must be where the server is.
    const whole = leaves ? undefined : parsed(address);
    if (whole === undefined || whole.origin !== origin || !whole.href.startsWith(`${base}/`)) {
      throw new HeardError('input-invalid', 'A path would lead away from the base address, so nothing was sent.', {
        remediation:
          'Paths begin with one slash and have no "..", no backslash and no host. Addresses that a server sends are not followed.',
      });
    }
    return whole.href;
  }

  return { origin, resolve };
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
  new HeardError('options-invalid', `The base address of the API ${what}.`, { remediation });
