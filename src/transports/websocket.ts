import { HeardError } from '../errors.ts';
import type { ConnectAttempt, Transport, TransportConnection, TransportHandlers } from './transport.ts';
import { everybodyIn } from './members.ts';
import { socketAddress } from './websocket/address.ts';
import { webSocketExplanations } from './websocket/explanations.ts';
import { jsonCodec } from './websocket/json-codec.ts';
import {
  failureOf,
  open,
  type PlatformEvent,
  type PlatformSocket,
  type PlatformSocketClass,
} from './websocket/platform-socket.ts';
import type { ClientFrame, ServerFrame, WebSocketCodec } from './websocket/protocol.ts';

export type { PlatformSocket, PlatformSocketClass } from './websocket/platform-socket.ts';
export type { ClientFrame, ServerFrame, WebSocketCodec } from './websocket/protocol.ts';

export interface WebSocketOptions {
  /**
   * `wss://…`. `ws://` only for the loopback, or with `allowInsecureLan`. What it has behind a "?" is kept. The token does
   * not belong there: it is said in the first frame.
   */
  readonly url: string;
  /** In place of the platform's own, which is looked up at each attempt. */
  readonly WebSocket?: PlatformSocketClass;
  /** For servers that do not speak docs/protocol.md. */
  readonly codec?: WebSocketCodec;
  /** A larger frame is not parsed; its event is quarantined. Counted in characters of text. Default 1 MiB. */
  readonly maxFrameBytes?: number;
  /** Permits `ws://` to addresses of the restaurant's own network. The internet gets no permission. Default false. */
  readonly allowInsecureLan?: boolean;
}

/** Acknowledgements that are waited for; a server that never gives one must not fill the memory. */
const mostWaiting = 1_000;

/**
 * The WebSocket of the platform, and the protocol of docs/protocol.md on it.
 *
 * @example
 * ```ts
 * createClient(contract, { role, scope, api, token, transport: webSocket({ url: 'wss://ws.example.test/socket' }) })
 * ```
 */
export function webSocket(options: WebSocketOptions): Transport {
  const { url, maxFrameBytes = 1_048_576, allowInsecureLan = false } = options;
  const addressOf = socketAddress(url, allowInsecureLan);
  if (!(maxFrameBytes > 0)) {
    throw new HeardError('options-invalid', 'The option "maxFrameBytes" is no number above 0.', {
      remediation: 'Give a number of bytes, or leave it out.',
    });
  }
  const codec = options.codec ?? jsonCodec(maxFrameBytes);
  const { silenceLimitMs } = codec;
  if (silenceLimitMs !== undefined && !(silenceLimitMs > 0)) {
    throw new HeardError('options-invalid', 'The "silenceLimitMs" of the codec is no number above 0.', {
      remediation: 'Give milliseconds, Infinity for a server that may be silent for ever, or leave it out.',
    });
  }
  const capabilities = {
    explains: webSocketExplanations(),
    joinsWith: 'signature',
    pings: codec.pings ?? true,
    sends: true,
    acknowledges: codec.acknowledges ?? true,
    presence: codec.presence ?? false,
  } as const;

  function connect({ token, query }: ConnectAttempt, handlers: TransportHandlers): TransportConnection {
    const waiting = new Map<number | undefined, (answer: unknown) => void>();
    let socket: PlatformSocket | undefined;
    /** `opened` is when the socket was; `greeted` is when the server has said who it is. */
    let phase: 'connecting' | 'opened' | 'greeted' | 'over' = 'connecting';
    let error: unknown;
    let saidToken: string | undefined;
    let nextId = 1;

    begin();
    return {
      ping: () => void say({ type: 'ping' }),
      join(channel, credential) {
        if (credential?.kind === 'token' && credential.token !== saidToken) introduce(credential.token);
        const { kind, ...signature } = credential ?? {};
        const said = say({ type: 'subscribe', channel, ...(kind === 'signature' && signature) });
        if (said === 'needless') handlers.joined(channel, undefined);
      },
      leave: (channel) => void say({ type: 'unsubscribe', channel }),
      send({ channel, name, payload, acknowledged }) {
        // Nobody knows yet who says it.
        if (phase !== 'greeted') return false;
        if (acknowledged === undefined || !capabilities.acknowledges) {
          return say({ type: 'send', channel, name, payload }) === 'said';
        }
        const id = nextId;
        nextId += 1;
        // Before it is said: a server in the same memory answers from within.
        waiting.set(id, acknowledged);
        forgetOldest();
        if (say({ type: 'send', channel, name, id, payload }) === 'said') return true;
        waiting.delete(id);
        return false;
      },
      close: shut,
    };

    function begin(): void {
      const Socket: PlatformSocketClass | undefined = options.WebSocket ?? globalThis.WebSocket;
      if (Socket === undefined) return fail('no-socket');
      try {
        socket = new Socket(addressOf(query));
        socket.binaryType = 'arraybuffer';
      } catch {
        // A page that may not: mixed content, a Content Security Policy.
        return fail('unknown');
      }
      socket.addEventListener('open', () => {
        if (phase !== 'connecting') return;
        phase = 'opened';
        if (introduce(token) === 'needless') greet(undefined);
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
      phase = 'over';
      waiting.clear();
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

    /** Who is there. */
    function introduce(newest: string | undefined): 'said' | 'needless' | 'gone' {
      saidToken = newest;
      return say({ type: 'auth', version: 1, ...(newest !== undefined && { token: newest }) });
    }

    function greet(socketId: string | undefined): void {
      phase = 'greeted';
      handlers.opened({
        ...(socketId !== undefined && { socketId }),
        ...(silenceLimitMs !== undefined && { silenceLimitMs }),
      });
    }

    function say(frame: ClientFrame): 'said' | 'needless' | 'gone' {
      if (phase === 'connecting' || phase === 'over' || socket?.readyState !== open) return 'gone';
      try {
        const spelt = codec.encode(frame);
        if (spelt === undefined) return 'needless';
        // A codec may have written into a part of a larger buffer.
        socket.send(typeof spelt === 'string' ? spelt : spelt.slice().buffer);
        return 'said';
      } catch {
        // What cannot be spelt, or a socket that closed this moment.
        return 'gone';
      }
    }

    function receive(data: unknown): void {
      const frame = read(data);
      if (frame !== undefined) return take(frame);
      if (phase === 'greeted') return handlers.alive();
      fail('malformed');
    }

    /** Nothing that arrives is an exception. */
    function read(data: unknown): ServerFrame | undefined {
      const received = typeof data === 'string' ? data : data instanceof ArrayBuffer ? new Uint8Array(data) : undefined;
      if (received === undefined) return undefined;
      try {
        return received.length > maxFrameBytes ? codec.salvage?.(received) : codec.decode(received);
      } catch {
        return undefined;
      }
    }

    function take(frame: ServerFrame): void {
      switch (frame.type) {
        case 'event': {
          const { channel, name, payload, bytes } = frame;
          return handlers.frame(bytes === undefined ? { channel, name, payload } : { channel, name, payload, bytes });
        }
        case 'welcome':
          if (phase === 'opened') return greet(frame.socketId);
          return handlers.alive();
        case 'ack':
          if (frame.channel !== undefined) return handlers.joined(frame.channel, everybodyIn(frame.payload));
          handlers.alive();
          return acknowledge(frame.id, frame.payload);
        case 'came':
          return handlers.presence(frame.channel, { kind: 'came', member: frame.member });
        case 'went':
          return handlers.presence(frame.channel, { kind: 'went', id: frame.id });
        case 'error':
          return complain(frame);
        case 'ping':
          say({ type: 'pong' });
          return handlers.alive();
        case 'pong':
        case 'unknown':
          return handlers.alive();
      }
    }

    function acknowledge(id: number | undefined, answer: unknown): void {
      const acknowledged = waiting.get(id);
      waiting.delete(id);
      acknowledged?.(answer);
    }

    function complain({ channel, status, code }: ServerFrame & { readonly type: 'error' }): void {
      if (channel !== undefined) handlers.refused(channel, { status, code });
      else if (status === undefined) handlers.alive();
      // The same numbers as in a close frame.
      else handlers.warned(4_000 + status);
    }

    function forgetOldest(): void {
      for (const id of waiting.keys()) {
        if (waiting.size <= mostWaiting) return;
        waiting.delete(id);
      }
    }
  }

  return { capabilities, connect };
}
