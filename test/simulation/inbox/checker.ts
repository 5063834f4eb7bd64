// What must be true of work, whatever happens. It knows what the server asked for and sees what handlers are called with, and
// nothing of how the inbox decides.
import type { Fault } from './scenario.ts';

/** A request, or a closing, as the server's log has it. */
export interface Entry {
  readonly seq: number;
  readonly kind: 'opens' | 'closes';
  readonly key: string;
  readonly attempt: number | undefined;
  readonly id: string;
  readonly lane: string;
}

/** One call of a handler. */
export interface Run {
  readonly unit: string;
  readonly key: string;
  readonly attempt: number | undefined;
  readonly lane: string;
  readonly seq: number | undefined;
  readonly redelivered: boolean;
  readonly session: number;
  readonly process: number;
  readonly startedMs: number;
  readonly number: number;
  end: 'done' | 'failed' | undefined;
  endNumber: number;
  isAborted: boolean;
}

/** What tells two pieces of work apart: the attempt where they are counted, else the event. */
export const unitOf = (key: string, attempt: number | undefined, id: string | undefined): string =>
  attempt === undefined ? `${key} by ${id ?? ''}` : `${key} attempt ${attempt}`;

const overMs = 35_000;
const mostRuns = 6;

export class Checker {
  readonly violations: string[] = [];
  readonly runs: Run[] = [];
  readonly #count: (fault: Fault) => void;
  #number = 0;
  /** When each event was first handed over. */
  readonly #taken = new Map<string, number>();
  /** Units that were asked for, by key, and where in the log. */
  readonly #units = new Map<string, Map<string, number>>();
  /** Units that were closed by the server, and in which session that was heard. */
  readonly #withdrawn = new Map<string, number>();
  /** Units that a person tried again, or discarded. */
  readonly #retried = new Set<string>();
  readonly #discarded = new Set<string>();

  constructor(count: (fault: Fault) => void) {
    this.#count = count;
  }

  violate(what: string): void {
    if (this.violations.length < 5) this.violations.push(what);
  }

  took(entry: Entry, session: number, isRow: boolean): void {
    this.#number += 1;
    if (!this.#taken.has(entry.id)) this.#taken.set(entry.id, this.#number);
    if (entry.kind === 'closes') return this.closed(entry, session);
    const units = this.#units.get(entry.key) ?? new Map<string, number>();
    const unit = unitOf(entry.key, entry.attempt, entry.id);
    if (!units.has(unit)) units.set(unit, isRow ? 0 : entry.seq);
    this.#units.set(entry.key, units);
  }

  /** Known in this session: heard, or behind its cursor. */
  closed(entry: Entry, session: number): void {
    for (const [unit, seq] of this.#units.get(entry.key) ?? []) {
      const attempt = Number(/ attempt (\d+)$/.exec(unit)?.[1] ?? Number.NaN);
      const isLater = entry.attempt !== undefined && attempt > entry.attempt;
      if (seq < entry.seq && !isLater && !this.#retried.has(unit)) this.#withdrawn.set(unit, session);
    }
  }

  retried(unit: string): void {
    this.#retried.add(unit);
    this.#withdrawn.delete(unit);
  }

  discarded(unit: string): void {
    this.#discarded.add(unit);
  }

  /** `hadTrouble`: something may have been interrupted that no run shows. */
  started(run: Omit<Run, 'number' | 'end' | 'endNumber' | 'isAborted'>, isRow: boolean, hadTrouble: boolean): Run {
    this.#number += 1;
    const started: Run = { ...run, number: this.#number, end: undefined, endNumber: 0, isAborted: false };
    const name = `${run.unit}${isRow ? ' of a row' : ''}`;
    for (const other of this.runs) {
      const isActive = other.end === undefined && other.process === run.process;
      if (isActive && other.key === run.key) this.violate(`${name} runs beside ${other.unit}`);
      const isExpected = run.startedMs - other.startedMs >= overMs || other.session !== run.session;
      if (isActive && other.lane === run.lane && !isExpected)
        this.violate(`${name} overtakes ${other.unit} in its lane`);
      const isElsewhere = other.key === run.key && other.end === 'done' && other.unit !== run.unit;
      if (isRow && isElsewhere && !this.#retried.has(run.unit)) {
        this.violate(`${name} opens again what ${other.unit} did`);
      }
    }
    const before = this.runs.filter(({ unit }) => unit === run.unit);
    const doneHere = before.some(({ end, session }) => end === 'done' && session === run.session);
    if (doneHere && !this.#retried.has(run.unit)) this.violate(`${name} is done twice`);
    const inSession = before.filter(({ session }) => session === run.session).length;
    if (inSession >= mostRuns && !this.#retried.has(run.unit)) this.violate(`${name} is tried for ever`);
    const interrupted = before.some(({ end, isAborted }) => end !== 'failed' || isAborted);
    if (interrupted) this.#count('interrupted run');
    if (interrupted && !run.redelivered) this.violate(`${name} runs again and is not told so`);
    if (run.redelivered && !interrupted && !hadTrouble) this.violate(`${name} is told that it ran, and it did not`);
    if (this.#withdrawn.get(run.unit) === run.session) this.violate(`${name} runs although it was closed`);
    this.#keepOrder(started, before.length === 0 && !isRow);
    this.runs.push(started);
    return started;
  }

  /** The first runs of a lane are in the order of the log, but for what waited for a run that would not end. */
  #keepOrder(run: Run, isFirst: boolean): void {
    if (!isFirst || run.seq === undefined || this.#retried.has(run.unit)) return;
    const waited = this.runs.some(
      (other) => other.key === run.key && (run.startedMs - other.startedMs >= overMs || other.session !== run.session),
    );
    if (waited) return;
    for (const other of this.runs) {
      if (other.lane === run.lane && other.seq !== undefined && other.seq > run.seq && other.key !== run.key) {
        const isFirstRun = this.runs.find(({ unit }) => unit === other.unit) === other;
        if (isFirstRun) this.violate(`${run.unit} (${run.seq}) begins after ${other.unit} (${other.seq})`);
      }
    }
  }

  ended(run: Run, end: 'done' | 'failed'): void {
    this.#number += 1;
    run.end = end;
    run.endNumber = this.#number;
  }

  /** When everything has come to rest: what was asked for is done, closed or kept for a person. */
  nothingIsLost(log: readonly Entry[], kept: ReadonlySet<string>): void {
    for (const entry of log) {
      if (entry.kind !== 'opens') continue;
      const { key, attempt, id, seq } = entry;
      const unit = unitOf(key, attempt, id);
      const takenAt = this.#taken.get(id) ?? 0;
      const isSettled =
        kept.has(key) ||
        this.#discarded.has(key) ||
        this.runs.some(
          (run) =>
            run.key === key &&
            run.end === 'done' &&
            (run.unit === unit ||
              (attempt === undefined ? run.endNumber > takenAt : run.attempt !== undefined && run.attempt >= attempt)),
        ) ||
        log.some(
          (other) =>
            other.kind === 'closes' &&
            other.key === key &&
            (other.attempt !== undefined && attempt !== undefined ? other.attempt >= attempt : other.seq > seq),
        ) ||
        // An earlier copy of the same request has settled it.
        log.some(
          (other) => other.kind === 'opens' && other.seq < seq && unitOf(other.key, other.attempt, other.id) === unit,
        );
      if (!isSettled) this.violate(`${unit} (${seq}) is lost`);
    }
  }
}
