import { useCallback, useMemo, useRef, useState } from 'react';
import type { MutationHandle, Settled } from '../core/outbox/handles.ts';
import type { HeldClient } from './held-client.ts';

export interface MutationState<Answer> {
  /** How many of those that were asked for here have no end yet. */
  readonly pending: number;
  /** How the last one ended. `parked` is a refusal: it waits in the outbox for a person. */
  readonly settled: Settled<Answer> | undefined;
  /** Why the last one was not even taken in: it broke a rule, or could not be stored. */
  readonly error: unknown;
}

export interface MutationHook<Input, Answer> extends MutationState<Answer> {
  /**
   * As `client.mutate`, and the same function in every render. It may be called without waiting for it: what it rejects with
   * is in `error`.
   */
  mutate(input: Input): Promise<MutationHandle<Answer>>;
  /** Forgets how the last one ended, and does not tell of those that are under way. They are sent all the same. */
  reset(): void;
}

const idle: MutationState<unknown> = { pending: 0, settled: undefined, error: undefined };

export function useMutationOf(held: HeldClient, name: string): MutationHook<unknown, unknown> {
  const [state, setState] = useState(idle);
  const resets = useRef(0);

  const mutate = useCallback(
    (input: unknown): Promise<MutationHandle> => {
      const round = resets.current;
      const tell = (news: Partial<MutationState<unknown>>, ended: number): void => {
        const isWanted = round === resets.current;
        setState((before) => ({ ...before, ...(isWanted && news), pending: before.pending - ended }));
      };
      tell({}, -1);
      const taken = held.client().mutate(name, input);
      // Whoever does not wait for it is told by `error`, and not by an unhandled rejection as well.
      void taken.then(
        ({ settled }) => {
          tell({ error: undefined }, 0);
          return settled.then((how) => tell({ settled: how }, 1));
        },
        (error: unknown) => tell({ error }, 1),
      );
      return taken;
    },
    [held, name],
  );
  const reset = useCallback(() => {
    resets.current += 1;
    setState(({ pending }) => (pending === 0 ? idle : { ...idle, pending }));
  }, []);
  return useMemo(() => ({ ...state, mutate, reset }), [state, mutate, reset]);
}
