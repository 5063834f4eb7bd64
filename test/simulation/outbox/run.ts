// `node test/simulation/outbox/run.ts`, as command.ts says.
import { play } from '../command.ts';
import { simulate } from './simulate.ts';
import { summarise } from './summary.ts';

await play(process.argv.slice(2), {
  usualSeeds: 10_000,
  summarise,
  trace: (seed, tell) => simulate(seed, undefined, tell),
  replayOf: (seed) => `node test/simulation/outbox/run.ts --seed ${seed} --trace`,
});
