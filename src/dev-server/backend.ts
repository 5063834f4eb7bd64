// One restaurant's backend as the development server hosts it: what its document says, over a few tables. It knows
// nothing of sockets: it answers requests, hears messages and emits.
import type { ContractData } from '../contract/contract.ts';
import type { Route } from '../contract/routing.ts';
import type { EventLog, Publisher, ServerTime } from '../emit/index.ts';
import type { Keep } from './keep.ts';

/** What a backend is made with. */
export interface BackendSeams {
  /** Brings what it emits to whoever is connected, over whatever. */
  readonly publisher: Publisher;
  readonly log: EventLog;
  readonly time: ServerTime;
  /** Where it keeps what it has over restarts. Absent: memory alone. Backends share it, so names begin with the contract's. */
  readonly keep?: Keep;
  /** Only what the backend's document promises: no replay, no tombstones, no `as_of`, no positions of lists. */
  readonly v1: boolean;
  /** The event server's app, by whose secret the names of private channels are signed. Absent: none are signed. */
  readonly app?: { readonly key: string; readonly secret: string };
}

/** Who asks, as far as a bearer token tells. */
export interface Caller {
  readonly id: string;
  readonly abilities: readonly string[];
  /** What the names of channels and requests are compared with: `{ sku, deviceId }`. */
  readonly scope: Readonly<Record<string, string | number>>;
  /** What others in a presence channel are told of them, on every wire. */
  readonly info?: Readonly<Record<string, unknown>>;
}

/** One connection of a backend that hears messages (Socket.IO, plain WebSocket). */
export interface Connection {
  readonly id: string;
  /** The channel or namespace it came in on, as it is spelt on the wire. */
  readonly channel: string;
  /** What it said of itself: `auth` and `query` of the handshake. */
  readonly auth: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, string>>;
  join(room: string): void;
  leave(room: string): void;
  say(name: string, payload: unknown): void;
}

/** Somebody who is expected here, with all that a client has to say: `createClient(contract, { role, scope, token, … })`. */
export interface KnownDevice {
  /** Who that is: "the till". */
  readonly of: string;
  /** One of the contract's. Absent: no client of it, but a system that sends requests. */
  readonly role?: string;
  /** The contract's, for this device. Absent: only whoever wrote the contract knows what belongs there. */
  readonly scope?: Caller['scope'];
  /** Absent where the backend asks nobody who they are. */
  readonly token?: string;
}

export interface Backend {
  readonly contract: ContractData;
  /** REST, with the path as the document has it. `undefined`: not one of its paths. Never throws, whatever the body is. */
  fetch(request: Request): Promise<Response | undefined>;
  /** For whoever tries it out: as whom they can come, the most telling one first. */
  readonly devices: readonly KnownDevice[];
  /** Whose token this is; `undefined`: nobody's. */
  callerOf(token: string | undefined): Caller | undefined;
  /** Whether they may hear a channel that is not everybody's. Absent: as the contract has it. */
  mayHear?(caller: Caller, channel: Route): boolean;
  /** Lets a connection in and joins its rooms, or says why not ("Authentication error"). */
  connected?(connection: Connection): { readonly refused: string } | undefined;
  /** What a device says; the answer is the acknowledgement, where it asked for one. `undefined`: none is given. Never rejects. */
  message?(connection: Connection, name: string, payload: unknown): Promise<unknown>;
  disconnected?(connection: Connection): void;
  /** Puts everything back to where it was at the start: a restored database. */
  restore(): Promise<void>;
}

export type CreateBackend = (seams: BackendSeams) => Backend;
