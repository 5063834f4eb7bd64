import type { Host } from '../host/host.ts';
import type {
  Closing,
  ConnectAttempt,
  Everybody,
  Failure,
  Frame,
  JoinCredential,
  OpenDetails,
  OutgoingMessage,
  PresenceNews,
  Refusal,
  Transport,
  TransportCapabilities,
  TransportConnection,
  TransportHandlers,
} from '../transports/transport.ts';
import { webSocketExplanations } from '../transports/websocket/explanations.ts';

/** The server's end of one connection, in the hands of a test. */
export interface ServerSocket {
  readonly number: number;
  readonly attempt: ConnectAttempt;
  /** What the client said, in order. */
  readonly sent: readonly OutgoingMessage[];
  readonly joined: ReadonlySet<string>;
  readonly pings: number;
  /** The client has given it up, or it has ended. */
  readonly over: boolean;
  accept(details?: OpenDetails): void;
  refuse(failure: Failure): void;
  push(frame: Frame): void;
  alive(): void;
  warn(code: number): void;
  admit(channel: string, everybody?: Everybody): void;
  /** Who is in a presence channel, or comes, or goes. */
  tell(channel: string, news: PresenceNews): void;
  deny(channel: string, refusal: Refusal): void;
  close(closing: Closing): void;
  /** From now on nothing gets through in either direction, and nobody is told. */
  cut(): void;
  /** Undoes `cut`; what was sent meanwhile is lost. */
  mend(): void;
}

/** What the server does of its own accord. Every part may be left out. */
interface ServerScript {
  /** By default it accepts. */
  connected?(socket: ServerSocket): void;
  /** By default it answers. */
  pinged?(socket: ServerSocket): void;
  /** By default it admits. */
  joined?(socket: ServerSocket, channel: string, credential: JoinCredential | undefined): void;
  said?(socket: ServerSocket, message: OutgoingMessage): void;
}

export interface MemoryTransportOptions {
  readonly host: Host;
  readonly server?: ServerScript;
  /** By default it can do everything, and its codes are those of `webSocket`; those of another transport are in its own `capabilities`. */
  readonly capabilities?: Partial<TransportCapabilities>;
  /** One way. With 0 the server answers before the call returns. */
  readonly latencyMs?: number;
  /** Breaks the promise to be silent after `close`, as real libraries do. */
  readonly talksAfterClose?: boolean;
}

/** A transport without a network: a server in the same memory, that does what its script says. */
export interface MemoryTransport extends Transport {
  /** Every connection that was ever begun. */
  readonly sockets: readonly ServerSocket[];
  /** Connections that are neither over nor given up. */
  readonly live: readonly ServerSocket[];
}

export function createMemoryTransport({
  host,
  server = {},
  capabilities,
  latencyMs = 0,
  talksAfterClose = false,
}: MemoryTransportOptions): MemoryTransport {
  const sockets: ServerSocket[] = [];
  const live = new Set<ServerSocket>();

  /** Through the air. Without latency at once, so that tests also see a transport that answers from within a call. */
  const later = (action: () => void): void => {
    if (latencyMs === 0) action();
    else host.schedule(latencyMs, action);
  };

  function connect(attempt: ConnectAttempt, handlers: TransportHandlers): TransportConnection {
    const sent: OutgoingMessage[] = [];
    const joined = new Set<string>();
    let pings = 0;
    let open = false;
    let ended = false;
    let abandoned = false;
    let isCut = false;

    const toClient = (action: () => void): void => {
      if (isCut || ended) return;
      later(() => {
        if (talksAfterClose || (!abandoned && !isCut)) action();
      });
    };
    const toServer = (action: () => void): void => {
      if (isCut || ended || abandoned) return;
      later(() => {
        if (!isCut && !ended) action();
      });
    };
    const end = (tell: () => void): void => {
      toClient(tell);
      ended = true;
      live.delete(socket);
    };

    const socket: ServerSocket = {
      number: sockets.length + 1,
      attempt,
      sent,
      joined,
      get pings() {
        return pings;
      },
      get over() {
        return ended || abandoned;
      },
      accept(details = {}) {
        open = true;
        toClient(() => handlers.opened(details));
      },
      refuse: (failure) => end(() => handlers.failed(failure)),
      push: (frame) => toClient(() => handlers.frame(frame)),
      alive: () => toClient(() => handlers.alive()),
      warn: (code) => toClient(() => handlers.warned(code)),
      admit(channel, everybody) {
        joined.add(channel);
        toClient(() => handlers.joined(channel, everybody));
      },
      tell: (channel, news) => toClient(() => handlers.presence(channel, news)),
      deny: (channel, refusal) => toClient(() => handlers.refused(channel, refusal)),
      close: (closing) => end(() => handlers.closed(closing)),
      cut() {
        isCut = true;
      },
      mend() {
        isCut = false;
      },
    };
    sockets.push(socket);
    live.add(socket);

    later(() => {
      if (abandoned) return;
      if (server.connected === undefined) socket.accept();
      else server.connected(socket);
    });

    return {
      ping() {
        toServer(() => {
          pings += 1;
          if (server.pinged === undefined) socket.alive();
          else server.pinged(socket);
        });
      },
      join(channel, credential) {
        toServer(() => {
          if (server.joined === undefined) socket.admit(channel);
          else server.joined(socket, channel, credential);
        });
      },
      leave: (channel) => toServer(() => void joined.delete(channel)),
      send(message) {
        if (!open || ended || abandoned) return false;
        toServer(() => {
          sent.push(message);
          server.said?.(socket, message);
        });
        return true;
      },
      close() {
        abandoned = true;
        live.delete(socket);
      },
    };
  }

  return {
    capabilities: {
      explains: webSocketExplanations(),
      joinsWith: 'signature',
      pings: true,
      sends: true,
      acknowledges: true,
      presence: true,
      ...capabilities,
    },
    connect,
    sockets,
    get live() {
      return [...live];
    },
  };
}
