export interface InboxSettings {
  readonly lanesAtOnce: number;
  readonly retries: number;
  readonly retryMs: number;
  readonly maxRetryMs: number;
  readonly runMs: number;
  /** How long an aborted run may still take. */
  readonly abortMs: number;
  /** How long what runs may go on when the client stops, before it is aborted. */
  readonly stopMs: number;
  /** How long it may take after that. */
  readonly stopAbortMs: number;
}

export const defaultInboxSettings: InboxSettings = {
  lanesAtOnce: 16,
  retries: 5,
  retryMs: 200,
  maxRetryMs: 5_000,
  runMs: 30_000,
  abortMs: 5_000,
  stopMs: 4_500,
  stopAbortMs: 500,
};
