/** Every number of the connection. The defaults are the promises of SPEC.md; tests and kiosks with odd networks set others. */
export interface ConnectionSettings {
  /** How long a socket may take to open. */
  readonly attemptTimeoutMs: number;
  /** How long the token callback may take before the attempt counts as failed. */
  readonly tokenTimeoutMs: number;
  /** The first failure waits up to this, each further one up to twice as long. */
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  /** What `retry-slowly` adds to the backoff. */
  readonly backoffFloorMs: number;
  /** A connection that was heard for this long was a good one: failures before it are forgotten. */
  readonly stableAfterMs: number;
  /** After a restart of the server, clients come back within this time, evenly. */
  readonly spreadMs: number;
  /** The longest wait that a server can ask for. */
  readonly retryAfterCapMs: number;
  /** So many attempts may follow each other as fast as the backoff lets them … */
  readonly attemptBurst: number;
  /** … and one more after each of these. */
  readonly attemptEveryMs: number;
  /** Out of turn, a wake-up may cause one attempt in this time. */
  readonly wakeAttemptEveryMs: number;
  /** Who is offline looks for its server at least once in this time … */
  readonly lookFloorMs: number;
  /** … and less often the longer it is gone, down to this, as from the beginning after a restart. */
  readonly lookCapMs: number;
  /** While a person is needed, the server is asked again after this, and at random up to half as much later. */
  readonly blockedProbeMs: number;
  /** After this much silence the server is asked for a sign of life … */
  readonly pingAfterMs: number;
  /** … and this is how long it has. */
  readonly pongWithinMs: number;
  /** The same after a wake-up, when there is reason for doubt. */
  readonly probeWithinMs: number;
  /** Where the transport cannot ask and the server did not say how silent it can be. */
  readonly silenceLimitMs: number;
  /** A timer that comes later than this says that this device was asleep, not that the server is dead. */
  readonly timerSlackMs: number;
  /** `online` and `offline` count once in this time. */
  readonly hintEveryMs: number;
  /** How long a connection may be gone before it is called offline. */
  readonly offlineAfterMs: number;
  /** The clocks may drift apart by this much between two looks at them. */
  readonly clockDriftMs: number;
}

export const defaultConnectionSettings: ConnectionSettings = {
  attemptTimeoutMs: 10_000,
  tokenTimeoutMs: 10_000,
  backoffBaseMs: 500,
  backoffCapMs: 30_000,
  backoffFloorMs: 1_000,
  stableAfterMs: 10_000,
  spreadMs: 5_000,
  retryAfterCapMs: 300_000,
  attemptBurst: 6,
  attemptEveryMs: 20_000,
  wakeAttemptEveryMs: 120_000,
  lookFloorMs: 3_750,
  lookCapMs: 7_500,
  blockedProbeMs: 60_000,
  pingAfterMs: 15_000,
  pongWithinMs: 5_000,
  probeWithinMs: 2_000,
  silenceLimitMs: 45_000,
  timerSlackMs: 1_000,
  hintEveryMs: 1_000,
  offlineAfterMs: 8_000,
  clockDriftMs: 5_000,
};
