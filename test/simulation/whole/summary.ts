import { noWholeFaults, wholeFaults, type WholeFaultCounts } from './faults.ts';
import type { OrderTotals } from './orders.ts';
import { simulateWhole, type WholeOptions } from './whole.ts';

interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly most: number;
}

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
  /** How long it took after healing. */
  readonly healedMs: Spread;
  readonly liveMs: Spread;
  readonly orders: OrderTotals;
  readonly faults: WholeFaultCounts;
  readonly failures: readonly { readonly seed: number; readonly violations: readonly string[] }[];
}

const totals = ['attempted', 'ok', 'lost', 'duplicated', 'unexpected', 'recovered', 'compacted', 'told'] as const;

const orderTotals = ['wanted', 'taken', 'served', 'parked'] as const;

export async function summariseWhole(first: number, seeds: number, options?: WholeOptions): Promise<WholeSummary> {
  const sums = { attempted: 0, ok: 0, lost: 0, duplicated: 0, unexpected: 0, recovered: 0, compacted: 0, told: 0 };
  const orders = { wanted: 0, taken: 0, served: 0, parked: 0 };
  const faults = noWholeFaults();
  const failures: { seed: number; violations: readonly string[] }[] = [];
  const healed: number[] = [];
  const live: number[] = [];
  for (let seed = first; seed < first + seeds; seed += 1) {
    const outcome = await simulateWhole(seed, options);
    for (const total of totals) sums[total] += outcome[total];
    for (const total of orderTotals) orders[total] += outcome.orders[total];
    for (const fault of wholeFaults) faults[fault] += outcome.faults[fault];
    healed.push(outcome.healedMs);
    live.push(outcome.liveMs);
    if (outcome.violations.length > 0) failures.push({ seed, violations: outcome.violations });
  }
  return { seeds, ...sums, healedMs: spreadOf(healed), liveMs: spreadOf(live), orders, faults, failures };
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (part: number): number => sorted[Math.floor(sorted.length * part)] ?? 0;
  return { p50: at(0.5), p95: at(0.95), most: sorted.at(-1) ?? 0 };
}
