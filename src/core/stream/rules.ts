// The decisions that nothing may be lost or doubled by, one function each. The machine reads them from a table, so that
// the simulation can put a wrong one in its place and show that it is noticed.
import type { ClosedHole } from './gap.ts';
import type { KnownRow, RowVersion } from './rows.ts';

export interface StreamRules {
  /** S6: how far a device may say that it has come. `front` is the last contiguous position that was handed out. */
  cursor(front: number, lowestUnsettled: number): number;
  /** S2: whether an event follows on what was handed out. */
  joins(front: number, seq: number, previousSeq: number | undefined): boolean;
  /** S9: whether a missing position is asked about at once. */
  noticesHoles: boolean;
  /** S13: whether two names mean different sequences. */
  isOtherEpoch(mine: string | undefined, theirs: string | undefined): boolean;
  /** S13: whether the last known position is read again. */
  looksBack: boolean;
  /** S13: whether a position that the log lacks now is missed. */
  missesVanished: boolean;
  /** S13: where counting goes on in another sequence. */
  frontAfterReset(front: number | undefined): number | undefined;
  /** S14: a page belongs to the question that is open, and to no other. */
  answers(asked: number, answered: number): boolean;
  /** S15: whether there is more to read. */
  continues(hasMore: boolean): boolean;
  /** S11: when a position that a page lacks is settled as absent. `firstMissedMs` is when an earlier read lacked it, too. */
  provesAbsence(commitOrdered: boolean, firstMissedMs: number | undefined, readMs: number, confirmMs: number): boolean;
  /** S6: below what a page of a log that is not commit-ordered is complete. */
  settledBelow(head: number, covered: number, overlapPositions: number): number;
  /** S11: the position behind which a page tells what there is. */
  looksBehind(from: number): number;
  /** S16: what an answer that is no page amounts to. */
  afterFailure(failure: ReadFailure): 'retry' | 'no-replay' | 'gone' | 'empty';
  /** S18: whether a row is newer than what is known. */
  appliesRow(known: KnownRow | undefined, version: RowVersion): boolean;
  /** S19: whether a missing row is gone. */
  absenceDeletes(complete: boolean, sinceBeginning: boolean): boolean;
  /** S17: what a list covers of the sequence. */
  coveredBy(asOfSeq: number | undefined, top: number): number | undefined;
  /** S10: what a list that names no position covers. */
  coveredUnnamed(hasLog: boolean, front: number, topAtIssue: number): number;
  /** S8: whether a closed hole is stored; the rows of the list that closed it may still be unhandled. */
  storesHole(as: ClosedHole['as'], isListHandled: boolean): boolean;
  /** S25: where counting begins. `heardBehind` lies before what was heard until the log said where it ends. */
  beginsAt(head: number, heardBehind: number | undefined): number;
  /** S18, S24: whether a list shows whatever began before a moment. */
  knowsAllBefore(atMs: number, readMs: number, overlapMs: number): boolean;
  /** S20: how long after the last look everything is looked at again. */
  reconcileMs(settingMs: number): number;
  /** S4: an event that comes after its hole was closed. */
  deliversLate: boolean;
  /** S12: whether waiting behind a hole has an end. */
  releasesOverdue: boolean;
}

export type ReadFailure = 'not-found' | 'gone' | 'busy' | 'network' | 'unreadable';

const failures: Readonly<Record<ReadFailure, 'retry' | 'no-replay' | 'gone'>> = {
  'not-found': 'no-replay',
  gone: 'gone',
  busy: 'retry',
  network: 'retry',
  unreadable: 'retry',
};

export const streamRules: StreamRules = {
  cursor: (front, lowestUnsettled) => Math.min(front, lowestUnsettled - 1),
  joins: (front, seq, previousSeq) => seq === front + 1 || (previousSeq !== undefined && previousSeq <= front),
  noticesHoles: true,
  isOtherEpoch: (mine, theirs) => mine !== undefined && theirs !== undefined && mine !== theirs,
  looksBack: true,
  missesVanished: true,
  frontAfterReset: () => undefined,
  answers: (asked, answered) => asked === answered,
  continues: (hasMore) => hasMore,
  provesAbsence: (commitOrdered, firstMissedMs, readMs, confirmMs) =>
    commitOrdered || (firstMissedMs !== undefined && readMs - firstMissedMs >= confirmMs),
  settledBelow: (head, _, overlapPositions) => head - overlapPositions,
  looksBehind: (from) => from,
  afterFailure: (failure) => failures[failure],
  appliesRow: (known, version) =>
    known === undefined ||
    (typeof known.version === 'number' && typeof version === 'number'
      ? version > known.version || ((known.isPart || known.isUntold) && version === known.version)
      : version !== known.version || known.isUntold),
  absenceDeletes: (complete, sinceBeginning) => complete && sinceBeginning,
  coveredBy: (asOfSeq) => asOfSeq,
  // A transaction that took a position may not be visible to the list yet, and the log will tell of it.
  coveredUnnamed: (hasLog, front, topAtIssue) => (hasLog ? front : topAtIssue),
  storesHole: (as, isListHandled) => isListHandled || as !== 'compacted',
  beginsAt: (head, heardBehind) => Math.min(head, heardBehind ?? head),
  knowsAllBefore: (atMs, readMs, overlapMs) => readMs - atMs >= overlapMs,
  reconcileMs: (settingMs) => settingMs,
  deliversLate: true,
  releasesOverdue: true,
};
