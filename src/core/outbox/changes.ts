import type { WaitingMutation } from '../../contract/mutation.ts';
import { createListeners } from '../../lib/listeners.ts';

export interface OutboxChange {
  readonly id: string;
  readonly name: string;
  readonly state: WaitingMutation['state'] | 'acked' | 'discarded' | 'replaced';
  /** While it has no end. */
  readonly mutation?: WaitingMutation;
  /** What the server said, where there is an answer and it fits its schema. */
  readonly answer?: unknown;
}

export interface Changes {
  /** It was there when the outbox was opened: it is told when it changes. */
  know(id: string, name: string): void;
  /** Also of one that the machine has just forgotten. */
  nameOf(id: string): string;
  tell(change: OutboxChange): void;
  /** The last that is told of it. */
  tellEnd(id: string, state: OutboxChange['state'], answer?: unknown): void;
  /** It was not taken in after all: whoever was told that it waits is told that it does not. */
  withdraw(id: string): void;
  subscribe(listener: (change: OutboxChange) => void): () => void;
  end(): void;
}

/** Tells each change of a mutation once, however many steps of the machine it took. */
export function createChanges(report: (error: unknown) => void): Changes {
  const told = new Map<string, { readonly name: string; readonly state: OutboxChange['state'] | undefined }>();
  const listeners = createListeners<OutboxChange>(report);
  const nameOf = (id: string): string => told.get(id)?.name ?? '';

  function tell(change: OutboxChange): void {
    const { id, name, state } = change;
    if (told.get(id)?.state === state) return;
    told.set(id, { name, state });
    listeners.tell(change);
  }

  function tellEnd(id: string, state: OutboxChange['state'], answer?: unknown): void {
    tell({ id, name: nameOf(id), state, ...(answer !== undefined && { answer }) });
    told.delete(id);
  }

  return {
    know: (id, name) => void told.set(id, { name, state: undefined }),
    nameOf,
    tell,
    tellEnd,
    withdraw(id) {
      if (told.has(id)) tellEnd(id, 'discarded');
    },
    subscribe: (listener) => listeners.add(listener),
    end: listeners.end,
  };
}
