// `node test/simulation/tables/run.ts`, as command.ts says.
import { play } from '../command.ts';
import { simulateTables } from './simulate.ts';
import { summarise } from './summary.ts';

await play(process.argv.slice(2), {
  usualSeeds: 5_000,
  summarise,
  trace: (seed, tell) => simulateTables(seed, tell),
  replayOf: (seed) => `node test/simulation/tables/run.ts --seed ${seed} --trace`,
});
