import { faultNames, noFaults, simulateTables, type FaultCounts } from './simulate.ts';

export interface Summary {
  readonly seeds: number;
  readonly asked: number;
  readonly told: number;
  readonly faults: FaultCounts;
  readonly failures: readonly { readonly seed: number; readonly violations: readonly string[] }[];
}

export async function summarise(first: number, seeds: number): Promise<Summary> {
  const sums = { asked: 0, told: 0 };
  const faults = noFaults();
  const failures: { seed: number; violations: readonly string[] }[] = [];
  for (let seed = first; seed < first + seeds; seed += 1) {
    const outcome = await simulateTables(seed);
    sums.asked += outcome.asked;
    sums.told += outcome.told;
    for (const fault of faultNames) faults[fault] += outcome.faults[fault];
    if (outcome.violations.length > 0) failures.push({ seed, violations: outcome.violations });
  }
  return { seeds, ...sums, faults, failures };
}
