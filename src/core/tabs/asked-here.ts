import type { WaitingMutation } from '../../contract/mutation.ts';
import type { MutationHandle } from '../outbox/handles.ts';

/** What was asked for in this tab and has no end yet: it waits, although no leader may have heard of it. */
export interface AskedHere {
  /** Until `taken` is refused, or has ended. */
  add(mutation: WaitingMutation, taken: Promise<MutationHandle>): void;
  /** With those that the leader shows. */
  among(shown: readonly WaitingMutation[]): readonly WaitingMutation[];
}

export function createAskedHere(): AskedHere {
  const asked = new Map<string, WaitingMutation>();

  return {
    add(mutation, taken) {
      asked.set(mutation.id, mutation);
      const over = (): void => void asked.delete(mutation.id);
      taken.then(({ settled }) => settled).then(over, over);
    },
    among(shown) {
      if (asked.size === 0) return shown;
      const ids = new Set(shown.map(({ id }) => id));
      return [...shown, ...[...asked.values()].filter(({ id }) => !ids.has(id))];
    },
  };
}
