import type { StreamRules } from '../../src/core/stream/rules.ts';
import { faultNames, noFaults, type FaultCounts, type Scenario } from './scenario.ts';
import { simulate, type WorldRules } from './simulate.ts';

export interface Summary {
  readonly seeds: number;
  readonly attempted: number;
  readonly ok: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly unexpected: number;
  readonly recovered: number;
  readonly compacted: number;
  readonly earlier: number;
  readonly faults: FaultCounts;
  readonly failures: readonly { readonly seed: number; readonly violations: readonly string[] }[];
}

const totals = ['attempted', 'ok', 'lost', 'duplicated', 'unexpected', 'recovered', 'compacted', 'earlier'] as const;

export function summarise(first: number, seeds: number, rules?: StreamRules, world?: WorldRules): Summary {
  const sums = { attempted: 0, ok: 0, lost: 0, duplicated: 0, unexpected: 0, recovered: 0, compacted: 0, earlier: 0 };
  const faults = noFaults();
  const failures: { seed: number; violations: readonly string[] }[] = [];
  for (let seed = first; seed < first + seeds; seed += 1) {
    const outcome = simulate(seed, rules, world);
    for (const total of totals) sums[total] += outcome[total];
    for (const fault of faultNames) faults[fault] += outcome.faults[fault];
    if (outcome.violations.length > 0) failures.push({ seed, violations: outcome.violations });
  }
  return { seeds, ...sums, faults, failures };
}

/** The first seed that a rule fails in. */
export function firstFailure(
  seeds: number,
  rules: StreamRules,
  world?: WorldRules,
  scenario?: (seed: number) => Scenario,
): { readonly seed: number; readonly violations: readonly string[] } | undefined {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { violations } = simulate(seed, rules, world, undefined, scenario);
    if (violations.length > 0) return { seed, violations };
  }
  return undefined;
}
