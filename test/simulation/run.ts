// `node test/simulation/run.ts --seeds N [--seed S] [--json]`; with `--seed S --trace` also every step of that seed. With
// `--whole` the whole client instead of its stream machine.
import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';
import { summarise } from './summary.ts';
import { runWhole } from './whole/run.ts';

if (process.argv.includes('--whole')) {
  await runWhole(process.argv.slice(2));
  process.exit();
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    json: { type: 'boolean' },
    trace: { type: 'boolean' },
  },
});
const first = Number(values.seed ?? 1);
const count = Number(values.seeds ?? (values.seed === undefined ? 20_000 : 1));
if (values.trace === true) simulate(first, undefined, undefined, console.log);
const started = performance.now();
const summary = summarise(first, count);
const seconds = Math.round(performance.now() - started) / 1_000;

if (values.json === true) console.log(JSON.stringify({ ...summary, seconds }, undefined, 2));
else {
  const { faults, failures, ...totals } = summary;
  console.table({ ...totals, seconds });
  console.table(faults);
  for (const { seed, violations } of failures.slice(0, 10)) {
    console.log(`seed ${seed}: ${violations.join('; ')}\n  node test/simulation/run.ts --seed ${seed}`);
  }
}
process.exitCode = summary.failures.length === 0 ? 0 : 1;
