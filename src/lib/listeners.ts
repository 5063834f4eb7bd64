/** Those who follow something that changes. One that throws is reported and silences nobody. */
export interface Listeners<Value> {
  add(listener: (value: Value) => void, options?: { readonly signal?: AbortSignal | undefined }): () => void;
  tell(value: Value): void;
  readonly isEmpty: boolean;
  /** Ends all of them, for good. */
  end(): void;
}

export function createListeners<Value>(report: (error: unknown) => void): Listeners<Value> {
  // Replaced and never changed, so that a listener may come and go while it is told.
  let listeners: readonly ((value: Value) => void)[] = [];
  const releases = new Set<() => void>();
  let isOver = false;

  return {
    get isEmpty() {
      return listeners.length === 0;
    },
    add(listener, { signal } = {}) {
      if (isOver || signal?.aborted === true) return () => undefined;
      // Wrapped, so that one function that listens twice is two listeners.
      const own = (value: Value): void => listener(value);
      const release = (): void => {
        listeners = listeners.filter((other) => other !== own);
        signal?.removeEventListener('abort', release);
        releases.delete(release);
      };
      listeners = [...listeners, own];
      releases.add(release);
      signal?.addEventListener('abort', release);
      return release;
    },
    tell(value) {
      for (const listener of listeners) {
        try {
          // Who left while the others were told is not told any more.
          if (listeners.includes(listener)) listener(value);
        } catch (error) {
          report(error);
        }
      }
    },
    end() {
      isOver = true;
      for (const release of Array.from(releases)) release();
    },
  };
}
