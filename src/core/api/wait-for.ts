import type { Host } from '../../host/host.ts';

export type Waited<Value> =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'aborted' };

interface WaitOptions {
  readonly host: Host;
  readonly limitMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Waits for something that may throw, reject or never settle, no longer than allowed. What was begun is told to give up by
 * its signal, and is not waited for. Leaves no timer and no listener.
 */
export function waitFor<Value>(
  { host, limitMs, signal }: WaitOptions,
  begin: (giveUp: AbortSignal) => PromiseLike<Value>,
): Promise<Waited<Value>> {
  return new Promise((resolve) => {
    const giveUp = new AbortController();
    let over = false;
    const end = (waited: Waited<Value>): void => {
      if (over) return;
      over = true;
      release();
      signal?.removeEventListener('abort', onAbort);
      resolve(waited);
      if (waited.kind === 'timeout' || waited.kind === 'aborted') giveUp.abort();
    };
    const onAbort = (): void => end({ kind: 'aborted' });
    const failed = (error: unknown): void => end({ kind: 'threw', error });

    const release = host.schedule(limitMs, () => end({ kind: 'timeout' }));
    if (signal?.aborted === true) return onAbort();
    signal?.addEventListener('abort', onAbort);
    try {
      begin(giveUp.signal).then((value) => end({ kind: 'value', value }), failed);
    } catch (error) {
      failed(error);
    }
  });
}
