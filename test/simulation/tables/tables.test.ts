import { beforeAll, describe, expect, test } from 'vitest';
import { patience, runs } from '../../effort.ts';
import { hunt } from '../whole/mutants.ts';
import { mutations } from './mutations.ts';
import { faultNames } from './simulate.ts';
import { summarise, type Summary } from './summary.ts';

const seeds = 5_000;
/** The long version; more by `run.ts --seeds`. */
const mostSeeds = 100_000;

describe(
  'what a screen shows, with orders of its own, colleagues, and events that are late, twice or never',
  () => {
    let summary: Summary;
    beforeAll(async () => {
      summary = await summarise(1, Math.min(runs(seeds).numRuns, mostSeeds));
    }, patience);

    // A seed that fails is shown step by step by `node test/simulation/tables/run.ts --seed N --trace`.
    test('V1, V4 to V8, V10, V11: is what was asked for last, and in the end what is true', () => {
      expect(summary.failures.slice(0, 5)).toEqual([]);
      expect(summary.asked).toBeGreaterThan(summary.seeds);
    });

    test.each(faultNames)('meets "%s"', (fault) => {
      expect(summary.faults[fault]).toBeGreaterThan(summary.seeds / 100);
    });
  },
  patience,
);

describe('the checker of tables notices that', () => {
  test.each(mutations)(
    '$name',
    async (mutation) => {
      expect(await hunt(mutation, seeds)).toMatchObject({ kind: 'caught' });
    },
    patience,
  );
});
