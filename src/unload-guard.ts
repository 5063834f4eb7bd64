import type { Unsubscribe } from './core/consume/consumers.ts';

/** What the guard looks at: a client is one. */
export interface Unsent {
  readonly outbox: { pending(): readonly unknown[] };
}

/**
 * Lets the browser ask before a page is closed on which something was not sent yet. What is queued survives and is sent the
 * next time; the guard is for people who believe that it was sent.
 *
 * @example
 * ```ts
 * const release = guardUnload(pos)
 * ```
 */
export function guardUnload(client: Unsent, page: EventTarget = globalThis): Unsubscribe {
  const ask = (event: Event): void => {
    if (client.outbox.pending().length > 0) event.preventDefault();
  };
  page.addEventListener('beforeunload', ask);
  return () => page.removeEventListener('beforeunload', ask);
}
