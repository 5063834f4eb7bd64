// What a person decides about a mutation: send it again, put another in its place, or give it up.
import { HeardError } from '../../errors.ts';
import type { StoreFault } from '../../storage/store.ts';
import type { Handles, MutationHandle } from './handles.ts';
import type { OutboxRecord } from './record.ts';
import { notNow, notStored } from './refusals.ts';
import type { Item, OutboxInput, OutboxState, PhaseName } from './state.ts';
import type { UntouchedRecord } from './stored-records.ts';
import type { Writing } from './writing.ts';

interface DecisionsOptions {
  readonly state: () => OutboxState;
  readonly untouched: Map<string, UntouchedRecord>;
  readonly dispatch: (input: OutboxInput) => void;
  readonly writing: Writing;
  readonly handles: Handles;
  replace(former: OutboxRecord, input: unknown, id: string | undefined): Promise<MutationHandle>;
}

export interface Decisions {
  retry(id: string): MutationHandle;
  discard(id: string): Promise<void>;
  rebase(id: string, input: unknown, as?: string): Promise<MutationHandle>;
  /** The machine says that it was taken out … */
  removed(id: string): void;
  /** … or that it could not be. */
  notRemoved(id: string, fault: StoreFault | undefined): void;
}

/** Neither under way nor on its way into or out of the store. */
const restingPhases: ReadonlySet<PhaseName> = new Set(['waiting', 'unclear', 'parked']);

export function createDecisions(options: DecisionsOptions): Decisions {
  const { state, untouched, dispatch, writing, handles } = options;
  const removing = new Map<string, { resolve(): void; reject(error: unknown): void }>();
  const rebasing = new Set<string>();

  function itemFor(id: string, what: string): Item {
    const item = state().items.get(id);
    if (item !== undefined) return item;
    throw new HeardError('unknown-name', `The outbox has no mutation ${id.slice(0, 40)} to ${what}.`, {
      remediation: 'Look at `pending()` and `parked()`: it may have been answered meanwhile.',
    });
  }

  function requireAlone(id: string): void {
    if (rebasing.has(id)) throw notNow(id, 'another input is taking its place', 'Wait for it.');
  }

  async function discardUntouched(key: string): Promise<void> {
    await writing.remove(key);
    untouched.delete(key);
    state().untouched.delete(key);
    // What refers to it waits no longer.
    dispatch({ kind: 'tick' });
  }

  return {
    retry(id) {
      const { facts, phase } = itemFor(id, 'retry');
      if (facts === undefined) {
        const because = 'the contract has no mutation of its name any more';
        throw notNow(id, because, 'Discard it, or use an app that knows it.');
      }
      requireAlone(id);
      const handle = handles.of(id);
      if (restingPhases.has(phase.name)) dispatch({ kind: 'item', id, input: { kind: 'retry' } });
      return handle;
    },
    discard(id) {
      if (untouched.has(id)) return discardUntouched(id);
      const { phase } = itemFor(id, 'discard');
      if (!restingPhases.has(phase.name) || removing.has(id)) throw underWay(id);
      requireAlone(id);
      return new Promise((resolve, reject) => {
        removing.set(id, { resolve, reject });
        dispatch({ kind: 'item', id, input: { kind: 'discard' } });
      });
    },
    async rebase(id, input, as) {
      const { record, phase } = itemFor(id, 'rebase');
      if (phase.name !== 'parked') throw notNow(id, 'it is not parked', 'Rebase what the server has refused.');
      requireAlone(id);
      rebasing.add(id);
      try {
        return await options.replace(record, input, as);
      } finally {
        rebasing.delete(id);
      }
    },
    removed(id) {
      removing.get(id)?.resolve();
      removing.delete(id);
    },
    notRemoved(id, fault) {
      removing.get(id)?.reject(fault === undefined ? underWay(id) : notStored(fault, writing.errorOf(id)));
      removing.delete(id);
    },
  };
}

const underWay = (id: string): HeardError => notNow(id, 'it is under way', 'Wait for its answer.');
