// A pos on virtual time with a server that says what a test wants: for the stories that are told one by one.
import { createClient } from '../../../src/client.ts';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import type { LaravelPos } from '../../../src/contracts/laravel-pos/spec.ts';
import { createFakeHost, type FakeHost } from '../../../src/testing/fake-host.ts';
import {
  createMemoryHttp,
  type MemoryHttp,
  type MemoryOutcome,
  type ServedRequest,
} from '../../../src/testing/memory-http.ts';
import { createMemoryTransport, type MemoryTransport } from '../../../src/testing/memory-transport.ts';
import type { Client } from '../../../src/surface.ts';
import { sku } from './backends.ts';
import { like } from '../../transports/like.ts';

export const printing: string = `private-store.${sku}.printing`;
export const orders: string = `private-store.${sku}.orders`;

interface Said {
  readonly seq: number;
  readonly event: string;
}

export interface Rig {
  readonly host: FakeHost;
  readonly http: MemoryHttp;
  readonly transport: MemoryTransport;
  readonly pos: Client<LaravelPos, 'pos'>;
  /** Nobody gets a socket. */
  isDown: boolean;
  /** Something happens; `isLost`: its frame is. */
  say(wire: string, event: string, data: object, isLost?: boolean): void;
}

export function createRig(): Rig {
  const host = createFakeHost({ seed: 7 });
  const logs = new Map<string, Said[]>();
  const logOf = (wire: string): Said[] => {
    const log = logs.get(wire) ?? [];
    logs.set(wire, log);
    return log;
  };

  function handle({ path }: ServedRequest): MemoryOutcome {
    const { pathname, searchParams } = new URL(path, 'http://rig.test');
    if (pathname === '/broadcasting/auth') return { status: 200, body: { auth: 'signed' } };
    if (pathname !== '/v1/events/since') return { status: 200, body: { data: [], deleted: [], complete: true } };
    const log = logOf(searchParams.get('channel') ?? '');
    const from = Number(searchParams.get('seq'));
    const events = log.filter(({ seq }) => seq > from);
    return { status: 200, body: { events, head_seq: log.length, next_seq: log.length, has_more: false } };
  }

  const http = createMemoryHttp({ host, latencyMs: 20, handle });
  const transport = createMemoryTransport({
    host,
    latencyMs: 20,
    capabilities: like.pusher,
    server: {
      connected(socket) {
        if (rig.isDown) socket.refuse({ kind: 'unreachable' });
        else socket.accept({ socketId: `1.${socket.number}` });
      },
    },
  });

  const rig: Rig = {
    host,
    http,
    transport,
    pos: createClient(laravelPos, {
      role: 'pos',
      scope: { sku, deviceId: 18 },
      transport,
      api: http,
      token: () => 'token-1',
      host,
      startFrom: 'earliest',
    }),
    isDown: false,
    say(wire, event, data, isLost = false) {
      const log = logOf(wire);
      const seq = log.length + 1;
      const envelope = {
        v: 1,
        event,
        event_id: `${wire} ${seq}`,
        seq,
        occurred_at: new Date(host.clock.wallMs()).toISOString(),
        store: { id: 3, sku },
        data,
        meta: { replay: false },
      };
      log.push(envelope);
      for (const socket of transport.live) {
        if (!isLost && socket.joined.has(wire))
          socket.push({ channel: wire, name: event, payload: JSON.stringify(envelope) });
      }
    },
  };
  return rig;
}
