// The seam to whatever remembers which requests were answered, and how: memory, SQLite, or a table of your own.

export interface StoredAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** One attempt at a request. */
export interface Attempt {
  /** Its own, so that an attempt that was given up cannot speak for the one after it. */
  readonly id: string;
  /** What was asked for; another one under the same key is another request. */
  readonly digest: string;
  readonly nowMs: number;
  /** Until then it counts as running, unless it is prolonged. */
  readonly untilMs: number;
}

export type Begun =
  /** The key is this attempt's. */
  | { readonly kind: 'run' }
  /** Another attempt has it. */
  | { readonly kind: 'running'; readonly digest: string }
  | { readonly kind: 'answered'; readonly digest: string; readonly answer: StoredAnswer };

/** Everything is done at once or not at all: of two attempts at the same moment, one gets `run`. */
export interface IdempotencyStore {
  /** Takes the key, unless it was answered or somebody has it. What has run out by `nowMs` is not there any more. */
  begin(key: string, attempt: Attempt): Promise<Begun>;
  /** The attempt runs longer. Nothing happens when the key is not its own any more; nor below. */
  prolong(key: string, attemptId: string, untilMs: number): Promise<void>;
  /** The answer that every repeat gets. */
  finish(key: string, attemptId: string, answer: StoredAnswer, untilMs: number): Promise<void>;
  /** As if it had not been tried. */
  release(key: string, attemptId: string): Promise<void>;
}
