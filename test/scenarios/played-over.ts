import { describe, expect, test } from 'vitest';
import type { Played } from '../../src/testing/scenarios/play.ts';
import type { Scenario } from '../../src/testing/scenarios/scenario.ts';
import { wires, type Wire } from './house.ts';
import { knownFaults } from './scenarios.ts';

/** Time enough on a busy machine; never a measure of anything. */
const patience = 120_000;

/** Plays one scenario over one wire, and cleans up when its test is over. */
export type Play = (scenario: Scenario, wire: Wire, finished: (clean: () => Promise<void>) => void) => Promise<Played>;

/**
 * Every scenario over the three wires at the same time. Nothing may be wrong on any of them, and all must come to the same
 * end. Several scenarios at a time: most of one is waiting for sockets.
 */
export function playedOver(scenarios: readonly Scenario[], play: Play): void {
  describe.concurrent('Pusher, Socket.IO and WebSocket', { timeout: patience }, () => {
    for (const scenario of scenarios) {
      const { name, faults } = scenario;
      test.skipIf(Object.hasOwn(knownFaults, name))(`${name} (${faults.join(', ')})`, async ({ onTestFinished }) => {
        const played = await Promise.all(wires.map((wire) => play(scenario, wire, onTestFinished)));
        const problems = played.flatMap((one, at) => one.problems.map((problem) => `${wires[at]}: ${problem}`));
        expect(problems, JSON.stringify(played)).toEqual([]);
        const [first, ...others] = played.map(({ end }) => end);
        for (const other of others) expect(other).toEqual(first);
      });
    }
  });
}
