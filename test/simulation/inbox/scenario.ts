import type { Random } from '../random.ts';

export const faultNames = [
  'crash',
  'full storage',
  'clean stop',
  'duplicate event',
  'reprint',
  'closed elsewhere',
  'row of a list',
  'late row',
  'failing run',
  'hanging run',
  'late end',
  'aborted run',
  'dead letter',
  'tried again',
  'discarded',
  'no handler',
  'interrupted run',
] as const;

export type Fault = (typeof faultNames)[number];
export type FaultCounts = Record<Fault, number>;

export const noFaults = (): FaultCounts => Object.fromEntries(faultNames.map((name) => [name, 0])) as FaultCounts;

/** What a seed draws for itself: how bad its world is. */
export interface Scenario {
  readonly sessions: number;
  readonly keys: number;
  readonly lanes: number;
  readonly events: number;
  /** Attempts are counted by the server. */
  readonly isNumbered: boolean;
  readonly crashes: number;
  readonly refusals: number;
  readonly stops: number;
  readonly duplicates: number;
  readonly reprints: number;
  readonly closings: number;
  readonly failures: number;
  readonly hangs: number;
  readonly rows: number;
  readonly people: number;
  /** Sessions in which nobody declared a handler. */
  readonly idle: number;
  readonly pauseMs: number;
}

export function scenarioOf(random: Random): Scenario {
  const some = (most: number): number => (random() < 0.4 ? 0 : random() * most);
  const upTo = (most: number): number => 1 + Math.floor(random() * most);
  return {
    sessions: upTo(5),
    keys: upTo(10),
    lanes: upTo(3),
    events: 4 + upTo(16),
    isNumbered: random() < 0.5,
    crashes: some(0.15),
    refusals: some(0.2),
    stops: some(1),
    duplicates: some(0.4),
    reprints: some(0.5),
    closings: some(0.4),
    failures: some(0.9),
    hangs: some(0.3),
    rows: some(0.6),
    people: some(0.5),
    idle: some(0.3),
    pauseMs: random() < 0.5 ? 300 : 20_000,
  };
}
