// A client as an app has it, on the platform's own clock and timers, with a server in the same memory that costs nothing
// while it is measured: what it says is written beforehand.
import { createClient } from '../../src/client.ts';
import { laravelPos } from '../../src/contracts/laravel-pos/index.ts';
import type { LaravelPos } from '../../src/contracts/laravel-pos/spec.ts';
import { platformHost } from '../../src/host/platform.ts';
import type { Http, HttpAnswer } from '../../src/http/http.ts';
import { memory } from '../../src/storage/memory.ts';
import type { Client } from '../../src/surface.ts';
import { createMemoryTransport } from '../../src/testing/memory-transport.ts';
import type { Frame, Transport } from '../../src/transports/transport.ts';
import { referenceEnvelope } from './reference-envelope.ts';
import { like } from '../transports/like.ts';

const { sku }: { readonly sku: string } = referenceEnvelope.store;

export const ordersWire: string = `private-store.${sku}.orders`;
export const stationWire = (station: string): string => `private-store.${sku}.kds.station.${station}`;

export interface Device<Role extends keyof LaravelPos['roles']> {
  readonly client: Client<LaravelPos, Role>;
  /** What the server answers to whoever asks for the events behind a position: by channel and position, as text. */
  readonly pages: Map<string, string>;
  /** What the client complained about. */
  readonly troubles: ReadonlySet<string>;
  push(frame: Frame): void;
  /** Ends the connection; the client comes back by itself. */
  drop(): void;
  /** Resolves when the client says that it is live. */
  live(): Promise<void>;
}

export const pageKey = (wire: string, behind: number): string => `${wire} ${behind}`;

/** How frames reach a device. */
interface Line {
  readonly transport: Transport;
  push(frame: Frame): void;
  drop(): void;
}

function memoryLine(): Line {
  const transport = createMemoryTransport({
    host: platformHost(),
    capabilities: like.pusher,
    server: { connected: (socket) => socket.accept({ socketId: `1.${socket.number}` }) },
  });
  return {
    transport,
    push: (frame) => transport.live[0]?.push(frame),
    drop: () => transport.live[0]?.close({ code: 1006 }),
  };
}

export function createDevice<const Role extends keyof LaravelPos['roles']>(
  role: Role,
  { transport, push, drop }: Line = memoryLine(),
): Device<Role> {
  const pages = new Map<string, string>();

  function answer(path: string): string {
    if (path.startsWith('/broadcasting/auth')) return '{"auth":"app-key:signature"}';
    const { pathname, searchParams } = new URL(path, 'http://kitchen.test');
    if (pathname !== '/v1/events/since') return emptyList;
    const behind = Number(searchParams.get('seq'));
    const page = pages.get(pageKey(searchParams.get('channel') ?? '', behind));
    return page ?? JSON.stringify({ events: [], head_seq: behind, floor_seq: 1, next_seq: behind, has_more: false });
  }

  const http: Http = { send: ({ path }) => Promise.resolve(replyOf(answer(path))) };
  const client = createClient(laravelPos, {
    role,
    scope: { sku, deviceId: referenceEnvelope.sender.device_id },
    transport,
    api: http,
    token: () => 'token',
    storage: memory(),
    timing: {
      // Comes back at once, as often as it is dropped: waiting is not what is measured.
      connection: { backoffBaseMs: 1, backoffCapMs: 1, attemptBurst: 1_000 },
      // What is done by the clock belongs to no event.
      stream: { reconcileMs: 3_600_000 },
    },
  });
  const troubles = new Set<string>();
  client.signals.on('*', ({ kind }) => {
    if (kind !== 'continuity') troubles.add(kind);
  });

  return {
    client,
    pages,
    troubles,
    push,
    drop,
    live() {
      if (client.status.get().word === 'live') return Promise.resolve();
      return new Promise((resolve) => {
        const off = client.status.subscribe(({ word }) => {
          if (word !== 'live') return;
          off();
          resolve();
        });
      });
    },
  };
}

/** A client in trouble does other work than the one that is to be measured. */
export function expectHeard(count: number, sent: number, { troubles }: Pick<Device<'pos'>, 'troubles'>): void {
  const complaints = [...troubles].join(', ');
  if (count !== sent || complaints !== '')
    throw new Error(`Not what was to be measured: ${count} of ${sent} events were heard. ${complaints}`);
}

export const emptyList: string = JSON.stringify({
  data: [],
  deleted: [],
  complete: true,
  as_of: referenceEnvelope.occurred_at,
  as_of_seq: 0,
});

const replyOf = (text: string): HttpAnswer => ({
  kind: 'reply',
  status: 200,
  media: 'json',
  body: JSON.parse(text),
  header: () => undefined,
});
