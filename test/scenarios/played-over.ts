import { describe, expect, test } from 'vitest';
import { playScenario } from '../../src/testing/scenarios/play.ts';
import { patience } from '../effort.ts';
import { nodeStage } from './node-stage.ts';
import { knownFaults, scenarios } from './scenarios.ts';
import type { Wire } from './house.ts';

/** Every scenario over one wire, several at a time: most of a scenario is waiting for sockets. */
export function playedOver(wire: Wire): void {
  describe.concurrent(`in Node over ${wire}`, { timeout: patience }, () => {
    for (const scenario of scenarios) {
      const { name, faults } = scenario;
      test.skipIf(Object.hasOwn(knownFaults, name))(`${name} (${faults.join(', ')})`, async ({ onTestFinished }) => {
        const played = await playScenario(scenario, await nodeStage(scenario, wire, onTestFinished));
        expect(played.problems, JSON.stringify(played)).toEqual([]);
      });
    }
  });
}
