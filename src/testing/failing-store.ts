// A store that fails when a plan says so. The plan is asked at every operation, in order, so that a sweep can let each one
// fail in each way, and a simulation can draw from its seed.
import { StoreError, type Commit, type Database, type Store, type StoreFault } from '../storage/store.ts';

export type Failure =
  /** Refused, nothing was done, and the handle goes on. */
  | { readonly kind: 'fail'; readonly fault: StoreFault }
  /** The handle is lost in the middle. Nothing was written, which the caller cannot know. */
  | { readonly kind: 'lose' }
  /** The same, but it was written. */
  | { readonly kind: 'lose-after' }
  /** Never answers, and nothing was done. */
  | { readonly kind: 'hang' }
  /** The process or page dies before it is done, and does nothing any more until `restart`. */
  | { readonly kind: 'crash-before' }
  /** It is done, and then the process dies before anybody hears of it. */
  | { readonly kind: 'crash-after' };

export interface StoreOperation {
  /** Counted over all kinds, from 1, and not reset by a restart. */
  readonly number: number;
  readonly kind: 'open' | 'read' | 'commit' | 'close';
  /** What is to be committed. */
  readonly commit?: Commit;
}

export type FailPlan = (operation: StoreOperation) => Failure | undefined;

export interface FailingStore extends Store {
  /** Every operation that the plan was asked about. */
  readonly operations: number;
  /** The failures that came to pass: a test whose failure never fired has shown nothing. */
  readonly fired: readonly { readonly operation: StoreOperation; readonly failure: Failure }[];
  readonly crashed: boolean;
  /** Ends the process at once, between two operations. */
  crash(): void;
  /** The next process or page: what was open stays dead, and opening works again. */
  restart(): void;
}

/** A plan that lets the operation with that number fail, and no other. */
export const failAt =
  (number: number, failure: Failure): FailPlan =>
  (operation) =>
    operation.number === number ? failure : undefined;

/** The caller is dead: it never hears anything again. */
const silence = <Result>(): Promise<Result> => new Promise<Result>(() => undefined);

export function failingStore(inner: Store, plan: FailPlan): FailingStore {
  let operations = 0;
  let life = 0;
  let crashed = false;
  const fired: { readonly operation: StoreOperation; readonly failure: Failure }[] = [];
  /** What the process has open; the operating system closes it when the process dies. */
  const opened = new Set<Database>();

  function crash(): void {
    crashed = true;
    life += 1;
    for (const database of opened) void database.close();
    opened.clear();
  }

  /** What is heard of it after the process has died is nothing. */
  async function heard<Result>(own: number, operation: Promise<Result>): Promise<Result> {
    try {
      const result = await operation;
      return own === life ? result : await silence();
    } catch (error) {
      if (own === life) throw error;
      return silence();
    }
  }

  function operate<Result>(
    own: number,
    asked: Omit<StoreOperation, 'number'>,
    run: () => Promise<Result>,
    lose: () => void,
  ): Promise<Result> {
    if (crashed || own !== life) return silence();
    operations += 1;
    const operation = { ...asked, number: operations };
    const failure = plan(operation);
    if (failure === undefined) return heard(own, run());
    fired.push({ operation, failure });
    const lost = (): never => {
      lose();
      throw new StoreError('lost', `The plan lost the handle at operation ${operation.number} (${operation.kind}).`);
    };
    switch (failure.kind) {
      case 'fail':
        return Promise.reject(
          new StoreError(failure.fault, `The plan failed operation ${operation.number} (${operation.kind}).`),
        );
      case 'lose':
        return Promise.resolve().then(lost);
      case 'lose-after':
        return heard(own, run().then(lost));
      case 'hang':
        return silence();
      case 'crash-before':
        crash();
        return silence();
      case 'crash-after':
        break;
    }
    // Begun before the process died: it reaches the disk, as far as the inner store keeps its word.
    const done = heard(own, run());
    crash();
    return done;
  }

  function wrapped(database: Database, own: number): Database {
    const listeners = new Set<(fault: StoreFault) => void>();
    let lost = false;
    if (own === life) opened.add(database);
    else void database.close();

    const lose = (): void => {
      lost = true;
      opened.delete(database);
      void database.close();
      for (const listener of Array.from(listeners)) listener('lost');
    };
    const operation = <Result>(asked: Omit<StoreOperation, 'number'>, run: () => Promise<Result>): Promise<Result> =>
      lost
        ? Promise.reject(new StoreError('lost', 'The plan lost this handle before.'))
        : operate(own, asked, run, lose);

    return {
      survives: database.survives,
      ...(database.evicted !== undefined && { evicted: database.evicted }),
      leaveNote(note) {
        if (own === life) database.leaveNote?.(note);
      },
      read: (table, range) => operation({ kind: 'read' }, () => database.read(table, range)),
      commit: (commit) => operation({ kind: 'commit', commit }, () => database.commit(commit)),
      async close() {
        if (lost) return;
        await operation({ kind: 'close' }, () => {
          opened.delete(database);
          return database.close();
        });
      },
      onLost(listener) {
        const tell = (fault: StoreFault): void => {
          if (own === life) listener(fault);
        };
        listeners.add(tell);
        const unlisten = database.onLost((fault) => {
          if (!lost) tell(fault);
        });
        return () => {
          listeners.delete(tell);
          unlisten();
        };
      },
    };
  }

  return {
    open(name, signal) {
      const own = life;
      const opening = (): Promise<Database> => inner.open(name, signal).then((database) => wrapped(database, own));
      return operate(own, { kind: 'open' }, opening, () => undefined);
    },
    destroy: (name) => (crashed ? silence() : inner.destroy(name)),
    get operations() {
      return operations;
    },
    get fired() {
      return fired;
    },
    get crashed() {
      return crashed;
    },
    crash,
    restart() {
      crashed = false;
    },
  };
}
