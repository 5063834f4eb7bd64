import type { Begun, IdempotencyStore, StoredAnswer } from './idempotency-store.ts';

export interface MemoryIdempotencyOptions {
  /** The oldest answers are forgotten when there are more. Default 10 000. */
  readonly most?: number;
}

export interface MemoryIdempotency extends IdempotencyStore {
  /** As if nothing had been answered yet: for tests, and for a database that was put back. */
  forget(): void;
}

interface Entry {
  readonly attemptId: string;
  readonly digest: string;
  readonly answer: StoredAnswer | undefined;
  readonly untilMs: number;
}

/** Forgets everything with the process: for development, and where a repeat after a restart does no harm. */
export function memoryIdempotency({ most = 10_000 }: MemoryIdempotencyOptions = {}): MemoryIdempotency {
  /** What was told last stands last. */
  const entries = new Map<string, Entry>();

  function put(key: string, entry: Entry): void {
    entries.delete(key);
    entries.set(key, entry);
  }

  const own = (key: string, attemptId: string): Entry | undefined => {
    const entry = entries.get(key);
    return entry?.attemptId === attemptId && entry.answer === undefined ? entry : undefined;
  };

  /** The first ones are the oldest; a running one is never forgotten because of others. */
  function makeRoom(nowMs: number): void {
    for (const [key, { answer, untilMs }] of entries) {
      if (untilMs > nowMs && entries.size < most) return;
      if (untilMs <= nowMs || answer !== undefined) entries.delete(key);
    }
  }

  return {
    async begin(key, { id, digest, nowMs, untilMs }): Promise<Begun> {
      makeRoom(nowMs);
      const there = entries.get(key);
      if (there !== undefined && there.untilMs > nowMs) {
        const { answer } = there;
        return answer === undefined
          ? { kind: 'running', digest: there.digest }
          : { kind: 'answered', digest: there.digest, answer };
      }
      put(key, { attemptId: id, digest, answer: undefined, untilMs });
      return { kind: 'run' };
    },
    async prolong(key, attemptId, untilMs) {
      const entry = own(key, attemptId);
      if (entry !== undefined) put(key, { ...entry, untilMs });
    },
    async finish(key, attemptId, answer, untilMs) {
      const entry = own(key, attemptId);
      if (entry !== undefined) put(key, { ...entry, answer, untilMs });
    },
    async release(key, attemptId) {
      if (own(key, attemptId) !== undefined) entries.delete(key);
    },
    forget: () => entries.clear(),
  };
}
