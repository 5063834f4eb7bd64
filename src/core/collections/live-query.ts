// An answer that stays right: each change of a row moves that row, and nothing else is looked at.
import {
  compareKeys,
  compareOf,
  soughtBy,
  testOf,
  type Compare,
  type Question,
  type Sought,
  type Test,
} from './question.ts';

export interface Entry {
  readonly key: string;
  readonly row: object;
}

/** What a row is now; undefined is one that is gone. */
export interface RowChange {
  readonly key: string;
  readonly row: object | undefined;
}

/** Beyond this share of all rows, sorting anew is cheaper than moving each. */
const manyOf = 4;

export class LiveQuery {
  readonly sought: readonly Sought[];
  private readonly test: Test;
  private readonly compare: Compare | undefined;
  private readonly limit: number;
  private entries: Entry[] = [];
  /**
   * What is among the entries, and as which row. Asking the app's function once more would not tell: it may look at more than
   * the row, at the time or at what somebody has chosen, and so may a row be another one that the app has changed in place.
   */
  private readonly held = new Map<string, object>();
  private answer: readonly object[] = [];

  constructor(question: Question<never>, report: (error: unknown) => void) {
    this.sought = soughtBy(question.where);
    this.test = guarded(testOf(question.where), false, report);
    const compare = compareOf(question.orderBy);
    this.compare = compare && guarded(compare, 0, report);
    this.limit = question.limit ?? Number.POSITIVE_INFINITY;
  }

  get rows(): readonly object[] {
    return this.answer;
  }

  /** Begins with these, of which some may not belong here. */
  begin(all: Iterable<Entry>): void {
    for (const { key, row } of all) if (this.test(row)) this.held.set(key, row);
    this.sort();
    this.answer = this.shown();
  }

  /** An answer that is the same stays the same object. */
  keep(answer: readonly object[]): void {
    if (isSameAnswer(this.answer, answer)) this.answer = answer;
  }

  /** Whether it is another answer now. */
  take(changes: readonly RowChange[]): boolean {
    const own: RowChange[] = [];
    for (const { key, row } of changes) {
      const isIn = row !== undefined && this.test(row);
      if (isIn || this.held.has(key)) own.push({ key, row: isIn ? row : undefined });
    }
    if (own.length === 0) return false;
    if (own.length * manyOf > this.entries.length) this.rebuild(own);
    else for (const change of own) this.move(change);
    const answer = this.shown();
    if (isSameAnswer(answer, this.answer)) return false;
    this.answer = answer;
    return true;
  }

  private rebuild(changes: readonly RowChange[]): void {
    for (const { key, row } of changes) {
      if (row === undefined) this.held.delete(key);
      else this.held.set(key, row);
    }
    this.sort();
  }

  private sort(): void {
    this.entries = Array.from(this.held, ([key, row]) => ({ key, row })).sort(this.order);
  }

  private move({ key, row }: RowChange): void {
    const former = this.held.get(key);
    if (former !== undefined) {
      const at = this.placeOf({ key, row: former });
      // Somewhere else, if the app has changed a row under us.
      this.entries.splice(this.entries[at]?.key === key ? at : this.entries.findIndex((entry) => entry.key === key), 1);
      this.held.delete(key);
    }
    if (row === undefined) return;
    const entry = { key, row };
    this.entries.splice(this.placeOf(entry), 0, entry);
    this.held.set(key, row);
  }

  /** Where it is, or would be. */
  private placeOf(entry: Entry): number {
    let from = 0;
    let to = this.entries.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const other = this.entries[middle];
      if (other !== undefined && this.order(other, entry) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  private readonly order = (left: Entry, right: Entry): number =>
    (this.compare?.(left.row, right.row) ?? 0) || compareKeys(left.key, right.key);

  private shown(): readonly object[] {
    const { entries, limit } = this;
    const rows = entries.length > limit ? entries.slice(0, limit) : entries;
    return rows.map(({ row }) => row);
  }
}

export const isSameAnswer = (left: readonly object[], right: readonly object[]): boolean =>
  left.length === right.length && left.every((row, index) => row === right[index]);

/** A function of the app that throws is reported, and its row is as if it had not matched. */
const guarded =
  <Args extends readonly unknown[], Result>(
    call: (...args: Args) => Result,
    otherwise: Result,
    report: (error: unknown) => void,
  ): ((...args: Args) => Result) =>
  (...args) => {
    try {
      return call(...args);
    } catch (error) {
      report(error);
      return otherwise;
    }
  };
