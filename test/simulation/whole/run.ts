// `npm run simulate -- --whole [--seeds N] [--seed S] [--json]`; with `--seed S --trace` also what happened.
import { parseArgs } from 'node:util';
import { simulateWhole } from './whole.ts';
import { summariseWhole } from './summary.ts';

export const replayOf = (seed: number): string => `npm run simulate -- --whole --seed ${seed} --trace`;

export async function runWhole(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      whole: { type: 'boolean' },
      seeds: { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'boolean' },
      trace: { type: 'boolean' },
    },
  });
  const first = Number(values.seed ?? 1);
  const count = Number(values.seeds ?? (values.seed === undefined ? 2_000 : 1));
  if (values.trace === true) await simulateWhole(first, { trace: console.log });
  const started = performance.now();
  const summary = await summariseWhole(first, count);
  const seconds = Math.round(performance.now() - started) / 1_000;
  if (values.json === true) console.log(JSON.stringify({ ...summary, seconds }, undefined, 2));
  else {
    const { faults, failures, healedMs, liveMs, orders, ...totals } = summary;
    console.table({ ...totals, seconds });
    console.table({ orders });
    console.table({ 'live after ms': liveMs, 'complete after ms': healedMs });
    console.table(faults);
    for (const { seed, violations } of failures.slice(0, 10)) {
      console.log(`seed ${seed}: ${violations.join('; ')}\n  ${replayOf(seed)}`);
    }
  }
  process.exitCode = summary.failures.length === 0 ? 0 : 1;
}
