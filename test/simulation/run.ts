// `node test/simulation/run.ts`: the stream machine, as command.ts says; with `--whole` the whole client instead.
import { play } from './command.ts';
import { simulate } from './simulate.ts';
import { summarise } from './summary.ts';
import { runWhole } from './whole/run.ts';

const args = process.argv.slice(2);

if (args.includes('--whole')) await runWhole(args.filter((argument) => argument !== '--whole'));
else {
  await play(args, {
    usualSeeds: 20_000,
    summarise,
    trace: (seed, tell) => simulate(seed, undefined, undefined, tell),
    replayOf: (seed) => `npm run simulate -- --seed ${seed} --trace`,
  });
}
