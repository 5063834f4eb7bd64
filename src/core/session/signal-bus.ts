import { createListeners, type Listeners } from '../../lib/listeners.ts';
import type { Signal, SignalKind, SignalOf, Signals } from '../signals.ts';

/** Tells signals to whoever listens. */
export interface SignalBus extends Signals {
  emit(signal: Signal): void;
  end(): void;
}

export function createSignalBus(report: (error: unknown) => void): SignalBus {
  const listeners: Listeners<Signal> = createListeners(report);

  function on<Kind extends SignalKind>(
    kinds: Kind | readonly Kind[] | '*',
    listener: (signal: SignalOf<Kind>) => void,
    options?: { readonly signal?: AbortSignal },
  ): () => void {
    const wanted: ReadonlySet<SignalKind | '*'> = new Set(typeof kinds === 'string' ? [kinds] : kinds);
    const isWanted = (told: Signal): told is SignalOf<Kind> => wanted.has('*') || wanted.has(told.kind);
    return listeners.add((told) => {
      if (isWanted(told)) listener(told);
    }, options);
  }

  return { on, emit: listeners.tell, end: listeners.end };
}
