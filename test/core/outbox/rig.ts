import { onTestFinished } from 'vitest';
import { verifyBy, type MutationDefinition, type Repeat, type Verification } from '../../../src/contract/mutation.ts';
import { query, type QueryDefinition } from '../../../src/contract/query.ts';
import type { RequestPlan } from '../../../src/contract/request.ts';
import type { Schema } from '../../../src/contract/schema.ts';
import type { Api, ApiAnswer, AskOptions } from '../../../src/core/api/api.ts';
import type { OutboxChange } from '../../../src/core/outbox/changes.ts';
import type { MutationHandle, Settled } from '../../../src/core/outbox/handles.ts';
import { createOutbox, type Outbox, type OutboxOptions } from '../../../src/core/outbox/outbox.ts';
import type { OutboxSignal } from '../../../src/core/outbox/signal.ts';
import {
  StoreError,
  type Commit,
  type Database,
  type StoreFault,
  type StoredRecord,
  type StoredValue,
} from '../../../src/storage/store.ts';
import { createFakeHost, seededRandom, type FakeHost } from '../../../src/testing/fake-host.ts';
import type { OutgoingMessage } from '../../../src/transports/transport.ts';

/** One request at the server, until the test answers it. */
export interface Asked {
  readonly plan: RequestPlan;
  readonly options: AskOptions;
  readonly body: unknown;
  readonly atMs: number;
  isAnswered: boolean;
  answer(answer: ApiAnswer): void;
}

interface TestStore {
  readonly rows: Map<string, StoredValue>;
  readonly commits: Commit[];
  /** What a fence is held against. */
  leader: number;
  /** The next commits fail with these, one each. */
  readonly faults: (StoreFault | undefined)[];
  /** So many of the next commits are written, and fail all the same. */
  unsure: number;
  /** While this is so, commits do not answer. */
  hangs: boolean;
  unreadable: boolean;
  readonly database: Database;
}

export function createTestStore(rows: Map<string, StoredValue> = new Map()): TestStore {
  const store: TestStore = {
    rows,
    commits: [],
    leader: 1,
    faults: [],
    unsure: 0,
    hangs: false,
    unreadable: false,
    database: {
      survives: 'power-loss',
      read: () =>
        store.unreadable
          ? Promise.reject(new StoreError('failed', 'The test says so.'))
          : Promise.resolve([...rows].map(([key, value]): StoredRecord => ({ key, value: structuredClone(value) }))),
      commit(commit) {
        if (store.hangs) return new Promise(() => undefined);
        const fault = store.faults.shift();
        if (fault !== undefined) return Promise.reject(new StoreError(fault, `The test says ${fault}.`));
        if (commit.only !== undefined && store.leader !== commit.only.value) {
          return Promise.reject(new StoreError('fenced', 'Somebody else leads.'));
        }
        store.commits.push(structuredClone(commit));
        for (const { key, value } of commit.writes) {
          if (value === undefined) rows.delete(key);
          else rows.set(key, structuredClone(value));
        }
        if (store.unsure === 0) return Promise.resolve();
        store.unsure -= 1;
        return Promise.reject(new StoreError('failed', 'It took too long.'));
      },
      close: () => Promise.resolve(),
      onLost: () => () => undefined,
    },
  };
  return store;
}

export interface Input {
  readonly n: number;
  readonly lane?: string;
  readonly order?: unknown;
}

const isInput = (value: unknown): value is Input =>
  typeof value === 'object' && value !== null && 'n' in value && typeof value.n === 'number';

const input: Schema<Input> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      isInput(value)
        ? { value }
        : { issues: [{ message: 'no', path: ['n'], expected: 'number' } as { message: string }] },
  },
};

export const anything = <T>(): Schema<T> => ({
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as T }) },
});

const idAnswer: Schema<{ id: number }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof value === 'object' && value !== null && 'id' in value
        ? { value: value as { id: number } }
        : { issues: [{ message: 'no id' }] },
  },
};

const effects: QueryDefinition<{ n: number }, { applied?: boolean }> = query({
  path: '/effects/{n}',
  params: anything<{ n: number }>(),
  answer: anything<{ applied?: boolean }>(),
});

type Change = Partial<MutationDefinition<Input, { id: number }>>;

export function define(repeat: Repeat, change: Change = {}): MutationDefinition {
  const definition: MutationDefinition<Input, { id: number }> = {
    input,
    answer: idAnswer,
    carrier: {
      kind: 'http',
      method: 'POST',
      path: '/orders/{n}',
      body: ({ n, order }, { createdAt }) => ({ n, createdAt, ...(order !== undefined && { order }) }),
    },
    repeat,
    lane: ({ n, lane, order }) => lane ?? (order === undefined ? `order:${n}` : `order:${String(order)}`),
    priority: 'order',
    answers: {},
    ...change,
  };
  return definition;
}

const verify: Verification<Input> = verifyBy(effects, {
  params: ({ n }: Input) => ({ n }),
  tookEffect: (_: Input, { applied }) => applied,
});

export const verified = (repeat: Repeat, change: Change = {}): MutationDefinition =>
  define(repeat, { verify, ...change });

const allKinds: Readonly<Record<string, MutationDefinition>> = {
  key: define('key'),
  natural: verified('natural', { answers: { 409: 'repeat' } }),
  none: verified('none'),
  blind: define('none'),
};

export interface RigOptions extends Partial<Omit<OutboxOptions, 'mutations' | 'host'>> {
  readonly mutations?: Readonly<Record<string, MutationDefinition>>;
  readonly store?: TestStore;
  readonly host?: FakeHost;
  /** Answers at once; what it leaves out waits for the test. */
  readonly serve?: (asked: Asked) => ApiAnswer | undefined;
}

export interface Rig {
  readonly host: FakeHost;
  readonly store: TestStore;
  readonly outbox: Outbox;
  /** Requests that carry mutations. */
  readonly asked: Asked[];
  /** Requests that verify. */
  readonly reads: Asked[];
  readonly probes: ((reached: boolean) => void)[];
  readonly signals: OutboxSignal[];
  readonly changes: OutboxChange[];
  readonly errors: unknown[];
  readonly messages: OutgoingMessage[];
  /** What the socket says to the next message. */
  readonly socket: { takes: boolean };
  event(name: string, data: unknown): void;
  /** Lets promises settle. */
  settle(): Promise<void>;
  /** The newest request that waits for an answer. */
  last(): Asked;
  enqueue(name: string, value: unknown): Promise<MutationHandle>;
}

/** Every outbox has ids of its own, the same in every run. */
let seeds = 0;

export async function createRig(options: RigOptions = {}): Promise<Rig> {
  const host = options.host ?? createFakeHost({ random: () => 0.5 });
  const store = options.store ?? createTestStore();
  const asked: Asked[] = [];
  const reads: Asked[] = [];
  const probes: ((reached: boolean) => void)[] = [];
  const signals: OutboxSignal[] = [];
  const changes: OutboxChange[] = [];
  const errors: unknown[] = [];
  const messages: OutgoingMessage[] = [];
  const socket = { takes: true };
  const listeners = new Set<(event: { readonly name: string; readonly data: unknown }) => void>();
  const api: Api = {
    ask: (plan, how = {}) =>
      new Promise((resolve) => {
        const one: Asked = {
          plan,
          options: how,
          body: how.bodyText === undefined ? undefined : JSON.parse(how.bodyText),
          atMs: host.clock.monotonicMs(),
          isAnswered: false,
          answer(answer) {
            one.isAnswered = true;
            resolve(answer);
          },
        };
        (plan.method === 'GET' ? reads : asked).push(one);
        const served = options.serve?.(one);
        if (served !== undefined) one.answer(served);
      }),
  };
  const random = seededRandom((seeds += 1));
  const { mutations = allKinds, serve: _, store: __, host: ___, ...rest } = options;
  const outbox = await createOutbox({
    host,
    api,
    database: store.database,
    mutations: new Map(Object.entries(mutations)),
    scope: { deviceId: 7 },
    principal: 'till-1',
    socket: {
      send(message) {
        if (socket.takes) messages.push(message);
        return socket.takes;
      },
      onEvent(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    randomBytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(random() * 256)),
    serverNowMs: () => host.clock.wallMs(),
    probe: () => new Promise((resolve) => void probes.push(resolve)),
    onSignal: (signal) => void signals.push(signal),
    report: (error) => void errors.push(error),
    ...rest,
  });
  outbox.subscribe((change) => void changes.push(change));
  const rig: Rig = {
    host,
    store,
    outbox,
    asked,
    reads,
    probes,
    signals,
    changes,
    errors,
    messages,
    socket,
    event: (name, data) => {
      for (const listener of Array.from(listeners)) listener({ name, data });
    },
    settle: () => host.pass(0),
    last() {
      const waiting = [...asked, ...reads].filter(({ isAnswered }) => !isAnswered).at(-1);
      if (waiting === undefined) throw new Error('nothing was asked');
      return waiting;
    },
    async enqueue(name, value) {
      const handle = await outbox.enqueue(name, value);
      await host.pass(0);
      return handle;
    },
  };
  onTestFinished(async () => {
    store.hangs = false;
    await outbox.dispose();
  });
  return rig;
}

export const ok = (body: unknown = { id: 1 }, status = 201): ApiAnswer => ({ kind: 'success', status, body });

export const refused = (
  status: number,
  more: { readonly body?: unknown; readonly problem?: string; readonly retryAfterMs?: number } = {},
): ApiAnswer => ({ kind: 'refusal', status, body: more.body, problem: more.problem, retryAfterMs: more.retryAfterMs });

export const failed = (
  because: Extract<ApiAnswer, { kind: 'failure' }>['because'],
  more: { readonly status?: number; readonly retryAfterMs?: number; readonly untouched?: true } = {},
): ApiAnswer => ({
  kind: 'failure',
  because,
  status: more.status,
  retryAfterMs: more.retryAfterMs,
  ...(more.untouched && { untouched: true }),
});

/** How it ended, or `undefined` while it has not. */
export async function endOf({ settled }: MutationHandle, rig: Rig): Promise<Settled | undefined> {
  const waiting = Symbol('waiting');
  await rig.settle();
  const end = await Promise.race([settled, Promise.resolve(waiting)]);
  return typeof end === 'symbol' ? undefined : end;
}

/** The code of what is parked, by the number in its input. */
export const parkedCodes = ({ outbox }: Rig): Record<number, string> =>
  Object.fromEntries(outbox.parked().map((item) => [(item.input as Input).n, item.code]));

/** The device stops in the middle, and starts again with what it has stored. */
export async function restarted(rig: Rig, options: RigOptions = {}): Promise<Rig> {
  const rows = new Map([...rig.store.rows].map(([key, value]) => [key, structuredClone(value)]));
  return createRig({ ...options, host: options.host ?? rig.host, store: createTestStore(rows) });
}
