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

export const createConsumers = ({ report }: ConsumersOptions): Consumers => new Listeners(report);

/** A class and no bundle of functions, because there is one for each channel: see the driver of a stream. */
class Listeners implements Consumers {
  private busy = false;
  private disposed = false;
  private readonly waiting: WaitingEvent[] = [];
  // Lists are replaced and never changed, so that who walks one is not disturbed. That of a name holds everybody who hears
  // it, in order: whoever asked for the name, and whoever asked for everything.
  private everything: readonly Listener[] = [];
  private readonly byName = new Map<string, readonly Listener[]>();
  private readonly all = new Set<Listener>();
  private readonly report: ConsumersOptions['report'];

  constructor(report: ConsumersOptions['report']) {
    this.report = report;
  }

  get size(): number {
    return this.all.size;
  }

  private add(listener: Listener): void {
    const { byName, everything } = this;
    this.all.add(listener);
    if (listener.names.has('*')) {
      this.everything = [...everything, listener];
      for (const [name, list] of byName) byName.set(name, [...list, listener]);
    } else {
      for (const name of listener.names) byName.set(name, [...(byName.get(name) ?? everything), listener]);
    }
  }

  /** Whether it was there. */
  private remove(listener: Listener): boolean {
    if (!listener.live) return false;
    const { byName } = this;
    listener.live = false;
    listener.options.signal?.removeEventListener('abort', listener.onAbort);
    this.all.delete(listener);
    const others = (list: readonly Listener[]): readonly Listener[] => list.filter((one) => one !== listener);
    if (listener.names.has('*')) {
      this.everything = others(this.everything);
      for (const [name, list] of byName) byName.set(name, others(list));
    } else {
      for (const name of listener.names) {
        const rest = others(byName.get(name) ?? this.everything);
        // Names come from apps that make them up, too: one that nobody asks for any more is forgotten.
        if (rest.length === this.everything.length) byName.delete(name);
        else byName.set(name, rest);
      }
    }
    return true;
  }

  private end(listener: Listener, because: 'aborted' | 'disposed'): void {
    if (this.remove(listener)) this.tellEnd(listener.options, because);
  }

  private tellEnd({ ended }: SubscribeOptions, because: 'aborted' | 'disposed'): void {
    try {
      const result = ended?.(because);
      if (isThenable(result)) void this.settled(result, undefined);
    } catch (error) {
      this.tell(error, undefined);
    }
  }

  private tell(error: unknown, event: DeliveredEvent | undefined): void {
    try {
      this.report(error, event);
    } catch {
      // Who is told of errors fails, and there is nobody else to tell. The other handlers still get their event.
    }
  }

  private async settled(result: PromiseLike<unknown>, event: DeliveredEvent | undefined): Promise<void> {
    try {
      await result;
    } catch (error) {
      this.tell(error, event);
    }
  }

  private handOut(event: DeliveredEvent): Promise<void> | undefined {
    const { everything } = this;
    const listeners = event.known ? (this.byName.get(event.name) ?? everything) : everything;
    let unsettled: Promise<void>[] | undefined;
    this.busy = true;
    try {
      for (const listener of listeners) {
        if (!listener.live) continue;
        const { handler } = listener;
        try {
          const result = handler(event);
          if (isThenable(result)) (unsettled ??= []).push(this.settled(result, event));
        } catch (error) {
          this.tell(error, event);
        }
      }
    } finally {
      // In any case, an exhausted stack included: otherwise every later event would wait for ever.
      this.busy = false;
    }
    return unsettled === undefined ? undefined : allOf(unsettled);
  }

  deliver(event: DeliveredEvent): Promise<void> | undefined {
    const { waiting } = this;
    // A handler caused another event. It waits, or the handlers behind this one would see the two in the wrong order.
    if (this.busy) return new Promise((resolve) => waiting.push({ event, resolve }));
    const settled = this.handOut(event);
    while (waiting.length > 0) {
      const next = waiting.shift();
      next?.resolve(this.handOut(next.event));
    }
    return settled;
  }

  on(names: EventNames, handler: (event: DeliveredEvent) => unknown, options: SubscribeOptions = {}): Unsubscribe {
    const ended = this.disposed ? 'disposed' : options.signal?.aborted === true ? 'aborted' : undefined;
    if (ended !== undefined) {
      this.tellEnd(options, ended);
      return () => undefined;
    }
    const listener: Listener = {
      names: new Set(typeof names === 'string' ? [names] : names),
      handler,
      options,
      onAbort: () => this.end(listener, 'aborted'),
      live: true,
    };
    this.add(listener);
    options.signal?.addEventListener('abort', listener.onAbort);
    return () => void this.remove(listener);
  }

  once(names: EventNames, handler: (event: DeliveredEvent) => unknown, options?: SubscribeOptions): Unsubscribe {
    const unsubscribe = this.on(
      names,
      (event) => {
        unsubscribe();
        return handler(event);
      },
      options,
    );
    return unsubscribe;
  }

  dispose(): void {
    this.disposed = true;
    // First, so that nobody is searched for in long lists one after the other.
    this.byName.clear();
    this.everything = [];
    for (const listener of this.all) this.end(listener, 'disposed');
  }
}

/** Asked of what handlers return, so asking may throw: a getter is somebody's code. */
function isThenable(result: unknown): result is PromiseLike<unknown> {
  if (typeof result !== 'function' && (typeof result !== 'object' || result === null)) return false;
  return 'then' in result && typeof result.then === 'function';
}

async function allOf(promises: readonly Promise<void>[]): Promise<void> {
  await Promise.all(promises);
}
