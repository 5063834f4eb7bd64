import type { Signal, SignalKind, SignalOf, Signals } from '../signals.ts';

/** Tells signals to whoever listens. A listener that throws is reported and silences nobody. */
export interface SignalBus extends Signals {
  emit(signal: Signal): void;
}

type Listener = (signal: Signal) => void;

export function createSignalBus(report: (error: unknown) => void): SignalBus {
  // Replaced and never changed, so that a listener may come and go while it is told.
  const listeners = new Map<SignalKind | '*', readonly Listener[]>();

  const add = (kind: SignalKind | '*', listener: Listener): void => {
    listeners.set(kind, [...(listeners.get(kind) ?? []), listener]);
  };
  const remove = (kind: SignalKind | '*', listener: Listener): void => {
    listeners.set(
      kind,
      (listeners.get(kind) ?? []).filter((other) => other !== listener),
    );
  };

  function on<Kind extends SignalKind>(
    kinds: Kind | readonly Kind[] | '*',
    listener: (signal: SignalOf<Kind>) => void,
    options: { readonly signal?: AbortSignal } = {},
  ): () => void {
    const { signal } = options;
    if (signal?.aborted === true) return () => undefined;
    const wanted: ReadonlySet<SignalKind | '*'> = new Set(typeof kinds === 'string' ? [kinds] : kinds);
    const isWanted = (told: Signal): told is SignalOf<Kind> => wanted.has('*') || wanted.has(told.kind);
    const own: Listener = (told) => {
      if (isWanted(told)) listener(told);
    };
    for (const kind of wanted) add(kind, own);
    const off = (): void => {
      for (const kind of wanted) remove(kind, own);
      signal?.removeEventListener('abort', off);
    };
    signal?.addEventListener('abort', off);
    return off;
  }

  return {
    on,
    emit(signal) {
      for (const kind of [signal.kind, '*'] as const) {
        for (const listener of listeners.get(kind) ?? []) {
          try {
            listener(signal);
          } catch (error) {
            report(error);
          }
        }
      }
    },
  };
}
