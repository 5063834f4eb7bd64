/** The numbers of an outbox. Each has one reader and a rule in SPEC.md. */
export interface OutboxSettings {
  /** Lanes that are served at the same time. */
  readonly lanesAtOnce: number;
  /** More waiting items than this are refused. */
  readonly maxItems: number;
  /** Longest path, body and input of one mutation, in UTF-16 units. */
  readonly maxRequestLength: number;
  /** Must be below the time for which the server remembers idempotency keys. */
  readonly maxAgeMs: number;
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  /** The longest that a server can ask for. */
  readonly retryAfterCapMs: number;
  /** Between two looks whether the network is back, at most. */
  readonly networkCapMs: number;
  /** After a refused token the first attempt waits this long; the wait doubles up to `backoffCapMs`. */
  readonly unauthorisedMs: number;
  /** So many pages in a row where JSON is promised stop everything … */
  readonly pagesInRow: number;
  /** … for this long. */
  readonly configMs: number;
  /** How long an attempt of a payment may take: a terminal waits for a guest. Everything else has the API's usual time. */
  readonly paymentTimeoutMs: number;
  /** What is under way for longer hangs. */
  readonly watchdogMs: number;
  /** Between two looks for what other tabs have taken in (O43), at most. */
  readonly othersMs: number;
  /** What was answered so long ago shows in the rows of a channel that is live and whole. */
  readonly shownMs: number;
  readonly journalItems: number;
  readonly journalMs: number;
  /** Longer answers are only kept while something refers to them, in UTF-16 units of their JSON. */
  readonly journalAnswerLength: number;
}

export const defaultOutboxSettings: OutboxSettings = {
  lanesAtOnce: 4,
  maxItems: 10_000,
  maxRequestLength: 262_144,
  maxAgeMs: 72_000_000,
  backoffBaseMs: 500,
  backoffCapMs: 60_000,
  retryAfterCapMs: 300_000,
  networkCapMs: 30_000,
  unauthorisedMs: 5_000,
  pagesInRow: 3,
  configMs: 60_000,
  paymentTimeoutMs: 45_000,
  watchdogMs: 60_000,
  othersMs: 30_000,
  shownMs: 75_000,
  journalItems: 200,
  journalMs: 86_400_000,
  journalAnswerLength: 16_384,
};
