// A thousand whole clients of one house on one virtual clock, whose server restarts under them all at the same moment.
import { createClient } from '../../src/client.ts';
import { laravelPos } from '../../src/contracts/laravel-pos/index.ts';
import type { Closing } from '../../src/transports/transport.ts';
import { createFakeHost } from '../../src/testing/fake-host.ts';
import { createMemoryHttp, type MemoryOutcome, type ServedRequest } from '../../src/testing/memory-http.ts';
import { createMemoryTransport, type ServerSocket } from '../../src/testing/memory-transport.ts';
import { like, type Family } from '../transports/like.ts';

export interface Restart {
  readonly family: Family;
  readonly closing: Closing;
  /** How long nobody reaches the server, over the socket or over HTTP. */
  readonly downMs: number;
  readonly seed?: number;
}

/** Moments in milliseconds from the restart on. */
export interface Herd {
  readonly clients: number;
  /** Sockets that were begun, also those that reached nobody. */
  readonly attempts: readonly number[];
  /** Sockets that the server accepted. */
  readonly connects: readonly number[];
  readonly auths: readonly number[];
  readonly reads: readonly number[];
  /** When each client was live again. */
  readonly live: readonly number[];
  /** How many channels each client joins, signs for (but over Socket.IO, where it shows its token) and catches up. */
  readonly channels: number;
}

const oneWayMs = 50;
/** Good connections, and the next reading of everything far off. */
const settlingMs = 20_000;
const watchedMs = 40_000;

export async function restarted({ family, closing, downMs, seed = 1 }: Restart, clients = 1_000): Promise<Herd> {
  const host = createFakeHost({ seed });
  let isDown = false;
  let restartedAtMs = Infinity;
  const nowMs = (): number => host.clock.monotonicMs() - restartedAtMs;
  const attempts: number[] = [];
  const connects: number[] = [];
  const auths: number[] = [];
  const reads: number[] = [];
  const live: number[] = [];

  function handle({ path }: ServedRequest): MemoryOutcome {
    const { pathname, searchParams } = new URL(path, 'http://house.test');
    const date = new Date(host.clock.wallMs());
    const headers = { date: date.toUTCString() };
    if (pathname === '/broadcasting/auth') {
      auths.push(nowMs());
      return { status: 200, body: { auth: 'key:signed' }, headers };
    }
    reads.push(nowMs());
    if (pathname === '/v1/events/since') {
      const body = {
        events: [],
        head_seq: 0,
        floor_seq: 1,
        next_seq: Number(searchParams.get('seq')),
        has_more: false,
      };
      return { status: 200, body, headers };
    }
    const body = { data: [], deleted: [], complete: true, as_of: date.toISOString(), as_of_seq: 0 };
    return { status: 200, body, headers };
  }

  function connected(socket: ServerSocket): void {
    if (isDown) return socket.refuse({ kind: 'unreachable' });
    connects.push(nowMs());
    socket.accept({ socketId: '1.1' });
  }

  const http = createMemoryHttp({ host, latencyMs: oneWayMs, handle });
  const transports = Array.from({ length: clients }, () =>
    createMemoryTransport({ host, latencyMs: oneWayMs, capabilities: like[family], server: { connected } }),
  );
  const devices = transports.map((transport, at) => {
    const client = createClient(laravelPos, {
      role: 'kiosk',
      scope: { sku: 'corner', deviceId: at + 1 },
      token: () => `kiosk-${at}`,
      transport: {
        ...transport,
        connect(attempt, handlers) {
          attempts.push(nowMs());
          return transport.connect(attempt, handlers);
        },
      },
      api: http,
      host,
    });
    client.status.subscribe(({ word }) => {
      if (word === 'live') live.push(nowMs());
    });
    return client;
  });

  for (const device of devices) await device.start();
  await host.pass(settlingMs);
  const channels = devices[0]?.health().channels.length ?? 0;
  for (const moments of [attempts, connects, auths, reads, live]) moments.splice(0);

  restartedAtMs = host.clock.monotonicMs();
  isDown = true;
  http.weather = 'down';
  for (const transport of transports) for (const socket of transport.live) socket.close(closing);
  await host.pass(downMs);
  isDown = false;
  http.weather = 'clear';
  await host.pass(watchedMs);
  await Promise.all(devices.map((device) => device.dispose()));
  return { clients, attempts, connects, auths, reads, live, channels };
}
