import { describe, expect, test } from 'vitest';
import { waitFor, type WaitOptions } from '../../../src/core/consume/wait-for.ts';
import type { DeliveredEvent } from '../../../src/core/consume/delivered-event.ts';
import type { EventNames } from '../../../src/core/consume/event-names.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';
import { createRig, quiet, watched, watchedSignal } from './rig.ts';

function createWaiting() {
  const host = createFakeHost();
  const rig = createRig();
  const watch = watchedSignal();
  return {
    ...rig,
    ...watch,
    host,
    wait: (names: EventNames, predicate?: (event: DeliveredEvent) => boolean, options?: WaitOptions) =>
      waitFor(rig.consumers, host, names, predicate, { timeoutMs: 5_000, signal: watch.signal, ...options }),
    /** Timers, subscriptions and listeners on the signal. */
    left: () => [host.pendingTimers, rig.consumers.size, watch.listeners()],
  };
}

const isThird = ({ seq }: DeliveredEvent): boolean => seq === 3;
const nothing = [0, 0, 0];

test('the first event that the predicate accepts is the one', async () => {
  const { wait, say, left } = createWaiting();
  const waiting = wait(['A', 'B'], isThird);
  say('A', 'A', 'B', 'B');
  await expect(waiting).resolves.toMatchObject({ name: 'B', seq: 3 });
  expect(left()).toEqual(nothing);
});

test('without a predicate, any of these events will do', async () => {
  const { wait, say, left } = createWaiting();
  const [named, any] = [wait('B'), wait('*')];
  say('A', 'B');
  await expect(Promise.all([named, any])).resolves.toMatchObject([{ name: 'B' }, { name: 'A' }]);
  expect(left()).toEqual(nothing);
});

test('who waits keeps no event from being settled', () => {
  const { wait, deliver } = createWaiting();
  void wait('A', () => false).catch(() => undefined);
  expect(deliver('A')).toEqual([undefined]);
});

test('an event from before is not seen, and one that comes in the same moment is', async () => {
  const { wait, say } = createWaiting();
  say('A');
  const waiting = wait('A');
  say('A');
  await expect(waiting).resolves.toMatchObject({ seq: 2 });
});

test.each([
  [['A', 'B'], 'A or B'],
  ['*', 'any event'],
  [['A', '*'], 'any event'],
])('what does not come in time is an error that names it: %j', async (names, said) => {
  const { wait, say, host, left } = createWaiting();
  const waiting = watched(wait(names, isThird));
  const promise = wait(names, isThird);
  say('A', 'A');
  host.advance(4_999);
  await quiet();
  expect(waiting.state()).toBe('pending');
  host.advance(1);
  await expect(promise).rejects.toMatchObject({
    name: 'HeardError',
    code: 'timeout',
    message: `Waited 5000 ms for ${said}, and it did not come`,
    remediation: expect.stringContaining('query()'),
  });
  expect(left()).toEqual(nothing);
});

test.each([undefined, Number.POSITIVE_INFINITY])(
  'with a limit of %s it waits as long as it takes',
  async (timeoutMs) => {
    const { wait, say, host, left } = createWaiting();
    const waiting = wait('A', undefined, { timeoutMs });
    expect(host.pendingTimers).toBe(0);
    host.advance(1e9);
    say('A');
    await expect(waiting).resolves.toMatchObject({ name: 'A' });
    expect(left()).toEqual(nothing);
  },
);

test('with no options at all it waits as well', async () => {
  const { consumers, host, say } = createWaiting();
  const waiting = waitFor(consumers, host, 'A', undefined);
  say('A');
  await expect(waiting).resolves.toMatchObject({ name: 'A' });
});

test('a signal ends the waiting, and its reason is the cause', async () => {
  const { wait, abort, left } = createWaiting();
  const waiting = wait('A');
  const reason = new Error('the screen was closed');
  abort(reason);
  await expect(waiting).rejects.toMatchObject({ code: 'aborted', cause: reason });
  expect(left()).toEqual(nothing);
});

test('a signal that is aborted already ends it before it begins', async () => {
  const { wait, abort, left } = createWaiting();
  abort();
  const waiting = wait('A');
  expect(left()).toEqual(nothing);
  await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
});

test('disposing the client ends all waiting, and none can be begun', async () => {
  const { wait, consumers, left } = createWaiting();
  const waiting = [wait('A'), wait('*', isThird)];
  consumers.dispose();
  expect(left()).toEqual(nothing);
  waiting.push(wait('A'));
  expect(left()).toEqual(nothing);
  for (const one of waiting) await expect(one).rejects.toMatchObject({ code: 'disposed' });
});

describe('F39: what predicates do', () => {
  test('one that throws ends its own waiting with what it threw, and no other', async () => {
    const { wait, say, reports, left } = createWaiting();
    const error = new TypeError('no such field');
    const broken = wait('A', () => {
      throw error;
    });
    const whole = wait('A');
    say('A');
    await expect(broken).rejects.toBe(error);
    await expect(whole).resolves.toMatchObject({ seq: 1 });
    expect([reports, left()]).toEqual([[], nothing]);
  });

  test('one that disposes the client and accepts: it is disposed', async () => {
    const { wait, say, consumers, left } = createWaiting();
    const waiting = wait('A', () => {
      consumers.dispose();
      return true;
    });
    say('A');
    await expect(waiting).rejects.toMatchObject({ code: 'disposed' });
    expect(left()).toEqual(nothing);
  });

  test('one that aborts and throws: it is aborted', async () => {
    const { wait, say, abort, left } = createWaiting();
    const waiting = wait('A', () => {
      abort();
      throw new Error('no');
    });
    say('A');
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
    expect(left()).toEqual(nothing);
  });

  test('one that causes the event it waits for sees it afterwards', async () => {
    const { wait, say } = createWaiting();
    const seen: (number | undefined)[] = [];
    const waiting = wait('A', ({ seq }) => {
      seen.push(seq);
      if (seq === 1) say('A');
      return seq === 2;
    });
    say('A');
    await expect(waiting).resolves.toMatchObject({ seq: 2 });
    expect(seen).toEqual([1, 2]);
  });
});

test('whatever ended it, nothing that happens afterwards changes it', async () => {
  const { wait, say, abort, consumers, host } = createWaiting();
  const waiting = wait('A');
  say('A');
  abort();
  host.advance(10_000);
  consumers.dispose();
  await expect(waiting).resolves.toMatchObject({ seq: 1 });
});
