import type { DeliveredEvent } from './delivered-event.ts';
import type { EventNames } from './event-names.ts';

/** Ends a subscription at once, also for the event that is just being handed out. Calling it again does nothing. */
export type Unsubscribe = () => void;

interface SubscribeOptions {
  /** Ends the subscription; one that is aborted already subscribes nothing. */
  readonly signal?: AbortSignal | undefined;
  /** Told once, when anything but the unsubscriber ended it. May come before `on` returns. */
  readonly ended?: (because: 'aborted' | 'disposed') => unknown;
}

/** Everybody who listens to the events of one client. */
export interface Consumers {
  /** A handler that is given several names, or one name twice, is called once for each event. */
  on(names: EventNames, handler: (event: DeliveredEvent) => unknown, options?: SubscribeOptions): Unsubscribe;
  /** The first of these events alone. */
  once(names: EventNames, handler: (event: DeliveredEvent) => unknown, options?: SubscribeOptions): Unsubscribe;
  /**
   * Calls everybody who listens, in the order of their subscriptions. What they return as promises is waited for by the
   * promise that comes back; it never rejects, and without any there is none. Never throws.
   */
  deliver(event: DeliveredEvent): Promise<void> | undefined;
  /** How many subscriptions there are. */
  readonly size: number;
  /** Ends all subscriptions, for good: a later one is ended before it begins. */
  dispose(): void;
}

export interface ConsumersOptions {
  /** What somebody else's code threw or rejected with; without an event where it was told of the end. */
  readonly report: (error: unknown, event: DeliveredEvent | undefined) => void;
}

interface Listener {
  readonly names: ReadonlySet<string>;
  readonly handler: (event: DeliveredEvent) => unknown;
  readonly options: SubscribeOptions;
  readonly onAbort: () => void;
  live: boolean;
}

interface WaitingEvent {
  readonly event: DeliveredEvent;
  readonly resolve: (settled: Promise<void> | undefined) => void;
}

export function createConsumers({ report }: ConsumersOptions): Consumers {
  let disposed = false;
  let busy = false;
  const waiting: WaitingEvent[] = [];

  // Lists are replaced and never changed, so that who walks one is not disturbed. That of a name holds everybody who hears
  // it, in order: whoever asked for the name, and whoever asked for everything.
  const all = new Set<Listener>();
  const byName = new Map<string, readonly Listener[]>();
  let everything: readonly Listener[] = [];

  function add(listener: Listener): void {
    all.add(listener);
    if (listener.names.has('*')) {
      everything = [...everything, listener];
      for (const [name, list] of byName) byName.set(name, [...list, listener]);
    } else {
      for (const name of listener.names) byName.set(name, [...(byName.get(name) ?? everything), listener]);
    }
  }

  /** Whether it was there. */
  function remove(listener: Listener): boolean {
    if (!listener.live) return false;
    listener.live = false;
    listener.options.signal?.removeEventListener('abort', listener.onAbort);
    all.delete(listener);
    const others = (list: readonly Listener[]): readonly Listener[] => list.filter((one) => one !== listener);
    if (listener.names.has('*')) {
      everything = others(everything);
      for (const [name, list] of byName) byName.set(name, others(list));
    } else {
      for (const name of listener.names) {
        const rest = others(byName.get(name) ?? everything);
        // Names come from apps that make them up, too: one that nobody asks for any more is forgotten.
        if (rest.length === everything.length) byName.delete(name);
        else byName.set(name, rest);
      }
    }
    return true;
  }

  function end(listener: Listener, because: 'aborted' | 'disposed'): void {
    if (remove(listener)) tellEnd(listener.options, because);
  }

  function tellEnd({ ended }: SubscribeOptions, because: 'aborted' | 'disposed'): void {
    try {
      const result = ended?.(because);
      if (isThenable(result)) void settled(result, undefined);
    } catch (error) {
      tell(error, undefined);
    }
  }

  function tell(error: unknown, event: DeliveredEvent | undefined): void {
    try {
      report(error, event);
    } catch {
      // Who is told of errors fails, and there is nobody else to tell. The other handlers still get their event.
    }
  }

  async function settled(result: PromiseLike<unknown>, event: DeliveredEvent | undefined): Promise<void> {
    try {
      await result;
    } catch (error) {
      tell(error, event);
    }
  }

  function handOut(event: DeliveredEvent): Promise<void> | undefined {
    const listeners = event.known ? (byName.get(event.name) ?? everything) : everything;
    let unsettled: Promise<void>[] | undefined;
    busy = true;
    try {
      for (const listener of listeners) {
        if (!listener.live) continue;
        const { handler } = listener;
        try {
          const result = handler(event);
          if (isThenable(result)) (unsettled ??= []).push(settled(result, event));
        } catch (error) {
          tell(error, event);
        }
      }
    } finally {
      // In any case, an exhausted stack included: otherwise every later event would wait for ever.
      busy = false;
    }
    return unsettled === undefined ? undefined : allOf(unsettled);
  }

  function deliver(event: DeliveredEvent): Promise<void> | undefined {
    // A handler caused another event. It waits, or the handlers behind this one would see the two in the wrong order.
    if (busy) return new Promise((resolve) => waiting.push({ event, resolve }));
    const settled = handOut(event);
    while (waiting.length > 0) {
      const next = waiting.shift();
      next?.resolve(handOut(next.event));
    }
    return settled;
  }

  function on(
    names: EventNames,
    handler: (event: DeliveredEvent) => unknown,
    options: SubscribeOptions = {},
  ): Unsubscribe {
    const ended = disposed ? 'disposed' : options.signal?.aborted === true ? 'aborted' : undefined;
    if (ended !== undefined) {
      tellEnd(options, ended);
      return () => undefined;
    }
    const listener: Listener = {
      names: new Set(typeof names === 'string' ? [names] : names),
      handler,
      options,
      onAbort: () => end(listener, 'aborted'),
      live: true,
    };
    add(listener);
    options.signal?.addEventListener('abort', listener.onAbort);
    return () => void remove(listener);
  }

  function once(
    names: EventNames,
    handler: (event: DeliveredEvent) => unknown,
    options?: SubscribeOptions,
  ): Unsubscribe {
    const unsubscribe = on(
      names,
      (event) => {
        unsubscribe();
        return handler(event);
      },
      options,
    );
    return unsubscribe;
  }

  return {
    on,
    once,
    deliver,
    get size() {
      return all.size;
    },
    dispose() {
      disposed = true;
      // First, so that nobody is searched for in long lists one after the other.
      byName.clear();
      everything = [];
      for (const listener of all) end(listener, 'disposed');
    },
  };
}

/** Asked of what handlers return, so asking may throw: a getter is somebody's code. */
function isThenable(result: unknown): result is PromiseLike<unknown> {
  if (typeof result !== 'function' && (typeof result !== 'object' || result === null)) return false;
  return 'then' in result && typeof result.then === 'function';
}

async function allOf(promises: readonly Promise<void>[]): Promise<void> {
  await Promise.all(promises);
}
