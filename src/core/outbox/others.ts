import type { Database } from '../../storage/store.ts';
import type { OutboxInput, OutboxState } from './state.ts';
import { sortRecords } from './stored-records.ts';

interface OthersOptions {
  readonly database: Pick<Database, 'read'>;
  readonly principal: string;
  readonly state: () => OutboxState;
  /** This tab's own, which the store may hold although it said that it does not (O1). */
  isRefused(id: string): boolean;
  readonly dispatch: (input: OutboxInput) => void;
  readonly report: (error: unknown) => void;
}

interface Others {
  readonly isLooking: boolean;
  look(): void;
}

/** O43: finds what other tabs have taken in, who do not send. */
export function createOthers({ database, principal, state, isRefused, dispatch, report }: OthersOptions): Others {
  let looking: Promise<void> | undefined;

  async function find(): Promise<void> {
    // What is done while the store reads must not be taken for something new.
    const known = new Set([...state().items.keys(), ...state().journal.keys()]);
    const { records } = sortRecords(await database.read('outbox'), principal);
    const found = records.filter(({ id }) => !known.has(id) && !isRefused(id));
    if (found.length > 0) dispatch({ kind: 'found', records: found });
  }

  return {
    get isLooking() {
      return looking !== undefined;
    },
    look() {
      looking ??= find()
        .catch(report)
        .finally(() => {
          looking = undefined;
          // Whoever waited for this looks again.
          dispatch({ kind: 'tick' });
        });
    },
  };
}
