/** The numbers of a stream. Each has one reader and a rule in SPEC.md. */
export interface StreamSettings {
  /** A frame that overtook another is given this long before the hole is asked about. */
  readonly reorderMs: number;
  /** At most one question about holes per channel in this time. */
  readonly gapEveryMs: number;
  /** Two reads this far apart that both lack a position settle that it does not exist. */
  readonly confirmMs: number;
  /** How long an event waits behind an unexplained hole. */
  readonly holdMs: number;
  readonly holdCriticalMs: number;
  readonly drainMs: number;
  readonly reconcileMs: number;
  /** Part of `reconcileMs` by which it is drawn shorter or longer. */
  readonly reconcileSpread: number;
  /** How often a server that does not tell deletions is asked for everything. */
  readonly fullListMs: number;
  readonly handlerMs: number;
  readonly maxUnsettled: number;
  readonly commitEvents: number;
  readonly commitMs: number;
  readonly maxHeld: number;
  readonly maxHeldBytes: number;
  readonly maxRestarts: number;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  readonly maxRetryAfterMs: number;
  /** So many absent holes within `sparseMs` prove that the channel is not dense. */
  readonly sparseHoles: number;
  readonly sparseMs: number;
  /** What is read again of a list, because a transaction may become visible late. */
  readonly overlapMs: number;
  /** The same for a log that is not commit-ordered, in positions. */
  readonly overlapPositions: number;
  readonly pageLimit: number;
}

export const defaultStreamSettings: StreamSettings = {
  reorderMs: 500,
  gapEveryMs: 5_000,
  confirmMs: 2_000,
  holdMs: 5_000,
  holdCriticalMs: 2_000,
  drainMs: 3_000,
  reconcileMs: 60_000,
  reconcileSpread: 0.2,
  fullListMs: 900_000,
  handlerMs: 30_000,
  maxUnsettled: 1_000,
  commitEvents: 50,
  commitMs: 250,
  maxHeld: 5_000,
  maxHeldBytes: 8_000_000,
  maxRestarts: 2,
  backoffMs: 500,
  maxBackoffMs: 30_000,
  maxRetryAfterMs: 300_000,
  sparseHoles: 5,
  sparseMs: 600_000,
  overlapMs: 10_000,
  overlapPositions: 50,
  pageLimit: 500,
};
