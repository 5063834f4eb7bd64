import { afterEach, describe, expect, test } from 'vitest';
import type { Consumers } from '../../../src/core/consume/consumers.ts';
import type { DeliveredEvent } from '../../../src/core/consume/delivered-event.ts';
import { observableOf, type EventObservable, type EventObserver } from '../../../src/core/consume/observable.ts';
import { createRig, deferred, quiet, watched, watchedSignal } from './rig.ts';

function recorder(): { readonly told: string[]; readonly observer: EventObserver<DeliveredEvent> } {
  const told: string[] = [];
  const observer: EventObserver<DeliveredEvent> = {
    next: ({ name, seq }) => void told.push(`${name}${seq}`),
    error: () => void told.push('error'),
    complete: () => void told.push('complete'),
  };
  return { told, observer };
}

describe('subscribing', () => {
  test('an observer gets the events from then on, until it leaves', () => {
    const { consumers, say } = createRig();
    const { told, observer } = recorder();
    const observable = observableOf(consumers, ['A', 'B']);
    say('A');
    const subscription = observable.subscribe(observer);
    say('A', 'B', 'C');
    expect(subscription.closed).toBe(false);
    subscription.unsubscribe();
    subscription.unsubscribe();
    expect(subscription.closed).toBe(true);
    say('A');
    consumers.dispose();
    expect(told).toEqual(['A2', 'B3']);
  });

  test('functions do as well as an observer', () => {
    const { consumers, say } = createRig();
    const { told, observer } = recorder();
    observableOf(consumers, 'A').subscribe(observer.next, observer.error, observer.complete);
    observableOf(consumers, 'A').subscribe(observer.next, null, null);
    say('A');
    consumers.dispose();
    expect(told).toEqual(['A1', 'A1', 'complete']);
  });

  test.each([[undefined], [null], [{}]])('%j as an observer hears nothing and breaks nothing', (observer) => {
    const { consumers, say, reports } = createRig();
    const subscription = observableOf(consumers, 'A').subscribe(observer);
    say('A');
    consumers.dispose();
    expect([subscription.closed, reports]).toEqual([true, []]);
  });

  test('the methods are called on the observer, as it is at that moment', () => {
    const { consumers, say } = createRig();
    class Counter {
      count = 0;
      finished = false;
      next(): void {
        this.count += 1;
      }
      complete(): void {
        this.finished = true;
      }
    }
    const counter = new Counter();
    observableOf(consumers, 'A').subscribe(counter);
    say('A');
    counter.next = function () {
      this.count += 10;
    };
    say('A');
    consumers.dispose();
    expect(counter).toMatchObject({ count: 11, finished: true });
  });

  test('every subscription is its own', () => {
    const { consumers, say } = createRig();
    const [one, other] = [recorder(), recorder()];
    const observable = observableOf(consumers, 'A');
    const subscription = observable.subscribe(one.observer);
    observable.subscribe(other.observer);
    say('A');
    subscription.unsubscribe();
    say('A');
    expect([one.told, other.told]).toEqual([['A1'], ['A1', 'A2']]);
  });

  test('a promise that next returns counts as handling', async () => {
    const { consumers, deliver, reports } = createRig();
    const work = deferred();
    observableOf(consumers, 'A').subscribe(() => work.promise);
    const settled = watched(deliver('A')[0]);
    await quiet();
    expect(settled.state()).toBe('pending');
    work.reject('no');
    await quiet();
    expect(settled.state()).toBe('done');
    expect(reports).toEqual([{ error: 'no', during: 'A' }]);
  });
});

describe('F39: observers that fail', () => {
  test('one that throws is reported, goes on, and disturbs nobody', () => {
    const { consumers, say, reports } = createRig();
    const { told, observer } = recorder();
    const error = new Error('no');
    const observable = observableOf(consumers, 'A');
    const subscription = observable.subscribe({
      next() {
        throw error;
      },
      error: observer.error,
      complete() {
        throw error;
      },
    });
    observable.subscribe(observer);
    say('A', 'A');
    expect(subscription.closed).toBe(false);
    consumers.dispose();
    expect(told).toEqual(['A1', 'A2', 'complete']);
    expect(reports.map(({ during }) => during)).toEqual(['A', 'A', undefined]);
  });

  test('one whose methods cannot even be read is reported', () => {
    const { consumers, say, reports } = createRig();
    const hostile = new Proxy<EventObserver<DeliveredEvent>>(
      {},
      {
        get() {
          throw new Error('hostile');
        },
      },
    );
    observableOf(consumers, 'A').subscribe(hostile);
    say('A');
    consumers.dispose();
    expect(reports).toHaveLength(2);
  });

  test('an asynchronous complete that rejects is reported', async () => {
    const { consumers, reports } = createRig();
    observableOf(consumers, 'A').subscribe({ complete: () => Promise.reject(new Error('no')) });
    consumers.dispose();
    await quiet();
    expect(reports).toHaveLength(1);
  });

  test('one that leaves from within next hears nothing more', () => {
    const { consumers, say } = createRig();
    const { told, observer } = recorder();
    const subscription = observableOf(consumers, 'A').subscribe((event) => {
      observer.next?.(event);
      subscription.unsubscribe();
    });
    say('A', 'A');
    expect(told).toEqual(['A1']);
  });
});

describe('the end', () => {
  const ends: readonly [string, (consumers: Consumers, abort: () => void) => void][] = [
    ['the client is disposed', (consumers) => consumers.dispose()],
    ['the signal aborts', (_, abort) => abort()],
  ];

  test.each(ends)('when %s, every subscription completes, once, and is closed by then', (_, end) => {
    const { consumers, say } = createRig();
    const { told, observer } = recorder();
    const { signal, abort, listeners } = watchedSignal();
    const observable = observableOf(consumers, 'A', { signal });
    const closed: boolean[] = [];
    const subscription = observable.subscribe({ complete: () => void closed.push(subscription.closed) });
    observable.subscribe(observer);
    end(consumers, abort);
    end(consumers, abort);
    say('A');
    subscription.unsubscribe();
    expect([told, closed]).toEqual([['complete'], [true]]);
    expect([consumers.size, listeners()]).toEqual([0, 0]);
  });

  test.each(ends)('when %s before, a subscription is complete at once', (_, end) => {
    const { consumers } = createRig();
    const { told, observer } = recorder();
    const { signal, abort, listeners } = watchedSignal();
    const observable = observableOf(consumers, 'A', { signal });
    end(consumers, abort);
    expect(observable.subscribe(observer).closed).toBe(true);
    expect([told, consumers.size, listeners()]).toEqual([['complete'], 0, 0]);
  });

  test('who left keeps no listener on the signal', () => {
    const { consumers } = createRig();
    const { signal, listeners } = watchedSignal();
    const observable = observableOf(consumers, 'A', { signal });
    for (let count = 0; count < 100; count += 1) observable.subscribe().unsubscribe();
    expect([consumers.size, listeners()]).toEqual([0, 0]);
  });
});

/**
 * What `from` of RxJS 7 does with an observable of somebody else: finds the method by the symbol that it knows since it was
 * loaded, calls it, and subscribes an object whose methods need their `this`.
 */
function from(input: object, symbol: PropertyKey): { subscribe(sink: string[]): () => void } {
  return {
    subscribe(sink) {
      const find: unknown = Reflect.get(input, symbol);
      if (typeof find !== 'function') throw new TypeError('not observable');
      const found: { subscribe(subscriber: object): { unsubscribe(): void } } = find.call(input);
      class Subscriber {
        stopped = false;
        next(event: DeliveredEvent): void {
          if (!this.stopped) sink.push(event.name);
        }
        complete(): void {
          this.stopped = true;
          sink.push('complete');
        }
      }
      const teardown = found.subscribe(new Subscriber());
      return () => teardown.unsubscribe();
    },
  };
}

describe('other libraries', () => {
  afterEach(() => void Reflect.deleteProperty(Symbol, 'observable'));

  const polyfill = Symbol('observable');
  const worlds: readonly [string, () => PropertyKey][] = [
    ['has no polyfill', () => '@@observable'],
    [
      'was loaded after the polyfill',
      () => (Reflect.defineProperty(Symbol, 'observable', { value: polyfill, configurable: true }), polyfill),
    ],
    [
      'was loaded before the polyfill',
      () => (Reflect.defineProperty(Symbol, 'observable', { value: polyfill, configurable: true }), '@@observable'),
    ],
  ];

  test.each(worlds)('a library that %s can take it, leave it, and sees it complete', (_, symbolOf) => {
    const { consumers, say } = createRig();
    const symbol = symbolOf();
    const observable: EventObservable<DeliveredEvent> = observableOf(consumers, 'A');
    const [left, stayed]: [string[], string[]] = [[], []];
    const leave = from(observable, symbol).subscribe(left);
    from(observable, symbol).subscribe(stayed);
    say('A');
    leave();
    say('A');
    consumers.dispose();
    expect([left, stayed]).toEqual([['A'], ['A', 'A', 'complete']]);
    expect(consumers.size).toBe(0);
    expect(Reflect.ownKeys(observable)).not.toContain('undefined');
    expect(Reflect.ownKeys(observable)).toContain(symbol);
  });
});
