import { createListeners } from '../lib/listeners.ts';

/** Something that begins with the first who listens and ends with the last. */
export interface WhileHeard<Value> {
  isHeard(): boolean;
  subscribe(listener: (value: Value) => void): () => void;
}

export function whileHeard<Value>(begin: (tell: (value: Value) => void) => () => void): WhileHeard<Value> {
  // React's own listeners, which never throw.
  const listeners = createListeners<Value>((error) => {
    throw error;
  });
  let end: (() => void) | undefined;
  return {
    isHeard: () => end !== undefined,
    subscribe(listener) {
      const release = listeners.add(listener);
      end ??= begin(listeners.tell);
      return () => {
        release();
        if (!listeners.isEmpty) return;
        end?.();
        end = undefined;
      };
    },
  };
}
