// The orders that people take at the device while everything else goes wrong: what they want, the counter that serves it,
// and what may happen to an order on its way and in the store. It draws from a stream of its own, so that a seed without
// orders plays as if there were none.
import type { MemoryOutcome, ServedRequest } from '../../../src/testing/memory-http.ts';
import type { Failure } from '../../../src/testing/failing-store.ts';
import type { FakeHost } from '../../../src/testing/fake-host.ts';
import type { HttpRequest } from '../../../src/http/http.ts';
import { Counter, counterConsequences, type CounterFault, type CounterReply } from '../outbox/counter.ts';
import type { Sent } from '../outbox/mutations.ts';
import { Till, type TillDevice } from '../outbox/till.ts';
import type { OrderFault } from './faults.ts';
import type { OrderScenario } from './order-scenario.ts';

/** What a client must send for the counter to know a repeat, and for us to know an attempt. */
export const orderHeaders = { idempotency: 'idempotency-key', correlation: 'x-correlation-id' } as const;

export interface OrdersOptions {
  readonly world: FakeHost;
  readonly scenario: OrderScenario;
  readonly isHealthy: () => boolean;
  readonly counts: (fault: OrderFault) => void;
  readonly expireToken: () => void;
  readonly violated: (what: string) => void;
  readonly trace: (line: () => string) => void;
  /** The device's clock was moved by hours, or stood still: ages are anybody's guess. */
  readonly isAgeless: () => boolean;
}

export interface OrderTotals {
  readonly wanted: number;
  /** `mutate()` has resolved, or what it stored was found after a crash. */
  readonly taken: number;
  readonly served: number;
  readonly parked: number;
}

export class Orders {
  readonly counter: Counter;
  readonly till: Till;
  private readonly options: OrdersOptions;
  private wanted = 0;
  private device: TillDevice | undefined;
  private left: number;

  constructor(options: OrdersOptions) {
    const { world, scenario, counts } = options;
    const { random, intents } = scenario;
    this.options = options;
    this.left = intents.length;
    const fires = (fault: CounterFault): boolean => {
      if (!counterConsequences.has(fault)) return this.fires(`order-${fault}`);
      counts(`order-${fault}`);
      return true;
    };
    this.counter = new Counter({ host: world, random, intents, fires });
    this.till = new Till({
      intents,
      counter: this.counter,
      violate: (what) => options.violated(`order ${what}`),
      say: (line) => options.trace(() => `order ${line}`),
      excuses: ({ code }, { kind, fate }) =>
        fate === 'refused' ||
        code === 'parent-gone' ||
        code === 'redirect' ||
        (code === 'expired' && options.isAgeless()) ||
        (kind === 'natural' && this.isSilent),
    });
  }

  private isSilent = false;

  private fires(fault: OrderFault): boolean {
    const { scenario, isHealthy, counts, trace } = this.options;
    if (isHealthy() || scenario.random() >= scenario.rates[fault]) return false;
    counts(fault);
    trace(() => `! ${fault}`);
    if (fault === 'order-verify-silent') this.isSilent = true;
    return true;
  }

  private between(fromMs: number, toMs: number): number {
    return fromMs + Math.floor(this.options.scenario.random() * (toMs - fromMs));
  }

  /** Everybody comes in their time. */
  open(isLive: () => boolean): void {
    const { world, scenario, counts } = this.options;
    for (const intent of scenario.intents) {
      world.schedule(intent.atMs, () => {
        this.left -= 1;
        if (!this.till.want(intent)) return;
        this.wanted += 1;
        counts(isLive() ? 'order-online' : 'order-offline');
        if (intent.parent !== undefined) counts('order-dependent');
      });
    }
  }

  begins(device: TillDevice): void {
    this.device = device;
    this.till.begins(device);
  }

  ends(remembers: boolean): void {
    if (!remembers) this.till.remembersNothing();
    this.device = undefined;
    this.till.ends();
  }

  /** Nobody comes any more, and nothing waits but for a person. */
  get isQuiet(): boolean {
    return this.left === 0 && this.device !== undefined && this.till.open.length === 0;
  }

  /** A request leaves the device. */
  leaves({ method, path, headers, body }: HttpRequest): void {
    if (method === 'GET' || body === undefined || !paths.has(path)) return;
    const id = headers[orderHeaders.correlation] ?? '';
    this.till.sent(JSON.parse(body) as Sent, id, `${headers[orderHeaders.idempotency]} ${path} ${body}`);
  }

  /** A request reaches the server; undefined when it is none of the counter's. */
  serve(request: ServedRequest, isAuthorised: boolean): MemoryOutcome | Promise<MemoryOutcome> | undefined {
    const { method, path, headers, body } = request;
    const isRead = method === 'GET' && path.startsWith(effectsPath);
    if (!isRead && !paths.has(path)) return undefined;
    if (!isAuthorised) {
      if (!isRead) this.options.counts('order-401');
      return expired;
    }
    if (isRead) {
      const outcome = this.read(Number(path.slice(effectsPath.length)));
      this.options.trace(() => `order ${method} ${path} → ${JSON.stringify(outcome)}`);
      return outcome;
    }
    return this.carry(JSON.parse(body ?? '{}') as Sent, headers[orderHeaders.idempotency]);
  }

  private read(n: number): MemoryOutcome {
    if (!this.fires('order-verify-failed')) return outcomeOf(this.counter.read(n));
    const troubles: readonly MemoryOutcome[] = [lost, expired, page, { status: 503, body: {} }];
    return troubles[this.between(0, troubles.length)] ?? lost;
  }

  private carry(order: Sent, key: string | undefined): MemoryOutcome | Promise<MemoryOutcome> {
    const { world, scenario, expireToken } = this.options;
    const { random } = scenario;
    if (this.fires('order-lost-request')) {
      // The connection may break while the counter is at work; then the next attempt meets the first.
      if (random() < 0.6) this.counter.arrive(order, key, () => undefined, this.between(200, 4_000));
      return lost;
    }
    if (this.fires('order-401')) {
      // Another token helps, or none does for a while.
      if (random() < 0.6) expireToken();
      return expired;
    }
    if (this.fires('order-429')) return { status: 429, body: {}, headers: { 'retry-after': `${this.between(1, 8)}` } };
    if (this.fires('order-5xx')) {
      return { status: 503, body: {}, headers: random() < 0.5 ? { 'retry-after': `${this.between(1, 6)}` } : {} };
    }
    if (this.fires('order-page')) return { ...page, status: random() < 0.5 ? 200 : 404 };
    if (this.fires('order-redirect')) {
      // By a network's login page, or by a server that has taken it.
      if (random() < 0.5) this.counter.arrive(order, key, () => undefined);
      return { kind: 'failure', because: 'redirect', status: 302 };
    }
    if (this.fires('order-hangs')) {
      if (random() < 0.5) this.counter.arrive(order, key, () => undefined);
      return 'hang';
    }
    const onTheWayMs = this.fires('order-late') ? this.between(9_000, 21_000) : 0;
    return new Promise((resolve) => {
      world.schedule(onTheWayMs, () => {
        this.counter.arrive(order, key, (reply) => resolve(this.fires('order-lost-reply') ? lost : outcomeOf(reply)));
      });
    });
  }

  /** What the store makes of a commit of orders; undefined when all is well. */
  failure(): Failure | undefined {
    const { random } = this.options.scenario;
    if (this.fires('order-store-failed')) return { kind: 'fail', fault: random() < 0.5 ? 'full' : 'failed' };
    if (this.fires('order-store-lost')) return { kind: random() < 0.5 ? 'lose' : 'lose-after' };
    if (this.fires('order-crash-before')) return { kind: 'crash-before' };
    return this.fires('order-crash-after') ? { kind: 'crash-after' } : undefined;
  }

  totals(): OrderTotals {
    const { till, counter, wanted } = this;
    const served = [...counter.effects.values()].filter((count) => count > 0).length;
    const parked = this.device?.parked().length ?? 0;
    return { wanted, taken: till.count('done', 'parked', 'waiting'), served, parked };
  }
}

const paths: ReadonlySet<string> = new Set(['/key', '/natural', '/none']);
const effectsPath = '/effects/';

const expired: MemoryOutcome = { status: 401, body: { message: 'expired' } };
const lost: MemoryOutcome = { kind: 'failure', because: 'network' };
const page = { status: 200, body: '<title>Welcome</title>', media: 'other' } as const;

const outcomeOf = ({ status, body, problem }: CounterReply): MemoryOutcome =>
  problem === undefined
    ? { status, body }
    : { status, body: { type: problem }, media: 'problem', headers: { 'retry-after': '1' } };
