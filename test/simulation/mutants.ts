// `npm run mutants -- [--seeds N]`: every wrong rule is put in place of the right one and has to be noticed: in the stream,
// the outbox, the inbox, among the mistakes that the whole client could make, and in what screens show.
import { parseArgs } from 'node:util';
import * as inbox from './inbox/summary.ts';
import { wrongRules as wrongInboxRules } from './inbox/wrong-rules.ts';
import * as outbox from './outbox/summary.ts';
import { wrongRules as wrongOutboxRules } from './outbox/wrong-rules.ts';
import { firstSiblingFailure, wrongSiblingRules } from './siblings.ts';
import { firstFailure } from './summary.ts';
import { hunt } from './whole/mutants.ts';
import { mutations as tableMutations } from './tables/mutations.ts';
import { mutations } from './whole/mutations.ts';
import { wrongRules } from './wrong-rules.ts';

interface Row {
  readonly of: string;
  readonly 'wrong rule': string;
  readonly 'caught by seed': number | '';
  readonly how: string;
}
interface Failure {
  readonly seed: number;
  readonly violations: readonly string[];
}

const survived = 'SURVIVED';
const { values } = parseArgs({ options: { seeds: { type: 'string' } } });
const seeds = Number(values.seeds ?? 20_000);
const rows: Row[] = [];
const note = (of: string, name: string, failure: Failure | undefined): void => {
  rows.push({ of, 'wrong rule': name, 'caught by seed': failure?.seed ?? '', how: failure?.violations[0] ?? survived });
};

for (const { name, rules, world, scenario } of wrongRules) {
  note('stream', name, firstFailure(seeds, rules, world, scenario));
}
for (const { name, rules } of wrongSiblingRules) note('two channels', name, firstSiblingFailure(seeds, rules).failure);
for (const { name, rules } of wrongOutboxRules) note('outbox', name, await outbox.firstFailure(seeds, rules));
for (const { name, rules, world } of wrongInboxRules)
  note('inbox', name, await inbox.firstFailure(seeds, rules, world));
for (const mutation of mutations) {
  const answer = await hunt(mutation, 3_000);
  const failure = answer.kind === 'caught' ? { seed: answer.seed, violations: [answer.how] } : undefined;
  note('whole client', mutation.name, failure);
}
for (const mutation of tableMutations) {
  const answer = await hunt(mutation, 5_000);
  const failure = answer.kind === 'caught' ? { seed: answer.seed, violations: [answer.how] } : undefined;
  note('tables', mutation.name, failure);
}
console.table(rows);
process.exitCode = rows.some(({ how }) => how === survived) ? 1 : 0;
