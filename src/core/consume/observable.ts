import type { Consumers } from './consumers.ts';
import type { DeliveredEvent } from './delivered-event.ts';
import type { EventNames } from './event-names.ts';

declare global {
  interface SymbolConstructor {
    // Word for word what RxJS declares, because the two have to merge.
    readonly observable: symbol;
  }
}

export interface EventObserver<Event> {
  /** A promise that it returns counts as handling. */
  readonly next?: ((event: Event) => unknown) | undefined;
  /** Part of the protocol. Never called: nothing that goes wrong with a client ends its events. */
  readonly error?: ((reason: unknown) => unknown) | undefined;
  /** The client was disposed, or the signal aborted. */
  readonly complete?: (() => unknown) | undefined;
}

export interface EventSubscription {
  unsubscribe(): void;
  /** It was unsubscribed, or is complete. */
  readonly closed: boolean;
}

/** What RxJS, most and others take by `from(…)`. Every `subscribe` is a subscription of its own, from then on. */
export interface EventObservable<Event> {
  subscribe(
    next?: ((event: Event) => unknown) | null,
    error?: ((reason: unknown) => unknown) | null,
    complete?: (() => unknown) | null,
  ): EventSubscription;
  // Behind the other one, because the types of RxJS infer the event from the last signature.
  subscribe(observer?: EventObserver<Event> | null): EventSubscription;
  [Symbol.observable](): EventObservable<Event>;
}

export interface ObservableOptions {
  /** Completes every subscription. */
  readonly signal?: AbortSignal | undefined;
}

export function observableOf(
  consumers: Consumers,
  names: EventNames,
  { signal }: ObservableOptions = {},
): EventObservable<DeliveredEvent> {
  function subscribe(
    given?: EventObserver<DeliveredEvent> | ((event: DeliveredEvent) => unknown) | null,
    _error?: ((reason: unknown) => unknown) | null,
    complete?: (() => unknown) | null,
  ): EventSubscription {
    const observer: EventObserver<DeliveredEvent> =
      typeof given === 'function' ? { next: given, complete: complete ?? undefined } : (given ?? {});
    let closed = false;
    const leave = consumers.on(names, (event) => observer.next?.(event), {
      signal,
      ended() {
        closed = true;
        return observer.complete?.();
      },
    });
    return {
      unsubscribe() {
        closed = true;
        leave();
      },
      get closed() {
        return closed;
      },
    };
  }

  const itself = (): EventObservable<DeliveredEvent> => observable;
  const observable = {
    subscribe,
    [Symbol.observable]: itself,
    // A library that was loaded before the symbol was polyfilled, or without any polyfill, looks for this name.
    '@@observable': itself,
  };
  // What the symbol's line is called where there is no polyfill.
  Reflect.deleteProperty(observable, 'undefined');
  return observable;
}
