import type { InboxRules } from '../../../src/core/inbox/rules.ts';
import { faultNames, noFaults, type FaultCounts } from './scenario.ts';
import { simulate, type WorldRules } from './simulate.ts';

export interface Summary {
  readonly seeds: number;
  readonly asked: number;
  readonly runs: number;
  readonly done: number;
  readonly dead: number;
  readonly faults: FaultCounts;
  readonly failures: readonly { readonly seed: number; readonly violations: readonly string[] }[];
}

const totals = ['asked', 'runs', 'done', 'dead'] as const;

export async function summarise(first: number, seeds: number): Promise<Summary> {
  const sums = { asked: 0, runs: 0, done: 0, dead: 0 };
  const faults = noFaults();
  const failures: { seed: number; violations: readonly string[] }[] = [];
  for (let seed = first; seed < first + seeds; seed += 1) {
    const outcome = await simulate(seed);
    for (const total of totals) sums[total] += outcome[total];
    for (const fault of faultNames) faults[fault] += outcome.faults[fault];
    if (outcome.violations.length > 0) failures.push({ seed, violations: outcome.violations });
  }
  return { seeds, ...sums, faults, failures };
}

/** The first seed that a rule fails in. */
export async function firstFailure(
  seeds: number,
  rules: InboxRules,
  world?: WorldRules,
): Promise<{ readonly seed: number; readonly violations: readonly string[] } | undefined> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { violations } = await simulate(seed, rules, world);
    if (violations.length > 0) return { seed, violations };
  }
  return undefined;
}
