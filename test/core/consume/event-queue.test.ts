import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { eventsOf } from '../../../src/core/consume/event-queue.ts';
import { patience, runs } from '../../effort.ts';
import { createRig, quiet, watched, watchedSignal } from './rig.ts';

const seqOf = ({ value }: { readonly value?: { readonly seq: number | undefined } | undefined }): number | undefined =>
  value?.seq;
const isHeardError = (code: string) => expect.objectContaining({ name: 'HeardError', code });

describe('a loop', () => {
  test('gets the events in order, from the call on and not from the first step', async () => {
    const { consumers, say } = createRig();
    say('A');
    const events = eventsOf(consumers, ['A', 'B']);
    say('A', 'B', 'C', 'A');
    const seen: string[] = [];
    for await (const { name, seq } of events) {
      seen.push(`${name}${seq}`);
      if (seq === 5) say('B');
      if (seq === 6) break;
    }
    expect(seen).toEqual(['A2', 'B3', 'A5', 'B6']);
    expect(consumers.size).toBe(0);
  });

  test('settles an event when it asks for the next one', async () => {
    const { consumers, deliver } = createRig();
    const events = eventsOf(consumers, 'A');
    const settled = deliver('A', 'A', 'A').map(watched);
    const states = async () => {
      await quiet();
      return settled.map((one) => one.state());
    };
    expect(await states()).toEqual(['pending', 'pending', 'pending']);
    await events.next();
    expect(await states()).toEqual(['pending', 'pending', 'pending']);
    await events.next();
    expect(await states()).toEqual(['done', 'pending', 'pending']);
    await events.next();
    expect(await states()).toEqual(['done', 'done', 'pending']);
    const waiting = events.next();
    expect(await states()).toEqual(['done', 'done', 'done']);
    settled.push(...deliver('A').map(watched));
    await waiting;
    expect(await states()).toEqual(['done', 'done', 'done', 'pending']);
    await events.return();
    expect(await states()).toEqual(['done', 'done', 'done', 'done']);
  });

  test('whose body throws ends like one that breaks out', async () => {
    const { consumers, deliver } = createRig();
    const events = eventsOf(consumers, 'A');
    const settled = deliver('A', 'A').map(watched);
    const loop = (async () => {
      for await (const event of events) throw new Error(`body ${event.seq}`);
    })();
    await expect(loop).rejects.toThrow('body 1');
    expect(settled.map((one) => one.state())).toEqual(['done', 'done']);
    expect([consumers.size, deliver('A')]).toEqual([0, [undefined]]);
  });

  test('can be walked on after its iterator was taken by hand', async () => {
    const { consumers, say } = createRig();
    const events = eventsOf(consumers, 'A');
    say('A', 'A');
    expect(seqOf(await events.next())).toBe(1);
    for await (const event of events) {
      expect(event.seq).toBe(2);
      break;
    }
    await expect(events.next()).resolves.toEqual({ done: true, value: undefined });
  });

  test('two loops are two consumers', async () => {
    const { consumers, deliver } = createRig();
    const [one, other] = [eventsOf(consumers, 'A'), eventsOf(consumers, '*')];
    const [settled] = deliver('A').map(watched);
    await one.next();
    await one.return();
    await quiet();
    expect(settled?.state()).toBe('pending');
    expect(seqOf(await other.next())).toBe(1);
    await other.return();
    await quiet();
    expect(settled?.state()).toBe('done');
  });
});

describe('many questions at once', () => {
  test('are answered in order', async () => {
    const { consumers, say } = createRig();
    const events = eventsOf(consumers, 'A');
    say('A');
    const asked = [events.next(), events.next(), events.next(), events.next()];
    say('A', 'A');
    await events.return();
    expect((await Promise.all(asked)).map(seqOf)).toEqual([1, 2, 3, undefined]);
  });

  test('settle what was given before them', async () => {
    const { consumers, deliver } = createRig();
    const events = eventsOf(consumers, 'A');
    const round = () => Promise.all([events.next(), events.next()]);
    const first = round();
    const settled = deliver('A', 'A').map(watched);
    await first;
    await quiet();
    expect(settled.map((one) => one.state())).toEqual(['pending', 'pending']);
    void round();
    await quiet();
    expect(settled.map((one) => one.state())).toEqual(['done', 'done']);
    await events.return();
  });
});

describe('a loop that is too slow', () => {
  test('gets what was buffered, and then an error that says how many are missing', async () => {
    const { consumers, say } = createRig();
    const events = eventsOf(consumers, 'A', { buffer: 2 });
    say('A', 'A', 'A', 'A');
    const seen: (number | undefined)[] = [];
    let error: unknown;
    try {
      for await (const { seq } of events) {
        seen.push(seq);
        // There is room again, but what comes now comes behind the missing ones.
        say('A');
      }
    } catch (caught) {
      error = caught;
    }
    expect(seen).toEqual([1, 2]);
    expect(error).toEqual(isHeardError('too-slow'));
    expect(error).toMatchObject({
      message: 'The loop over A fell behind by more than its buffer of 2: 4 missing from here',
      remediation: expect.stringContaining('refresh()'),
    });
    expect(consumers.size).toBe(0);
    await expect(events.next()).resolves.toEqual({ done: true, value: undefined });
  });

  test('missing events are not settled before it was told so', async () => {
    const { consumers, deliver } = createRig();
    const events = eventsOf(consumers, ['A', 'B'], { buffer: 2 });
    const settled = deliver('A', 'A', 'B').map(watched);
    const states = async (): Promise<readonly string[]> => {
      await quiet();
      return settled.map((one) => one.state());
    };
    await events.next();
    await events.next();
    settled.push(...deliver('B').map(watched));
    expect(await states()).toEqual(['done', 'pending', 'pending', 'pending']);
    await expect(events.next()).rejects.toEqual(isHeardError('too-slow'));
    expect(await states()).toEqual(['done', 'done', 'done', 'done']);
  });

  test('leaving before the place settles them, too', async () => {
    const { consumers, deliver } = createRig();
    const events = eventsOf(consumers, 'A', { buffer: 2 });
    const settled = deliver('A', 'A', 'A', 'A').map(watched);
    await events.return();
    await quiet();
    expect(settled.map((one) => one.state())).toEqual(['done', 'done', 'done', 'done']);
    await expect(events.next()).resolves.toEqual({ done: true, value: undefined });
  });

  test('of several questions, the one at the place gets the error', async () => {
    const { consumers, say } = createRig();
    const events = eventsOf(consumers, 'A', { buffer: 1 });
    say('A', 'A');
    const results = await Promise.allSettled([events.next(), events.next(), events.next()]);
    expect(results).toMatchObject([
      { status: 'fulfilled', value: { done: false, value: { seq: 1 } } },
      { status: 'rejected', reason: isHeardError('too-slow') },
      { status: 'fulfilled', value: { done: true } },
    ]);
  });

  test('a body that lasts does not count against the buffer, and the default is 1 000', async () => {
    const { consumers, say } = createRig();
    const events = eventsOf(consumers, 'A');
    say('A');
    await events.next();
    say(...Array.from({ length: 1_000 }, () => 'A'));
    for (let count = 0; count < 1_000; count += 1) await events.next();
    say(...Array.from({ length: 1_001 }, () => 'A'));
    for (let count = 0; count < 1_000; count += 1) await events.next();
    await expect(events.next()).rejects.toMatchObject({ message: expect.stringContaining('1 missing') });
  });

  test('of many missing events, it settles as many as its buffer holds, and leaves the rest to the patience of others', async () => {
    const { consumers, deliver } = createRig();
    const events = eventsOf(consumers, 'A', { buffer: 2 });
    const settled = deliver('A', 'A', 'A', 'A', 'A', 'A').map(watched);
    await events.return();
    await quiet();
    expect(settled.map((one) => one.state())).toEqual(['done', 'done', 'done', 'done', 'pending', 'pending']);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('a buffer of %s is refused', (buffer) => {
    const { consumers } = createRig();
    expect(() => eventsOf(consumers, 'A', { buffer })).toThrow(isHeardError('options-invalid'));
    expect(consumers.size).toBe(0);
  });
});

describe('the end', () => {
  const ways = [
    ['return', 'iterator'],
    ['dispose symbol', 'iterator'],
    ['abort', 'signal'],
    ['dispose', 'client'],
  ] as const;

  test.each(ways)('by %s of the %s settles everything, answers every question and leaves nothing', async (way) => {
    const { consumers, deliver } = createRig();
    const { signal, abort, listeners } = watchedSignal();
    const waiting = eventsOf(consumers, 'A', { signal });
    const full = eventsOf(consumers, 'B', { signal });
    const questions = [waiting.next(), waiting.next()];
    const settled = deliver('A', 'B', 'B', 'B').map(watched);
    await full.next();
    const end = {
      return: () => Promise.all([waiting.return(), full.return()]),
      'dispose symbol': () => Promise.all([waiting[Symbol.asyncDispose](), full[Symbol.asyncDispose]()]),
      abort: () => abort(),
      dispose: () => consumers.dispose(),
    };
    await end[way]();
    expect((await Promise.all(questions)).map(seqOf)).toEqual([1, undefined]);
    await quiet();
    expect(settled.map((one) => one.state())).toEqual(['done', 'done', 'done', 'done']);
    expect([consumers.size, listeners()]).toEqual([0, 0]);
    await expect(full.next()).resolves.toEqual({ done: true, value: undefined });
    await expect(full.return()).resolves.toEqual({ done: true, value: undefined });
  });

  test('a signal that is aborted already, or a disposed client, gives an empty loop', async () => {
    const { consumers, say } = createRig();
    const { signal, abort, listeners } = watchedSignal();
    abort();
    const events = eventsOf(consumers, 'A', { signal });
    consumers.dispose();
    const later = eventsOf(consumers, 'A');
    say('A');
    for await (const event of events) expect.fail(`got ${event.name}`);
    for await (const event of later) expect.fail(`got ${event.name}`);
    expect(listeners()).toBe(0);
  });

  test('await using ends it', async () => {
    const { consumers, say } = createRig();
    {
      await using events = eventsOf(consumers, 'A');
      say('A');
      expect(seqOf(await events.next())).toBe(1);
    }
    expect(consumers.size).toBe(0);
  });

  test('on a platform without the symbol of disposal there is no method under a wrong name', async () => {
    const { consumers } = createRig();
    const { asyncIterator } = Symbol;
    vi.stubGlobal('Symbol', { asyncIterator });
    const events = eventsOf(consumers, 'A');
    vi.unstubAllGlobals();
    expect(Reflect.ownKeys(events)).toEqual(['next', 'return', asyncIterator]);
  });
});

/** What the world does to a loop, and what the loop does. */
const move = fc.oneof(
  { weight: 5, arbitrary: fc.constant('event' as const) },
  { weight: 4, arbitrary: fc.constant('next' as const) },
  { weight: 1, arbitrary: fc.constant('return' as const) },
);

test(
  'in every interleaving: in order, none skipped without an error, and settled exactly when asked for the next or ended',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), async (moves, buffer) => {
        const { consumers, deliver } = createRig();
        const events = eventsOf(consumers, 'A', { buffer });
        const asked: Promise<unknown>[] = [];
        const settled: ReturnType<typeof watched>[] = [];
        // The model: how many events came, were given and are settled; who asks; what is missing.
        let came = 0;
        let given = 0;
        let done = 0;
        let missed = 0;
        let open = true;
        let unanswered = 0;
        const expected: unknown[] = [];

        for (const next of moves) {
          if (next === 'event') {
            settled.push(...deliver('A').map(watched));
            if (!open) continue;
            if (unanswered > 0) {
              unanswered -= 1;
              came += 1;
              expected.push((given += 1));
            } else if (missed > 0 || came - given === buffer) missed += 1;
            else came += 1;
          } else if (next === 'next') {
            asked.push(events.next().then(seqOf, (error: Error) => error.message));
            done = open ? given : came;
            if (open && came > given) expected.push((given += 1));
            else if (open && missed > 0) {
              expected.push(
                `The loop over A fell behind by more than its buffer of ${buffer}: ${missed} missing from here`,
              );
              open = false;
            } else if (open) unanswered += 1;
            else expected.push(undefined);
          } else {
            await events.return();
            open = false;
            for (; unanswered > 0; unanswered -= 1) expected.push(undefined);
            done = came;
          }
          await quiet();
          const states = settled.map((one) => one.state());
          const isSettled = (at: number): boolean =>
            at < came ? at < done : !open && (at < came + buffer || at >= came + missed);
          expect(states.map((state) => state !== 'pending')).toEqual(states.map((_, at) => isSettled(at)));
        }
        await events.return();
        for (; unanswered > 0; unanswered -= 1) expected.push(undefined);
        expect(await Promise.all(asked)).toEqual(expected);
        expect(consumers.size).toBe(0);
      }),
      runs(300),
    );
  },
  patience,
);
