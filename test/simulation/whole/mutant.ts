// One worker: the client with one mistake in it, and the first seed in which it is noticed.
import { registerHooks } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Mutation } from './mutations.ts';

export interface MutantQuestion {
  readonly mutation: Mutation;
  readonly seeds: number;
}

export type MutantAnswer =
  | { readonly kind: 'caught'; readonly seed: number; readonly how: string }
  | { readonly kind: 'survived' }
  | { readonly kind: 'does-not-apply' };

const { mutation, seeds } = workerData as MutantQuestion;
const { file, from, to } = mutation;
let isApplied = false;

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith(`/src/${file}`)) return loaded;
    const source = String(loaded.source);
    isApplied = source.split(from).length === 2;
    return { ...loaded, source: source.replace(from, () => to) };
  },
});

const isOfTables = file.startsWith('core/collections/') || file === 'core/tabs/leaders-rows.ts';
const { simulateWhole } = await import('./whole.ts');
const { simulateTables } = await import('../tables/simulate.ts');
const { wholeScenarioOf } = await import('./scenario.ts');
const mayShow = (seed: number): boolean =>
  mutation.isOfOrders !== true || wholeScenarioOf(seed).orders.intents.length > 0;
const simulate = isOfTables ? simulateTables : simulateWhole;

async function hunt(): Promise<MutantAnswer> {
  if (!isApplied) return { kind: 'does-not-apply' };
  for (let seed = 1; seed <= seeds; seed += 1) {
    if (!mayShow(seed)) continue;
    const { violations } = await simulate(seed);
    if (violations[0] !== undefined) return { kind: 'caught', seed, how: violations[0] };
  }
  return { kind: 'survived' };
}

parentPort?.postMessage(await hunt());
