// The seeds of the gate are in two halves, so that two cores can run them.
import { describe, expect, test } from 'vitest';
import { patience, runs } from '../../effort.ts';
import { wholeFaults } from './faults.ts';
import { replayOf } from './run.ts';
import { summariseWhole } from './summary.ts';

const seeds = 2_000;
/** Nobody has looked further yet: the long version must not fail for a seed that says nothing of what was changed. */
const provenSeeds = 30_000;

export function gate(half: 0 | 1): void {
  describe(
    'the whole client among servers, networks, stores and crashes',
    async () => {
      const count = Math.ceil(Math.min(runs(seeds).numRuns, provenSeeds) / 2);
      const summary = await summariseWhole(1 + half * count, count);

      test('loses nothing in silence, doubles nothing, invents nothing, and heals', () => {
        expect(summary.failures.slice(0, 5).map(({ seed, violations }) => [replayOf(seed), ...violations])).toEqual([]);
        expect(summary).toMatchObject({ lost: 0, duplicated: 0, unexpected: 0 });
      });

      test.each(wholeFaults)('meets the fault "%s"', (fault) => {
        expect(summary.faults[fault]).toBeGreaterThan(0);
      });
    },
    patience,
  );
}
