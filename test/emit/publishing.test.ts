import { createEmitter, type Publication } from 'heard/emit';
import { restaurantOs, type RestaurantOs } from 'heard/contracts/restaurant-os';
import { describe, expect, test } from 'vitest';
import { HeardError } from '../../src/errors.ts';
import { order, rig, sku, testPublisher, testTime, type Rig, type TestPublisher } from './rig.ts';

const scope = { sku };
const emitTo = ({ emitter }: Rig, id: number) =>
  emitter.emit('OrderCreated', { scope, data: { order: { ...order, id } } });

const numbersOf = (publications: readonly Publication[]): readonly unknown[] =>
  publications.map(({ payload }) => (payload as { data: { order: { id: number } } }).data.order.id);

const refused = (): HeardError => new HeardError('publish-refused', 'not this one', { remediation: 'Another one.' });
const refuses =
  (number: number): TestPublisher['respond'] =>
  (publications) => {
    if (numbersOf(publications).includes(number)) throw refused();
  };

describe('publishing', () => {
  test('is in the order in which events were emitted, one attempt at a time', async () => {
    const it = rig();
    let running = 0;
    let most = 0;
    it.publisher.respond = async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    };
    await Promise.all([1, 2, 3, 4, 5].map((id) => emitTo(it, id)));
    await it.emitter.idle();
    expect(numbersOf(it.publisher.taken)).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(1);
  });

  test('takes as many together as the publisher can, and splits what is more', async () => {
    const it = rig({ publisher: testPublisher({ atOnce: 3 }) });
    let letGo = (): void => undefined;
    it.publisher.respond = () => new Promise((resolve) => (letGo = resolve));
    const first = emitTo(it, 1);
    await first;
    it.publisher.respond = () => undefined;
    await Promise.all([2, 3, 4, 5, 6].map((id) => emitTo(it, id)));
    letGo();
    await it.emitter.idle();
    expect(it.publisher.attempts).toEqual([1, 3, 2]);
    expect(numbersOf(it.publisher.taken)).toEqual([1, 2, 3, 4, 5, 6]);

    const narrow = testPublisher({ atOnce: 2 });
    const floor = createEmitter(restaurantOs, { publisher: narrow });
    const channels = (['orders', 'table'] as const).map((channel) => ({ channel, params: { number: 5 } }));
    const more = { channel: 'table', params: { number: 6 } } as const;
    await floor.emit('order.created', { scope: {}, channels: [...channels, more], data: { documentId: 'a' } });
    expect(narrow.attempts).toEqual([2, 1]);
  });

  test('is tried again after pauses, then given up and told, and the event is in the log', async () => {
    const it = rig({ retryDelaysMs: [100, 400] });
    it.publisher.respond = () => {
      throw new Error('no route');
    };
    const emitted = await emitTo(it, 1);
    for (const [ms, attempts] of [
      [99, 1],
      [1, 2],
      [399, 2],
      [1, 3],
    ] as const) {
      await it.time.pass(ms);
      expect([ms, it.publisher.attempts.length]).toEqual([ms, attempts]);
    }
    expect(await emitted.published).toBe(false);
    expect(it.problems).toMatchObject([
      {
        because: 'unpublished',
        id: emitted.id,
        name: 'OrderCreated',
        channels: [`private-store.${sku}.orders`],
        error: { message: 'no route' },
      },
    ]);
    expect((await it.log.read(`private-store.${sku}.orders`, 0, 9)).headSeq).toBe(1);
  });

  test('gets through at a later attempt, and nothing is told', async () => {
    const it = rig({ retryDelaysMs: [100] });
    it.publisher.respond = (_, attempt) => {
      if (attempt === 1) throw new Error('no route');
    };
    const emitted = await emitTo(it, 1);
    await it.time.pass(100);
    expect(await emitted.published).toBe(true);
    expect(it.problems).toEqual([]);
  });

  test('while the server is away, what waits is tried once; when it is back, as before', async () => {
    const it = rig({ retryDelaysMs: [100, 100] });
    let isAway = true;
    it.publisher.respond = () => {
      if (isAway) throw new Error('no route');
    };
    await Promise.all([1, 2, 3].map((id) => emitTo(it, id)));
    await it.time.pass(200);
    await it.emitter.idle();
    expect(it.publisher.attempts).toHaveLength(3 + 1 + 1);
    isAway = false;
    await (
      await emitTo(it, 4)
    ).published;
    isAway = true;
    const again = await emitTo(it, 5);
    await it.time.pass(200);
    expect(await again.published).toBe(false);
    expect(it.publisher.attempts).toHaveLength(5 + 1 + 3);
  });

  test('what the server refuses is not tried again, and holds up no other', async () => {
    const it = rig();
    it.publisher.respond = refuses(2);
    const emitted = await Promise.all([1, 2, 3].map((id) => emitTo(it, id)));
    expect(await Promise.all(emitted.map(({ published }) => published))).toEqual([true, false, true]);
    expect(it.publisher.attempts).toHaveLength(3);
    expect(it.problems).toMatchObject([{ id: emitted[1]?.id, error: { code: 'publish-refused' } }]);
  });

  test('of several that were refused together, each gets its own answer', async () => {
    const it = rig({ publisher: testPublisher({ atOnce: 10 }) });
    it.publisher.respond = refuses(3);
    const emitted = await Promise.all([1, 2, 3, 4].map((id) => emitTo(it, id)));
    expect(await Promise.all(emitted.map(({ published }) => published))).toEqual([true, true, false, true]);
    expect(numbersOf(it.publisher.taken)).toEqual([1, 2, 4]);
  });

  test('several that did not get through together are given up together: an outage is not paid for one by one', async () => {
    const it = rig({ publisher: testPublisher({ atOnce: 10 }), retryDelaysMs: [] });
    let letGo = (): void => undefined;
    it.publisher.respond = () => new Promise((resolve) => (letGo = resolve));
    await emitTo(it, 0);
    it.publisher.respond = () => {
      throw new Error('no route');
    };
    await Promise.all([1, 2, 3, 4].map((id) => emitTo(it, id)));
    letGo();
    await it.emitter.idle();
    expect(it.publisher.attempts).toEqual([1, 4]);
    expect(it.problems).toHaveLength(4);
  });

  test('an attempt that is not answered has failed, and is tried again', async () => {
    const it = rig({ timeoutMs: 5_000, retryDelaysMs: [100] });
    it.publisher.respond = () => new Promise(() => undefined);
    const emitted = await emitTo(it, 1);
    await it.time.pass(5_100);
    expect(it.publisher.attempts).toHaveLength(2);
    await it.time.pass(5_000);
    expect(await emitted.published).toBe(false);
    expect(it.problems).toMatchObject([
      { error: { code: 'timeout', message: expect.stringContaining('5000 ms') as string } },
    ]);
  });

  test('what is too much for the queue is told at once, and is in the log', async () => {
    const it = rig({ mostWaiting: 2 });
    it.publisher.respond = () => new Promise(() => undefined);
    const emitted = [];
    for (const id of [1, 2, 3, 4]) emitted.push(await emitTo(it, id));
    expect(await emitted[3]?.published).toBe(false);
    expect(it.problems).toMatchObject([{ id: emitted[3]?.id, error: { code: 'too-many' } }]);
    expect((await it.log.read(`private-store.${sku}.orders`, 0, 9)).headSeq).toBe(4);
  });

  test('a listener that throws breaks nothing', async () => {
    const it = rig({
      retryDelaysMs: [],
      problem: () => {
        throw new Error('of the app');
      },
    });
    it.publisher.respond = refuses(1);
    expect(await (await emitTo(it, 1)).published).toBe(false);
    expect(await (await emitTo(it, 2)).published).toBe(true);
  });

  test('leaves no timer behind', async () => {
    const it = rig();
    await (
      await emitTo(it, 1)
    ).published;
    await it.emitter.idle();
    let ran = false;
    it.time.schedule(20_000, () => (ran = true));
    await it.time.pass(20_000);
    expect([ran, it.publisher.attempts, it.problems]).toEqual([true, [1], []]);
  });
});

describe('without a log', () => {
  const floor = (publisher: TestPublisher) => {
    const time = testTime();
    const problems: unknown[] = [];
    const problem = (found: unknown): void => void problems.push(found);
    const emitter = createEmitter<RestaurantOs>(restaurantOs, { publisher, time, problem, retryDelaysMs: [100] });
    const emit = () =>
      emitter.emit('order.created', { scope: {}, channels: [{ channel: 'orders' }], data: { documentId: 'a' } });
    return { emit, time, problems };
  };

  test('emit resolves when the publisher has taken the event', async () => {
    const publisher = testPublisher();
    let letGo = (): void => undefined;
    publisher.respond = () => new Promise((resolve) => (letGo = resolve));
    const { emit, time } = floor(publisher);
    let isOver = false;
    const emitted = emit().finally(() => (isOver = true));
    await time.pass(10);
    expect(isOver).toBe(false);
    letGo();
    expect(await emitted).toMatchObject({ positions: [] });
  });

  test('emit rejects when it was given up: nobody will hear of it', async () => {
    const publisher = testPublisher();
    publisher.respond = () => {
      throw new Error('no route');
    };
    const { emit, time, problems } = floor(publisher);
    const rejection = emit().catch((error: unknown) => error);
    await time.pass(100);
    expect(await rejection).toMatchObject({ code: 'publish-failed', cause: { message: 'no route' } });
    expect(publisher.attempts).toHaveLength(2);
    // Who emitted it knows already.
    expect(problems).toEqual([]);
  });
});
