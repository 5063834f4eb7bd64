import { beforeAll, describe, expect, test } from 'vitest';
import { patience, runs } from '../../effort.ts';
import { faultNames } from './scenario.ts';
import { firstFailure, summarise, type Summary } from './summary.ts';
import { wrongRules } from './wrong-rules.ts';

const seeds = 5_000;
/** The long version; more by `run.ts --seeds`. */
const mostSeeds = 100_000;

describe(
  'work among crashes, a store that refuses, handlers that hang, and people',
  () => {
    let summary: Summary;
    beforeAll(async () => {
      summary = await summarise(1, Math.min(runs(seeds).numRuns, mostSeeds));
    }, patience);

    // A seed that fails is shown step by step by `node test/simulation/inbox/run.ts --seed N --trace`.
    test('is done, closed or kept, never beside itself, and never again without being told so', () => {
      expect(summary.failures.slice(0, 5)).toEqual([]);
      expect(summary.done).toBeGreaterThan(summary.seeds);
    });

    test.each(faultNames)('meets "%s"', (fault) => {
      expect(summary.faults[fault]).toBeGreaterThan(summary.seeds / 100);
    });
  },
  patience,
);

describe('the checker of the inbox notices a wrong rule:', () => {
  test.each(wrongRules)(
    '$name',
    async ({ rules, world }) => {
      expect(await firstFailure(seeds, rules, world)).toBeDefined();
    },
    patience,
  );
});
