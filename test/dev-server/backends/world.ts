// A backend and our own clients in one memory: REST over `fetch`, and what is published over a transport that keeps rooms.
import { createMemoryHttp, type MemoryOutcome, type ServedRequest } from '../../../src/testing/memory-http.ts';
import { createMemoryTransport, type ServerSocket } from '../../../src/testing/memory-transport.ts';
import { createFakeHost, type FakeHost } from '../../../src/testing/fake-host.ts';
import type { Http } from '../../../src/http/http.ts';
import type { Transport } from '../../../src/transports/transport.ts';
import type { Backend, CreateBackend } from '../../../src/dev-server/backend.ts';
import { memoryLog, type Publication } from '../../../src/emit/index.ts';
import { app, requestOf, seat, settled, startedAt, type Seat } from './stage.ts';
import { like } from '../../transports/like.ts';

export interface World {
  readonly host: FakeHost;
  readonly backend: Backend;
  readonly http: Http;
  readonly transport: Transport;
  /** Lets time pass until it is so. */
  until(condition: () => boolean): Promise<void>;
  /** As another program would. */
  ask(method: string, path: string, token: string, body: object): Promise<number>;
}

export function createWorld(create: CreateBackend, family: 'pusher' | 'socket-io'): World {
  const host = createFakeHost({ wallMs: startedAt });
  const time = {
    now: () => host.clock.wallMs(),
    schedule: (ms: number, run: () => void) => host.schedule(ms, run),
  };
  /** One for each channel of each socket. */
  const seats = new Map<ServerSocket, Map<string, Seat>>();

  function publish(publications: readonly Publication[]): Promise<void> {
    for (const { channel, name, payload, rooms } of publications) {
      for (const [socket, byChannel] of seats) {
        const there = byChannel.get(channel);
        if (there === undefined || socket.over) continue;
        if (rooms !== undefined && !rooms.some((room) => there.rooms.has(room))) continue;
        socket.push({ channel, name, payload: structuredClone(payload) });
      }
    }
    return Promise.resolve();
  }

  const backend = create({ publisher: { publish }, log: memoryLog({ time }), time, v1: false, app });

  async function answerTo(own: Seat, name: string, payload: unknown, acknowledged?: (answer: unknown) => void) {
    const answer = await backend.message?.(own, name, payload);
    if (answer !== undefined) acknowledged?.(answer);
  }

  const transport = createMemoryTransport({
    host,
    capabilities: like[family],
    server: {
      connected(socket) {
        seats.set(socket, new Map());
        socket.accept({ socketId: `7.${socket.number}` });
      },
      joined(socket, channel) {
        const { token, query } = socket.attempt;
        const own = { ...seat(channel, { id: String(socket.number), auth: { token }, query }), say: () => undefined };
        const refused = backend.connected?.(own);
        if (refused !== undefined) return socket.deny(channel, { status: 401, code: refused.refused });
        seats.get(socket)?.set(channel, own);
        socket.admit(channel);
      },
      said(socket, { channel, name, payload, acknowledged }) {
        const own = seats.get(socket)?.get(channel);
        if (own === undefined) return;
        void answerTo(own, name, payload, acknowledged);
      },
    },
  });

  async function handle({ method, path, headers, body }: ServedRequest): Promise<MemoryOutcome> {
    const request = new Request(`http://dev.test${path}`, { method, headers, ...(body !== undefined && { body }) });
    const response = await backend.fetch(request);
    if (response === undefined) return { status: 404 };
    const text = await response.text();
    return {
      status: response.status,
      headers: { date: new Date(host.clock.wallMs()).toUTCString() },
      ...(text !== '' && { body: JSON.parse(text) as unknown }),
      ...(response.headers.get('content-type') === 'application/problem+json' && { media: 'problem' as const }),
    };
  }

  return {
    host,
    backend,
    transport,
    http: createMemoryHttp({ host, latencyMs: 5, handle }),
    async until(condition) {
      for (let turns = 0; turns < 1_000 && !condition(); turns += 1) {
        await host.pass(20);
        await settled();
      }
      if (!condition()) throw new Error('It did not come to that.');
    },
    async ask(method, path, token, body) {
      const response = await backend.fetch(requestOf(method, path, token, body));
      return response?.status ?? 404;
    },
  };
}
