import { describe, expect, test } from 'vitest';
import { streamRules } from '../../src/core/stream/rules.ts';
import { patience, runs } from '../effort.ts';
import { directedScenarios, faultNames } from './scenario.ts';
import { firstSiblingFailure, wrongSiblingRules } from './siblings.ts';
import { firstFailure, summarise } from './summary.ts';
import { wrongRules } from './wrong-rules.ts';

const seeds = 20_000;
/** As many have been run; a longer run is for whoever wants to find something new. */
const provenSeeds = 260_000;

describe(
  'a stream among servers, networks and crashes',
  () => {
    const summary = summarise(1, Math.min(runs(seeds).numRuns, provenSeeds));

    test('loses nothing, doubles nothing and invents nothing', () => {
      expect(summary.failures.slice(0, 5)).toEqual([]);
      expect(summary).toMatchObject({ lost: 0, duplicated: 0, unexpected: 0 });
    });

    test.each(faultNames)('meets the fault "%s"', (fault) => {
      expect(summary.faults[fault]).toBeGreaterThan(20);
    });

    test.each(Object.entries(directedScenarios))('holds with %s', (_, scenario) => {
      expect(firstFailure(runs(1_000).numRuns, streamRules, undefined, scenario)).toBeUndefined();
    });
  },
  patience,
);

test(
  'two channels that tell the same ids: each is handed out once, and neither loses what the other knows',
  () => {
    const { failure, met } = firstSiblingFailure(runs(5_000).numRuns);
    expect(failure).toBeUndefined();
    expect(met).toBeGreaterThan(1_000);
  },
  patience,
);

describe('the checker notices a wrong rule:', () => {
  test.each(wrongSiblingRules)(
    '$name',
    ({ rules }) => {
      expect(firstSiblingFailure(seeds, rules).failure).toBeDefined();
    },
    patience,
  );

  test.each(wrongRules)(
    '$name',
    ({ rules, world, scenario }) => {
      expect(firstFailure(seeds, rules, world, scenario)).toBeDefined();
    },
    patience,
  );
});
