// What is over is forgotten after a while: a kitchen that runs for years need not remember every order of them.
import { listKey } from './subjects.ts';
import type { Place } from './place.ts';

/** How long this device remembers what nobody needs any more. */
export interface Retention {
  /** Rows that are finished or deleted, since they last changed. Default 7 days; `Infinity` keeps them for ever. */
  readonly finishedForMs?: number;
}

export const defaultRetention: Required<Retention> = { finishedForMs: 7 * 86_400_000 };

/** A row as far as it matters here. */
interface Remembered {
  readonly deleted: boolean;
  /** By the monotonic clock. */
  readonly changedAtMs: number;
}

export type IsForgettable = (key: string, row: Remembered, value: unknown, nowMs: number) => boolean;

export function createForgetting(
  place: Place,
  { finishedForMs }: Required<Retention>,
  report: (error: unknown) => void,
): IsForgettable {
  const overs = new Map<string, ((row: unknown) => boolean) | undefined>([
    ...[...place.resources].map(([name, { isOver }]) => [listKey(place, name), isOver] as const),
    // No list says of these what becomes of them: their age is all that is known.
    ...[...place.tables.keys()].map((name) => [listKey(place, name), () => true] as const),
  ]);

  /** A row of which only the version is known may be one that is open. */
  function isOver(key: string, value: unknown): boolean {
    try {
      return value !== undefined && overs.get(key.slice(0, key.indexOf('\n')))?.(value) === true;
    } catch (error) {
      // A contract's own functions may have faults.
      report(error);
      return false;
    }
  }

  return (key, { deleted, changedAtMs }, value, nowMs) =>
    changedAtMs <= nowMs - finishedForMs && (deleted || isOver(key, value));
}

/** Often enough for whatever is kept for days, and not at all where everything is kept. */
export const sweepEveryMs = ({ finishedForMs }: Required<Retention>): number =>
  finishedForMs === Number.POSITIVE_INFINITY ? finishedForMs : Math.max(1_000, Math.min(finishedForMs, 3_600_000));
