// A backend without a network: a clock that is moved by hand, a log in memory, and a publisher that keeps what it is given.
import { createDecoder, type Decoded } from 'heard';
import { expect } from 'vitest';
import type { Backend, CreateBackend, Connection } from '../../../src/dev-server/backend.ts';
import type { Keep } from '../../../src/dev-server/keep.ts';
import { memoryLog, type EventLog, type Publication } from '../../../src/emit/index.ts';

export const startedAt: number = Date.parse('2026-03-14T18:30:00.000Z');

interface Answer {
  readonly status: number;
  /** Parsed, or undefined where there is none. */
  readonly body: unknown;
  readonly headers: Headers;
}

interface Asking {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Stage {
  readonly backend: Backend;
  readonly log: EventLog;
  readonly published: readonly Publication[];
  /** The names of what was published since the last time. */
  news(): readonly string[];
  ask(method: string, path: string, asking?: Asking): Promise<Answer>;
  pass(ms: number): void;
  /** What a client makes of everything that was published. */
  decoded(): readonly Decoded[];
}

export const app: { readonly key: string; readonly secret: string } = { key: 'app-key', secret: 'app-secret' };

interface StageOptions {
  readonly v1?: boolean;
  readonly keep?: Keep;
  /** What the clock says at the start. */
  readonly from?: number;
}

export function createStage(create: CreateBackend, options: StageOptions = {}): Stage {
  const { v1 = false, keep, from = startedAt } = options;
  let now = from;
  let told = 0;
  const published: Publication[] = [];
  const time = { now: () => now, schedule: () => () => undefined };
  const log = memoryLog({ time });
  const backend = create({
    publisher: {
      publish(publications) {
        // As the wire does: nobody shares an object.
        published.push(...structuredClone([...publications]));
        return Promise.resolve();
      },
    },
    log,
    time,
    v1,
    app,
    ...(keep !== undefined && { keep }),
  });
  return {
    backend,
    log,
    published,
    news() {
      const since = published.slice(told).map(({ name }) => name);
      told = published.length;
      return since;
    },
    async ask(method, path, { token, body, headers } = {}) {
      const response = await backend.fetch(requestOf(method, path, token, body, headers));
      if (response === undefined) throw new Error(`${method} ${path} is none of the paths.`);
      // Publications that are in the log are brought out after the answer.
      await settled();
      return { status: response.status, body: await bodyOf(response), headers: response.headers };
    },
    pass(ms) {
      now += ms;
    },
    decoded() {
      const decode = createDecoder(backend.contract as never);
      return published.map(({ channel, name, payload }) => decode({ channel, name, payload }));
    },
  };
}

export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const requestOf = (
  method: string,
  path: string,
  token?: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Request =>
  new Request(`http://dev.test${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

/** One end of a socket. */
export interface Seat extends Connection {
  readonly rooms: ReadonlySet<string>;
  readonly heard: readonly { readonly name: string; readonly payload: unknown }[];
}

export function seat(channel: string, how: Partial<Pick<Connection, 'id' | 'auth' | 'query'>> = {}): Seat {
  const rooms = new Set<string>();
  const heard: { name: string; payload: unknown }[] = [];
  return {
    id: 'socket-1',
    auth: {},
    query: {},
    ...how,
    channel,
    rooms,
    heard,
    join: (room) => void rooms.add(room),
    leave: (room) => void rooms.delete(room),
    say: (name, payload) => void heard.push({ name, payload }),
  };
}

/** The parts of an answer, for tests that look at some of them. */
export function part(body: unknown, ...path: readonly (string | number)[]): unknown {
  let value = body;
  for (const step of path) {
    expect(value).toBeTypeOf('object');
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
