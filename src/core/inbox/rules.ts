import { isFromBefore, type LedgerRules } from './ledger.ts';

/** What decides whether work is lost or doubled, apart from the machine, so that the simulation can put wrong rules in its place. */
export interface InboxRules extends LedgerRules {
  /** Whether it is written that work runs. */
  marksRuns: boolean;
  /** Whether it runs only after that is stored. */
  waitsForClaim: boolean;
  /** Whether work is taken out of the store only when its handler is done. */
  finishesAfter: boolean;
  /** Whether a lane waits for the work before. */
  isSerial: boolean;
  /** Whether a run that did not stop when it was asked to is begun again beside itself. */
  repeatsUnfinished: boolean;
  /** Whether what was begun so often is given up. */
  givesUp(tries: number, retries: number): boolean;
  /** Whether what is given up is kept for a person. */
  keepsGivenUp: boolean;
}

export const inboxRules: InboxRules = {
  reopens(entry, asked) {
    const { attempt: known, eventIds, rowAtMs } = entry;
    const { attempt, eventId, isRow, occurredAt } = asked;
    if (isRow) return false;
    if (isFromBefore(entry, asked)) return eventId !== undefined && !eventIds.includes(eventId);
    if (attempt !== undefined && known !== undefined) return attempt > known;
    // A list was quicker than the event that it shows.
    if (rowAtMs !== undefined && occurredAt !== undefined && occurredAt <= rowAtMs) return false;
    // Without an id it may be a copy of what was done: the same ticket comes in on two channels.
    return eventId !== undefined && !eventIds.includes(eventId);
  },
  marksRuns: true,
  waitsForClaim: true,
  finishesAfter: true,
  isSerial: true,
  repeatsUnfinished: false,
  givesUp: (tries, retries) => tries > retries,
  keepsGivenUp: true,
};
