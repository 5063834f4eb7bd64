// A till on our own client, over real sockets and real HTTP, whose time a player moves. Runs in Node and in a page.
import { createClient } from '../../src/client.ts';
import type { LaravelPos } from '../../src/contracts/laravel-pos/index.ts';
import type { SignalKind } from '../../src/core/signals.ts';
import { fetchHttp } from '../../src/http/fetch-http.ts';
import type { Commit, Store } from '../../src/storage/store.ts';
import type { Client } from '../../src/surface.ts';
import { createFakeHost, type FakeHost } from '../../src/testing/fake-host.ts';
import { failingStore, type Failure } from '../../src/testing/failing-store.ts';
import type { DeviceView, ScenarioDevice, ToldEvent } from '../../src/testing/scenarios/stage.ts';
import { pusher } from '../../src/transports/pusher.ts';
import { socketIo } from '../../src/transports/socket-io.ts';
import type { Transport, TransportConnection } from '../../src/transports/transport.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { houseContract, type Wire } from './house.ts';
import { createWatch } from './watch.ts';

export interface DeviceOptions {
  readonly wire: Wire;
  /** Of the proxy: `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly storage: Store;
  readonly honoursKeys: boolean;
  readonly seed: number;
  /** Tells devices apart that store in the same place. */
  readonly principal?: string;
}

const appKey = 'heard-key';
export const scope = { sku: 'pizza-bab-el-oued', deviceId: 11 } as const;

export function transportOf(wire: Wire, url: string): Transport {
  const { hostname, port } = new URL(url);
  switch (wire) {
    case 'pusher':
      return pusher({ key: appKey, wsHost: hostname, wsPort: Number(port), forceTLS: false });
    case 'socket-io':
      return socketIo({ url, statusOf: ({ message }) => Number(/^\d{3}$/.exec(message)?.[0] ?? 401) });
    case 'websocket':
  }
  return webSocket({ url: `${url.replace('http', 'ws')}/socket` });
}

export function createDevice({ wire, url, storage, honoursKeys, seed, principal }: DeviceOptions): ScenarioDevice {
  const contract = houseContract(wire, honoursKeys);
  const told: ToldEvent[] = [];
  const signals: SignalKind[] = [];
  const watch = createWatch();
  const storageFailures: {
    readonly failure: Failure;
    readonly of: 'mutations' | 'anything';
    fired: number;
    readonly times: number;
  }[] = [];
  const misbehaviours: ('throws' | 'takes-its-time')[] = [];
  const store = failingStore(watch.store(storage), ({ commit }) => commit && failureOf(commit));
  let tokens = 0;

  function failureOf({ writes }: Commit): Failure | undefined {
    const isOfMutations = writes.some(({ table }) => table === 'outbox');
    const due = storageFailures.find(({ of, fired, times }) => fired < times && (of === 'anything' || isOfMutations));
    if (due === undefined) return undefined;
    due.fired += 1;
    return due.failure;
  }
  let life = newLife(createFakeHost({ seed, wallMs: Date.now() }));

  /** What ends with a process: its clocks, its sockets, its requests, and the client in it. */
  function newLife(host: FakeHost) {
    const end = new AbortController();
    const open = new Set<TransportConnection>();
    const client: Client<LaravelPos, 'pos'> = createClient(contract, {
      role: 'pos',
      scope,
      token: ({ reason }) => (reason === 'start' ? `dev-pos~${tokens}` : `dev-pos~${(tokens += 1)}`),
      transport: watch.transport(transportOf(wire, url), open),
      api: watch.http(fetchHttp({ baseUrl: `${url}/laravel-pos` }), end.signal),
      ...(principal !== undefined && { principal }),
      headerNames: honoursKeys ? { idempotency: 'Idempotency-Key' } : {},
      storage: store,
      timing: { stream: { pageLimit: 50 } },
      host,
    });
    client.signals.on('*', ({ kind }) => void signals.push(kind));
    // An id that a restored database gives a second time makes a new order an update.
    client.on(['OrderCreated', 'OrderUpdated'], (event) => {
      const label = 'notes' in event.data.order ? event.data.order.notes : undefined;
      if (typeof label === 'string') told.push({ label, redelivered: event.redelivered });
      const does = misbehaviours.shift();
      if (does === 'throws') throw new Error('The handler of the app throws.');
      return does === 'takes-its-time' ? new Promise<void>((done) => host.schedule(3_000, done)) : undefined;
    });
    return { host, end, open, client };
  }

  async function mutate(label: string): Promise<void> {
    const input = { channel: 'pos', items: [{ item_id: 1, qty: 1 }], notes: label } as const;
    await life.client.mutate('order.create', input);
  }

  async function restart(how: 'in-order' | 'killed' | 'emptied'): Promise<void> {
    const { host, client, end, open } = life;
    if (how === 'killed') {
      store.crash();
      end.abort();
      for (const connection of Array.from(open)) connection.close();
      store.restart();
    } else if (how === 'emptied') {
      await client.wipe();
    } else {
      await client.dispose();
    }
    life = newLife(how === 'killed' ? createFakeHost({ seed: seed + 1, wallMs: host.clock.wallMs() }) : host);
    await life.client.start();
  }

  const look = (): DeviceView => {
    const { client } = life;
    const { waiting, parked } = client.health().outbox;
    return { status: client.status.get().word, told, waiting, parked, signals, ...watch.counts() };
  };

  return {
    get host() {
      return life.host;
    },
    start: () => life.client.start(),
    restart,
    mutate,
    retryParked() {
      const { outbox } = life.client;
      for (const { id } of outbox.parked()) outbox.retry(id);
    },
    misbehave: (does, times) => void misbehaviours.push(...Array.from({ length: times }, () => does)),
    spoilStorage(fault, times, of) {
      const failure: Failure =
        fault === 'silent' ? { kind: 'hang' } : fault === 'lost' ? { kind: 'lose' } : { kind: 'fail', fault };
      storageFailures.push({ failure, of, fired: 0, times });
    },
    strikes: () =>
      storageFailures.map(({ failure, of, fired, times }) => ({
        fault: `${failure.kind} of a commit of ${of}`,
        wanted: times,
        fired,
      })),
    look,
    dispose: () => life.client.dispose(),
  };
}

/** Ends it, with time passing: handlers that are at work have 5 s. */
export async function disposed(device: ScenarioDevice, breathe: () => Promise<void>): Promise<void> {
  const state = { isOver: false };
  const disposing = device.dispose().finally(() => (state.isOver = true));
  while (!state.isOver) {
    await breathe();
    await device.host.pass(100);
  }
  await disposing;
}
