// What a wire is to the development server: something that answers upgrades, perhaps requests of its own, and publishes.
// The Pusher protocol, Socket.IO and both plain WebSockets are parts; the server itself knows none of them.
import type { ContractData } from '../contract/contract.ts';
import type { Publisher, ServerTime } from '../emit/index.ts';
import type { Backend } from './backend.ts';
import type { FaultPoint } from './faults/fault.ts';
import type { Origins } from './http/cors.ts';
import type { AppKeys } from './signature.ts';
import type { TrafficLog } from './traffic.ts';

/** What a part is made with. */
export interface PartSeams {
  readonly time: ServerTime;
  readonly traffic: TrafficLog;
  readonly faults: FaultPoint;
  readonly origins: Origins;
  /** What channels are signed with. */
  readonly app: AppKeys;
  /** Whether traffic shows payloads, or only how long they are. */
  readonly showsPayloads: boolean;
}

/**
 * Node's `IncomingMessage`, and below its `Duplex` and `ServerResponse`: as much of them as nobody needs `@types/node` for. A part
 * may name Node's own types in their place.
 */
export interface PartRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface PartStream {
  destroy(): unknown;
}

export interface Part {
  /** For traffic, faults and the list of addresses: `socket-io`. */
  readonly name: string;
  readonly publisher: Publisher;
  /** Whether this backend's events go out here. */
  carries(contract: ContractData): boolean;
  /** Told once, before the first connection: whose tokens, rooms and messages these are. */
  host?(backends: readonly Backend[]): void;
  /** Where a device connects, given `127.0.0.1:3001`. */
  addresses(authority: string): readonly PartAddress[];
  /** Whether an upgrade of this path is its own. */
  upgrades?(path: string): boolean;
  /** With a `code` of the wire, it lets nobody in and says that code. */
  handleUpgrade?(request: PartRequest, socket: PartStream, head: Uint8Array, code?: number): void;
  /** It refuses connections on request by itself, for not all of them begin with an upgrade. */
  readonly refusesByItself?: boolean;
  /** Whether requests of this path are its own before anything has read them, CORS included. */
  takes?(path: string): boolean;
  handleRequest?(request: PartRequest, response: PartStream): void;
  /** HTTP of its own. `undefined`: not one of its paths. */
  fetch?(request: Request): Promise<Response | undefined>;
  /** How long the body of a request of this path may be. `undefined`: as long as any other. */
  mostBodyBytes?(path: string): number | undefined;
  /** Every connection is gone, and nobody was told more than the `code`, if there is one; answers how many that were. */
  cut?(code?: number): number;
  close(): Promise<void>;
}

export interface PartAddress {
  readonly what: string;
  readonly url: string;
}

export type CreatePart = (seams: PartSeams) => Part;
