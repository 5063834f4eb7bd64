import type { ParkedMutation } from './parked-mutation.ts';

/** How a mutation ended. */
export type Settled<Answer = unknown> =
  | {
      readonly outcome: 'done';
      /** `undefined` for one without an answer, one that a read showed to be done, or one that does not fit its schema. */
      readonly answer: Answer | undefined;
      readonly status: number | undefined;
      readonly by: 'answer' | 'verification';
    }
  | { readonly outcome: 'parked'; readonly parked: ParkedMutation }
  | { readonly outcome: 'discarded' }
  /** A newer one took its place, or it was rebased. */
  | { readonly outcome: 'replaced' }
  /** The client was disposed before there was an answer. It is sent when the app starts again. */
  | { readonly outcome: 'kept' };

/** What becomes of mutations without an end when the client goes. */
export type Parting = Extract<Settled['outcome'], 'kept' | 'discarded'>;

export interface MutationHandle<Answer = unknown> {
  readonly id: string;
  /** Never rejects. */
  readonly settled: Promise<Settled<Answer>>;
}

export interface Handles {
  of(id: string): MutationHandle;
  settle(id: string, settled: Settled): void;
  /** It was not taken in after all: there is nothing to tell. */
  drop(id: string): void;
  /** Everybody who still waits. */
  endAll(as: Parting): void;
}

/** O39: whoever waits for the end of a mutation is told once. */
export function createHandles(): Handles {
  const waiting = new Map<string, Set<(settled: Settled) => void>>();

  function settle(id: string, settled: Settled): void {
    const told = waiting.get(id);
    waiting.delete(id);
    for (const resolve of told ?? []) resolve(settled);
  }

  return {
    of(id) {
      const settled = new Promise<Settled>((resolve) => {
        const others = waiting.get(id) ?? new Set();
        waiting.set(id, others.add(resolve));
      });
      return { id, settled };
    },
    settle,
    drop: (id) => void waiting.delete(id),
    endAll(as) {
      for (const id of Array.from(waiting.keys())) settle(id, { outcome: as });
    },
  };
}
