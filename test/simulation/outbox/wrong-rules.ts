import { outboxRules, type OutboxRules } from '../../../src/core/outbox/rules.ts';

/** Rules that lose, double or reorder mutations, or keep silent about it. The simulation has to notice each of them. */
interface WrongRule {
  readonly name: string;
  readonly rules: OutboxRules;
}

const wrong = (name: string, change: Partial<OutboxRules>): WrongRule => ({
  name,
  rules: { ...outboxRules, ...change },
});

export const wrongRules: readonly WrongRule[] = [
  wrong('a record is deleted before the server has answered', { claimed: () => undefined }),
  wrong('a mutation is sent before it is stored that it is under way', { waitsForClaim: false }),
  wrong('no idempotency key is sent', { idempotencyKey: () => undefined }),
  wrong('every attempt has a key of its own', { idempotencyKey: ({ id, attempts }) => `${id}-${attempts}` }),
  wrong('what was refused for its token is dropped', { keepsUnauthorised: false }),
  wrong('an unclear mutation that must not be repeated is repeated', { afterSilence: () => 'repeat' }),
  wrong('a read after silence is taken for final', { afterAbsence: () => 'repeat' }),
  wrong('a read that settles nothing is taken for a no', { whenUnsettled: (tookEffect) => tookEffect ?? false }),
  wrong('a read is taken for a yes, whatever it says', { whenUnsettled: () => true }),
  wrong('"done already" is believed to be a refusal', { questions: () => false }),
  wrong('what was under way in a crash is taken for not sent', { afterRestart: (doubt) => doubt }),
  wrong('two of one lane are under way at once', { lanesAreSerial: false }),
  wrong('a parked parent sets its children free', { parkedHoldsChildren: false }),
  wrong('the age limit is ignored', { isTooOld: () => false }),
  wrong('an outcome is told before it is stored', { storesBeforeTelling: false }),
];
