// A store that goes on being there for whoever uses it: every operation ends in time, a lost handle is opened again, and
// when that does not help, the device remembers as long as the page lives, and says so.
import type { Host } from '../../host/host.ts';
import {
  StoreError,
  type Commit,
  type Database,
  type KeyRange,
  type Store,
  type StoredRecord,
  type StoreFault,
  type StoreTable,
} from '../../storage/store.ts';

export interface SteadyDatabase extends Database {
  /** What was asked for could not be had: what is written now ends with the page. */
  readonly isDegraded: boolean;
}

export interface SteadyOptions {
  readonly host: Host;
  readonly store: Store;
  /** Where to remember when the store is gone. */
  readonly fallback: Store;
  readonly name: string;
  readonly problem: (fault: StoreFault) => void;
}

/** A store that does not answer is as good as none. */
const answerWithinMs = 5_000;
/** In all: a handle that is lost again and again is no handle. */
const openings = 3;

const hopeless: ReadonlySet<StoreFault> = new Set(['newer', 'locked', 'read-only', 'unavailable']);
export const faultOf = (error: unknown): StoreFault => (error instanceof StoreError ? error.fault : 'failed');
const isLost = (error: unknown): boolean => faultOf(error) === 'lost' || faultOf(error) === 'closed';

export async function openSteadily({ host, store, fallback, name, problem }: SteadyOptions): Promise<SteadyDatabase> {
  let opened = 0;
  let isDegraded = false;
  let isClosed = false;
  let reopening: Promise<Database> | undefined;
  let current = await open();

  async function open(): Promise<Database> {
    for (;;) {
      try {
        opened += 1;
        return await within(store.open(name), closeLate);
      } catch (error) {
        const fault = faultOf(error);
        if (opened < openings && !hopeless.has(fault)) continue;
        return degrade(fault);
      }
    }
  }

  async function degrade(fault: StoreFault): Promise<Database> {
    isDegraded = true;
    problem(fault);
    return fallback.open(name);
  }

  /** For everybody who notices at the same time. */
  function reopen(lost: Database): Promise<Database> {
    if (current !== lost) return Promise.resolve(current);
    reopening ??= replace(lost).finally(() => {
      reopening = undefined;
    });
    return reopening;
  }

  async function replace(lost: Database): Promise<Database> {
    closeLate(lost);
    current = opened < openings ? await open() : await degrade('lost');
    return current;
  }

  /** A promise that does not come in time has failed; what it brings later is given back. */
  function within<Value>(promise: Promise<Value>, late?: (value: Value) => void): Promise<Value> {
    return new Promise((resolve, reject) => {
      let isLate = false;
      const release = host.schedule(answerWithinMs, () => {
        isLate = true;
        reject(new StoreError('failed', `The store did not answer within ${answerWithinMs} ms.`));
      });
      const came = (value: Value): void => {
        release();
        if (isLate) late?.(value);
        else resolve(value);
      };
      const failed = (error: unknown): void => {
        release();
        reject(error instanceof Error ? error : new StoreError('failed', 'The store failed.'));
      };
      promise.then(came, failed);
    });
  }

  function closeLate(late: Database): void {
    void late.close().catch(() => undefined);
  }

  return {
    get survives() {
      return current.survives;
    },
    get isDegraded() {
      return isDegraded;
    },
    /** Nothing read is not the same as nothing there: a device that cannot read does without, and writes over nothing. */
    async read(table: StoreTable, range?: KeyRange): Promise<readonly StoredRecord[]> {
      for (let attempt = 1; ; attempt += 1) {
        const database = current;
        try {
          return await within(database.read(table, range));
        } catch (error) {
          if (isClosed) throw error;
          if (isLost(error)) await reopen(database);
          else if (attempt >= openings && current === database) {
            closeLate(database);
            current = await degrade(faultOf(error));
          }
        }
      }
    },
    async commit(commit: Commit): Promise<void> {
      const database = current;
      try {
        await within(database.commit(commit));
      } catch (error) {
        if (isClosed || !isLost(error)) throw error;
        // What the lost handle may have written is written once more: a commit says what is so, and not what changes.
        await within((await reopen(database)).commit(commit));
      }
    },
    async close(): Promise<void> {
      isClosed = true;
      await within(current.close()).catch(() => undefined);
    },
    onLost: () => () => undefined,
  };
}
