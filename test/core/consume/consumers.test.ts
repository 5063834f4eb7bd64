import { describe, expect, test } from 'vitest';
import { createConsumers } from '../../../src/core/consume/consumers.ts';
import { createRig, deferred, eventOf, quiet, watched, watchedSignal } from './rig.ts';

/** Hands out a recorder per handler; `heard` is who was called with what, in order. */
function recorder() {
  const heard: string[] = [];
  return { heard, by: (who: string) => (event: { readonly name: string }) => void heard.push(`${who}:${event.name}`) };
}

describe('who hears what', () => {
  test('handlers are called in the order of their subscriptions, those for everything among them', () => {
    const { consumers, say } = createRig();
    const { heard, by } = recorder();
    consumers.on('*', by('first'));
    consumers.on('A', by('second'));
    consumers.on('*', by('third'));
    consumers.on(['B', 'A'], by('fourth'));
    say('A', 'B', 'C');
    expect(heard.slice(0, 4)).toEqual(['first:A', 'second:A', 'third:A', 'fourth:A']);
    expect(heard.slice(4, 7)).toEqual(['first:B', 'third:B', 'fourth:B']);
    expect(heard.slice(7)).toEqual(['first:C', 'third:C']);
  });

  test('the very event is handed on, and nothing else', () => {
    const { consumers } = createRig();
    const calls: unknown[][] = [];
    consumers.on('A', function (this: unknown, ...given: unknown[]) {
      calls.push([this, ...given]);
    });
    const event = eventOf('A');
    void consumers.deliver(event);
    expect(calls).toEqual([[undefined, event]]);
    expect(calls[0]?.[1]).toBe(event);
  });

  test.each([
    ['one name twice', ['A', 'A']],
    ['a name and everything', ['A', '*']],
    ['everything twice', ['*', '*']],
  ])('a handler that is given %s is called once for each event', (_, names) => {
    const { consumers, say } = createRig();
    const { heard, by } = recorder();
    const leave = consumers.on(names, by('it'));
    say('A');
    leave();
    say('A');
    expect(heard).toEqual(['it:A']);
    expect(consumers.size).toBe(0);
  });

  test('one function that subscribes twice is two subscriptions', () => {
    const { consumers, say } = createRig();
    const { heard, by } = recorder();
    const handler = by('it');
    const leave = consumers.on('A', handler);
    consumers.on('A', handler);
    say('A');
    expect(heard).toHaveLength(2);
    leave();
    leave();
    say('A');
    expect(heard).toHaveLength(3);
  });

  test('a list of names that is changed later changes no subscription', () => {
    const { consumers, say } = createRig();
    const { heard, by } = recorder();
    const names = ['A'];
    const leave = consumers.on(names, by('it'));
    names[0] = 'B';
    say('A', 'B');
    leave();
    say('A', 'B');
    expect(heard).toEqual(['it:A']);
  });

  test('no name, nothing heard', () => {
    const { consumers, say } = createRig();
    const { heard, by } = recorder();
    const leave = consumers.on([], by('it'));
    say('A', '', '*');
    leave();
    expect([heard, consumers.size]).toEqual([[], 0]);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'pusher:error', '\u0000'])(
    'a name like %j is a name like any other',
    (name) => {
      const { consumers, say } = createRig();
      const { heard, by } = recorder();
      say(name);
      const leave = consumers.on(name, by('it'));
      consumers.on([name, 'A'], by('both'));
      say(name);
      leave();
      say(name);
      expect(heard).toEqual([`it:${name}`, `both:${name}`, `both:${name}`]);
    },
  );

  test('an event that is itself called * goes to those alone who hear everything', () => {
    const { consumers, say } = createRig();
    const { heard, by } = recorder();
    consumers.on('A', by('named'));
    consumers.on('*', by('everything'));
    say('*');
    expect(heard).toEqual(['everything:*']);
  });

  test('once is once, also when the handler throws, or causes the next one', () => {
    const { consumers, say, reports } = createRig();
    const { heard, by } = recorder();
    consumers.once(['A', 'B'], (event) => {
      say('A', 'B');
      by('once')(event);
      throw new Error('no');
    });
    say('B', 'A');
    expect(heard).toEqual(['once:B']);
    expect(reports).toHaveLength(1);
    expect(consumers.size).toBe(0);
  });

  test('once can be unsubscribed before it was called', () => {
    const { consumers, say } = createRig();
    const { heard, by } = recorder();
    consumers.once('A', by('it'))();
    say('A');
    expect(heard).toEqual([]);
  });
});

describe('F39: what handlers do meanwhile', () => {
  test('an unsubscribed handler is not called any more, also for the event that is being handed out', () => {
    const { consumers, say } = createRig();
    const { heard, by } = recorder();
    consumers.on('A', () => {
      leaveOne();
      leaveOther();
    });
    const leaveOne = consumers.on('A', by('named'));
    const leaveOther = consumers.on('*', by('everything'));
    consumers.on('A', by('last'));
    say('A');
    expect(heard).toEqual(['last:A']);
  });

  test('a handler that unsubscribes itself, or one before it, disturbs nobody', () => {
    const { consumers, say } = createRig();
    const { heard, by } = recorder();
    const leaveFirst = consumers.on('A', by('first'));
    const leave = consumers.on('A', (event) => {
      leaveFirst();
      leave();
      by('second')(event);
    });
    consumers.on('A', by('third'));
    say('A', 'A');
    expect(heard).toEqual(['first:A', 'second:A', 'third:A', 'third:A']);
  });

  test.each(['A', '*'])('a handler for %s that is added meanwhile hears the next event first', (name) => {
    const { consumers, say } = createRig();
    const { heard, by } = recorder();
    consumers.once('A', () => void consumers.on(name, by('new')));
    say('A');
    expect(heard).toEqual([]);
    say('A');
    expect(heard).toEqual(['new:A']);
  });

  test('an event that a handler causes waits until everybody has heard the one before', async () => {
    const { consumers, deliver } = createRig();
    const { heard, by } = recorder();
    const nested: ReturnType<typeof watched>[] = [];
    consumers.once('A', () => void nested.push(...deliver('B', 'C').map(watched)));
    consumers.once('B', () => void nested.push(...deliver('D').map(watched)));
    consumers.on('*', by('all'));
    expect(deliver('A')).toEqual([undefined]);
    expect(heard).toEqual(['all:A', 'all:B', 'all:C', 'all:D']);
    await quiet();
    expect(nested.map((one) => one.state())).toEqual(['done', 'done', 'done']);
  });

  test('the promise of such an event waits for its handlers, and a handler may wait for it', async () => {
    const { consumers, deliver } = createRig();
    const work = deferred();
    consumers.on('B', () => work.promise);
    consumers.on('A', () => deliver('B')[0]);
    const settled = watched(deliver('A')[0]);
    await quiet();
    expect(settled.state()).toBe('pending');
    work.resolve();
    await quiet();
    expect(settled.state()).toBe('done');
  });

  test('ten thousand events, each caused by the one before, exhaust no stack', () => {
    const { consumers, say, reports } = createRig();
    let count = 0;
    consumers.on('A', () => {
      count += 1;
      if (count < 10_000) say('A');
    });
    say('A');
    expect([count, reports]).toEqual([10_000, []]);
  });

  test('a handler that exhausts the stack is reported, and the next event is handed out at once', () => {
    const { consumers, say, reports } = createRig();
    const { heard, by } = recorder();
    const deeper = (): number => deeper() + 1;
    consumers.on('A', deeper);
    consumers.on('*', by('it'));
    say('A', 'B');
    expect(heard).toEqual(['it:A', 'it:B']);
    expect(reports).toEqual([{ error: expect.any(RangeError), during: 'A' }]);
  });

  test('delivering on an exhausted stack leaves nothing behind that makes later events wait', () => {
    const { consumers, deliver } = createRig();
    const { heard, by } = recorder();
    const dive = (): void => {
      try {
        dive();
      } catch {
        // Every frame on the way up tries again, so some find too little stack and some enough.
        void consumers.deliver(eventOf('B'));
      }
    };
    try {
      dive();
    } catch {
      // Whether the last one fits is the engine's affair.
    }
    consumers.on('A', by('it'));
    expect(deliver('A')).toEqual([undefined]);
    expect(heard).toEqual(['it:A']);
  });

  test('a throwing handler is reported and silences nobody', () => {
    const { consumers, deliver, reports } = createRig();
    const { heard, by } = recorder();
    const error = new Error('no');
    consumers.on('A', by('before'));
    consumers.on('A', () => {
      throw error;
    });
    consumers.on('A', by('behind'));
    expect(deliver('A')).toEqual([undefined]);
    expect(heard).toEqual(['before:A', 'behind:A']);
    expect(reports).toEqual([{ error, during: 'A' }]);
  });

  test('a reporter that throws silences nobody either', async () => {
    const { heard, by } = recorder();
    const consumers = createConsumers({
      report: () => {
        throw new Error('the reporter');
      },
    });
    consumers.on('A', () => {
      throw new Error('no');
    });
    consumers.on('A', () => Promise.reject(new Error('no')));
    consumers.on('A', by('behind'));
    await expect(consumers.deliver(eventOf('A'))).resolves.toBeUndefined();
    expect(heard).toEqual(['behind:A']);
  });
});

/** Something whose `then` is described so. */
const thenable = (then: PropertyDescriptor): object =>
  // oxlint-disable-next-line unicorn/no-thenable -- the very thing that handlers may return
  Object.defineProperties({}, Object.fromEntries([['then', then]]));

describe('when an event is settled', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['a text', 'then'],
    ['an object', { than: 1 }],
    ['an object whose then is no function', thenable({ value: 1 })],
    ['a function', () => undefined],
    ['an object without prototype', Object.create(null)],
  ])('a handler that returns %s is done, and no promise is made', (_, returned: unknown) => {
    const { consumers, deliver, reports } = createRig();
    consumers.on('A', () => returned);
    expect(deliver('A', 'B')).toEqual([undefined, undefined]);
    expect(reports).toEqual([]);
  });

  test('all promises have to settle; a rejected one is reported, and rejects nothing', async () => {
    const { consumers, deliver, reports } = createRig();
    const works = [deferred(), deferred(), deferred()];
    for (const { promise } of works) consumers.on('A', () => promise);
    consumers.on('A', () => undefined);
    const settled = watched(deliver('A')[0]);
    works[2]?.resolve();
    works[0]?.reject('no');
    await quiet();
    expect(settled.state()).toBe('pending');
    expect(reports).toEqual([{ error: 'no', during: 'A' }]);
    works[1]?.resolve();
    await quiet();
    expect(settled.state()).toBe('done');
  });

  test('a handler that never settles keeps neither later events nor other handlers', async () => {
    const { consumers, deliver } = createRig();
    const { heard, by } = recorder();
    consumers.once('A', () => new Promise(() => undefined));
    consumers.on('A', by('it'));
    const settled = deliver('A', 'A').map(watched);
    await quiet();
    expect(settled.map((one) => one.state())).toEqual(['pending', 'none']);
    expect(heard).toEqual(['it:A', 'it:A']);
  });

  test('who has unsubscribed is still waited for', async () => {
    const { consumers, deliver } = createRig();
    const work = deferred();
    const leave = consumers.on('A', () => work.promise);
    const settled = watched(deliver('A')[0]);
    leave();
    consumers.dispose();
    await quiet();
    expect(settled.state()).toBe('pending');
    work.resolve();
    await quiet();
    expect(settled.state()).toBe('done');
  });

  const hostile = new Error('hostile');
  const refusing = (): never => {
    throw hostile;
  };

  const getters = (...answers: readonly (() => unknown)[]): object => {
    let asked = 0;
    return thenable({ get: () => answers[(asked += 1) - 1]?.() });
  };

  test.each<[string, () => unknown]>([
    ['a getter that throws', () => getters(refusing)],
    ['a getter that throws the second time', () => getters(() => () => undefined, refusing)],
    ['a proxy that refuses everything', () => new Proxy({}, { get: refusing, has: refusing })],
    ['a then that throws', () => thenable({ value: refusing })],
    ['a then that rejects', () => thenable({ value: (_: unknown, reject: (why: Error) => void) => reject(hostile) })],
    ['a promise of a hostile thenable', () => Promise.resolve().then(() => thenable({ value: refusing }))],
    [
      'a promise of a hostile species',
      () => Object.defineProperty(Promise.resolve(), 'constructor', { get: refusing }),
    ],
  ])('%s breaks nothing, and is reported', async (_, handler) => {
    const { consumers, deliver, reports } = createRig();
    const { heard, by } = recorder();
    consumers.on('A', handler);
    consumers.on('A', by('behind'));
    await deliver('A')[0];
    expect(heard).toEqual(['behind:A']);
    expect(reports).toEqual([{ error: hostile, during: 'A' }]);
  });

  test('a thenable that answers twice, and then throws, has answered once', async () => {
    const { consumers, deliver, reports } = createRig();
    const then = (resolve: () => void, reject: (why: string) => void): void => {
      resolve();
      reject('late');
      throw new Error('later');
    };
    consumers.on('A', () => thenable({ value: then }));
    await deliver('A')[0];
    expect(reports).toEqual([]);
  });

  test('a thenable that runs code runs it after everybody has heard the event', async () => {
    const { consumers, deliver } = createRig();
    const { heard, by } = recorder();
    const then = (resolve: () => void): void => {
      by('then')(eventOf('A'));
      resolve();
    };
    consumers.on('A', () => thenable({ value: then }));
    consumers.on('A', by('behind'));
    await deliver('A')[0];
    expect(heard).toEqual(['behind:A', 'then:A']);
  });
});

describe('F24: ending', () => {
  test('an aborted signal ends the subscription, and says so', () => {
    const { consumers, say } = createRig();
    const { heard, by } = recorder();
    const { signal, abort, listeners } = watchedSignal();
    const ends: string[] = [];
    consumers.on(['A', 'B'], by('it'), { signal, ended: (because) => ends.push(because) });
    say('A');
    abort();
    say('A', 'B');
    expect(heard).toEqual(['it:A']);
    expect(ends).toEqual(['aborted']);
    expect([consumers.size, listeners()]).toEqual([0, 0]);
  });

  test('a signal that is aborted already subscribes nothing', () => {
    const { consumers, say } = createRig();
    const { heard, by } = recorder();
    const { signal, abort, listeners } = watchedSignal();
    const ends: string[] = [];
    abort();
    const leave = consumers.on('A', by('on'), { signal, ended: (because) => ends.push(because) });
    consumers.once('A', by('once'), { signal });
    expect([consumers.size, listeners(), ends]).toEqual([0, 0, ['aborted']]);
    say('A');
    leave();
    expect(heard).toEqual([]);
  });

  test('an abort from within a handler counts for the handlers behind it', () => {
    const { consumers, say } = createRig();
    const { heard, by } = recorder();
    const { signal, abort } = watchedSignal();
    consumers.on('A', () => abort());
    consumers.on('A', by('behind'), { signal });
    say('A');
    expect(heard).toEqual([]);
  });

  test('a signal that outlives a thousand subscriptions keeps none of them', () => {
    const { consumers, say } = createRig();
    const { signal, abort, listeners } = watchedSignal();
    const ends: string[] = [];
    for (let count = 0; count < 1_000; count += 1) {
      const ended = (because: string): number => ends.push(because);
      consumers.on(['A', '*'], () => undefined, { signal, ended })();
      consumers.once('A', () => undefined, { signal, ended });
      say('A');
    }
    expect([listeners(), consumers.size]).toEqual([0, 0]);
    abort();
    expect(ends).toEqual([]);
  });

  test('a signal that also tells those who left, as a polyfill may, tells nobody of a second end', () => {
    const { consumers } = createRig();
    const { signal, abort } = watchedSignal();
    signal.removeEventListener = () => undefined;
    const ends: string[] = [];
    const ended = (because: string): number => ends.push(because);
    consumers.on('A', () => undefined, { signal, ended })();
    abort();
    expect(ends).toEqual([]);
  });

  test('dispose ends everything in the order of subscription, and every later subscription before it begins', () => {
    const { consumers, deliver } = createRig();
    const { heard, by } = recorder();
    const { signal, listeners } = watchedSignal();
    const ends: string[] = [];
    const ending = (who: string) => ({ signal, ended: (because: string) => ends.push(`${who} ${because}`) });
    consumers.on('A', by('one'), ending('one'));
    consumers.on('*', by('two'), ending('two'));
    consumers.once(['A', 'B'], by('three'), {
      ended: () => void consumers.on('A', by('four'), ending('four')),
    });
    consumers.dispose();
    consumers.dispose();
    expect(ends).toEqual(['one disposed', 'two disposed', 'four disposed']);
    consumers.on('A', by('five'), ending('five'));
    expect(deliver('A')).toEqual([undefined]);
    expect([heard, consumers.size, listeners()]).toEqual([[], 0, 0]);
    expect(ends).toHaveLength(4);
  });

  test('dispose from within a handler is the end of the event, too, and of those that wait behind it', async () => {
    const { consumers, deliver } = createRig();
    const { heard, by } = recorder();
    const nested: ReturnType<typeof watched>[] = [];
    consumers.on('A', () => {
      nested.push(...deliver('B').map(watched));
      consumers.dispose();
    });
    consumers.on('*', by('behind'));
    expect(deliver('A')).toEqual([undefined]);
    await quiet();
    expect([heard, nested.map((one) => one.state())]).toEqual([[], ['done']]);
  });

  test('who throws or rejects when told of the end is reported, and the others are told', async () => {
    const { consumers, reports } = createRig();
    const ends: string[] = [];
    const error = new Error('no');
    consumers.on('A', () => undefined, {
      ended() {
        throw error;
      },
    });
    consumers.on('A', () => undefined, { ended: () => Promise.reject(error) });
    consumers.on('A', () => undefined, { ended: () => ends.push('told') });
    consumers.dispose();
    await quiet();
    expect(ends).toEqual(['told']);
    expect(reports).toEqual([
      { error, during: undefined },
      { error, during: undefined },
    ]);
  });

  test('an unsubscriber that is called after the end does nothing', () => {
    const { consumers, say } = createRig();
    const { heard, by } = recorder();
    const { signal, abort } = watchedSignal();
    const leave = consumers.on('A', by('gone'), { signal });
    consumers.on('A', by('there'));
    abort();
    leave();
    say('A');
    expect(heard).toEqual(['there:A']);
    expect(consumers.size).toBe(1);
  });
});
