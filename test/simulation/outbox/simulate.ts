// One seed: people who want things, a device that crashes, a network and a server that fail, until everything is healed;
// and then the question what took effect, how often, and what people were told.
import { mutation, verifyBy, type MutationDefinition } from '../../../src/contract/mutation.ts';
import { query } from '../../../src/contract/query.ts';
import type { Schema } from '../../../src/contract/schema.ts';
import type { Settled } from '../../../src/core/outbox/handles.ts';
import { createOutbox, type Outbox } from '../../../src/core/outbox/outbox.ts';
import type { ParkedMutation } from '../../../src/core/outbox/parked-mutation.ts';
import { outboxRules, type OutboxRules } from '../../../src/core/outbox/rules.ts';
import type { Host } from '../../../src/host/host.ts';
import { createFakeHost, type FakeHost } from '../../../src/testing/fake-host.ts';
import {
  noFaults,
  scenarioOf,
  type FaultCounts,
  type FaultName,
  type Intent,
  type Kind,
  type Scenario,
} from './scenario.ts';
import { ModelServer, type Sent } from './server.ts';
import { ModelStore } from './store.ts';

interface Outcome {
  readonly seed: number;
  /** Accepted by the device. */
  readonly accepted: number;
  readonly done: number;
  /** Told to a person. */
  readonly parked: number;
  /** Neither done nor told. */
  readonly lost: number;
  readonly doubled: number;
  readonly faults: FaultCounts;
  /** What must never happen, in words; empty when all is well. */
  readonly violations: readonly string[];
}

interface Input {
  readonly n: number;
  readonly lane: string;
  readonly version: number;
  readonly order?: unknown;
}

/** Whatever is a record with a number fits: what is wrong here is never the input. */
const anything = <T>(): Schema<T> => ({
  '~standard': { version: 1, vendor: 'simulation', validate: (value) => ({ value: value as T }) },
});

const effects = query({
  path: '/effects/{n}',
  params: anything<{ n: number }>(),
  answer: anything<{ applied: boolean | null }>(),
});

const reasonOf = (body: unknown): unknown => (body as { reason?: unknown } | null)?.reason;

const define = (kind: Kind): MutationDefinition<Input, { id: number }> =>
  mutation({
    input: anything<Input>(),
    answer: anything<{ id: number }>(),
    carrier: {
      kind: 'http',
      method: 'POST',
      path: `/${kind}`,
      body: ({ n, version, order }) => ({ n, version, ...(order !== undefined && { order }) }),
    },
    repeat: kind,
    // A server that honours keys needs no read, and its contract has none.
    ...(kind !== 'key' && {
      verify: verifyBy(effects, {
        params: ({ n }: Input) => ({ n }),
        tookEffect: (_: Input, { applied }) => applied ?? undefined,
      }),
    }),
    lane: ({ lane, order }, { mutationId }) =>
      order === undefined ? (lane === 'own' ? `order:${mutationId}` : lane) : `order:${String(order)}`,
    priority: 'order',
    answers: {
      201: 'done',
      402: (body) => (reasonOf(body) === 'terminal_timeout' ? 'unclear' : 'declined'),
      ...(kind === 'natural' && { 409: (body: unknown) => (reasonOf(body) === 'conflict' ? 'conflict' : 'repeat') }),
    },
  });

const mutations = new Map<string, MutationDefinition>(
  (['key', 'natural', 'none'] as const).map((kind) => [kind, define(kind) as MutationDefinition]),
);

type Told = 'waiting' | 'done' | 'parked' | 'rejected' | 'unknown';

export async function simulate(
  seed: number,
  rules: OutboxRules = outboxRules,
  trace?: (line: string) => void,
): Promise<Outcome> {
  return new World(scenarioOf(seed), rules, trace).run();
}

/** Follow from other draws: counted when they happen, and not drawn. */
const consequences: ReadonlySet<FaultName> = new Set<FaultName>([
  'in-progress',
  'repeat-refused',
  'refused',
  'declined',
  'conflict',
]);

class World {
  private readonly scenario: Scenario;
  private readonly rules: OutboxRules;
  private readonly trace: ((line: string) => void) | undefined;
  private readonly faults = noFaults();
  private readonly violations: string[] = [];
  private readonly host: FakeHost;
  private readonly server: ModelServer;
  private readonly store: ModelStore;
  private readonly told = new Map<number, Told>();
  private readonly ids = new Map<number, string>();
  /** Sent again by a person, so that order in its lane is the person's. */
  private readonly byPerson = new Set<number>();
  /** Accepted in this life, and not told how they ended. */
  private readonly unsettled = new Set<number>();
  private drains = 0;
  private isHealthy = false;
  private isAged = false;
  private life = 0;
  private outbox: Outbox | undefined;
  private mayCrash = true;

  constructor(scenario: Scenario, rules: OutboxRules, trace?: (line: string) => void) {
    this.scenario = scenario;
    this.rules = rules;
    this.trace = trace;
    this.host = createFakeHost({ random: scenario.random });
    const fires = (fault: FaultName): boolean => this.fires(fault);
    this.server = new ModelServer(scenario, this.host, fires);
    this.store = new ModelStore(scenario, this.host, fires);
    trace?.(JSON.stringify(scenario));
  }

  async run(): Promise<Outcome> {
    await this.start();
    for (const intent of this.scenario.intents) this.host.schedule(intent.atMs, () => void this.want(intent));
    this.planWeather();
    await this.host.pass(20_000);
    await this.heal();
    this.check();
    await this.outbox?.dispose();
    return this.outcome();
  }

  private say(line: string): void {
    this.trace?.(`${String(this.host.clock.monotonicMs()).padStart(8)} ${line}`);
  }

  private fires(fault: FaultName): boolean {
    if (consequences.has(fault)) {
      this.faults[fault] += 1;
      return true;
    }
    if (this.isHealthy || this.scenario.random() >= this.scenario.rates[fault]) return false;
    if (fault.startsWith('crash') && !this.mayCrash) return false;
    this.faults[fault] += 1;
    this.say(`fault ${fault}`);
    return true;
  }

  private violate(what: string): void {
    this.say(`VIOLATION ${what}`);
    this.violations.push(what);
  }

  /** Every second something may happen to the device as a whole. */
  private planWeather(): void {
    this.host.schedule(1_000, () => {
      if (this.isHealthy) return;
      if (this.fires('paused')) this.pause(this.scenario.random() * 3_000);
      if (this.fires('offline')) this.goOffline(500 + this.scenario.random() * 12_000);
      if (this.outbox !== undefined && this.fires('crash')) this.crash();
      this.planWeather();
    });
  }

  private pause(forMs: number): void {
    const { outbox } = this;
    outbox?.pause('test');
    this.host.schedule(forMs, () => {
      outbox?.resume('test');
      outbox?.authorised();
    });
  }

  private goOffline(forMs: number): void {
    this.server.isOnline = false;
    this.host.schedule(forMs, () => {
      this.server.isOnline = true;
      if (this.scenario.random() < 0.5) this.host.emit({ kind: 'online' });
      else void this.drain();
    });
  }

  private async drain(): Promise<void> {
    const { outbox, life } = this;
    if (outbox === undefined) return;
    this.drains += 1;
    const beganAtMs = this.host.clock.monotonicMs();
    const { sent, latencies, durationMs } = await outbox.drain({ timeoutMs: 3_000 });
    this.drains -= 1;
    if (this.life !== life) return;
    if (latencies.length > sent) this.violate(`${latencies.length} latencies of ${sent} that were sent`);
    if (this.host.clock.monotonicMs() - beganAtMs > 3_000 || durationMs > 3_000) this.violate('a drain took too long');
  }

  private async start(): Promise<void> {
    this.life += 1;
    const { life } = this;
    const alive = (): boolean => this.life === life;
    this.say(`life ${life} begins`);
    const outbox = await createOutbox({
      host: hostOf(this.host, alive),
      api: this.server.api(alive, (sent) => this.sent(sent)),
      database: this.store.open(alive, () => alive() && this.crash()),
      mutations,
      scope: {},
      principal: 'till-1',
      socket: { send: () => false, onEvent: () => () => undefined },
      randomBytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(this.scenario.random() * 256)),
      serverNowMs: () => this.host.clock.wallMs(),
      probe: () => this.server.probe(),
      onConflict: ({ input }) => ({ do: 'rebase', input: { ...(input as Input), version: 1 } }),
      onSignal: (signal) => this.say(`signal ${JSON.stringify(signal)}`),
      report: (error) => alive() && this.reported(error),
      rules: this.rules,
    });
    if (!alive()) return;
    this.outbox = outbox;
    this.unsettled.clear();
    for (const { id, input } of [...outbox.pending(), ...outbox.parked()]) {
      const { n, version } = input as Input;
      if (this.told.get(n) === 'done') this.violate(`${n} was told to be done, and waits again`);
      // It was stored, and the crash came before anybody could be told: from now on it must not be lost.
      if (this.told.get(n) === 'unknown') this.told.set(n, 'waiting');
      if (version === 0) this.ids.set(n, id);
    }
    outbox.subscribe(({ id, state }) => alive() && this.heard(id, state));
  }

  private reported(error: unknown): void {
    // A hook's rebase may find the store unwilling; the item stays parked then.
    if (error instanceof Error && error.name === 'StoreError') return;
    this.violate(`reported ${String(error)}`);
  }

  private crash(): void {
    this.say('crash');
    this.life += 1;
    this.outbox = undefined;
    this.drains = 0;
    const isLong = this.fires('long-off');
    this.isAged ||= isLong;
    // No network holds a request for a day: what is on its way arrives before the long night.
    this.host.schedule(isLong ? 25_000 : 200 + this.scenario.random() * 2_000, () => {
      if (isLong) this.host.sleep(108_000_000, 'stops');
      void this.start();
    });
  }

  private async want(intent: Intent): Promise<void> {
    const { n, kind, parent } = intent;
    const { outbox } = this;
    const parentId = parent === undefined ? undefined : this.ids.get(parent);
    // The device is off, or nobody knows of the order yet: nothing is asked for.
    if (outbox === undefined || (parent !== undefined && parentId === undefined)) return;
    const isParent = this.scenario.intents.some((other) => other.parent === n);
    const input: Input = {
      n,
      version: 0,
      lane: isParent ? 'own' : intent.lane,
      ...(parentId !== undefined && { order: { $ref: parentId } }),
    };
    if (parentId !== undefined) this.faults.dependent += 1;
    this.told.set(n, 'unknown');
    const { life } = this;
    try {
      this.say(`wanted ${n} ${kind} ${JSON.stringify(input)}`);
      const { id, settled } = await outbox.enqueue(kind, input);
      if (this.life !== life) return;
      this.say(`accepted ${n} as ${id}`);
      this.ids.set(n, id);
      if (this.told.get(n) === 'unknown') this.told.set(n, 'waiting');
      this.unsettled.add(n);
      void this.follow(n, settled);
    } catch (error) {
      if (this.life !== life) return;
      this.say(`rejected ${n}: ${String(error)}`);
      // A reference to what was answered by a read has no value to stand for.
      this.told.set(n, 'rejected');
    }
  }

  private async follow(n: number, settled: Promise<Settled>): Promise<void> {
    const { outcome } = await settled;
    this.unsettled.delete(n);
    if (outcome === 'discarded') this.violate(`${n} was discarded by nobody`);
  }

  private heard(id: string, state: string): void {
    const n = [...this.ids].find(([, known]) => known === id)?.[0];
    this.say(`${n ?? '?'} ${id.slice(0, 8)} is ${state}`);
    if (n === undefined) return;
    if (state === 'acked') this.told.set(n, 'done');
    else if (state === 'parked') this.told.set(n, 'parked');
    else if (this.told.get(n) === 'done') this.violate(`${n} was told to be done, and is ${state}`);
    if (state === 'discarded') this.violate(`${n} was discarded by nobody`);
  }

  /** A request leaves the device. */
  private sent({ n, order }: Sent): void {
    this.say(`sent ${n}`);
    const { outbox } = this;
    const intent = this.scenario.intents[n];
    if (outbox === undefined || intent === undefined) return;
    const waiting = outbox.pending().map(({ input, state }) => ({ ...(input as Input), state }));
    const own = waiting.find((other) => other.n === n);
    if (own?.state !== 'inflight') this.violate(`${n} is sent while it is ${own?.state ?? 'not there'}`);
    if (intent.parent !== undefined && order !== this.server.orderOf(intent.parent)) {
      this.violate(`${n} is sent about the order ${String(order)}`);
    }
    if (this.byPerson.has(n) || intent.parent !== undefined) return;
    for (const other of waiting) {
      const isBefore = other.n < n && other.order === undefined && !this.byPerson.has(other.n) && other.version === 0;
      if (isBefore && other.lane === own?.lane && other.lane !== 'own')
        this.violate(`${n} overtakes ${other.n} in ${other.lane}`);
    }
  }

  private async heal(): Promise<void> {
    this.say('healed');
    this.isHealthy = true;
    this.server.isHealthy = true;
    this.server.isOnline = true;
    await this.host.pass(40_000);
    if (this.outbox === undefined) this.violate('the device did not come back');
    for (let round = 0; round < 3; round += 1) {
      this.decide();
      await this.host.pass(300_000);
    }
  }

  /** Somebody looks at what is parked. */
  private decide(): void {
    for (const { id, input, code } of this.outbox?.parked() ?? []) {
      const given = input as Input;
      this.byPerson.add(given.n);
      // Another card; and what a hook could not store.
      if (code === 'declined') this.outbox?.retry(id);
      if (code === 'conflict') void this.outbox?.rebase(id, { ...given, version: 1 });
    }
  }

  private check(): void {
    const { outbox, server, scenario } = this;
    if (outbox === undefined) return;
    const parked = new Map<number, ParkedMutation>();
    for (const item of outbox.parked()) parked.set((item.input as Input).n, item);
    for (const { input, state } of outbox.pending()) {
      const { n } = input as Input;
      const parent = scenario.intents[n]?.parent;
      const isHeld = parent !== undefined && parked.has(parent);
      if (isHeld) this.told.set(n, 'parked');
      else this.violate(`${n} is still ${state}`);
    }
    for (const intent of scenario.intents) this.checkIntent(intent, parked);
    const waiting = new Set(outbox.pending().map(({ input }) => (input as Input).n));
    for (const n of this.unsettled) if (!waiting.has(n)) this.violate(`nobody was told how ${n} ended`);
    if (this.drains > 0) this.violate('a drain does not end');
    for (const [id, forms] of server.attempts) {
      if (forms.size > 1) this.violate(`${id} was sent in ${forms.size} forms`);
    }
  }

  private checkIntent({ n, kind, fate, parent }: Intent, parked: ReadonlyMap<number, ParkedMutation>): void {
    const effects = this.server.effects.get(n) ?? 0;
    const told = this.told.get(n);
    const item = parked.get(n);
    if (effects > 1) this.violate(`${n} (${kind}) took effect ${effects} times`);
    if (told === 'rejected' && effects > 0) this.violate(`${n} was rejected, and took effect`);
    if (told === 'rejected' && item !== undefined) this.violate(`${n} was rejected, and is kept`);
    if (told === undefined || told === 'rejected' || told === 'unknown') return;
    if (item !== undefined) {
      if (effects > 0 && !item.mayHaveHappened) this.violate(`${n} took effect, and is parked as ${item.code}`);
      if (item.code === 'parent-gone' && parent !== undefined && parked.has(parent)) {
        this.violate(`${n} was given up while ${parent} waits`);
      }
      if (fate === 'refused' || this.isAged || item.code === 'parent-gone' || item.code === 'redirect') return;
      // The three promises, where nothing but faults stands in the way.
      if (kind === 'key') this.violate(`${n} (key) is parked as ${item.code}`);
      if (kind === 'natural' && this.faults['verify-silent'] === 0)
        this.violate(`${n} (natural) is parked as ${item.code}`);
      return;
    }
    const isHeld = parent !== undefined && parked.has(parent);
    if (effects === 0 && !isHeld) this.violate(`${n} (${kind}) is lost in silence (${told})`);
    if (effects > 0 && told !== 'done' && !this.isAnswered(n))
      this.violate(`${n} took effect, and nobody was told (${told})`);
  }

  /** Told in a life that crashed before it could be heard. */
  private isAnswered(n: number): boolean {
    return this.outbox?.pending().every(({ input }) => (input as Input).n !== n) ?? false;
  }

  private outcome(): Outcome {
    const { scenario, server, faults, violations } = this;
    const words = scenario.intents.map(({ n }) => this.told.get(n));
    const accepted = words.filter((word) => word === 'done' || word === 'parked' || word === 'waiting').length;
    const parked = this.outbox?.counts().parked ?? 0;
    return {
      seed: scenario.seed,
      accepted,
      done: scenario.intents.filter(({ n }) => (server.effects.get(n) ?? 0) === 1).length,
      parked,
      lost: violations.filter((what) => what.includes('lost in silence')).length,
      doubled: [...server.effects.values()].filter((count) => count > 1).length,
      faults,
      violations,
    };
  }
}

/** The device's clocks and timers, until it crashes. */
function hostOf(host: FakeHost, alive: () => boolean): Host {
  return {
    clock: host.clock,
    random: () => host.random(),
    schedule: (delayMs, callback) => host.schedule(delayMs, () => alive() && callback()),
    onEvent: (listener) => host.onEvent((event) => alive() && listener(event)),
  };
}
