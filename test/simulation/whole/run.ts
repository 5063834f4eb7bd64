import { play } from '../command.ts';
import { summariseWhole } from './summary.ts';
import { simulateWhole } from './whole.ts';

export const replayOf = (seed: number): string => `npm run simulate -- --whole --seed ${seed} --trace`;

export const runWhole = (args: readonly string[]): Promise<void> =>
  play(args, {
    usualSeeds: 2_000,
    summarise: summariseWhole,
    trace: (seed, tell) => simulateWhole(seed, { trace: tell }),
    replayOf,
    more: ({ liveMs, healedMs, orders }) => ({ 'live after ms': liveMs, 'complete after ms': healedMs, orders }),
  });
