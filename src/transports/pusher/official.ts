// pusher-js, mastered. It knows how a server of this protocol is addressed, greeted and spoken to; sockets, time and the fate of
// a connection are kept from it, because it would reconnect, wait and give up by rules of its own. The places where that is done
// are its `Runtime` (for as long as a call lasts, so that other clients in the page notice nothing) and one connection of its.
// test/transports/pusher-seam.test.ts fails when an update moves any of them.
import OfficialPusher from 'pusher-js';
import { HeardError } from '../../errors.ts';
import type { OfficialPlace } from './place.ts';

/** As much of pusher-js as is used: the build for workers or React Native will do as well. */
export interface PusherClass {
  new (key: string, options: OfficialOptions): OfficialClient;
  readonly instances: unknown[];
  readonly Runtime: PusherRuntime;
}

export interface PusherRuntime {
  createWebSocket(url: string): unknown;
  getWebSocketAPI(): unknown;
  getNetwork(): unknown;
  getLocalStorage(): unknown;
  getDefaultStrategy(config: never, options: never, defineTransport: never): unknown;
}

interface OfficialOptions extends OfficialPlace {
  readonly enabledTransports: 'ws'[];
  readonly enableStats: false;
  readonly unavailableTimeout: number;
}

interface OfficialClient {
  readonly connection: { readonly state: string };
  connect(): void;
  disconnect(): void;
  send_event(name: string, data: unknown, channel?: string): boolean;
}

/** What pusher-js takes for its socket. It sets the listeners itself. */
interface Line {
  onopen?: (() => void) | undefined;
  onmessage?: ((event: { readonly data: string }) => void) | undefined;
  send(text: string): boolean;
  close(): void;
}

export interface Official {
  /** Where it wants a socket to. */
  readonly url: string;
  /** That socket is open. */
  opened(): void;
  /** The server said this. Only what pusher-js has to know is told to it. */
  hear(text: string): void;
  /** Whether it takes itself for connected. */
  isConnected(): boolean;
  /** Puts a frame into words and on the wire, at once. Throws for what JSON cannot say. */
  say(name: string, data: unknown, channel?: string): boolean;
  /** It has no timer and no listener left. Never to be called from within itself. */
  dispose(): void;
}

export const officialPusher: PusherClass = OfficialPusher;

interface Handshake {
  readonly connection?: { handlesActivityChecks(): boolean; send(text: string): boolean };
}
type Told = (error: unknown, handshake?: Handshake) => void;
interface Strategy {
  isSupported(): boolean;
  connect(minPriority: number, told: Told): unknown;
}
interface ServerConfig {
  readonly wsHost: string;
  readonly wsPort: number;
  readonly wssPort: number;
  readonly wsPath: string;
}
type DefineTransport = (config: object, name: 'ws', type: 'ws', priority: number, options: object) => Strategy;

/** The longest that a timer can be; it ends with the connection, and only renames a state if it ever comes. */
const longestMs = 2_147_000_000;

export function requireSeam({ Runtime, instances }: PusherClass): void {
  const seam = ['createWebSocket', 'getWebSocketAPI', 'getNetwork', 'getLocalStorage', 'getDefaultStrategy'] as const;
  const isThere = seam.every((name) => typeof (Runtime as PusherRuntime | undefined)?.[name] === 'function');
  if (!isThere || !Array.isArray(instances)) throw moved();
}

const moved = (): HeardError =>
  new HeardError('options-invalid', 'This version of pusher-js cannot be connected by heard.', {
    remediation: 'heard is made for pusher-js 8.6: install that one, or give its class as `Pusher`.',
  });

/** `write` puts a text on the wire; false when it could not be. */
export function openOfficial(
  Pusher: PusherClass,
  key: string,
  place: OfficialPlace,
  write: (text: string) => boolean,
): Official {
  let url: string | undefined;
  const line: Line = { send: write, close: () => undefined };

  /**
   * One socket and no second, without the fallbacks to HTTP, the timers between them and the cache in `localStorage`. A
   * connection that was greeted leaves pings to us, and writes at once: pusher-js would wait for a timer first, which a hidden
   * tab gets once a minute.
   */
  const strategyOf = (config: ServerConfig, options: object, define: DefineTransport): Strategy => {
    const { wsHost, wsPort, wssPort, wsPath } = config;
    const hosts = { hostNonTLS: `${wsHost}:${wsPort}`, hostTLS: `${wsHost}:${wssPort}`, httpPath: wsPath };
    const socket = define(config, 'ws', 'ws', 1, { ...options, ...hosts });
    return {
      isSupported: () => socket.isSupported(),
      connect: (minPriority, told) =>
        socket.connect(minPriority, (error, handshake) => {
          if (handshake?.connection !== undefined) {
            Object.assign(handshake.connection, { handlesActivityChecks: () => true, send: write });
          }
          told(error, handshake);
        }),
    };
  };

  const ours: Readonly<Record<keyof PusherRuntime, (...given: never[]) => unknown>> = {
    createWebSocket(asked: string) {
      url = asked;
      return line;
    },
    getWebSocketAPI: () => Object,
    // It would listen to the page for as long as the page lives.
    getNetwork: () => ({ bind: () => undefined, isOnline: () => true }),
    getLocalStorage: () => undefined,
    getDefaultStrategy: strategyOf,
  };

  function within<Result>(run: () => Result): Result {
    const { Runtime } = Pusher;
    const { createWebSocket, getWebSocketAPI, getNetwork, getLocalStorage, getDefaultStrategy } = Runtime;
    Object.assign(Runtime, ours);
    try {
      return run();
    } finally {
      Object.assign(Runtime, { createWebSocket, getWebSocketAPI, getNetwork, getLocalStorage, getDefaultStrategy });
    }
  }

  const client = within(() => {
    const made = new Pusher(key, {
      ...place,
      enabledTransports: ['ws'],
      enableStats: false,
      unavailableTimeout: longestMs,
    });
    // Nobody else is to find it in the list: `Pusher.ready` and debugging tools call whatever is there.
    const at = Pusher.instances.indexOf(made);
    if (at !== -1) Pusher.instances.splice(at, 1);
    made.connect();
    return made;
  });
  if (url === undefined) {
    client.disconnect();
    throw moved();
  }

  return {
    url,
    opened: () => within(() => line.onopen?.()),
    hear: (text) => within(() => line.onmessage?.({ data: text })),
    isConnected: () => client.connection.state === 'connected',
    say: (name, data, channel) => client.send_event(name, data, channel),
    dispose: () => within(() => client.disconnect()),
  };
}
