// `node test/simulation/mutants.ts [--seeds N]`: every wrong rule is put in place of the right one and has to be noticed.
import { parseArgs } from 'node:util';
import { firstFailure } from './summary.ts';
import { wrongRules } from './wrong-rules.ts';

const { values } = parseArgs({ options: { seeds: { type: 'string' } } });
const seeds = Number(values.seeds ?? 20_000);
const rows = wrongRules.map(({ name, rules, world, scenario }) => {
  const failure = firstFailure(seeds, rules, world, scenario);
  return { 'wrong rule': name, 'caught by seed': failure?.seed ?? '', how: failure?.violations[0] ?? 'SURVIVED' };
});
console.table(rows);
process.exitCode = rows.some(({ how }) => how === 'SURVIVED') ? 1 : 0;
