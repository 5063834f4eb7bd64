/** Every number of joining channels. The defaults are the promises of SPEC.md. */
export interface JoiningSettings {
  /** How long the server may take to sign for a channel. */
  readonly authoriseTimeoutMs: number;
  /** How long the token callback may take before the question counts as failed. */
  readonly tokenTimeoutMs: number;
  /** How long the server may take to let in. */
  readonly joinTimeoutMs: number;
  /** An answer to `join` comes within this time or never. */
  readonly lateAnswerMs: number;
  /** The first failure waits up to this, each further one up to twice as long. */
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  /** The longest wait that a server can ask for. */
  readonly retryAfterCapMs: number;
  /** What a person must change is looked at again after this, and at random up to half as much later. */
  readonly deniedProbeMs: number;
  /** Who was in for this long was in for good: failures before are forgotten. */
  readonly stableAfterMs: number;
  /** The app is asked about one refused token once in this time, however many channels it was refused for. */
  readonly renewEveryMs: number;
  /** While the server is flooded nobody is sent to it, for this long at most at a time. */
  readonly floodedCapMs: number;
}

export const defaultJoiningSettings: JoiningSettings = {
  authoriseTimeoutMs: 10_000,
  tokenTimeoutMs: 10_000,
  joinTimeoutMs: 10_000,
  lateAnswerMs: 20_000,
  backoffBaseMs: 500,
  backoffCapMs: 30_000,
  retryAfterCapMs: 300_000,
  deniedProbeMs: 60_000,
  stableAfterMs: 10_000,
  renewEveryMs: 10_000,
  floodedCapMs: 30_000,
};
