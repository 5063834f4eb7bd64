/** Something that costs time, beside the work that it is measured against. Both must do their work on every call. */
export interface BenchRow {
  readonly name: string;
  readonly against: string;
  /** The ratio that must not be passed, and the one that is aimed for. */
  readonly must: number;
  readonly aim?: number;
  measured(): unknown;
  baseline(): unknown;
}
