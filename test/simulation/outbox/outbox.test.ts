import { beforeAll, describe, expect, test } from 'vitest';
import { patience, runs } from '../../effort.ts';
import { faultNames } from './scenario.ts';
import { firstFailure, summarise, type Summary } from './summary.ts';
import { wrongRules } from './wrong-rules.ts';

const seeds = 10_000;
/** The long version; more by `run.ts --seeds`. */
const mostSeeds = 100_000;

describe(
  'an outbox among servers, networks, stores and crashes',
  () => {
    let summary: Summary;
    beforeAll(async () => {
      summary = await summarise(1, Math.min(runs(seeds).numRuns, mostSeeds));
    }, patience);

    test('loses nothing in silence, doubles nothing and tells how each ended', () => {
      expect(summary.failures.slice(0, 5)).toEqual([]);
      expect(summary).toMatchObject({ lost: 0, doubled: 0 });
    });

    test.each(faultNames)('meets the fault "%s"', (fault) => {
      expect(summary.faults[fault]).toBeGreaterThan(summary.seeds / 500);
    });
  },
  patience,
);

describe('the checker of the outbox notices a wrong rule:', () => {
  test.each(wrongRules)(
    '$name',
    async ({ rules }) => {
      expect(await firstFailure(seeds, rules)).toBeDefined();
    },
    patience,
  );
});
