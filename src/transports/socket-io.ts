import { HeardError } from '../errors.ts';
import { isRecord } from '../lib/json.ts';
import { serverAddress } from './socket-io/address.ts';
import { createChannelNames } from './socket-io/channel-names.ts';
import { openEngine, type EngineTransport } from './socket-io/engine.ts';
import { socketIoExplanations } from './socket-io/explanations.ts';
import { createNamespaces, type ConnectError } from './socket-io/namespaces.ts';
import { createPacketReader } from './socket-io/packets.ts';
import { isPresenceEvent, newsIn } from './socket-io/presence-events.ts';
import { createSessions } from './socket-io/sessions.ts';
import type { ConnectAttempt, Frame, Transport, TransportConnection, TransportHandlers } from './transport.ts';

export type { ConnectError } from './socket-io/namespaces.ts';

export interface SocketIoOptions {
  /**
   * `https://…`, without a path: the namespaces are the contract’s. `http://` only for the loopback, or with
   * `allowInsecureLan`. What it has behind a "?" is kept. The token does not belong there: it is said in the handshake of
   * each namespace.
   */
  readonly url: string;
  /** Where the server is mounted. Default `/socket.io/`. */
  readonly path?: string;
  /**
   * How to connect, the first one first. Default `['websocket']`. `['polling', 'websocket']` gets through networks that let
   * no WebSocket pass, costs several requests more for each connection, and wants sticky sessions where there are several
   * servers.
   */
  readonly transports?: readonly ('websocket' | 'polling')[];
  /** What the handshake of a namespace says, for servers that want the token elsewhere. Default `{ token }`, or `{}` without one. */
  readonly auth?: (token: string | undefined) => Readonly<Record<string, unknown>>;
  /**
   * What a server means that does not let the device in, as a status of HTTP: 401 asks the app for another token, 403
   * denies the namespace, undefined or 503 tries again. Default: a `status`, `statusCode` or `code` of the error’s `data`
   * that is one, and 401 for what has none, because a middleware that asks who is there says no.
   */
  readonly statusOf?: (error: ConnectError) => number | undefined;
  /**
   * Asks a silent server for a namespace that it has not, which servers of Socket.IO answer, to find out sooner that a
   * connection is dead. Without it the server’s own pings have to do, and a dead connection is noticed after 45 s by their
   * defaults. Switch it off for a server that has every namespace, or that answers nobody. Default true.
   */
  readonly asks?: boolean;
  /** A larger packet is not parsed; its event is quarantined. Counted in characters of text. Default 1 MiB. */
  readonly maxFrameBytes?: number;
  /** Permits `http://` to addresses of the restaurant's own network. The internet gets no permission. Default false. */
  readonly allowInsecureLan?: boolean;
}

/**
 * Servers of Socket.IO 3 and 4, by way of `socket.io-client`. Channels are namespaces, all of them on one connection; one
 * whose name has no slash in front is the namespace of that name with one.
 *
 * @example
 * ```ts
 * createClient(contract, { role, scope, api, token, transport: socketIo({ url: 'https://api.example.test' }) })
 * ```
 */
export function socketIo(options: SocketIoOptions): Transport {
  const { url, path = '/socket.io/', transports = ['websocket'], maxFrameBytes = 1_048_576, asks = true } = options;
  const { auth = usualAuth, statusOf = usualStatusOf } = options;
  const address = serverAddress(url, options.allowInsecureLan ?? false);
  checkOptions(path, transports, maxFrameBytes);
  const read = createPacketReader(maxFrameBytes);
  const sessions = createSessions();

  function connect({ query }: ConnectAttempt, handlers: TransportHandlers): TransportConnection {
    const names = createChannelNames();
    const namespaces = createNamespaces({
      read,
      sessions,
      answers: asks,
      statusOf,
      say: (packet) => engine.say(packet),
      listener: {
        frame: hear,
        alive: () => handlers.alive(),
        joined: (namespace) => handlers.joined(names.channelOf(namespace), undefined),
        refused: (namespace, refusal) => handlers.refused(names.channelOf(namespace), refusal),
        putOut() {
          close();
          handlers.closed({ code: undefined, reason: 'io server disconnect' });
        },
      },
    });
    const engine = openEngine(
      { address, path, transports, query },
      {
        opened: (silenceLimitMs) => handlers.opened({ silenceLimitMs }),
        received: namespaces.receive,
        alive: () => handlers.alive(),
        closed(closing) {
          namespaces.close();
          handlers.closed(closing);
        },
        failed(failure) {
          namespaces.close();
          handlers.failed(failure);
        },
      },
    );

    function hear(frame: Frame): void {
      const channel = names.channelOf(frame.channel);
      if (!isPresenceEvent(frame)) return handlers.frame(channel === frame.channel ? frame : { ...frame, channel });
      const news = newsIn(frame);
      if (news === undefined) handlers.alive();
      else handlers.presence(channel, news);
    }

    function close(): void {
      namespaces.close();
      engine.close();
    }

    return {
      ping: namespaces.ask,
      join(channel, credential) {
        const namespace = names.take(channel);
        if (namespace === undefined) return handlers.refused(channel, { status: 404, code: undefined });
        const said = auth(credential?.kind === 'token' ? credential.token : undefined);
        namespaces.join(namespace, said, JSON.stringify([said, query]));
      },
      leave(channel) {
        const namespace = names.namespaceOf(channel);
        if (namespace === undefined) return;
        namespaces.leave(namespace);
        names.giveUp(channel);
      },
      send(message) {
        const channel = names.namespaceOf(message.channel);
        return channel !== undefined && namespaces.send({ ...message, channel });
      },
      close,
    };
  }

  return {
    capabilities: {
      explains: socketIoExplanations(),
      joinsWith: 'token',
      pings: asks,
      sends: true,
      acknowledges: true,
      presence: true,
    },
    connect,
  };
}

function checkOptions(path: string, transports: readonly EngineTransport[], maxFrameBytes: number): void {
  const wrong =
    !path.startsWith('/') || /[?#]/.test(path)
      ? (['path', 'does not begin with "/", or has a "?" or a "#"', 'Write it as in "/socket.io/".'] as const)
      : transports.length === 0 || transports.some((name) => name !== 'websocket' && name !== 'polling')
        ? (['transports', 'names none that there is', 'Give "websocket", "polling" or both.'] as const)
        : !(maxFrameBytes > 0)
          ? (['maxFrameBytes', 'is no number above 0', 'Give a number of bytes, or leave it out.'] as const)
          : undefined;
  if (wrong === undefined) return;
  const [name, what, remediation] = wrong;
  throw new HeardError('options-invalid', `The option "${name}" ${what}.`, { remediation });
}

const usualAuth = (token: string | undefined): { readonly token?: string } => (token === undefined ? {} : { token });

function usualStatusOf({ message, data }: ConnectError): number | undefined {
  // The words of the library's server for a namespace that it has not.
  if (message === 'Invalid namespace') return 404;
  const { status, statusCode, code } = isRecord(data) ? data : {};
  return [status, statusCode, code].find(isStatus) ?? 401;
}

const isStatus = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 400 && value <= 599;
