/** Begins something that ends once: by what is returned, or by the signal. What is aborted already is not begun. */
export function untilAborted(signal: AbortSignal | undefined, begin: () => () => void): () => void {
  if (signal?.aborted === true) return () => undefined;
  let end: (() => void) | undefined = begin();
  const release = (): void => {
    signal?.removeEventListener('abort', release);
    end?.();
    end = undefined;
  };
  signal?.addEventListener('abort', release);
  return release;
}
