// Scenarios that nobody has thought of: the same seed draws the same one.
import { seededRandom } from '../../src/testing/fake-host.ts';
import { words, type Scenario, type Step } from '../../src/testing/scenarios/scenario.ts';

const { publish, mutate, cut, halfOpen, spoil, hint, pass, restartDevice, serverDown, serverUp, until } = words;

const refusal = (status: number) => ({ kind: 'http-respond', status, body: { message: 'No.' } }) as const;

/** Some of what can go wrong together without a person: whatever is drawn, everything is told and sent at the end. */
const troubles: readonly (readonly Step[])[] = [
  [cut('reset')],
  [cut('end')],
  [cut(4200)],
  [halfOpen(), pass(3_000)],
  [spoil('event', { kind: 'drop' }), publish(2), until('struck')],
  [spoil('event', { kind: 'dup' }), publish(1), until('struck')],
  [spoil('event', { kind: 'reorder' }), publish(2), until('struck')],
  [spoil('mutation', refusal(503)), mutate(1), until('struck')],
  [spoil('mutation', { kind: 'http-drop-reply' }), mutate(1), until('struck')],
  [spoil('catch-up', refusal(502)), cut('reset'), until('struck')],
  [spoil('connect', refusal(503)), cut('reset'), until('struck')],
  [serverDown(), mutate(1), publish(2), pass(2_000), serverUp()],
  [hint('online'), hint('visible')],
  [restartDevice()],
];

/** Apart, so that no loss falls into the five seconds in which the log is not asked about a second one (S9). */
const apart: readonly Step[] = [until('live'), until('told'), until('drained'), pass(6_000)];

export function drawnScenario(seed: number): Scenario {
  const random = seededRandom(seed);
  const drawn = <One>(from: readonly One[]): One => {
    const one = from[Math.floor(random() * from.length)];
    if (one === undefined) throw new Error('There is nothing to draw from.');
    return one;
  };
  const steps = Array.from({ length: 5 }, () => [...drawn(troubles), publish(1 + Math.floor(random() * 2)), ...apart]);
  return {
    name: `drawn by seed ${seed}`,
    faults: [],
    steps: steps.flat(),
    holds: { mayTell: ['config', 'outbox'], mostSockets: 30, mostRequests: 300 },
  };
}
