// What is over is forgotten after a while: a kitchen that runs for years need not remember every order of them.
import { listKey, rowKey } from './subjects.ts';
import type { Place } from './place.ts';

/** How long this device remembers what nobody needs any more. */
export interface Retention {
  /** Rows that are finished or deleted, since they last changed. Default 7 days; `Infinity` keeps them for ever. */
  readonly finishedForMs?: number;
  /** Rows of a table that only events fill, for each channel: the oldest go first. Default 1 000; `Infinity` keeps them all. */
  readonly mostEventRows?: number;
}

export const defaultRetention: Required<Retention> = { finishedForMs: 7 * 86_400_000, mostEventRows: 1_000 };

/** A row as far as it matters here. */
interface Remembered {
  readonly deleted: boolean;
  /** By the monotonic clock. */
  readonly changedAtMs: number;
  readonly value: unknown;
}

/** The keys of what nobody needs any more. */
export type Forgetting = (rows: Iterable<readonly [string, Remembered]>, nowMs: number) => readonly string[];

export function createForgetting(
  place: Place,
  { finishedForMs, mostEventRows }: Required<Retention>,
  report: (error: unknown) => void,
): Forgetting {
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

  /** And no list says how many there are: a shop that rings all day would fill the device. */
  const tables = [...place.tables.keys()].map((name) => listKey(place, name));

  return (rows, nowMs) => {
    const all = [...rows];
    const tooMany = tables.flatMap((table) => {
      const own = all
        .filter(([key]) => isOf(key, table))
        .sort(([, left], [, right]) => left.changedAtMs - right.changedAtMs);
      return own.slice(0, Math.max(0, own.length - mostEventRows));
    });
    const tooOld = all.filter(
      ([key, { deleted, changedAtMs, value }]) =>
        changedAtMs <= nowMs - finishedForMs && (deleted || isOver(key, value)),
    );
    return [...new Set([...tooOld, ...tooMany].map(([key]) => key))];
  };
}

/** Often enough for whatever is kept for days, and not at all where everything is kept. */
export const sweepEveryMs = ({ finishedForMs }: Required<Retention>): number =>
  finishedForMs === Number.POSITIVE_INFINITY ? finishedForMs : Math.max(1_000, Math.min(finishedForMs, 3_600_000));

const isOf = (key: string, list: string): boolean => key.startsWith(rowKey(list, ''));
