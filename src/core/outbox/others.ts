import type { Host, Release } from '../../host/host.ts';
import type { Database } from '../../storage/store.ts';
import type { OutboxInput, OutboxState } from './state.ts';
import { sortRecords } from './stored-records.ts';

interface OthersOptions {
  readonly host: Host;
  readonly database: Pick<Database, 'read'>;
  readonly principal: string;
  /** By itself, too: windows that stand side by side give the host nothing to hint at. Undefined where there is nobody else. */
  readonly everyMs: number | undefined;
  readonly state: () => OutboxState;
  /** This tab's own, which the store may hold although it said that it does not (O1). */
  isRefused(id: string): boolean;
  readonly dispatch: (input: OutboxInput) => void;
  readonly report: (error: unknown) => void;
}

interface Others {
  readonly isLooking: boolean;
  look(): void;
  /** Does not look any more. */
  stop(): void;
}

/** O43: finds what other tabs have taken in, who do not send. */
export function createOthers(options: OthersOptions): Others {
  const { host, database, principal, everyMs, state, isRefused, dispatch, report } = options;
  let looking: Promise<void> | undefined;
  let next: Release | undefined;
  let isOver = everyMs === undefined;

  async function find(): Promise<void> {
    // What is done while the store reads must not be taken for something new.
    const known = new Set([...state().items.keys(), ...state().journal.keys()]);
    const { records } = sortRecords(await database.read('outbox'), principal);
    const found = records.filter(({ id }) => !known.has(id) && !isRefused(id));
    if (found.length > 0) dispatch({ kind: 'found', records: found });
  }

  function look(): void {
    if (isOver) return;
    looking ??= find()
      .catch(report)
      .finally(() => {
        looking = undefined;
        // Whoever waited for this looks again.
        dispatch({ kind: 'tick' });
      });
  }

  function lookLater(forMs: number): void {
    next = host.schedule(forMs, () => {
      // What could not go anyway is found when it can.
      if (state().pauses.size === 0) look();
      lookLater(forMs);
    });
  }

  if (everyMs !== undefined) lookLater(everyMs);

  return {
    get isLooking() {
      return looking !== undefined;
    },
    look,
    stop() {
      isOver = true;
      next?.();
    },
  };
}
