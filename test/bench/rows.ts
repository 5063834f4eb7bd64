/** What one event, or one call, cost this time, in microseconds: each side measured right beside the other. */
export interface Costs {
  readonly measured: number;
  readonly baseline: number;
}

/** Something that costs time, beside the work that it is measured against. Both must do their work on every call. */
export interface RatioRow {
  readonly kind: 'ratio';
  readonly name: string;
  readonly against: string;
  /** The ratio that must not be passed, and the one that is aimed for. */
  readonly must: number;
  readonly aim?: number;
  open(): Promise<OpenRow<Costs> | NotRun>;
}

/** How long it took, and what the bare store or socket took for as much right after it: a slow machine is not ours. */
export interface Times {
  readonly ms: number;
  readonly bareMs?: number;
}

/** Something that a person waits for: what is promised is a time, disk and network included. */
export interface TimeRow {
  readonly kind: 'time';
  readonly name: string;
  /** What a round tells: the middle, what 95 or 99 of 100 did not pass, or the time of the only one that it measured. */
  readonly figure: 'median' | 'p95' | 'p99' | 'worst of 10' | 'single';
  /** Fewer than usual, for what takes long. */
  readonly rounds?: number;
  /** What it is beside. */
  readonly bare?: 'store' | 'socket' | 'pusher-js';
  readonly mustMs: number;
  readonly aimMs: number;
  open(): Promise<OpenRow<Times> | NotRun>;
}

/** How much more memory is in use when everything that can be forgotten was, and how much more there was at most before. */
export interface Sizes {
  readonly mb: number;
  readonly peakMb: number;
}

/** Something that is kept in memory. */
export interface SizeRow {
  readonly kind: 'size';
  readonly name: string;
  readonly mustMb: number;
  readonly aimMb: number;
  open(): Promise<OpenRow<Sizes> | NotRun>;
}

/** Rows are opened and measured one after the other, so that none has to live with what another one built. */
export type BenchRow = RatioRow | TimeRow | SizeRow;

export interface OpenRow<Measure> {
  round(): Promise<Measure>;
  close(): Promise<void>;
}

/** This machine lacks what the row needs. */
export interface NotRun {
  readonly notRun: string;
}
