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

/** Mostly it is one, which needs no list. Replaced and never changed, so that who walks it is not disturbed. */
interface Hearers {
  readonly first: Listener | undefined;
  readonly others: readonly Listener[];
}

/** One for all, who look at it for every event. */
const noOthers: readonly Listener[] = [];
const nobody: Hearers = { first: undefined, others: noOthers };

const listOf = ({ first, others }: Hearers): readonly Listener[] => (first === undefined ? [] : [first, ...others]);

const hearersOf = ([first, ...others]: readonly Listener[]): Hearers => ({
  first,
  others: others.length === 0 ? noOthers : others,
});

const withOne = (hearers: Hearers, listener: Listener): Hearers => hearersOf([...listOf(hearers), listener]);

const without = (hearers: Hearers, listener: Listener): Hearers =>
  hearersOf(listOf(hearers).filter((one) => one !== listener));

/** A class and no bundle of functions, because there is one for each channel: see the driver of a stream. */
class Listeners implements Consumers {
  private busy = false;
  private disposed = false;
  /** Who hears the name that was told last: on most channels it is told again and again. */
  private lastName: string | undefined;
  private lastHearers = nobody;
  private waiting: WaitingEvent[] | undefined;
  private everything = nobody;
  /** Everybody who hears a name, in order: whoever asked for the name, and whoever asked for everything. */
  private readonly byName = new Map<string, Hearers>();
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
    this.forgetLast();
    this.all.add(listener);
    if (listener.names.has('*')) {
      this.everything = withOne(everything, listener);
      for (const [name, hearers] of byName) byName.set(name, withOne(hearers, listener));
    } else {
      for (const name of listener.names) byName.set(name, withOne(byName.get(name) ?? everything, listener));
    }
  }

  /** Whether it was there. */
  private remove(listener: Listener): boolean {
    if (!listener.live) return false;
    const { byName } = this;
    this.forgetLast();
    listener.live = false;
    listener.options.signal?.removeEventListener('abort', listener.onAbort);
    this.all.delete(listener);
    if (listener.names.has('*')) {
      this.everything = without(this.everything, listener);
      for (const [name, hearers] of byName) byName.set(name, without(hearers, listener));
    } else {
      for (const name of listener.names) {
        const rest = without(byName.get(name) ?? this.everything, listener);
        // Names come from apps that make them up, too: one that nobody asks for any more is forgotten.
        if (rest.others.length === this.everything.others.length && rest.first === this.everything.first)
          byName.delete(name);
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

  private hearersOf(name: string): Hearers {
    if (name !== this.lastName) {
      this.lastName = name;
      this.lastHearers = this.byName.get(name) ?? this.everything;
    }
    return this.lastHearers;
  }

  private forgetLast(): void {
    this.lastName = undefined;
    this.lastHearers = nobody;
  }

  private handOut(event: DeliveredEvent): Promise<void> | undefined {
    this.busy = true;
    try {
      return this.tellAll(event.known ? this.hearersOf(event.name) : this.everything, event);
    } finally {
      // In any case, an exhausted stack included: otherwise every later event would wait for ever.
      this.busy = false;
    }
  }

  private tellAll({ first, others }: Hearers, event: DeliveredEvent): Promise<void> | undefined {
    const settled = first === undefined ? undefined : this.tellOne(first, event);
    if (others.length === 0) return settled;
    const unsettled = settled === undefined ? [] : [settled];
    for (const listener of others) {
      const more = this.tellOne(listener, event);
      if (more !== undefined) unsettled.push(more);
    }
    return unsettled.length === 0 ? undefined : allOf(unsettled);
  }

  private tellOne(listener: Listener, event: DeliveredEvent): Promise<void> | undefined {
    if (!listener.live) return undefined;
    const { handler } = listener;
    try {
      const result = handler(event);
      if (isThenable(result)) return this.settled(result, event);
    } catch (error) {
      this.tell(error, event);
    }
    return undefined;
  }

  deliver(event: DeliveredEvent): Promise<void> | undefined {
    // A handler caused another event. It waits, or the handlers behind this one would see the two in the wrong order.
    if (this.busy)
      return new Promise((resolve) => {
        (this.waiting ??= []).push({ event, resolve });
      });
    const settled = this.handOut(event);
    while (this.waiting !== undefined) {
      const told: readonly WaitingEvent[] = this.waiting;
      this.waiting = undefined;
      for (const { event: next, resolve } of told) resolve(this.handOut(next));
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
    this.forgetLast();
    // First, so that nobody is searched for in long lists one after the other.
    this.byName.clear();
    this.everything = nobody;
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
