// A store's backend in the same memory, as the reference document describes it: channels that ask for signatures, a log
// behind each, and lists. Every part can be switched off or made to fail.
import { laravelPos } from '../../src/contracts/laravel-pos/index.ts';
import { createClient } from '../../src/client.ts';
import type { ClientOptions } from '../../src/options.ts';
import type { RoleName } from '../../src/contract/contract.ts';
import type { LaravelPos } from '../../src/contracts/laravel-pos/spec.ts';
import { memory } from '../../src/storage/memory.ts';
import type { Store } from '../../src/storage/store.ts';
import { createFakeHost, type FakeHost } from '../../src/testing/fake-host.ts';
import {
  createMemoryHttp,
  type MemoryHttp,
  type MemoryOutcome,
  type ServedRequest,
} from '../../src/testing/memory-http.ts';
import { createMemoryTransport, type MemoryTransport } from '../../src/testing/memory-transport.ts';
import type { Client } from '../../src/surface.ts';
import type { Everybody } from '../../src/transports/transport.ts';
import { like } from '../transports/like.ts';

export const sku = 'trattoria-du-port';
export const wire = (channel: string): string => `private-store.${sku}.${channel}`;

interface Envelope {
  readonly v: 1;
  readonly event: string;
  readonly event_id: string;
  readonly seq: number;
  readonly occurred_at: string;
  readonly store: { readonly id: number; readonly sku: string };
  readonly data: unknown;
  readonly meta: Readonly<Record<string, unknown>>;
}

export interface KitchenOptions {
  readonly hasReplay?: boolean;
  readonly httpLatencyMs?: number;
  readonly latencyMs?: number;
  readonly seed?: number;
}

export interface Kitchen {
  readonly host: FakeHost;
  readonly http: MemoryHttp;
  readonly transport: MemoryTransport;
  readonly store: Store;
  /** What the server keeps, by the name of the channel on the wire. */
  readonly logs: Map<string, Envelope[]>;
  readonly lists: Map<string, { readonly id: number; readonly [field: string]: unknown }[]>;
  epoch: string | undefined;
  /** Who is in presence channels, by their names on the wire: told to who joins. */
  readonly members: Map<string, Everybody>;
  /** Wire names whose signature is refused with this status. */
  readonly refuses: Map<string, number>;
  /** In place of the usual answer. */
  answer: ((request: ServedRequest) => MemoryOutcome | undefined) | undefined;
  /** Says it to everyone who hears the channel, and keeps it. */
  publish(channel: string, event: string, data: unknown, how?: Publishing): Envelope;
  /** Sends what was kept, or anything else, to whoever hears the channel. */
  push(channel: string, name: string, payload: unknown): void;
  client<const Role extends RoleName<LaravelPos>>(
    role: Role,
    options?: Partial<ClientOptions<LaravelPos, Role>>,
  ): Client<LaravelPos, Role>;
}

interface Publishing {
  readonly id?: string;
  readonly seq?: number;
  readonly sku?: string;
  /** It is kept and lost on the way. */
  readonly silently?: boolean;
  readonly meta?: Readonly<Record<string, unknown>>;
}

export function createKitchen({
  hasReplay = true,
  httpLatencyMs = 5,
  latencyMs = 0,
  seed = 1,
}: KitchenOptions = {}): Kitchen {
  const host = createFakeHost({ seed });
  const logs = new Map<string, Envelope[]>();
  const lists = new Map<string, { readonly id: number }[]>();
  const refuses = new Map<string, number>();
  const store = memory();
  let published = 0;

  const logOf = (channel: string): Envelope[] => {
    const log = logs.get(channel) ?? [];
    logs.set(channel, log);
    return log;
  };

  function handle(request: ServedRequest): MemoryOutcome {
    const told = kitchen.answer?.(request);
    if (told !== undefined) return told;
    const { pathname, searchParams } = new URL(request.path, 'http://kitchen.test');
    if (pathname === '/broadcasting/auth') return sign(request);
    if (pathname === '/v1/events/since') return replay(searchParams);
    const rows = lists.get(pathname.replace('/v1/', ''));
    if (rows === undefined) return { status: 404, body: { message: 'Not found' } };
    return {
      status: 200,
      body: {
        data: rows,
        deleted: [],
        complete: true,
        as_of: iso(),
        ...(hasReplay && { as_of_seq: logOf(wire(channelOf(pathname))).at(-1)?.seq ?? 0 }),
        ...(kitchen.epoch !== undefined && { epoch: kitchen.epoch }),
      },
      headers: { date: new Date(host.clock.wallMs()).toUTCString() },
    };
  }

  function sign({ body }: ServedRequest): MemoryOutcome {
    const asked: unknown = JSON.parse(body ?? '{}');
    const { channel_name } = asked as { channel_name: string };
    const status = refuses.get(channel_name);
    return status === undefined
      ? { status: 200, body: { auth: `app-key:${channel_name}` } }
      : { status, body: { message: 'no' } };
  }

  function replay(search: URLSearchParams): MemoryOutcome {
    if (!hasReplay) return { status: 404, body: { message: 'Not found' } };
    const log = logOf(search.get('channel') ?? '');
    const seq = Number(search.get('seq'));
    const limit = Number(search.get('limit'));
    const after = log.filter((envelope) => envelope.seq > seq);
    const page = after.slice(0, limit);
    return {
      status: 200,
      body: {
        events: page,
        head_seq: log.at(-1)?.seq ?? 0,
        floor_seq: log[0]?.seq ?? 1,
        next_seq: page.at(-1)?.seq ?? seq,
        has_more: after.length > page.length,
        ...(kitchen.epoch !== undefined && { epoch: kitchen.epoch }),
      },
    };
  }

  const iso = (): string => new Date(host.clock.wallMs()).toISOString();
  const http = createMemoryHttp({ host, latencyMs: httpLatencyMs, handle });
  const transport = createMemoryTransport({
    host,
    latencyMs,
    capabilities: like.pusher,
    server: {
      connected: (socket) => socket.accept({ socketId: `1.${socket.number}` }),
      joined: (socket, channel) => socket.admit(channel, kitchen.members.get(channel)),
    },
  });

  function push(channel: string, name: string, payload: unknown): void {
    for (const socket of transport.live) {
      if (socket.joined.has(channel)) socket.push({ channel, name, payload: JSON.stringify(payload) });
    }
  }

  const kitchen: Kitchen = {
    host,
    http,
    transport,
    store,
    logs,
    lists,
    epoch: undefined,
    members: new Map(),
    refuses,
    answer: undefined,
    publish(channel, event, data, how = {}) {
      const log = logOf(channel);
      published += 1;
      const envelope: Envelope = {
        v: 1,
        event,
        event_id: how.id ?? `event-${published}`,
        seq: how.seq ?? (log.at(-1)?.seq ?? 0) + 1,
        occurred_at: iso(),
        store: { id: 3, sku: how.sku ?? sku },
        data,
        meta: { replay: false, ...(kitchen.epoch !== undefined && { epoch: kitchen.epoch }), ...how.meta },
      };
      log.push(envelope);
      if (how.silently !== true) push(channel, event, envelope);
      return envelope;
    },
    push,
    client: (role, options = {}) =>
      createClient(laravelPos, {
        role,
        scope: { sku, deviceId: 18 },
        transport,
        api: http,
        token: () => 'token-1',
        storage: store,
        host,
        ...options,
      }),
  };
  return kitchen;
}

/** The channel that a list covers. */
const channelOf = (path: string): string => (path.endsWith('print-jobs') ? 'printing' : path.replace('/v1/', ''));

/** The data of an `OrderCreated`. */
export const order = (id: number, fields: object = {}): { readonly order: object } => ({
  order: {
    id,
    number: `C${id}`,
    channel: 'kiosk',
    status: 'accepted',
    totals_cents: { subtotal: 31_400, tax: 0, total: 31_400 },
    created_at: '2026-01-01T00:00:00Z',
    ...fields,
  },
});
