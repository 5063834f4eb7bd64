import type { Position } from './contract/channel.ts';
import type { ContractData, ContractSpec, RoleName } from './contract/contract.ts';
import type { HeaderNames, HeadersHook } from './core/api/request-headers.ts';
import type { TokenCallback } from './core/connection/credentials.ts';
import type { ConnectionSettings } from './core/connection/settings.ts';
import type { Retention } from './core/session/forgetting.ts';
import type { Logger } from './core/session/log.ts';
import type { StreamSettings } from './core/stream/settings.ts';
import type { ConflictHook } from './core/outbox/conflict.ts';
import type { OutboxSettings } from './core/outbox/settings.ts';
import type { Tabs } from './core/tabs/tab.ts';
import { HeardError } from './errors.ts';
import type { Host } from './host/host.ts';
import { fetchHttp, type FetchHttpOptions } from './http/fetch-http.ts';
import type { Http } from './http/http.ts';
import { isRecord } from './lib/json.ts';
import type { Store } from './storage/store.ts';
import type { Transport } from './transports/transport.ts';

export interface ClientOptions<Spec extends ContractSpec, Role extends RoleName<Spec>> {
  /** What this device is: which channels it hears, and what it may send. */
  readonly role: Role;
  /** The values that make channel names and requests concrete. */
  readonly scope: Spec['scope'];
  readonly transport: Transport;
  /** Where the REST interface is, or something that speaks to it. */
  readonly api: FetchHttpOptions | Http;
  /** The bearer token; asked again when it has run out or was refused. Without it, none is sent. */
  readonly token?: TokenCallback;
  /** What the device remembers over a restart. Default: nothing, as with `memory()`. */
  readonly storage?: Store;
  /** Makes one device of several tabs: `sharedTabs()` of `heard/tabs`. Without it each has a socket of its own. */
  readonly tabs?: Tabs;
  /** Whose device this is. Devices of two principals share nothing. */
  readonly principal?: string;
  /** More headers for each request. */
  readonly headers?: HeadersHook;
  /** The headers that carry a correlation id and an idempotency key, where the server knows them. */
  readonly headerNames?: HeaderNames;
  /** A pino logger fits, and `console` nearly. It is given names, ids and numbers, and never a payload or a token. */
  readonly logger?: Logger;
  /** What positions mean, where this server differs from its contract: `{ orders: 'monotonic' }`. */
  readonly sequence?: Readonly<Record<string, Position>>;
  /** Where a device begins that has never heard a channel for which there is no list. Default `now`. */
  readonly startFrom?: 'now' | 'earliest' | { readonly seq: number };
  /**
   * Changes a row before it is written to disk: leave out phones and names. It is given a copy, and the contract's name of the
   * list. What waits to be sent or for `process` is kept whole until then: it could not be sent or done otherwise.
   */
  readonly redact?: (row: unknown, list: string) => unknown;
  /** How long rows that are finished or deleted are remembered. Default: 7 days. */
  readonly retention?: Retention;
  /** How soon things are noticed. The defaults are promises of the documentation; kiosks with odd networks set others. */
  readonly timing?: {
    readonly connection?: Partial<ConnectionSettings>;
    readonly stream?: Partial<StreamSettings>;
    readonly outbox?: Partial<OutboxSettings>;
  };
  /** Asked when the server says that a mutation collides with something newer. Without it, such a one is parked. */
  readonly onConflict?: ConflictHook;
  /** The machine that heard runs on. Default: the browser or Node. */
  readonly host?: Host;
}

export const httpOf = (api: FetchHttpOptions | Http): Http => ('send' in api ? api : fetchHttp(api));

/** The numbers among the options: a delay that is no number would be a timer that never or always runs. */
export function requireNumbers(settings: object | undefined, name: string): void {
  for (const [field, value] of Object.entries(settings ?? {})) {
    if (value === undefined || (typeof value === 'number' && value >= 0 && !Number.isNaN(value))) continue;
    throw new HeardError('options-invalid', `The option "${name}.${field}" is no number of at least 0.`, {
      remediation: 'Give milliseconds or a count, or leave it out.',
    });
  }
}

const positions: ReadonlySet<string> = new Set(['dense', 'monotonic', 'none']);

/** A misspelt channel would be taken for what its contract says, and events for losses. */
export function requireSequence(contract: ContractData, sequence: Readonly<Record<string, string>> = {}): void {
  for (const [channel, position] of Object.entries(sequence)) {
    if (contract.channels.has(channel) && positions.has(position)) continue;
    throw new HeardError('options-invalid', `The option "sequence" says "${channel}: ${position}".`, {
      remediation: `Channels are: ${[...contract.channels.keys()].join(', ')}; positions are dense, monotonic or none.`,
    });
  }
}

export function requireStart(startFrom: unknown): void {
  const isPosition = isRecord(startFrom) && Number.isSafeInteger(startFrom['seq']) && Number(startFrom['seq']) >= 0;
  if (startFrom === undefined || startFrom === 'now' || startFrom === 'earliest' || isPosition) return;
  throw new HeardError('options-invalid', 'The option "startFrom" cannot be understood.', {
    remediation: 'Give "now", "earliest", or { seq } with a position of at least 0.',
  });
}
