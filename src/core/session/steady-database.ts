// A store that goes on being there for whoever uses it: every operation ends in time, a lost handle is opened again, and
// when that does not help, the device remembers as long as the page lives, and says so.
import { HeardError } from '../../errors.ts';
import type { Host, Release } from '../../host/host.ts';
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
import { scheduleAwake } from './awake-timer.ts';
import { leaveWord } from './lost-store.ts';

export interface SteadyDatabase extends Omit<Database, 'onLost' | 'evicted' | 'unreadable'> {
  /** Tables of which something could not be read in this run. */
  readonly unreadable: ReadonlySet<StoreTable>;
  /** What was asked for could not be had: what is written now ends with the page. */
  readonly isDegraded: boolean;
  /** What was there before this run is not there any more: thrown away, or not to be had. */
  readonly hasForgotten: boolean;
}

export interface SteadyOptions {
  readonly host: Host;
  readonly store: Store;
  /** Where to remember when the store is gone. */
  readonly fallback: Store;
  readonly name: string;
  readonly problem: (fault: StoreFault) => void;
  /** The browser threw away what was there; `note` is what was last known of it. */
  readonly evicted: (note: string) => void;
}

/** A store that does not answer is as good as none. What was under way when the device fell asleep is answered when it wakes. */
const answerWithinMs = 5_000;
/** A handle that is lost again and again is no handle: so often within so long. A tablet that sleeps every night loses one each time. */
const openings = 3;
const openingsWithinMs = 600_000;

const hopeless: ReadonlySet<StoreFault> = new Set(['newer', 'read-only', 'unavailable']);
export const faultOf = (error: unknown): StoreFault => (error instanceof StoreError ? error.fault : 'failed');
const isLost = (error: unknown): boolean => faultOf(error) === 'lost' || faultOf(error) === 'closed';

const nothing: ReadonlySet<StoreTable> = new Set();

const lockedOut = (cause: unknown): HeardError =>
  new HeardError('storage-locked', 'Somebody else has the storage of this device open.', {
    remediation: 'Give each process a folder of its own. In a browser, close the other tabs or load them again.',
    cause,
  });

/** Rejects when somebody else has the store: two that write one memory would do everything twice. */
export async function openSteadily(options: SteadyOptions): Promise<SteadyDatabase> {
  const { host, store, fallback, name, problem } = options;
  let openedAtMs: number[] = [];
  let isDegraded = false;
  let hasForgotten = false;
  let isClosed = false;
  let reopening: Promise<Database> | undefined;
  let givingUp: Promise<Database> | undefined;
  let unlisten = (): void => undefined;
  let leavingWord: Release | undefined;
  let current = await open();
  watch(current);

  async function open(): Promise<Database> {
    for (;;) {
      openedAtMs.push(host.clock.monotonicMs());
      const database = await openOnce();
      if (database !== undefined) return database;
    }
  }

  function isSpent(): boolean {
    const sinceMs = host.clock.monotonicMs() - openingsWithinMs;
    openedAtMs = openedAtMs.filter((atMs) => atMs > sinceMs);
    return openedAtMs.length >= openings;
  }

  /** Undefined when it is worth another try. */
  async function openOnce(): Promise<Database | undefined> {
    const limit = new AbortController();
    try {
      const database = await within(store.open(name, limit.signal), closeLate, () => limit.abort());
      if (database.evicted !== undefined) {
        hasForgotten = true;
        options.evicted(database.evicted.note);
      }
      return database;
    } catch (error) {
      const fault = faultOf(error);
      if (fault === 'locked') throw lockedOut(error);
      if (hopeless.has(fault) || isSpent()) return degrade(fault);
      // It was set aside, and with it what waited to be sent: the next one is empty.
      if (fault === 'corrupt') {
        hasForgotten = true;
        problem(fault);
      }
      return undefined;
    }
  }

  async function degrade(fault: StoreFault): Promise<Database> {
    isDegraded = true;
    hasForgotten = true;
    problem(fault);
    // What a newer version has written is left as it is.
    if (fault !== 'newer') leavingWord ??= leaveWord({ host, store, name });
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

  /** For everybody who has tried often enough. */
  async function giveUp(unreadable: Database, fault: StoreFault): Promise<void> {
    if (current !== unreadable) return;
    if (givingUp === undefined) {
      unlisten();
      closeLate(unreadable);
      givingUp = degrade(fault);
    }
    current = await givingUp;
  }

  /**
   * A handle may be lost while nobody uses it: a person clears the site's data, another tab upgrades. It is opened again
   * then and not at the next order, so that what is lost is known while there is somebody to tell.
   */
  function watch(database: Database): void {
    unlisten();
    unlisten = database.onLost(() => {
      // Whoever uses it next tries again, and hears why it does not work.
      if (!isClosed) reopen(database).catch(() => undefined);
    });
  }

  async function replace(lost: Database): Promise<Database> {
    closeLate(lost);
    const isLast = isSpent();
    if (!isLast) problem('lost');
    try {
      const again = isLast ? await degrade('lost') : await open();
      // Given up meanwhile: what this run writes must not stand in a memory of which it knows nothing.
      if (givingUp !== undefined && !isLast) {
        closeLate(again);
        current = await givingUp;
      } else current = again;
    } catch {
      // Somebody else took it meanwhile: a run that is under way goes on, and says that it remembers nothing.
      current = await degrade('locked');
    }
    watch(current);
    return current;
  }

  /** A promise that does not come in time has failed; what it brings later is given back. */
  function within<Value>(promise: Promise<Value>, late?: (value: Value) => void, giveUp?: () => void): Promise<Value> {
    return new Promise((resolve, reject) => {
      let isLate = false;
      const release = scheduleAwake(host, answerWithinMs, () => {
        isLate = true;
        giveUp?.();
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
    get hasForgotten() {
      return hasForgotten;
    },
    get unreadable() {
      return current.unreadable ?? nothing;
    },
    leaveNote: (note) => current.leaveNote?.(note),
    /** Nothing read is not the same as nothing there: a device that cannot read does without, and writes over nothing. */
    async read(table: StoreTable, range?: KeyRange): Promise<readonly StoredRecord[]> {
      for (let attempt = 1; ; attempt += 1) {
        const database = current;
        try {
          return await within(database.read(table, range));
        } catch (error) {
          if (isClosed) throw error;
          if (isLost(error)) await reopen(database);
          else if (attempt >= openings) await giveUp(database, faultOf(error));
        }
      }
    },
    async commit(commit: Commit): Promise<void> {
      const database = current;
      try {
        await within(database.commit(commit));
      } catch (error) {
        if (isClosed || !isLost(error)) throw error;
        // What the lost handle may have written is written once more: a commit says what is so, and not what changes. Only one
        // that ends its own condition looks refused then, and whoever makes such a one looks again.
        await within((await reopen(database)).commit(commit));
      }
    },
    async close(): Promise<void> {
      isClosed = true;
      unlisten();
      leavingWord?.();
      // One that is just being opened again would stay open.
      const last = reopening ?? Promise.resolve(current);
      await within(last.then((database) => database.close())).catch(() => undefined);
    },
  };
}
