// What a seed decides before anything happens: the kind of server, and how often each thing goes wrong.
import type { Position } from '../../src/contract/channel.ts';
import { randomOf, type Random } from './random.ts';

export const faultNames = [
  'loss',
  'duplicate',
  'reorder',
  'disconnect',
  'crash',
  'restored',
  'restored-same-name',
  'late-commit',
  'broadcast-before-commit',
  'never-broadcast',
  'rolled-back',
  'retention-gone',
  'not-found',
  'busy',
  'network',
  'unreadable',
  'no-progress',
  'stale-answer',
  'slow-handler',
  'throwing-handler',
  'hanging-handler',
  'outbox-stuck',
  'deleted-row',
  'paged',
  'redelivery',
  'sparse',
  'overflow',
  'begins-at-head',
] as const;

export type FaultName = (typeof faultNames)[number];
export type FaultCounts = Record<FaultName, number>;

export const noFaults = (): FaultCounts => {
  const counts: Partial<FaultCounts> = {};
  for (const name of faultNames) counts[name] = 0;
  return counts as FaultCounts;
};

export interface Scenario {
  readonly seed: number;
  readonly random: Random;
  readonly position: Position;
  readonly replay: 'commit-ordered' | 'unordered' | undefined;
  /** The contract says that there is a log, and the server answers 404. */
  readonly replayIs404: boolean;
  readonly snapshot: boolean;
  /** Without lists: counting begins where the log ends when the device first looks, not with the first event. */
  readonly startsNow: boolean;
  readonly tombstones: boolean;
  readonly tellsAsOf: boolean;
  readonly tellsAsOfSeq: boolean;
  readonly tellsHead: boolean;
  readonly tellsPrevious: boolean;
  readonly tellsEpoch: boolean;
  /** It is called dense, and leaves positions out all the time. */
  readonly isSparse: boolean;
  /** How many events the device lets wait. */
  readonly maxHeld: number;
  readonly retention: number;
  readonly pageSize: number;
  readonly actions: number;
  readonly everyMs: number;
  readonly delayMs: number;
  readonly critical: number;
  readonly serverAheadMs: number;
  /** How long nothing new happens before everything is healed. */
  readonly quietMs: number;
  /** A transaction that commits late takes less than this, in tenths of a second. */
  readonly lateTenths: number;
  /** How often each fault happens when it can. */
  readonly rates: Readonly<Record<FaultName, number>>;
}

export function scenarioOf(seed: number): Scenario {
  const random = randomOf(seed);
  const chance = (part: number): boolean => random() < part;
  const kind = random();
  const position: Position = kind < 0.65 ? 'dense' : kind < 0.85 ? 'monotonic' : 'none';
  const sources = random();
  const replay = position === 'none' || sources < 0.2 ? undefined : chance(0.5) ? 'commit-ordered' : 'unordered';
  const snapshot = replay === undefined || sources < 0.75;
  // What was added later draws from numbers of its own: what a seed was stays what it is.
  const more = randomOf(seed ^ 0x2545f491);
  const rates: Partial<Record<FaultName, number>> = { 'begins-at-head': 0 };
  const rateOf = (name: FaultName): number => (chance(0.5) ? random() ** 2 * (ceilings[name] ?? 0.3) : 0);
  // Half of the faults are absent from any one seed: faults hide each other.
  for (const name of faultNames) if (name !== 'begins-at-head') rates[name] = rateOf(name);
  return {
    seed,
    random,
    position,
    replay,
    replayIs404: replay !== undefined && snapshot && chance(0.1),
    snapshot,
    startsNow: !snapshot && more() < 0.5,
    tombstones: chance(0.6),
    tellsAsOf: chance(0.7),
    tellsAsOfSeq: chance(0.6),
    tellsHead: chance(0.3),
    // A hint beside rolled-back positions and events for others; only a dense channel reads it.
    tellsPrevious: chance(0.15),
    tellsEpoch: chance(0.7),
    isSparse: position === 'dense' && chance(0.1),
    maxHeld: chance(0.15) ? 2 + Math.floor(random() * 6) : 5_000,
    retention: snapshot && replay !== undefined && chance(0.3) ? 5 + Math.floor(random() * 20) : 100_000,
    pageSize: 1 + Math.floor(random() * 8),
    actions: 15 + Math.floor(random() * 45),
    everyMs: 100 + Math.floor(random() * 1_500),
    delayMs: Math.floor(random() * 26) * 100,
    critical: random(),
    serverAheadMs: Math.floor((random() - 0.5) * 172_800_000),
    quietMs: 2_000,
    lateTenths: 15,
    rates: rates as Record<FaultName, number>,
  };
}

/**
 * Directed: a log that is not commit-ordered, and transactions that outlast two looks at it. What was closed as absent
 * comes after all, and only by the socket, which therefore neither loses nor breaks. Chance alone hardly ever makes this.
 */
export function lateScenarioOf(seed: number): Scenario {
  const scenario = scenarioOf(seed);
  const rates: Record<FaultName, number> = { ...noFaults(), 'late-commit': 0.3, duplicate: 0.2, 'slow-handler': 0.3 };
  return {
    ...scenario,
    position: 'dense',
    replay: 'unordered',
    replayIs404: false,
    snapshot: false,
    startsNow: false,
    actions: 40,
    delayMs: 200,
    retention: 100_000,
    everyMs: 700,
    quietMs: 40_000,
    lateTenths: 100,
    rates,
  };
}

/**
 * Directed: transactions that took a position and were broadcast, and are not visible yet when the device looks. Its
 * lists name no position, and much is lost on the way, so that only a look at the right moment finds them.
 */
export function underWayScenarioOf(seed: number): Scenario {
  const scenario = scenarioOf(seed);
  const { random, position } = scenario;
  const rates: Record<FaultName, number> = {
    ...scenario.rates,
    loss: 0.2,
    crash: 0.15 * random(),
    'late-commit': 0.4,
    'broadcast-before-commit': 0.4,
    'never-broadcast': 0.2,
    'no-progress': 0.1 * random(),
  };
  return {
    ...scenario,
    position: position === 'none' ? 'dense' : position,
    replay: scenario.replay ?? 'unordered',
    tellsAsOfSeq: false,
    pageSize: 1 + Math.floor(random() * 3),
    rates,
  };
}

/** Directed: a log that is read page after page, each of them late, while transactions before those pages come to an end. */
export function pagingScenarioOf(seed: number): Scenario {
  const scenario = scenarioOf(seed);
  const { random } = scenario;
  const rates: Record<FaultName, number> = {
    ...noFaults(),
    loss: 0.2,
    disconnect: 0.1,
    'late-commit': 0.3,
    'broadcast-before-commit': 0.3,
    'never-broadcast': 0.2,
  };
  return {
    ...scenario,
    position: 'dense',
    replay: 'unordered',
    replayIs404: false,
    snapshot: false,
    startsNow: false,
    retention: 100_000,
    pageSize: 3,
    delayMs: 1_000 + Math.floor(random() * 1_500),
    everyMs: 300,
    actions: 60,
    rates,
  };
}

/**
 * Directed: a log without lists, at a device that was never there. Much happens while it asks where the log ends, and the
 * answer is late, or fails at first.
 */
function beginningScenarioOf(seed: number): Scenario {
  const scenario = scenarioOf(seed);
  const { random, position } = scenario;
  return {
    ...scenario,
    position: position === 'none' ? 'monotonic' : position,
    replay: scenario.replay ?? 'commit-ordered',
    replayIs404: false,
    snapshot: false,
    startsNow: true,
    retention: 100_000,
    everyMs: 100 + Math.floor(random() * 500),
    delayMs: 500 + Math.floor(random() * 2_000),
    rates: { ...scenario.rates, loss: 0.2, network: 0.4 * random(), 'never-broadcast': 0.1 },
  };
}

/** Directed: a log that soon forgets and answers late, slow handlers and crashes: the rows of a list are often under way. */
function forgetfulScenarioOf(seed: number): Scenario {
  const scenario = scenarioOf(seed);
  const rates: Record<FaultName, number> = {
    ...scenario.rates,
    loss: 0.3,
    crash: 0.15,
    disconnect: 0.25,
    'slow-handler': 0.7,
    'hanging-handler': 0.05,
    restored: 0,
  };
  return {
    ...scenario,
    position: 'dense',
    replay: scenario.replay ?? 'unordered',
    replayIs404: false,
    snapshot: true,
    startsNow: false,
    tellsAsOfSeq: true,
    retention: 5 + Math.floor(scenario.random() * 15),
    delayMs: 2_500,
    critical: 1,
    everyMs: 300 + Math.floor(scenario.random() * 600),
    actions: 60,
    rates,
  };
}

/** Directed: a log that often does not move on, so that lists close holes; slow handlers of their rows, and crashes meanwhile. */
export function slowRowsScenarioOf(seed: number): Scenario {
  const scenario = forgetfulScenarioOf(seed);
  const rates: Record<FaultName, number> = {
    ...scenario.rates,
    crash: 0.25,
    disconnect: 0.1,
    network: 0.1,
    'no-progress': 0.5,
    'slow-handler': 0.9,
    'hanging-handler': 0.1,
    'restored-same-name': 0,
  };
  return { ...scenario, retention: 100_000, pageSize: 2, delayMs: 300, rates };
}

const ceilings: Readonly<Partial<Record<FaultName, number>>> = {
  restored: 0.05,
  'restored-same-name': 0.05,
  disconnect: 0.2,
  crash: 0.2,
  'late-commit': 0.5,
  'broadcast-before-commit': 0.5,
  'hanging-handler': 0.1,
  'slow-handler': 0.8,
  'deleted-row': 0.4,
};

export const directedScenarios: Readonly<Record<string, (seed: number) => Scenario>> = {
  'events that come after their hole was closed': lateScenarioOf,
  'transactions that are under way when the device looks': underWayScenarioOf,
  'pages that are late': pagingScenarioOf,
  'a log that soon forgets': forgetfulScenarioOf,
  'rows of a list that are under way in a crash': slowRowsScenarioOf,
  'a device that begins where the log ends': beginningScenarioOf,
};
