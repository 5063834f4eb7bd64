import { StoreError, type StoreFault } from './store.ts';

/** The life of one open database, the same in every store: open, then closed or lost, and never open again. */
export interface Handle {
  /** Does it, unless the database is closed or lost. `close` waits for it. */
  run<Result>(operation: () => Result | PromiseLike<Result>): Promise<Result>;
  /** From now on everything rejects with `lost`. Tells the listeners, once. */
  lose(fault: StoreFault, cause?: unknown): StoreError;
  /** Refuses whatever comes, waits for what was begun, then finishes. Closing again waits for the same. */
  close(finish: () => void | Promise<void>): Promise<void>;
  onLost(listener: (fault: StoreFault) => void): () => void;
}

export function createHandle(): Handle {
  let closing: Promise<void> | undefined;
  let lost: { readonly fault: StoreFault; readonly cause: unknown } | undefined;
  const begun = new Set<Promise<unknown>>();
  const listeners = new Set<(fault: StoreFault) => void>();

  function tell(listener: (fault: StoreFault) => void, fault: StoreFault): void {
    try {
      listener(fault);
    } catch (error) {
      // It is the listener's own, and must neither silence the next one nor turn a lost commit into another error.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  const gone = (): StoreError =>
    new StoreError('lost', 'The database was lost: it has to be opened again.', { cause: lost?.cause });

  return {
    run<Result>(operation: () => Result | PromiseLike<Result>) {
      if (closing !== undefined) return Promise.reject(new StoreError('closed', 'The database is closed.'));
      if (lost !== undefined) return Promise.reject(gone());
      // In the same turn, so that operations begin in the order in which they are called.
      const running = new Promise<Result>((resolve) => resolve(operation()));
      begun.add(running);
      const over = (): void => void begun.delete(running);
      running.then(over, over);
      return running;
    },
    lose(fault, cause) {
      if (lost === undefined) {
        lost = { fault, cause };
        if (closing === undefined) for (const listener of Array.from(listeners)) tell(listener, fault);
      }
      return gone();
    },
    close(finish) {
      closing ??= Promise.allSettled(begun).then(finish);
      return closing;
    },
    onLost(listener) {
      // Wrapped, so that one function which listens twice is two listeners.
      const own = (fault: StoreFault): void => listener(fault);
      listeners.add(own);
      // Lost before anybody could listen: nobody should wait for news that has been.
      if (lost !== undefined) {
        const { fault } = lost;
        queueMicrotask(() => {
          if (listeners.has(own)) tell(own, fault);
        });
      }
      return () => void listeners.delete(own);
    },
  };
}
