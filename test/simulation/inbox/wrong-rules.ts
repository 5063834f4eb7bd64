import { inboxRules, type InboxRules } from '../../../src/core/inbox/rules.ts';
import type { WorldRules } from './simulate.ts';

/** Rules that lose or double work, or keep silent about it. The simulation has to notice each of them. */
export interface WrongRule {
  readonly name: string;
  readonly rules: InboxRules;
  readonly world?: WorldRules;
}

const wrong = (name: string, change: Partial<InboxRules>): WrongRule => ({
  name,
  rules: { ...inboxRules, ...change },
});

export const wrongRules: readonly WrongRule[] = [
  wrong('a row of a list opens again what is closed', {
    reopens: (known, asked) => asked.isRow || inboxRules.reopens(known, asked),
  }),
  wrong('the same event opens again what is closed', {
    reopens: (known, asked) => !asked.isRow && (asked.attempt === undefined || inboxRules.reopens(known, asked)),
  }),
  wrong('a reprint is a copy of what is closed', { reopens: () => false }),
  wrong('work runs before it is stored', { waitsForClaim: false }),
  wrong('it is not written that work runs', { marksRuns: false }),
  wrong('work is taken out before its handler is done', { finishesAfter: false }),
  wrong('a lane does not wait for the work before', { isSerial: false }),
  wrong('a run that does not end is begun again', { repeatsUnfinished: true }),
  wrong('what is given up is dropped', { keepsGivenUp: false }),
  wrong('nothing is ever given up', { givesUp: () => false }),
  { name: 'the cursor is stored before the work', rules: inboxRules, world: { cursorFirst: true } },
];
