import type { OutboxRules } from '../../../src/core/outbox/rules.ts';
import { faultNames, noFaults, type FaultCounts } from './scenario.ts';
import { simulate } from './simulate.ts';

export interface Summary {
  readonly seeds: number;
  readonly accepted: number;
  readonly done: number;
  readonly parked: number;
  readonly lost: number;
  readonly doubled: number;
  readonly faults: FaultCounts;
  readonly failures: readonly { readonly seed: number; readonly violations: readonly string[] }[];
}

const totals = ['accepted', 'done', 'parked', 'lost', 'doubled'] as const;

export async function summarise(first: number, seeds: number, rules?: OutboxRules): Promise<Summary> {
  const sums = { accepted: 0, done: 0, parked: 0, lost: 0, doubled: 0 };
  const faults = noFaults();
  const failures: { seed: number; violations: readonly string[] }[] = [];
  for (let seed = first; seed < first + seeds; seed += 1) {
    const outcome = await simulate(seed, rules);
    for (const total of totals) sums[total] += outcome[total];
    for (const fault of faultNames) faults[fault] += outcome.faults[fault];
    if (outcome.violations.length > 0) failures.push({ seed, violations: outcome.violations });
  }
  return { seeds, ...sums, faults, failures };
}

/** The first seed that a rule fails in. */
export async function firstFailure(
  seeds: number,
  rules: OutboxRules,
): Promise<{ readonly seed: number; readonly violations: readonly string[] } | undefined> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { violations } = await simulate(seed, rules);
    if (violations.length > 0) return { seed, violations };
  }
  return undefined;
}
