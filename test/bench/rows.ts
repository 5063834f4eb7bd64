/** What one event, or one call, cost this time, in microseconds: each side measured right beside the other. */
export interface Costs {
  readonly measured: number;
  readonly baseline: number;
}

/** Something that costs time, beside the work that it is measured against. Both must do their work on every call. */
export interface BenchRow {
  readonly name: string;
  readonly against: string;
  /** The ratio that must not be passed, and the one that is aimed for. */
  readonly must: number;
  readonly aim?: number;
  /** Gets everything ready. Rows are measured one after the other, so that none has to live with what another one built. */
  open(): Promise<OpenRow>;
}

export interface OpenRow {
  round(): Promise<Costs>;
  close(): Promise<void>;
}
