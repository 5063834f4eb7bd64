// One seed: people who want things, a device that crashes, a network and a server that fail, until everything is healed;
// and then the question what took effect, how often, and what people were told.
import { createOutbox, type Outbox } from '../../../src/core/outbox/outbox.ts';
import { outboxRules, type OutboxRules } from '../../../src/core/outbox/rules.ts';
import type { Host } from '../../../src/host/host.ts';
import { createFakeHost, type FakeHost } from '../../../src/testing/fake-host.ts';
import { counterConsequences } from './counter.ts';
import type { Intent } from './intents.ts';
import { mutations, type Input } from './mutations.ts';
import { noFaults, scenarioOf, type FaultCounts, type FaultName, type Scenario } from './scenario.ts';
import { ModelServer } from './server.ts';
import { ModelStore } from './store.ts';
import { Till } from './till.ts';

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

export async function simulate(
  seed: number,
  rules: OutboxRules = outboxRules,
  trace?: (line: string) => void,
): Promise<Outcome> {
  return new World(scenarioOf(seed), rules, trace).run();
}

class World {
  private readonly scenario: Scenario;
  private readonly rules: OutboxRules;
  private readonly trace: ((line: string) => void) | undefined;
  private readonly faults = noFaults();
  private readonly violations: string[] = [];
  private readonly host: FakeHost;
  private readonly server: ModelServer;
  private readonly store: ModelStore;
  private readonly till: Till;
  private drains = 0;
  private isHealthy = false;
  private isAged = false;
  private life = 0;
  private outbox: Outbox | undefined;

  constructor(scenario: Scenario, rules: OutboxRules, trace?: (line: string) => void) {
    this.scenario = scenario;
    this.rules = rules;
    this.trace = trace;
    this.host = createFakeHost({ random: scenario.random });
    const fires = (fault: FaultName): boolean => this.fires(fault);
    this.server = new ModelServer(scenario, this.host, fires);
    this.store = new ModelStore(scenario, this.host, fires);
    this.till = new Till({
      intents: scenario.intents,
      counter: this.server.counter,
      violate: (what) => this.violate(what),
      say: (line) => this.say(line),
      excuses: ({ code }, { kind, fate }) =>
        fate === 'refused' ||
        this.isAged ||
        code === 'parent-gone' ||
        code === 'redirect' ||
        (kind === 'natural' && this.faults['verify-silent'] > 0),
    });
    trace?.(JSON.stringify(scenario));
  }

  async run(): Promise<Outcome> {
    await this.start();
    for (const intent of this.scenario.intents) this.host.schedule(intent.atMs, () => this.want(intent));
    this.planWeather();
    await this.host.pass(20_000);
    await this.heal();
    this.till.check();
    if (this.drains > 0) this.violate('a drain does not end');
    await this.outbox?.dispose();
    return this.outcome();
  }

  private say(line: string): void {
    this.trace?.(`${String(this.host.clock.monotonicMs()).padStart(8)} ${line}`);
  }

  private fires(fault: FaultName): boolean {
    if (counterConsequences.has(fault)) {
      this.faults[fault] += 1;
      return true;
    }
    if (this.isHealthy || this.scenario.random() >= this.scenario.rates[fault]) return false;
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
      api: this.server.api(alive, (...sent) => this.till.sent(...sent)),
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
    this.till.begins(outbox);
    outbox.subscribe((change) => alive() && this.till.heard(change));
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
    this.till.ends();
    this.drains = 0;
    const isLong = this.fires('long-off');
    this.isAged ||= isLong;
    // No network holds a request for a day: what is on its way arrives before the long night.
    this.host.schedule(isLong ? 25_000 : 200 + this.scenario.random() * 2_000, () => {
      if (isLong) this.host.sleep(108_000_000, 'stops');
      void this.start();
    });
  }

  private want(intent: Intent): void {
    if (this.till.want(intent) && intent.parent !== undefined) this.faults.dependent += 1;
  }

  private async heal(): Promise<void> {
    this.say('healed');
    this.isHealthy = true;
    this.server.counter.takesCards = true;
    this.server.isOnline = true;
    await this.host.pass(40_000);
    if (this.outbox === undefined) this.violate('the device did not come back');
    for (let round = 0; round < 3; round += 1) {
      this.till.decide();
      await this.host.pass(300_000);
    }
  }

  private outcome(): Outcome {
    const { scenario, faults, violations } = this;
    const { effects } = this.server.counter;
    const parked = this.outbox?.counts().parked ?? 0;
    return {
      seed: scenario.seed,
      accepted: this.till.count('done', 'parked', 'waiting'),
      done: scenario.intents.filter(({ n }) => (effects.get(n) ?? 0) === 1).length,
      parked,
      lost: violations.filter((what) => what.includes('lost in silence')).length,
      doubled: [...effects.values()].filter((count) => count > 1).length,
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
