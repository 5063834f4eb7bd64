import { HeardError } from '../../errors.ts';
import { isLoopback, isOnLan } from '../../lib/network-address.ts';

/** Which server, in the words of pusher-js: whoever has such a configuration can give it as it is. */
export interface PusherPlace {
  /** The app's key. It is public. */
  readonly key: string;
  /** A cluster of hosted Pusher: `eu`. Either this or `wsHost`. */
  readonly cluster?: string;
  /** A server of one's own, Soketi or Reverb: its name alone, without `https://` and without a port. */
  readonly wsHost?: string;
  /** The port without TLS. Default 80. */
  readonly wsPort?: number;
  /** The port with TLS. Default 443. */
  readonly wssPort?: number;
  /** What stands before `/app`, where a proxy wants something there. */
  readonly wsPath?: string;
  /**
   * False takes `ws://` where the page itself is not encrypted: for the loopback, and with `allowInsecureLan` for the
   * restaurant's own network. Default true.
   */
  readonly forceTLS?: boolean;
  /** Permits `forceTLS: false` to addresses of the restaurant's own network. The internet gets no permission. Default false. */
  readonly allowInsecureLan?: boolean;
}

/** What pusher-js is told. Its own timers are out of reach: waiting is decided elsewhere. */
export interface OfficialPlace {
  readonly cluster: string;
  readonly wsHost?: string;
  readonly wsPort?: number;
  readonly wssPort?: number;
  readonly wsPath?: string;
  readonly forceTLS: boolean;
}

/** Refuses what could not be, or would not be safe. The key is public and may be named; nothing here is secret. */
export function checkedPlace(place: PusherPlace): OfficialPlace {
  const { key, cluster, wsHost, wsPort, wssPort, wsPath, forceTLS = true, allowInsecureLan = false } = place;
  if (typeof key !== 'string' || !/^[^\s/?#%]+$/.test(key)) {
    throw invalid(
      'key',
      'is no app key',
      'Give the key of the app, as the server has it: not its id and not its secret.',
    );
  }
  if ((cluster === undefined) === (wsHost === undefined)) {
    throw invalid(
      'wsHost',
      'and "cluster" are both given, or neither',
      'Give `cluster` for hosted Pusher, `wsHost` for a server of your own.',
    );
  }
  if (cluster !== undefined && !/^[a-z\d-]+$/i.test(cluster)) {
    throw invalid(
      'cluster',
      'is no name of a cluster',
      'It is a short name like "eu" or "mt1"; a host goes into `wsHost`.',
    );
  }
  if (wsHost !== undefined && hostnameOf(wsHost) !== wsHost.toLowerCase()) {
    throw invalid(
      'wsHost',
      'is no name of a host',
      'Give the name alone, as in "ws.example.test"; a port goes into `wssPort` or `wsPort`, a path into `wsPath`.',
    );
  }
  if (wsPath !== undefined && !/^(?:\/[^\s?#]*)?$/.test(wsPath)) {
    throw invalid('wsPath', 'is no path', 'It begins with "/" and has no "?" and no "#".');
  }
  for (const [name, port] of Object.entries({ wsPort, wssPort })) {
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
      throw invalid(name, 'is no port', 'Give a number from 1 to 65535, or leave it out.');
    }
  }
  if (!forceTLS && !isNear(hostnameOf(wsHost ?? ''), allowInsecureLan)) {
    throw invalid(
      'forceTLS',
      'is false, and everybody on the way could read the orders',
      'Leave it out. Within the restaurant’s own network (10.x, 172.16–31.x, 192.168.x, a name without dots, .local), `allowInsecureLan: true` permits it.',
    );
  }
  return {
    cluster: cluster ?? '',
    forceTLS,
    ...(wsHost !== undefined && { wsHost }),
    ...(wsPort !== undefined && { wsPort }),
    ...(wssPort !== undefined && { wssPort }),
    ...(wsPath !== undefined && { wsPath }),
  };
}

const isNear = (host: string | undefined, allowInsecureLan: boolean): boolean =>
  host !== undefined && (isLoopback(host) || (allowInsecureLan && isOnLan(host)));

function hostnameOf(host: string): string | undefined {
  try {
    return new URL(`https://${host}`).hostname;
  } catch {
    return undefined;
  }
}

const invalid = (option: string, what: string, remediation: string): HeardError =>
  new HeardError('options-invalid', `The option "${option}" ${what}.`, { remediation });
