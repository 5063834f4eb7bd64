import { streamRules, type StreamRules } from '../../src/core/stream/rules.ts';
import { lateScenarioOf, pagingScenarioOf, slowRowsScenarioOf, underWayScenarioOf, type Scenario } from './scenario.ts';
import type { WorldRules } from './simulate.ts';

/** A rule that somebody could write. The checker has to notice each of them. */
export interface WrongRule {
  readonly name: string;
  readonly rules: StreamRules;
  readonly world?: WorldRules;
  /** Where chance alone hardly ever makes it matter. */
  readonly scenario?: (seed: number) => Scenario;
}

const wrong = (name: string, change: Partial<StreamRules>): WrongRule => ({
  name,
  rules: { ...streamRules, ...change },
});

export const wrongRules: readonly WrongRule[] = [
  wrong('the cursor is stored before the handler has settled', { cursor: (front) => front }),
  wrong('the cursor is the highest position heard', { joins: (front, seq) => seq > front }),
  { name: 'ids are forgotten in a restart', rules: streamRules, world: { remembersIds: false } },
  wrong('positions go on counting in another epoch', { frontAfterReset: (front) => front }),
  wrong('the epoch is not looked at', { isOtherEpoch: () => false }),
  wrong('what the device knows is not compared with the log', { looksBack: false }),
  wrong('a position that is not there any more is not missed', { missesVanished: false }),
  wrong('only the first page is read', { continues: () => false }),
  wrong('410 counts as nothing new', {
    afterFailure: (failure) => (failure === 'gone' ? 'empty' : streamRules.afterFailure(failure)),
  }),
  wrong('a failed read counts as nothing new', {
    afterFailure: (failure) =>
      streamRules.afterFailure(failure) === 'retry' ? 'empty' : streamRules.afterFailure(failure),
  }),
  wrong('a list overwrites what is newer', { appliesRow: () => true }),
  wrong('nothing is looked at again without a reason', { reconcileMs: () => Number.POSITIVE_INFINITY }),
  wrong('everything is looked at again too late', { reconcileMs: (settingMs) => settingMs * 2 }),
  wrong('holes are not looked for while live', { noticesHoles: false }),
  wrong('an answer to an older question is taken', { answers: () => true }),
  wrong('one look proves a hole in any log', { provesAbsence: () => true }),
  wrong('what a partial list lacks is deleted', { absenceDeletes: () => true }),
  wrong('nothing that a list lacks is deleted', { absenceDeletes: () => false }),
  wrong('a list covers everything heard of', { coveredBy: (_, top) => top }),
  wrong('events wait behind a hole for ever', { releasesOverdue: false }),
  {
    ...wrong('an event for a closed hole is a duplicate', { deliversLate: false }),
    scenario: lateScenarioOf,
  },
  {
    ...wrong('a page proves what lies before its question', { looksBehind: () => 0 }),
    scenario: pagingScenarioOf,
  },
  wrong('a log is complete up to its head, although it is not commit-ordered', {
    settledBelow: (_, covered) => covered,
  }),
  {
    ...wrong('a list without a position closes what the log can tell', {
      coveredUnnamed: (_, __, topAtIssue) => topAtIssue,
    }),
    scenario: underWayScenarioOf,
  },
  {
    ...wrong('a list shows whatever began before it', { knowsAllBefore: () => true }),
    scenario: underWayScenarioOf,
  },
  {
    ...wrong('a hole is stored as compacted before the rows of its list are handled', { storesHole: () => true }),
    scenario: slowRowsScenarioOf,
  },
  wrong('counting begins at the end of the log, whatever was heard meanwhile', { beginsAt: (head) => head }),
];
