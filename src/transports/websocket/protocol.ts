// The words of docs/protocol.md. How they are spelt on the wire is a codec's business.
import type { Member, MemberId } from '../transport.ts';

/** What the device says. */
export type ClientFrame =
  /** The first, and again when the device has a newer token: the only one that carries it. */
  | { readonly type: 'auth'; readonly version: 1; readonly token?: string }
  /** `auth` and `channelData` are what an authorisation endpoint has signed, where the contract names one. */
  | { readonly type: 'subscribe'; readonly channel: string; readonly auth?: string; readonly channelData?: string }
  | { readonly type: 'unsubscribe'; readonly channel: string }
  /** With an `id` where an acknowledgement is wanted. */
  | {
      readonly type: 'send';
      readonly channel: string;
      readonly name: string;
      readonly id?: number;
      readonly payload: unknown;
    }
  | { readonly type: 'ping' }
  | { readonly type: 'pong' };

/** What the server says. */
export type ServerFrame =
  /** The answer to the first `auth`: channels can be joined. */
  | { readonly type: 'welcome'; readonly socketId?: string }
  /** `payload` is JSON text that is not parsed yet, or a value. `bytes` where the frame is more than that text. */
  | {
      readonly type: 'event';
      readonly channel: string;
      readonly name: string;
      readonly payload: unknown;
      readonly bytes?: number;
    }
  /** To a `subscribe` by its channel, to a `send` by its id. */
  | { readonly type: 'ack'; readonly channel?: string; readonly id?: number; readonly payload?: unknown }
  /** In a presence channel, whose `ack` had everybody in its `payload`: somebody has come, or has gone. */
  | { readonly type: 'came'; readonly channel: string; readonly member: Member }
  | { readonly type: 'went'; readonly channel: string; readonly id: MemberId }
  /** About a channel, or about the connection. `status` is that of HTTP. */
  | { readonly type: 'error'; readonly channel?: string; readonly status?: number; readonly code?: string }
  | { readonly type: 'ping' }
  | { readonly type: 'pong' }
  /** A word of tomorrow: a sign of life. */
  | { readonly type: 'unknown' };

/** How the words are spelt on the wire, for servers that spell them otherwise. Total: nothing that arrives is an exception. */
export interface WebSocketCodec {
  /**
   * Undefined for what such a server has no word for. It then counts as answered: without `auth` the server needs no
   * greeting, without `subscribe` everything is heard by everybody.
   */
  encode(said: ClientFrame): string | Uint8Array | undefined;
  /** Undefined for what is not of this protocol. */
  decode(received: string | Uint8Array): ServerFrame | undefined;
  /** What can be told of a frame that is too large to be parsed, so that somebody hears of it. */
  salvage?(received: string | Uint8Array): ServerFrame | undefined;
  /** Whether the server answers a `ping`. Default true. */
  readonly pings?: boolean;
  /**
   * Where `pings` is false: after so much silence the connection is taken for dead and replaced. `Infinity` for a server that may say
   * nothing for days; a connection that broke unnoticed is then one until the device goes offline or sleeps. Default 45 s, the client's own.
   */
  readonly silenceLimitMs?: number;
  /** Whether it can acknowledge a `send`. Default true. */
  readonly acknowledges?: boolean;
  /** Whether it can tell who is in a presence channel. Default false. */
  readonly presence?: boolean;
}
