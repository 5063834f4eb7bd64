// What a seed decides before anything happens: which mutations there are, and how often each thing goes wrong.
import { randomOf, type Random } from '../random.ts';
import { drawIntents, type Intent } from './intents.ts';

export const faultNames = [
  'lost-request',
  'lost-reply',
  'server-error',
  'server-error-after-effect',
  'unauthorised',
  'busy',
  'page',
  'captive-portal',
  'redirect',
  'late',
  'hanging',
  'in-progress',
  'unclear-answer',
  'refused',
  'declined',
  'conflict',
  'repeat-refused',
  'offline',
  'paused',
  'verify-failed',
  'verify-silent',
  'store-failed',
  'store-full',
  'store-unsure',
  'crash',
  'crash-before-commit',
  'crash-after-commit',
  'long-off',
  'dependent',
] as const;

export type FaultName = (typeof faultNames)[number];
export type FaultCounts = Record<FaultName, number>;

export const noFaults = (): FaultCounts =>
  Object.fromEntries(faultNames.map((name) => [name, 0])) as Record<FaultName, number>;

export interface Scenario {
  readonly seed: number;
  readonly random: Random;
  readonly intents: readonly Intent[];
  readonly rates: Readonly<Record<FaultName, number>>;
  readonly storeDelayMs: number;
  readonly delayMs: number;
}

/** Of the issue: 15 % lost replies, 10 % 5xx, 5 % 401; the rest is drawn for each seed. */
const ceilings: Readonly<Record<FaultName, number>> = {
  'lost-request': 0.15,
  'lost-reply': 0.3,
  'server-error': 0.16,
  'server-error-after-effect': 0.08,
  unauthorised: 0.1,
  busy: 0.1,
  page: 0.1,
  'captive-portal': 0.05,
  redirect: 0.05,
  late: 0.12,
  hanging: 0.02,
  'in-progress': 0,
  'unclear-answer': 0.15,
  refused: 0.12,
  declined: 0.12,
  conflict: 0.12,
  'repeat-refused': 0,
  offline: 0.15,
  paused: 0.2,
  'verify-failed': 0.3,
  'verify-silent': 0.2,
  'store-failed': 0.08,
  'store-full': 0.05,
  'store-unsure': 0.05,
  crash: 0.06,
  'crash-before-commit': 0.06,
  'crash-after-commit': 0.06,
  'long-off': 0.15,
  dependent: 0.5,
};

const steady: ReadonlySet<FaultName> = new Set(['lost-reply', 'server-error', 'unauthorised']);

export function scenarioOf(seed: number): Scenario {
  const random = randomOf(seed);
  const rates = noFaults();
  for (const name of faultNames) {
    const drawn = random();
    // Half of the faults are absent from any one seed, because faults hide each other; three are always there.
    if (steady.has(name)) rates[name] = ceilings[name] * (0.25 + drawn / 2);
    else rates[name] = random() < 0.5 ? drawn * ceilings[name] : 0;
  }
  const intents = drawIntents({ random, rates, fewest: 3, most: 8, everyMs: 400 });
  return {
    seed,
    random,
    intents,
    rates,
    storeDelayMs: random() < 0.5 ? 0 : Math.floor(random() * 40),
    delayMs: Math.floor(random() * 400),
  };
}
