// Where a backend keeps what it has: over restarts, or no longer than its process.
import { memoryIdempotency, type IdempotencyStore } from '../emit/index.ts';

/** Values of JSON by table and key. What was put is kept when `put` returns. */
export interface Keep {
  /** The value that was put longest ago first; a value that was put again was put then. */
  load(table: string): readonly (readonly [key: string, value: unknown])[];
  /** Adds or replaces a value; `undefined` takes it away. */
  put(table: string, key: string, value: unknown): void;
  /** All that `work` puts is kept, or nothing of it. Nothing is awaited meanwhile. */
  together(work: () => void): void;
  /** How requests with a key were answered. */
  readonly answers: IdempotencyStore;
}

/** Memory: a backend has its values anyway, and they end with it. */
export const keepNothing = (): Keep => ({
  load: () => [],
  put: () => undefined,
  together: (work) => work(),
  answers: memoryIdempotency(),
});
