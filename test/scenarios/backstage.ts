// The other side of the device, in Node: a whole development server, and the fault proxy in front of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Publication } from '../../src/emit/index.ts';
import type { ServerTime } from '../../src/emit/server-time.ts';
import type { Caller, CreateBackend } from '../../src/dev-server/backend.ts';
import { createLaravelPos } from '../../src/dev-server/backends/laravel-pos/index.ts';
import { createDevServer, type DevServer } from '../../src/dev-server/dev-server.ts';
import type { Host } from '../../src/host/host.ts';
import { createFaultProxy, type FaultRule, type StandingFault } from '../../src/testing/proxy/index.ts';
import type { Ending, Scenario, Step } from '../../src/testing/scenarios/scenario.ts';
import type { BackstageStep, ScenarioBackstage, Strike } from '../../src/testing/scenarios/stage.ts';
import { hostileFrame } from './hostile-frames.ts';
import { houseContract, namespaceOf, type Wire } from './house.ts';
import { matchOf } from './traffic.ts';

export interface NodeBackstage extends ScenarioBackstage {
  /** Where the device connects. */
  readonly url: string;
  close(): Promise<void>;
}

export interface BackstageOptions {
  readonly wire: Wire;
  readonly scenario: Scenario;
  /** The clock of the network, and that of the server. */
  readonly network: Pick<Host, 'clock' | 'schedule'>;
  readonly time: ServerTime;
  readonly pass: (ms: number) => Promise<void>;
}

/** What the server of Socket.IO says to a namespace in place of letting in. */
interface Refusals {
  next(): string | undefined;
}

const channelNames = { orders: 'orders', printing: 'printing', notifications: 'notifications' } as const;
const wireNames: ReadonlyMap<string, string> = new Map([
  ['private-store.pizza-bab-el-oued.orders', channelNames.orders],
  ['private-store.pizza-bab-el-oued.printing', channelNames.printing],
  ['private-device.11.notifications', channelNames.notifications],
]);

const onNamespace = (publication: Publication): readonly Publication[] => {
  const name = wireNames.get(publication.channel);
  return name === undefined ? [] : [{ ...publication, channel: namespaceOf(name) }];
};

/** The same house, whose channels are namespaces: published under another name, and read again under it. */
const overSocketIo =
  (contract: ReturnType<typeof houseContract>, refusals: Refusals): CreateBackend =>
  (seams) => {
    const { publisher } = seams;
    const backend = createLaravelPos({
      ...seams,
      publisher: {
        ...publisher,
        publish: async (publications) => publisher.publish(publications.flatMap(onNamespace)),
      },
    });
    const callerOf = (token: unknown): Caller | undefined =>
      backend.callerOf(typeof token === 'string' ? token : undefined);
    return {
      ...backend,
      contract,
      fetch(request) {
        const address = new URL(request.url);
        const asked = address.searchParams.get('channel') ?? '';
        const own = [...wireNames].find(([, name]) => namespaceOf(name) === asked);
        if (own === undefined) return backend.fetch(request);
        address.searchParams.set('channel', own[0]);
        return backend.fetch(new Request(address, request));
      },
      connected({ auth }) {
        const refused = refusals.next() ?? (callerOf(auth['token']) === undefined ? '401' : undefined);
        return refused === undefined ? undefined : { refused };
      },
    };
  };

const tillToken = 'dev-pos';

export async function createBackstage({
  wire,
  scenario,
  network,
  time,
  pass,
}: BackstageOptions): Promise<NodeBackstage> {
  const { without = [], steps } = scenario;
  const honoursKeys = !without.includes('idempotency-keys');
  const contract = houseContract(wire, honoursKeys);
  // A file only where something has to be kept: it costs a write to the disk for each event.
  const folder = steps.some((step) => step.do === 'restart-server')
    ? mkdtempSync(join(tmpdir(), 'heard-scenario-'))
    : undefined;
  const strikes: Strike[] = [];
  const standing: { readonly fault: string; readonly wanted: number; readonly rule: Pick<StandingFault, 'fired'> }[] =
    [];
  const refusals: { text: string; left: number; after: number; readonly strike: { fired: number } }[] = [];
  let server = makeServer(0);
  const target = await server.listen();
  const proxy = createFaultProxy({ target, host: network });
  const url = await proxy.listen();

  function nextRefusal(): string | undefined {
    const due = refusals.find(({ left }) => left > 0);
    if (due === undefined) return undefined;
    if (due.after > 0) {
      due.after -= 1;
      return undefined;
    }
    due.left -= 1;
    due.strike.fired += 1;
    return due.text;
  }

  function makeServer(port: number): DevServer {
    return createDevServer({
      backends: [wire === 'socket-io' ? overSocketIo(contract, { next: nextRefusal }) : createLaravelPos],
      port,
      time,
      v1: without.includes('replay'),
      ...(folder !== undefined && { data: join(folder, 'house.db') }),
    });
  }

  /** Asked of the backend itself: no fault is for this. */
  async function ask(method: string, path: string, body?: object): Promise<unknown> {
    const request = new Request(`http://backstage.test${path}`, {
      method,
      headers: { authorization: `Bearer ${tillToken}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = await server.backends[0]?.fetch(request);
    if (answer?.ok !== true) throw new Error(`${method} ${path} was answered with ${answer?.status}`);
    return answer.json();
  }

  function happened(fault: string, fired: number): void {
    strikes.push({ fault, wanted: Math.max(1, fired), fired });
  }

  function spoil({ what, how, times, after }: Extract<Step, { readonly do: 'spoil' }>): void {
    const fault = `${how.kind} of ${what}`;
    if (wire === 'socket-io' && what === 'auth' && (how.kind === 'http-respond' || how.kind === 'http-html')) {
      // Asked in the handshake of each namespace, where there are no pages and no empty answers: a status, or none.
      const strike = { fired: 0 };
      refusals.push({ text: String(refusalOf(how)), left: times, after, strike });
      standing.push({ fault, wanted: times, rule: strike });
      return;
    }
    const rule: FaultRule = { ...matchOf(wire, what, how, without.includes('replay')), times, after };
    standing.push({ fault, wanted: times, rule: proxy.add(rule) });
  }

  function cut(how: Ending): void {
    const count = proxy.now(
      how === 'reset' ? { kind: 'rst' } : how === 'end' ? { kind: 'fin' } : { kind: 'close', code: how },
    );
    happened(`cut with ${how}`, count);
  }

  async function restart(): Promise<void> {
    const { port } = new URL(target);
    await server.close();
    server = makeServer(Number(port));
    await server.listen();
    happened('restart of the server', 1);
  }

  async function act(step: BackstageStep): Promise<void> {
    switch (step.do) {
      case 'cut':
        return cut(step.how);
      case 'half-open': {
        const kind = ({ both: 'halfopen', up: 'blackhole-c2s', down: 'blackhole-s2c' } as const)[step.way];
        return happened(`half-open ${step.way}`, proxy.now({ kind }));
      }
      case 'heal':
        proxy.release();
        return;
      case 'spoil':
        return spoil(step);
      case 'inject':
        return happened(`a frame: ${step.frame}`, proxy.now({ kind: 'inject', data: hostileFrame(wire, step.frame) }));
      case 'server-down':
        proxy.down();
        return happened('nobody listens', 1);
      case 'server-up':
        return proxy.up();
      case 'restart-server':
        return restart();
      case 'expire-token': {
        const { id } = await server.faults.add({ kind: 'expired-token' });
        const rule = {
          get fired() {
            return server.faults.list().find((one) => one.id === id)?.fired ?? 0;
          },
        };
        standing.push({ fault: 'a token runs out', wanted: 1, rule });
        return;
      }
      case 'reset-epoch':
        await server.faults.add({ kind: 'epoch-reset' });
        return happened('positions begin anew', 1);
      case 'restore-database':
        await server.faults.add({ kind: 'restored-database' });
        return happened('an old database', 1);
    }
  }

  return {
    url,
    async publish(labels) {
      for (const label of labels) {
        await ask('POST', '/v1/orders', { channel: 'kiosk', items: [{ item_id: 1, qty: 1 }], notes: label });
      }
    },
    async effects() {
      const { data } = (await ask('GET', '/v1/orders')) as { data: readonly { readonly notes?: unknown }[] };
      return data.flatMap(({ notes }) => (typeof notes === 'string' && /^m\d+$/.test(notes) ? [notes] : []));
    },
    act,
    strikes: () =>
      Promise.resolve([
        ...strikes,
        ...standing.map(({ fault, wanted, rule }): Strike => ({ fault, wanted, fired: rule.fired })),
      ]),
    pass,
    async close() {
      await proxy.stop();
      await server.close();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

const refusalOf = (how: { readonly kind: string; readonly status?: number }): number =>
  how.kind === 'http-respond' && (how.status ?? 200) >= 400 ? (how.status ?? 500) : 500;
