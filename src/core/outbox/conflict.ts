// O18: what the app does about a conflict, when it was asked.
import type { Decisions } from './decisions.ts';
import type { ParkedMutation } from './parked-mutation.ts';
import type { Item } from './state.ts';

export type ConflictDecision =
  | { readonly do: 'park' }
  | { readonly do: 'discard' }
  /** Sends another input, under a new key. Not for money, which only a person sends again. */
  | { readonly do: 'rebase'; readonly input: unknown };

export type ConflictHook = (
  conflict: ParkedMutation & { readonly body: unknown },
) => ConflictDecision | Promise<ConflictDecision>;

interface ConflictOptions {
  readonly hook: ConflictHook;
  readonly parked: ParkedMutation;
  readonly decisions: Pick<Decisions, 'discard' | 'rebase'>;
  /** Nobody else has decided meanwhile. */
  isStillOpen(): boolean;
  readonly report: (error: unknown) => void;
}

/** Resolves when it was done as the app said. What does not work leaves the mutation parked. */
export async function decideConflict({ facts, refusal }: Item, options: ConflictOptions): Promise<void> {
  const { hook, parked, decisions, isStillOpen, report } = options;
  try {
    // A hook without types may say nothing.
    const decision: ConflictDecision | undefined = await hook({ ...parked, body: refusal?.body });
    if (!isStillOpen()) return;
    if (decision?.do === 'discard') await decisions.discard(parked.id);
    if (decision?.do === 'rebase' && facts?.priority !== 'payment') await decisions.rebase(parked.id, decision.input);
  } catch (error) {
    report(error);
  }
}
