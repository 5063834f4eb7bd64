import { noWholeFaults, wholeFaults, type WholeFaultCounts } from './faults.ts';
import { simulateWhole, type WholeOptions } from './whole.ts';

export interface WholeSummary {
  readonly seeds: number;
  readonly attempted: number;
  readonly ok: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly unexpected: number;
  readonly recovered: number;
  readonly compacted: number;
  readonly told: number;
  /** Of every hundred seeds, how long all but five, and all, took to be live and complete after healing. */
  readonly healedMs: { readonly p95: number; readonly most: number };
  readonly faults: WholeFaultCounts;
  readonly failures: readonly { readonly seed: number; readonly violations: readonly string[] }[];
}

const totals = ['attempted', 'ok', 'lost', 'duplicated', 'unexpected', 'recovered', 'compacted', 'told'] as const;

export async function summariseWhole(first: number, seeds: number, options?: WholeOptions): Promise<WholeSummary> {
  const sums = { attempted: 0, ok: 0, lost: 0, duplicated: 0, unexpected: 0, recovered: 0, compacted: 0, told: 0 };
  const faults = noWholeFaults();
  const failures: { seed: number; violations: readonly string[] }[] = [];
  const healed: number[] = [];
  for (let seed = first; seed < first + seeds; seed += 1) {
    const outcome = await simulateWhole(seed, options);
    for (const total of totals) sums[total] += outcome[total];
    for (const fault of wholeFaults) faults[fault] += outcome.faults[fault];
    healed.push(outcome.healedMs);
    if (outcome.violations.length > 0) failures.push({ seed, violations: outcome.violations });
  }
  healed.sort((left, right) => left - right);
  const healedMs = { p95: healed[Math.floor(healed.length * 0.95)] ?? 0, most: healed.at(-1) ?? 0 };
  return { seeds, ...sums, healedMs, faults, failures };
}
