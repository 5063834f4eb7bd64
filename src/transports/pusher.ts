import { HeardError } from '../errors.ts';
import type {
  Authorise,
  AuthoriseQuestion,
  ConnectAttempt,
  Everybody,
  MemberId,
  Transport,
  TransportConnection,
  TransportHandlers,
} from './transport.ts';
import { pusherExplanations } from './pusher/explanations.ts';
import { officialPusher, openOfficial, requireSeam, type Official, type PusherClass } from './pusher/official.ts';
import { checkedPlace, type PusherPlace } from './pusher/place.ts';
import { ownIdIn, readFrame, type ServerFrame } from './pusher/server-frames.ts';
import {
  failureOf,
  open,
  type PlatformEvent,
  type PlatformSocket,
  type PlatformSocketClass,
} from './websocket/platform-socket.ts';

export type { PusherClass, PusherRuntime } from './pusher/official.ts';
export type { PusherPlace } from './pusher/place.ts';
export type { PlatformSocket, PlatformSocketClass } from './websocket/platform-socket.ts';

/**
 * May this socket hear this channel? The status (401, 403 …) where the answer is no. It rejects where nobody knows, and is asked
 * again later.
 */
export type AuthoriseChannel = (
  question: AuthoriseQuestion,
) => Promise<{ readonly auth: string; readonly channelData?: string } | { readonly status: number }>;

export interface PusherOptions extends PusherPlace {
  /** Where channels are authorised, as a path behind the base address of `api`. Default: what the contract says. */
  readonly authEndpoint?: string;
  /** In place of an endpoint, for backends that authorise in a way of their own. */
  readonly authorise?: AuthoriseChannel;
  /** A larger frame is not parsed; its event is quarantined. Counted in characters of text. Default 1 MiB. */
  readonly maxFrameBytes?: number;
  /** In place of the platform's own, which is looked up at each attempt. */
  readonly WebSocket?: PlatformSocketClass;
  /** Another build of pusher-js: that for workers, or for React Native. */
  readonly Pusher?: PusherClass;
}

/**
 * Any server of the Pusher protocol: Soketi, Reverb, hosted Pusher. The protocol is pusher-js's; sockets, reconnecting, timers and
 * authorisation are ours. Only events called `client-…` can be said to such a server, where it permits them.
 *
 * @example
 * ```ts
 * createClient(contract, { role, scope, api, token, transport: pusher({ key: 'app-key', wsHost: 'ws.example.test' }) })
 * ```
 */
export function pusher(options: PusherOptions): Transport {
  const { key, authEndpoint, authorise, maxFrameBytes = 1_048_576, Pusher = officialPusher } = options;
  const place = checkedPlace(options);
  requireSeam(Pusher);
  if (!(maxFrameBytes > 0)) {
    throw new HeardError('options-invalid', 'The option "maxFrameBytes" is no number above 0.', {
      remediation: 'Give a number of bytes, or leave it out.',
    });
  }
  if (authEndpoint !== undefined && (authorise !== undefined || !/^\/(?![/\\])/.test(authEndpoint))) {
    throw new HeardError('options-invalid', 'The option "authEndpoint" is no path, or stands beside "authorise".', {
      remediation:
        'Give a path like "/broadcasting/auth", which is asked behind `api.baseUrl`; for anything else, `authorise`.',
    });
  }

  function connect({ query }: ConnectAttempt, handlers: TransportHandlers): TransportConnection {
    /** `greeted` is when the server has named this socket. */
    let phase: 'connecting' | 'opened' | 'greeted' | 'over' = 'connecting';
    let socket: PlatformSocket | undefined;
    let error: unknown;
    /** Who this device is in each channel, by what the backend has signed. */
    const own = new Map<string, MemberId>();
    const official = openOfficial(Pusher, key, place, write);

    begin();
    return {
      ping: () => void say('pusher:ping', {}),
      join(channel, credential) {
        const { auth = '', channelData } = credential?.kind === 'signature' ? credential : {};
        const id = ownIdIn(channelData);
        if (id === undefined) own.delete(channel);
        else own.set(channel, id);
        // A server may end of a subscription without a channel: it always has one here.
        say('pusher:subscribe', { auth, channel, ...(channelData !== undefined && { channel_data: channelData }) });
      },
      leave: (channel) => void say('pusher:unsubscribe', { channel }),
      // What has another name is passed over by the server in silence.
      send: ({ channel, name, payload }) => name.startsWith('client-') && say(name, payload, channel),
      close: shut,
    };

    function begin(): void {
      const Socket: PlatformSocketClass | undefined = options.WebSocket ?? globalThis.WebSocket;
      if (Socket === undefined) return fail('no-socket');
      try {
        socket = new Socket(addressOf(official, query));
      } catch {
        // A page that may not: mixed content, a Content Security Policy.
        return fail('unknown');
      }
      socket.addEventListener('open', () => {
        if (phase !== 'connecting') return;
        phase = 'opened';
        official.opened();
      });
      socket.addEventListener('message', (event: PlatformEvent) => {
        if (phase !== 'over') receive(event.data);
      });
      socket.addEventListener('error', (event: PlatformEvent) => {
        // Browsers and Node's own say nothing here; `ws` does.
        error = event.error;
      });
      socket.addEventListener('close', (event: PlatformEvent) => {
        if (phase === 'over') return;
        const wasOpen = phase !== 'connecting';
        end();
        if (wasOpen) handlers.closed({ code: typeof event.code === 'number' ? event.code : undefined });
        else handlers.failed(failureOf(error));
      });
    }

    function end(): void {
      if (phase === 'over') return;
      phase = 'over';
      official.dispose();
    }

    function shut(): void {
      // The listeners stay on the socket and are deaf: `ws` throws an error that nobody hears.
      end();
      try {
        socket?.close();
      } catch {
        // An implementation that cannot close what is not open yet. There is nothing that anybody could do.
      }
    }

    function fail(kind: 'no-socket' | 'unknown' | 'malformed'): void {
      shut();
      handlers.failed({ kind });
    }

    function say(name: string, data: unknown, channel?: string): boolean {
      if (phase !== 'greeted') return false;
      try {
        return official.say(name, data, channel);
      } catch {
        // What cannot be spelt.
        return false;
      }
    }

    function write(text: string): boolean {
      if (socket?.readyState !== open) return false;
      try {
        socket.send(text);
        return true;
      } catch {
        // A socket that closed this moment.
        return false;
      }
    }

    function receive(data: unknown): void {
      const frame = typeof data === 'string' ? readFrame(data, maxFrameBytes) : undefined;
      if (frame !== undefined) return take(frame);
      if (phase === 'greeted') return handlers.alive();
      fail('malformed');
    }

    function take(frame: ServerFrame): void {
      switch (frame.kind) {
        case 'established':
          return phase === 'opened' ? greet(frame) : handlers.alive();
        case 'error':
          return handlers.warned(frame.code);
        case 'ping':
          official.hear('{"event":"pusher:ping","data":{}}');
          return handlers.alive();
        case 'alive':
          return handlers.alive();
        case 'event':
        case 'joined':
        case 'presence':
        case 'refused':
      }
      // Nobody is in a channel, or has asked for one, before the greeting.
      if (phase !== 'greeted') return handlers.alive();
      if (frame.kind === 'event') return handlers.frame(frame.frame);
      if (frame.kind === 'joined')
        return handlers.joined(frame.channel, withOwn(frame.everybody, own.get(frame.channel)));
      if (frame.kind === 'presence') return handlers.presence(frame.channel, frame.news);
      handlers.refused(frame.channel, frame.refusal);
    }

    /** pusher-js is told what it cannot misunderstand: it would give up without an activity timeout. */
    function greet({ socketId, silenceLimitMs }: ServerFrame & { readonly kind: 'established' }): void {
      const data = JSON.stringify({ socket_id: socketId, activity_timeout: 120 });
      official.hear(JSON.stringify({ event: 'pusher:connection_established', data }));
      if (!official.isConnected()) return fail('malformed');
      phase = 'greeted';
      handlers.opened(silenceLimitMs === undefined ? { socketId } : { socketId, silenceLimitMs });
    }
  }

  return {
    capabilities: {
      explains: pusherExplanations(),
      joinsWith: 'signature',
      pings: true,
      sends: true,
      acknowledges: false,
      presence: true,
    },
    connect,
    ...(authEndpoint !== undefined && { authorisation: authEndpoint }),
    ...(authorise !== undefined && { authorisation: answering(authorise) }),
  };
}

/** Hosted Pusher makes a text of an id that was signed as a number. */
function withOwn(everybody: Everybody | undefined, own: MemberId | undefined): Everybody | undefined {
  if (everybody === undefined || own === undefined) return everybody;
  const { members } = everybody;
  const me = members.find(({ id }) => id === own) ?? members.find(({ id }) => String(id) === String(own));
  return { members, me: me?.id };
}

const answering =
  (authorise: AuthoriseChannel): Authorise =>
  async (question) => {
    const answer = await authorise(question);
    return 'status' in answer ? { kind: 'refused', status: answer.status } : { kind: 'granted', ...answer };
  };

/** What pusher-js has put together, and what is asked for besides. */
function addressOf({ url }: Official, query: Readonly<Record<string, string>>): string {
  const address = new URL(url);
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  return address.href;
}
