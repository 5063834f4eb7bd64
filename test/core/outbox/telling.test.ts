import { expect, test } from 'vitest';
import type { MutationDefinition } from '../../../src/contract/mutation.ts';
import {
  createRig,
  createTestStore,
  define,
  endOf,
  failed,
  ok,
  parkedCodes,
  refused,
  restarted,
  verified,
  type Input,
} from './rig.ts';

test('O37: a drain reports what was sent, parked and left, and how long each took', async () => {
  const rig = await createRig({ pausedFor: ['offline'] });
  for (const n of [1, 2, 3]) await rig.enqueue('key', { n });
  rig.outbox.resume('offline');
  const report = rig.outbox.drain();
  await rig.host.pass(20);
  rig.asked[0]?.answer(ok());
  rig.asked[1]?.answer(refused(422));
  await rig.host.pass(10);
  rig.asked[2]?.answer(ok());
  await rig.host.pass(5);
  expect(await report).toEqual({ sent: 2, parked: 1, remaining: 0, durationMs: 30, latencies: [20, 30] });
});

test('O37: nothing to do is done at once', async () => {
  const rig = await createRig();
  expect(await rig.outbox.drain()).toEqual({ sent: 0, parked: 0, remaining: 0, durationMs: 0, latencies: [] });
});

test('O37: who only follows is told the same, and nothing goes because of it', async () => {
  const rig = await createRig({ pausedFor: ['offline'] });
  for (const n of [1, 2]) await rig.enqueue('key', { n });
  expect(await rig.outbox.follow()).toMatchObject({ sent: 0, remaining: 2 });
  rig.outbox.resume('offline');
  const report = rig.outbox.follow();
  await rig.settle();
  rig.asked[0]?.answer(ok());
  await rig.settle();
  rig.asked[1]?.answer(failed('network'));
  await rig.settle();
  expect(await report).toMatchObject({ sent: 1, parked: 0, remaining: 1 });
  // It waits for the GET; a drain would have sent it at once (O30).
  const after = rig.outbox.follow({ timeoutMs: 100 });
  await rig.host.pass(100);
  expect(await after).toMatchObject({ sent: 0, remaining: 1 });
  expect(rig.asked).toHaveLength(2);
  await rig.outbox.dispose();
  await expect(rig.outbox.follow()).rejects.toMatchObject({ code: 'disposed' });
});

test.each([refused(503), refused(429), failed('timeout'), failed('unauthorised', { untouched: true })])(
  'O37: it ends at the first failure that is retried (%j)',
  async (answer) => {
    const rig = await createRig();
    await rig.enqueue('key', { n: 1 });
    await rig.enqueue('key', { n: 2 });
    const report = rig.outbox.drain();
    rig.asked[1]?.answer(ok());
    await rig.settle();
    rig.asked[0]?.answer(answer);
    expect(await report).toMatchObject({ sent: 1, remaining: 1 });
  },
);

test('O37: it ends when its time is up, whatever hangs, and when its caller has enough', async () => {
  const rig = await createRig();
  await rig.enqueue('key', { n: 1 });
  const [timed, aborted, controller] = [
    rig.outbox.drain({ timeoutMs: 3_000 }),
    new AbortController(),
    new AbortController(),
  ];
  const first = rig.outbox.drain({ signal: aborted.signal });
  aborted.abort();
  controller.abort();
  expect(await first).toMatchObject({ remaining: 1 });
  expect(await rig.outbox.drain({ signal: controller.signal })).toMatchObject({ remaining: 1 });
  await rig.host.pass(3_000);
  expect(await timed).toMatchObject({ sent: 0, remaining: 1, durationMs: 3_000 });
});

test('O37: three orders of an outage, at a server that answers in 20 ms, are sent in order within half a second', async () => {
  const rig = await createRig({ mutations: { order: define('natural', { lane: () => 'orders' }) } });
  for (const n of [1, 2, 3]) await rig.enqueue('order', { n });
  rig.last().answer(failed('network'));
  await rig.settle();
  for (let round = 0; round < 6; round += 1) {
    rig.probes.at(-1)?.(false);
    await rig.host.pass(10_000);
  }
  const report = rig.outbox.drain({ timeoutMs: 3_000 });
  for (let sent = 0; sent < 3; sent += 1) {
    await rig.host.pass(20);
    rig.last().answer(ok());
    await rig.settle();
  }
  expect(await report).toMatchObject({ sent: 3, parked: 0, remaining: 0, durationMs: 60 });
  expect(rig.asked.map(({ body }) => (body as Input).n)).toEqual([1, 1, 2, 3]);
});

test('O38: pausing holds reasons, and finishes what is under way', async () => {
  const rig = await createRig();
  const handle = await rig.enqueue('key', { n: 1 });
  rig.outbox.pause('hidden');
  rig.outbox.pause('offline');
  await rig.enqueue('key', { n: 2 });
  rig.last().answer(ok());
  expect(await endOf(handle, rig)).toMatchObject({ outcome: 'done' });
  rig.outbox.resume('hidden');
  await rig.host.pass(60_000);
  expect(rig.asked).toHaveLength(1);
  rig.outbox.resume('offline');
  await rig.settle();
  expect(rig.asked).toHaveLength(2);
});

test.each(['pause', 'dispose'] as const)(
  'O38: what is only claimed is not sent after %s, and is not in doubt',
  async (what) => {
    const rig = await createRig();
    const { id } = await rig.outbox.enqueue('blind', { n: 1 });
    if (what === 'pause') rig.outbox.pause('test');
    else await rig.outbox.dispose();
    await rig.settle();
    expect(
      rig.store.commits.flatMap(({ writes }) => writes).map(({ value }) => (value as { state: string }).state),
    ).toEqual(['pending', 'inflight', 'pending']);
    expect(rig.asked).toEqual([]);
    const later = await restarted(rig);
    await later.settle();
    expect(later.asked[0]?.options.idempotencyKey).toBe(id);
    expect(parkedCodes(later)).toEqual({});
  },
);

test('O38: while it is paused nothing is asked of the network, and a drain ends at once', async () => {
  const rig = await createRig();
  await rig.enqueue('key', { n: 1 });
  rig.outbox.pause('test');
  rig.last().answer(failed('network'));
  await rig.host.pass(60_000);
  expect(rig.probes).toEqual([]);
  expect(await rig.outbox.drain()).toMatchObject({ remaining: 1 });
});

test('O39: settled tells once, and never rejects', async () => {
  const rig = await createRig();
  const handle = await rig.enqueue('key', { n: 1 });
  rig.last().answer(refused(400));
  const end = await handle.settled;
  expect(end).toMatchObject({ outcome: 'parked' });
  const again = rig.outbox.retry(handle.id);
  await rig.settle();
  rig.last().answer(ok());
  expect(await endOf(again, rig)).toMatchObject({ outcome: 'done' });
  expect(await handle.settled).toBe(end);
});

test('O39: listeners hear each state once', async () => {
  const rig = await createRig();
  await rig.enqueue('none', { n: 1 });
  rig.last().answer(refused(503));
  await rig.settle();
  rig.last().answer(ok({ applied: true }, 200));
  await rig.settle();
  expect(rig.changes.map(({ state }) => state)).toEqual(['pending', 'inflight', 'unclear', 'acked']);
});

test('O39: listeners that throw are reported and disturb nothing', async () => {
  const boom = (): never => {
    throw new Error('boom');
  };
  const rig = await createRig({ onSignal: boom });
  rig.outbox.subscribe(boom);
  const heard: string[] = [];
  rig.outbox.subscribe(({ state }) => void heard.push(state));
  const handle = await rig.enqueue('key', { n: 1 });
  rig.last().answer(refused(400));
  expect(await endOf(handle, rig)).toMatchObject({ outcome: 'parked' });
  expect(heard.at(-1)).toBe('parked');
  expect(rig.errors.length).toBeGreaterThan(2);
});

test('O39: a listener may do anything: leave, send more, discard, dispose', async () => {
  const rig = await createRig();
  let isFirst = true;
  const leave = rig.outbox.subscribe(({ id, state }) => {
    if (state !== 'parked') return;
    leave();
    if (isFirst) void rig.outbox.enqueue('key', { n: 2 }).then(() => rig.outbox.discard(id));
    isFirst = false;
  });
  await rig.enqueue('key', { n: 1 });
  rig.last().answer(refused(400));
  await rig.settle();
  expect(rig.outbox.counts()).toEqual({ waiting: 1, inflight: 1, parked: 0, untouched: 0 });
  rig.outbox.subscribe(() => void rig.outbox.dispose());
  rig.last().answer(ok());
  await rig.settle();
  await expect(rig.outbox.enqueue('key', { n: 3 })).rejects.toMatchObject({ code: 'disposed' });
});

test('O39: drained resolves when nothing waits, parked or not', async () => {
  const rig = await createRig();
  await rig.outbox.drained();
  await rig.enqueue('key', { n: 1 });
  await rig.enqueue('key', { n: 2 });
  let isDrained = false;
  const drained = rig.outbox.drained().then(() => (isDrained = true));
  rig.asked[0]?.answer(refused(400));
  await rig.settle();
  expect(isDrained).toBe(false);
  rig.asked[1]?.answer(ok());
  await drained;
});

test('O40: after dispose nothing is sent and no timer is left, and who waits is told that it was kept', async () => {
  const rig = await createRig();
  const first = await rig.enqueue('key', { n: 1, lane: 'a' });
  const second = await rig.enqueue('key', { n: 2, lane: 'a' });
  const third = await rig.enqueue('key', { n: 3 });
  rig.asked[1]?.answer(refused(503));
  await rig.settle();
  const report = rig.outbox.drain();
  const drained = rig.outbox.drained();
  await rig.outbox.dispose();
  expect(await Promise.all([first, second, third].map(({ settled }) => settled))).toEqual(
    Array.from({ length: 3 }, () => ({ outcome: 'kept' })),
  );
  expect(await report).toMatchObject({ sent: 0, remaining: 3 });
  await drained;
  expect(rig.asked[0]?.options.signal?.aborted).toBe(true);
  rig.asked[0]?.answer(ok());
  await rig.host.pass(600_000);
  expect(rig.asked).toHaveLength(2);
  expect(rig.host.pendingTimers).toBe(0);
  expect(rig.host.listeners).toBe(0);
  for (const call of [
    () => rig.outbox.enqueue('key', { n: 4 }),
    () => rig.outbox.drain(),
    () => rig.outbox.discard(first.id),
    () => rig.outbox.rebase(first.id, {}),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: 'disposed' });
  }
  expect(() => rig.outbox.retry(first.id)).toThrow(/disposed/);
  await rig.outbox.dispose();
});

test('O40: what was being stored is stored, and who asked for it is told', async () => {
  const rig = await createRig();
  const pending = rig.outbox.enqueue('key', { n: 1 });
  const disposed = rig.outbox.dispose();
  const { id, settled } = await pending;
  expect(await settled).toEqual({ outcome: 'kept' });
  await disposed;
  expect(rig.asked).toEqual([]);
  const later = await restarted(rig);
  await later.settle();
  expect(later.asked[0]?.options.idempotencyKey).toBe(id);
});

const bySocket = (
  change: Partial<MutationDefinition<Input, { id: number }>> = {},
  confirm: object = {},
): MutationDefinition =>
  verified('none', {
    answer: 'empty' as never,
    carrier: {
      kind: 'socket',
      channel: 'orders',
      message: 'update',
      body: ({ n }) => ({ order: n }),
      confirmBy: { acknowledgement: 'always', timeoutMs: 10_000, ...confirm },
    },
    ...change,
  });

const changed = {
  name: 'changed',
  matches: (value: Input, data: unknown) => (data as { order?: number }).order === value.n,
};

test('O41: an acknowledgement confirms', async () => {
  const rig = await createRig({ mutations: { update: bySocket() } });
  const handle = await rig.enqueue('update', { n: 1 });
  expect(rig.messages).toMatchObject([{ channel: 'orders', name: 'update', payload: { order: 1 } }]);
  expect(rig.asked).toEqual([]);
  rig.messages[0]?.acknowledged?.('anything');
  expect(await endOf(handle, rig)).toMatchObject({ outcome: 'done', by: 'answer' });
  rig.messages[0]?.acknowledged?.('again');
  await rig.host.pass(60_000);
  expect(rig.signals).toEqual([]);
});

test.each(['never', 'perhaps'] as const)(
  'O41: the event it causes confirms, where it is acknowledged %s',
  async (acknowledgement) => {
    const rig = await createRig({ mutations: { update: bySocket({}, { acknowledgement, event: changed }) } });
    const handle = await rig.enqueue('update', { n: 1 });
    expect(rig.messages[0]?.acknowledged === undefined).toBe(acknowledgement === 'never');
    rig.event('changed', { order: 2 });
    rig.event('other', { order: 1 });
    expect(await endOf(handle, rig)).toBeUndefined();
    rig.event('changed', { order: 1 });
    expect(await endOf(handle, rig)).toMatchObject({ outcome: 'done' });
  },
);

test('O41: after its time it is in doubt', async () => {
  const rig = await createRig({ mutations: { update: bySocket() } });
  await rig.enqueue('update', { n: 1 });
  await rig.host.pass(10_000);
  expect(rig.reads).toHaveLength(1);
  rig.last().answer(ok({ applied: false }, 200));
  await rig.settle();
  expect(rig.messages).toHaveLength(1);
  expect(parkedCodes(rig)).toEqual({ 1: 'unclear' });
});

test('O41: what the socket did not take was not sent, and goes when there is one', async () => {
  const rig = await createRig({ mutations: { update: bySocket(), key: define('key') } });
  rig.socket.takes = false;
  await rig.enqueue('update', { n: 1 });
  await rig.host.pass(60_000);
  expect(rig.reads).toEqual([]);
  expect(rig.outbox.pending()).toMatchObject([{ state: 'pending' }]);
  await rig.enqueue('key', { n: 2 });
  expect(rig.asked).toHaveLength(1);
  rig.last().answer(ok());
  await rig.settle();
  rig.socket.takes = true;
  void rig.outbox.drain();
  await rig.settle();
  expect(rig.messages).toHaveLength(1);
});

test('O41: functions that throw confirm nothing, and a socket that throws may have sent', async () => {
  const event = {
    name: 'changed',
    matches(): never {
      throw new Error('matches');
    },
  };
  const rig = await createRig({
    mutations: { update: bySocket({}, { event }) },
    socket: {
      send() {
        throw new Error('send');
      },
      onEvent: (listener) => {
        listener({ name: 'changed', data: undefined });
        return () => undefined;
      },
    },
  });
  await rig.enqueue('update', { n: 1 });
  await rig.host.pass(10_000);
  expect(rig.reads).toHaveLength(1);
  expect(rig.errors).toEqual([new Error('matches'), new Error('send')]);
});

test('O41: waiting for a confirmation leaves no timer and no listener', async () => {
  const rig = await createRig({ mutations: { update: bySocket({}, { event: changed }) }, store: createTestStore() });
  const handle = await rig.enqueue('update', { n: 1 });
  rig.event('changed', { order: 1 });
  await endOf(handle, rig);
  expect(rig.host.pendingTimers).toBe(0);
});
