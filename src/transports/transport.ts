// The seam to a server that pushes. A transport moves frames. It knows nothing of orders, does not retry, does not
// interpret and sets no timers: when to connect, whom to believe and how long to wait is decided above it.

import type { Frame } from '../contract/dialect.ts';
import type { Explanation } from './explanation.ts';

export type { Frame } from '../contract/dialect.ts';

export interface Transport {
  readonly capabilities: TransportCapabilities;
  /**
   * Who says what lets a device into a channel, where it is not what the contract names: a path of the API, or the app itself.
   * Only said here; the questions are asked above.
   */
  readonly authorisation?: string | Authorise;
  /**
   * Begins one attempt. Returns at once; what comes of it is told to the handlers, perhaps before this returns. Every
   * call is a new socket, also for a library that would rather keep its own.
   */
  connect(attempt: ConnectAttempt, handlers: TransportHandlers): TransportConnection;
}

export interface TransportCapabilities {
  /**
   * What the codes and reasons mean that are its server's own. They are looked up here first; the codes of RFC 6455, statuses
   * of HTTP and `FailureKind` are known above. A code that nobody knows is retried slowly.
   */
  readonly explains?: readonly Explanation[];
  /** What `join` is given for a channel that is not for everybody, where the contract leaves it to the transport. */
  readonly joinsWith: JoinCredential['kind'];
  /**
   * The server can be asked for a sign of life. Without it a connection is judged by its silence alone, and a dead one
   * is noticed later.
   */
  readonly pings: boolean;
  /** Something can be said to the server over the socket. */
  readonly sends: boolean;
  /** The server can acknowledge what was said. */
  readonly acknowledges: boolean;
  /** The server can tell who is in a presence channel. */
  readonly presence: boolean;
}

export interface ConnectAttempt {
  /** For servers that ask who is there when the socket opens. Belongs in a frame or a handshake payload, never in a URL. */
  readonly token: string | undefined;
  /** What the contract and the role add to the query string. Nothing secret. */
  readonly query: Readonly<Record<string, string>>;
}

/** One socket. Every method is harmless when the socket is gone. */
export interface TransportConnection {
  /** Asks the server for anything at all. An answer counts as `alive` or as a frame. */
  ping(): void;
  /** Subscribes to a channel, or connects a namespace. Answered by `joined` or `refused`. */
  join(channel: string, credential?: JoinCredential): void;
  leave(channel: string): void;
  /** Hands a message to the socket. False when it could not be: nothing is queued here. */
  send(message: OutgoingMessage): boolean;
  /** Gives the socket up, also one that is still connecting. No handler is called afterwards. May be called twice. */
  close(): void;
}

/** What lets a device into one channel: Pusher wants a signature for this socket, Socket.IO a token for each namespace. */
export type JoinCredential =
  | { readonly kind: 'signature'; readonly auth: string; readonly channelData?: string }
  | { readonly kind: 'token'; readonly token: string };

/** May this socket hear this channel? */
export interface AuthoriseQuestion {
  readonly socketId: string;
  readonly channel: string;
  readonly token: string | undefined;
  /** Nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export type AuthoriseAnswer =
  | { readonly kind: 'granted'; readonly auth: string; readonly channelData?: string }
  /** The server answered, and it was no. */
  | { readonly kind: 'refused'; readonly status: number; readonly retryAfterMs?: number }
  /** Nobody knows what the server would say: no network, or an answer that is none. */
  | { readonly kind: 'failed'; readonly retryAfterMs?: number };

/** Moves one question to the server and the answer back. It neither retries nor asks for tokens. */
export type Authorise = (question: AuthoriseQuestion) => Promise<AuthoriseAnswer>;

export interface OutgoingMessage {
  readonly channel: string;
  readonly name: string;
  readonly payload: unknown;
  /** Where the transport acknowledges: what the server answered. */
  readonly acknowledged?: (answer: unknown) => void;
}

/** What a socket tells. After `closed` or `failed` it tells nothing more. */
export interface TransportHandlers {
  /** The server has greeted: channels can be joined. */
  opened(details: OpenDetails): void;
  frame(frame: Frame): void;
  /** A sign of life without content: a pong, a ping of the server, a packet of the engine. */
  alive(): void;
  /** `everybody` is who is there, in a presence channel whose server says it in the same breath. */
  joined(channel: string, everybody: Everybody | undefined): void;
  /** Of a presence channel that was joined. Everything that a server tells in its own name, and nothing that a device says. */
  presence(channel: string, news: PresenceNews): void;
  refused(channel: string, refusal: Refusal): void;
  /** The server reported an error by number and may or may not close the socket next (`pusher:error`). */
  warned(code: number): void;
  /** A socket that was open is not any more, or the server closed it before it had greeted. */
  closed(closing: Closing): void;
  /** There never was a socket. */
  failed(failure: Failure): void;
}

/** Whose connection it is, as the server says. A number stays a number. */
export type MemberId = string | number;

/** Somebody in a presence channel: once, with however many connections. */
export interface Member {
  readonly id: MemberId;
  /** What the server tells of them, for showing; it proves nothing. Missing where it tells nothing. */
  readonly info?: unknown;
}

export interface Everybody {
  readonly members: readonly Member[];
  /** Which of them this device is, where that is told. */
  readonly me?: MemberId | undefined;
}

export type PresenceNews =
  /** All who are there, in the place of those who were known. */
  | { readonly kind: 'everybody'; readonly members: readonly Member[]; readonly me?: MemberId | undefined }
  | { readonly kind: 'came'; readonly member: Member }
  | { readonly kind: 'went'; readonly id: MemberId };

export interface OpenDetails {
  /** What channel authorisation signs for. */
  readonly socketId?: string;
  /** How long the server may be silent by its own account. Needed where `pings` is false. */
  readonly silenceLimitMs?: number;
}

export interface Refusal {
  /** The status that the server gave, where it gives one. */
  readonly status: number | undefined;
  /** The server's own word for it, where it has one. For decisions; never shown or logged as it is. */
  readonly code: string | undefined;
}

export interface Closing {
  /** Undefined where the library hides it, and for Socket.IO, which has none. */
  readonly code: number | undefined;
  /** A constant that the transport explains (`transport close`). Free text of a server is left out: nobody may decide by it. */
  readonly reason?: string;
}

export type Failure =
  /** The upgrade was answered, but not with an upgrade. */
  | { readonly kind: 'http'; readonly status: number; readonly retryAfterMs?: number }
  | { readonly kind: Exclude<FailureKind, 'http'> };

export type FailureKind =
  | 'http'
  /** A web page came where a socket was asked for. */
  | 'html'
  | 'dns'
  | 'tls'
  /** Refused, reset or unroutable before anything was said. */
  | 'unreachable'
  | 'timeout'
  /** The server said something that is not the protocol. */
  | 'malformed'
  /** The server's own check of the handshake said no (Socket.IO middleware). */
  | 'handshake-refused'
  /** Socket.IO: the server has no such namespace. */
  | 'unknown-namespace'
  /** Browsers do not say why. */
  | 'unknown'
  /** There is no socket to be had here, and there will be none: the transport `none()`. */
  | 'no-socket';
