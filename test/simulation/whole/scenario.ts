// What a seed decides before anything happens: the backend, the kind of server, and how often each thing goes wrong.
import { randomOf, type Random } from '../random.ts';
import { noWholeFaults, orderFaults, wholeFaults, type WholeFault } from './faults.ts';
import { orderScenarioOf, type OrderScenario } from './order-scenario.ts';

export type BackendName = 'pos' | 'room' | 'ledger';

export interface WholeScenario {
  readonly seed: number;
  readonly random: Random;
  readonly backend: BackendName;
  readonly startFrom: 'now' | 'earliest';
  /** Some devices forget what is over almost at once. */
  readonly finishedForMs: number | undefined;
  readonly latencyMs: number;
  readonly httpLatencyMs: number;
  /** The contract says that there is a log, and the server answers 404. */
  readonly logIs404: boolean;
  readonly tombstones: boolean;
  readonly tellsAsOf: boolean;
  readonly tellsAsOfSeq: boolean;
  readonly tellsHead: boolean;
  readonly tellsPrevious: boolean;
  readonly tellsFloor: boolean;
  readonly tellsEpoch: boolean;
  readonly tellsIds: boolean;
  readonly retention: number;
  readonly logPage: number;
  readonly listPage: number;
  readonly serverAheadMs: number;
  readonly actions: number;
  readonly everyMs: number;
  /** Faults begin when the device has been live for a while, not with its first start. */
  readonly isCalmAtFirst: boolean;
  /** The network says when it is back, as browsers often do. */
  readonly tellsOnline: boolean;
  readonly rates: Readonly<Record<WholeFault, number>>;
  /** Drawn from a stream of its own. */
  readonly orders: OrderScenario;
}

export function wholeScenarioOf(seed: number): WholeScenario {
  const random = randomOf(seed);
  const chance = (part: number): boolean => random() < part;
  const kind = random();
  const backend: BackendName = kind < 0.6 ? 'pos' : kind < 0.85 ? 'room' : 'ledger';
  const rates = noWholeFaults();
  // Most faults are absent from any one seed: they hide each other.
  for (const name of wholeFaults) {
    if (ofOrders.has(name)) continue;
    rates[name] = chance(0.3) ? random() ** 2 * (ceilings[name] ?? 0.3) : 0;
  }
  const drawn: Omit<WholeScenario, 'orders'> = {
    seed,
    random,
    backend,
    startFrom: backend === 'ledger' || chance(0.4) ? 'earliest' : 'now',
    // No draw: what other seeds do stays as it was.
    finishedForMs: seed % 4 === 0 ? 10_000 : undefined,
    latencyMs: 5 + Math.floor(random() * 120),
    httpLatencyMs: 5 + Math.floor(random() * 200),
    logIs404: backend === 'pos' && chance(0.12),
    tombstones: chance(0.6),
    tellsAsOf: chance(0.7),
    tellsAsOfSeq: chance(0.6),
    tellsHead: chance(0.3),
    tellsPrevious: chance(0.15),
    tellsFloor: chance(0.8),
    tellsEpoch: chance(0.7),
    tellsIds: chance(0.5),
    retention: backend !== 'room' && chance(0.25) ? 4 + Math.floor(random() * 12) : 100_000,
    logPage: 1 + Math.floor(random() * 6),
    listPage: 2 + Math.floor(random() * 10),
    serverAheadMs: Math.floor((random() - 0.5) * 172_800_000),
    actions: 20 + Math.floor(random() * 30),
    everyMs: 200 + Math.floor(random() ** 2 * 2_500),
    isCalmAtFirst: chance(0.5),
    tellsOnline: chance(0.6),
    rates,
  };
  return { ...drawn, orders: orderScenarioOf(seed, drawn.actions * drawn.everyMs) };
}

const ofOrders: ReadonlySet<WholeFault> = new Set(orderFaults);

/** What happens rarely because it costs much, or takes the seed over. */
const ceilings: Readonly<Partial<Record<WholeFault, number>>> = {
  'socket-reset': 0.15,
  'close-1006': 0.15,
  'close-4200': 0.1,
  'close-4001': 0.03,
  'half-open': 0.1,
  'one-way': 0.1,
  'server-restart': 0.06,
  flapping: 0.05,
  'auth-403': 0.1,
  'token-expired': 0.1,
  'epoch-changed': 0.04,
  restored: 0.04,
  'wall-clock-jump': 0.06,
  sleep: 0.06,
  throttled: 0.05,
  crash: 0.12,
  'clean-restart': 0.1,
  'captive-portal': 0.06,
  outage: 0.08,
  'handler-hangs': 0.06,
  'store-crash-before': 0.05,
  'store-crash-after': 0.05,
  'store-lost': 0.1,
  'store-lost-after': 0.1,
  'thrown-out': 0.05,
};
