// Timers that a piece of code sets while it runs, and whether they are still pending.

export interface WatchedTimers {
  /** Runs it, and watches the timers that it sets before it returns. Nobody else's are. */
  during<Result>(run: () => Result): Result;
  /** Those that have neither come nor been cleared. */
  pending(): number;
  /** Gives the platform its own functions back. */
  release(): void;
}

export function watchTimers(): WatchedTimers {
  const pending = new Set<unknown>();
  const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
  const setting = {
    setTimeout(callback: (...given: unknown[]) => void, delayMs?: number, ...given: unknown[]): unknown {
      const timer: unknown = setTimeout(() => {
        pending.delete(timer);
        callback(...given);
      }, delayMs);
      pending.add(timer);
      return timer;
    },
    setInterval(callback: (...given: unknown[]) => void, delayMs?: number, ...given: unknown[]): unknown {
      const timer: unknown = setInterval(callback, delayMs, ...given);
      pending.add(timer);
      return timer;
    },
  };
  // A timer may be cleared by whoever hears of something later.
  const cleared =
    (clear: typeof clearTimeout) =>
    (timer?: unknown): void => {
      pending.delete(timer);
      clear(timer as number);
    };
  Object.assign(globalThis, { clearTimeout: cleared(clearTimeout), clearInterval: cleared(clearInterval) });
  return {
    during(run) {
      Object.assign(globalThis, setting);
      try {
        return run();
      } finally {
        Object.assign(globalThis, { setTimeout, setInterval });
      }
    },
    pending: () => pending.size,
    release: () => void Object.assign(globalThis, { setTimeout, setInterval, clearTimeout, clearInterval }),
  };
}
