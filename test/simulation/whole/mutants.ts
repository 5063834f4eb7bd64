// `node test/simulation/whole/mutants.ts [--seeds N]`: each mistake is made, and has to be noticed.
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { MutantAnswer, MutantQuestion } from './mutant.ts';
import { mutations, type Mutation } from './mutations.ts';

/** In a thread of its own, because modules are loaded once. */
export function hunt(mutation: Mutation, seeds: number): Promise<MutantAnswer> {
  const question: MutantQuestion = { mutation, seeds };
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('mutant.ts', import.meta.url), { workerData: question, execArgv: [] });
    worker.once('message', (answer: MutantAnswer) => {
      resolve(answer);
      void worker.terminate();
    });
    worker.once('error', reject);
  });
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { seeds: { type: 'string' } } });
  const rows: object[] = [];
  for (const mutation of mutations) {
    const answer = await hunt(mutation, Number(values.seeds ?? 2_000));
    if (answer.kind !== 'caught') process.exitCode = 1;
    const how = answer.kind === 'caught' ? answer.how : answer.kind.toUpperCase();
    rows.push({ mistake: mutation.name, seed: answer.kind === 'caught' ? answer.seed : '', how });
  }
  console.table(rows);
}
