import { expect, test } from 'vitest';
import { createFakeHost } from '../../../src/testing/fake-host.ts';
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
  type Asked,
  type Input,
} from './rig.ts';

const numbers = (asked: readonly Asked[]): readonly number[] => asked.map(({ body }) => (body as Input).n);

test('O5: in a lane one follows the other, in the order in which they were asked for', async () => {
  const rig = await createRig();
  await Promise.all([1, 2, 3].map((n) => rig.outbox.enqueue('key', { n, lane: 'a' })));
  for (const n of [1, 2, 3]) {
    await rig.settle();
    expect(numbers(rig.asked)).toEqual([1, 2, 3].slice(0, n));
    rig.last().answer(ok());
  }
});

test('O5: an item that waits for its next attempt holds its lane, and no other', async () => {
  const rig = await createRig();
  await rig.enqueue('key', { n: 1, lane: 'a' });
  await rig.enqueue('key', { n: 2, lane: 'a' });
  rig.last().answer(refused(503, { retryAfterMs: 20_000 }));
  await rig.enqueue('key', { n: 3, lane: 'b' });
  await rig.host.pass(19_000);
  expect(numbers(rig.asked)).toEqual([1, 3]);
  await rig.host.pass(2_000);
  expect(numbers(rig.asked)).toEqual([1, 3, 1]);
});

test('O5: an item in doubt holds its lane until it is verified, a parked one does not', async () => {
  const rig = await createRig();
  await rig.enqueue('none', { n: 1, lane: 'a' });
  await rig.enqueue('key', { n: 2, lane: 'a' });
  rig.last().answer(refused(502));
  await rig.settle();
  expect(numbers(rig.asked)).toEqual([1]);
  expect(rig.reads).toHaveLength(1);
  rig.last().answer(ok({ applied: false }, 200));
  await rig.settle();
  expect(parkedCodes(rig)).toEqual({ 1: 'unclear' });
  expect(numbers(rig.asked)).toEqual([1, 2]);
});

test('O5: what a person sends again does not go beside what is under way in its lane', async () => {
  const rig = await createRig();
  const first = await rig.enqueue('key', { n: 1, lane: 'a' });
  rig.last().answer(refused(422));
  await rig.settle();
  await rig.enqueue('key', { n: 2, lane: 'a' });
  rig.outbox.retry(first.id);
  await rig.host.pass(5_000);
  expect(numbers(rig.asked)).toEqual([1, 2]);
  rig.last().answer(ok());
  await rig.settle();
  expect(numbers(rig.asked)).toEqual([1, 2, 1]);
});

test('O6: four lanes at once', async () => {
  const rig = await createRig();
  for (let n = 1; n <= 6; n += 1) await rig.enqueue('key', { n });
  expect(numbers(rig.asked)).toEqual([1, 2, 3, 4]);
  rig.asked[2]?.answer(ok());
  await rig.settle();
  expect(numbers(rig.asked)).toEqual([1, 2, 3, 4, 5]);
});

test('O6: payment goes before order before status before telemetry, the oldest first', async () => {
  const mutations = {
    telemetry: define('key', { priority: 'telemetry' }),
    status: define('key', { priority: 'status' }),
    order: define('key', { priority: 'order' }),
    payment: define('key', { priority: 'payment' }),
  };
  const rig = await createRig({ mutations, pausedFor: ['test'], settings: { lanesAtOnce: 1 }, serve: () => ok() });
  const wanted = ['telemetry', 'status', 'order', 'payment', 'telemetry', 'status', 'order', 'payment'];
  for (const [n, name] of wanted.entries()) await rig.enqueue(name, { n });
  rig.outbox.resume('test');
  await rig.settle();
  await rig.settle();
  await rig.settle();
  expect(numbers(rig.asked)).toEqual([3, 7, 2, 6, 1, 5, 0, 4]);
});

test('O6: ten thousand items stay in order', async () => {
  const rig = await createRig({ pausedFor: ['test'], settings: { lanesAtOnce: 1 }, serve: () => ok() });
  const all = Array.from({ length: 10_000 }, (_, n) => n);
  await Promise.all(all.map((n) => rig.outbox.enqueue('key', { n, lane: `lane:${n % 100}` })));
  await expect(rig.outbox.enqueue('key', { n: 10_000 })).rejects.toMatchObject({ code: 'too-many' });
  rig.outbox.resume('test');
  await rig.outbox.drained();
  expect(numbers(rig.asked)).toEqual(all);
}, 60_000);

test('O7: that it is under way is stored, with the bytes, before anything is sent', async () => {
  const rig = await createRig({ pausedFor: ['test'] });
  const { id } = await rig.enqueue('key', { n: 1 });
  rig.store.hangs = true;
  rig.outbox.resume('test');
  await rig.settle();
  expect(rig.asked).toEqual([]);
  rig.store.hangs = false;
  await rig.host.pass(60_000);
  expect(rig.asked).toHaveLength(1);
  expect(rig.store.commits.at(-1)).toMatchObject({ durability: 'strict' });
  expect(rig.store.rows.get(id)).toMatchObject({
    state: 'inflight',
    attempts: 1,
    request: { carrier: 'http', method: 'POST', path: '/orders/1', body: rig.asked[0]?.options.bodyText },
  });
});

test('O7: a store that refuses the claim keeps the item from being sent', async () => {
  const rig = await createRig();
  const handle = await rig.outbox.enqueue('key', { n: 1 });
  rig.store.faults.push('failed');
  await rig.settle();
  // The claim was begun with the enqueue; the fault meets whichever commit comes next.
  rig.asked[0]?.answer(refused(503));
  await rig.host.pass(5_000);
  expect(rig.signals).toContainEqual({ kind: 'storage', id: handle.id, fault: 'failed' });
  expect(await endOf(handle, rig)).toBeUndefined();
});

test('O7: every attempt has the same bytes and the same key, also after a restart and an update of the app', async () => {
  const rig = await createRig();
  const { id } = await rig.enqueue('key', { n: 1 });
  rig.last().answer(refused(503));
  await rig.host.pass(1_000);
  const later = await restarted(rig, {
    mutations: { key: define('key', { carrier: { kind: 'http', method: 'PUT', path: '/new', body: () => 'other' } }) },
  });
  await later.settle();
  const [first, second, third] = [...rig.asked, ...later.asked];
  for (const again of [second, third]) {
    expect(again?.plan).toEqual(first?.plan);
    expect(again?.options.bodyText).toBe(first?.options.bodyText);
    expect(again?.options.idempotencyKey).toBe(id);
  }
});

const withChild = {
  parent: define('natural', { lane: ({ n }, { mutationId }) => (n === 0 ? 'zero' : `order:${mutationId}`) }),
  child: define('key'),
};

test('O8, F70: a child waits for its parent, and is sent about what the parent was answered', async () => {
  const rig = await createRig({ mutations: withChild });
  const parent = await rig.enqueue('parent', { n: 1 });
  await rig.enqueue('child', { n: 2, order: { $ref: parent.id } });
  expect(numbers(rig.asked)).toEqual([1]);
  rig.last().answer(ok({ id: 4711 }));
  await rig.settle();
  expect(rig.asked[1]?.body).toMatchObject({ n: 2, order: 4711 });
});

test.each([
  [{ data: { id: 5 } }, undefined, 5],
  [{ id: 'a-b' }, undefined, 'a-b'],
  [{ order: { uuid: 'x' }, id: 5 }, 'order.uuid', 'x'],
])('O8: of the answer %j it takes %s', async (answer, path, value) => {
  const rig = await createRig({ mutations: withChild });
  const parent = await rig.enqueue('parent', { n: 1 });
  await rig.enqueue('child', { n: 2, order: { $ref: parent.id, ...(path !== undefined && { path }) } });
  rig.last().answer(ok(answer));
  await rig.settle();
  expect(rig.asked[1]?.body).toMatchObject({ order: value });
});

test('O8: the lane of a child is renamed when its parent is answered, so that it queues with others about the same', async () => {
  const rig = await createRig({ mutations: withChild });
  const parent = await rig.enqueue('parent', { n: 0 });
  await rig.enqueue('child', { n: 2, order: { $ref: parent.id } });
  rig.last().answer(ok({ id: 4711 }));
  await rig.settle();
  await rig.enqueue('child', { n: 3, order: 4711 });
  expect(numbers(rig.asked)).toEqual([0, 2]);
  rig.last().answer(ok());
  await rig.settle();
  expect(numbers(rig.asked)).toEqual([0, 2, 3]);
});

test('O8: a child of an answered parent is taken in as if it had named the value', async () => {
  const rig = await createRig({ mutations: withChild });
  const parent = await rig.enqueue('parent', { n: 1 });
  rig.last().answer(ok({ id: 4711 }));
  await rig.settle();
  const child = await rig.enqueue('child', { n: 2, order: { $ref: parent.id } });
  expect(rig.store.rows.get(child.id)).toMatchObject({ input: { n: 2, order: 4711 }, lane: 'order:4711' });
  await expect(
    rig.outbox.enqueue('child', { n: 3, order: { $ref: parent.id, path: 'nothing' } }),
  ).rejects.toMatchObject({
    code: 'input-invalid',
  });
});

test('O8, F70: a parked parent holds its children, over restarts, and frees them when it is answered after all', async () => {
  const rig = await createRig({ mutations: withChild });
  const parent = await rig.enqueue('parent', { n: 1 });
  await rig.enqueue('child', { n: 2, order: { $ref: parent.id } });
  rig.last().answer(refused(422));
  await rig.host.pass(600_000);
  expect(numbers(rig.asked)).toEqual([1]);
  const later = await restarted(rig, { mutations: withChild });
  await later.host.pass(600_000);
  expect(later.asked).toEqual([]);
  later.outbox.retry(parent.id);
  await later.settle();
  later.last().answer(ok({ id: 9 }));
  await later.settle();
  expect(later.asked[1]?.body).toMatchObject({ order: 9 });
});

test('O8: children of a discarded parent, and of one whose answer lacks the value, are parked', async () => {
  const rig = await createRig({ mutations: withChild });
  const [first, second] = [await rig.enqueue('parent', { n: 1 }), await rig.enqueue('parent', { n: 2 })];
  const child = await rig.enqueue('child', { n: 3, order: { $ref: first.id } });
  await rig.enqueue('child', { n: 4, order: { $ref: second.id } });
  rig.asked[0]?.answer(refused(400));
  rig.asked[1]?.answer(ok({ name: 'no id' }));
  await rig.settle();
  await rig.outbox.discard(first.id);
  await rig.settle();
  expect(parkedCodes(rig)).toEqual({ 3: 'parent-gone', 4: 'parent-gone' });
  expect(await endOf(child, rig)).toMatchObject({ outcome: 'parked', parked: { mayHaveHappened: false } });
});

test('O8: a child that does not fit with what the parent was answered is parked, and not sent', async () => {
  const rig = await createRig({ mutations: withChild });
  const parent = await rig.enqueue('parent', { n: 1 });
  await rig.enqueue('child', { n: { $ref: parent.id } });
  rig.last().answer(ok({ id: 'no number' }));
  await rig.settle();
  expect(rig.asked).toHaveLength(1);
  expect(rig.outbox.parked()).toMatchObject([{ code: 'unsendable', attempts: 0, mayHaveHappened: false }]);
});

test('O8: children of a rebased parent belong to the one that took its place', async () => {
  const rig = await createRig({ mutations: withChild });
  const parent = await rig.enqueue('parent', { n: 1 });
  await rig.enqueue('child', { n: 2, order: { $ref: parent.id } });
  rig.last().answer(refused(409));
  await rig.settle();
  await rig.outbox.rebase(parent.id, { n: 1, lane: 'x' });
  const later = await restarted(rig, { mutations: withChild });
  await later.settle();
  later.last().answer(ok({ id: 12 }));
  await later.settle();
  expect(later.asked[1]?.body).toMatchObject({ n: 2, order: 12 });
});

test('O8: a rebased parent keeps its place, before its children in one lane', async () => {
  const lane = (): string => 'orders';
  const rig = await createRig({ mutations: { parent: define('natural', { lane }), child: define('key', { lane }) } });
  const parent = await rig.enqueue('parent', { n: 1 });
  await rig.enqueue('child', { n: 2, order: { $ref: parent.id } });
  rig.last().answer(refused(409));
  await rig.settle();
  await rig.outbox.rebase(parent.id, { n: 3 });
  await rig.settle();
  rig.last().answer(ok({ id: 8 }));
  await rig.settle();
  expect(numbers(rig.asked)).toEqual([1, 3, 2]);
  expect(rig.last().body).toMatchObject({ order: 8 });
});

test('O8: a crash between the answer of the parent and the child loses no reference', async () => {
  const rig = await createRig({ mutations: withChild });
  const parent = await rig.enqueue('parent', { n: 1 });
  await rig.enqueue('child', { n: 2, order: { $ref: parent.id } });
  rig.outbox.pause('crash');
  rig.last().answer(ok({ id: 77 }));
  await rig.settle();
  const later = await restarted(rig, { mutations: withChild });
  await later.settle();
  expect(later.asked[0]?.body).toMatchObject({ n: 2, order: 77 });
});

const close = define('key', {
  lane: () => 'close',
  priority: 'payment',
  blockedBy: ({ n }, waiting) => waiting.filter(({ input }) => (input as Input).n < n),
});

test('O9: what is blocked waits for what it names, parked items included', async () => {
  const rig = await createRig({ mutations: { close, key: define('key') } });
  const order = await rig.enqueue('key', { n: 1 });
  await rig.enqueue('close', { n: 5 });
  expect(numbers(rig.asked)).toEqual([1]);
  rig.last().answer(refused(422));
  await rig.host.pass(60_000);
  expect(numbers(rig.asked)).toEqual([1]);
  await rig.outbox.discard(order.id);
  await rig.settle();
  expect(numbers(rig.asked)).toEqual([1, 5]);
});

test('O9: what waits behind it in its own lane does not block it, and a rule that throws does', async () => {
  const both = define('key', { lane: () => 'close', blockedBy: (_, waiting) => waiting });
  const broken = define('key', {
    blockedBy() {
      throw new Error('boom');
    },
  });
  const rig = await createRig({ mutations: { both, broken } });
  await rig.enqueue('both', { n: 1 });
  await rig.enqueue('both', { n: 2 });
  expect(numbers(rig.asked)).toEqual([1]);
  rig.last().answer(ok());
  await rig.settle();
  expect(numbers(rig.asked)).toEqual([1, 2]);
  await rig.enqueue('broken', { n: 3 });
  expect(numbers(rig.asked)).toEqual([1, 2]);
  expect(rig.errors).toContainEqual(new Error('boom'));
});

test('O10, F72: what belongs to somebody else is neither sent nor touched, and counted', async () => {
  const rig = await createRig({ pausedFor: ['test'] });
  const { id } = await rig.enqueue('key', { n: 1 });
  const before = rig.store.rows.get(id);
  const other = await restarted(rig, { principal: 'till-2' });
  await other.host.pass(600_000);
  expect(other.asked).toEqual([]);
  expect(other.outbox.counts()).toEqual({ waiting: 0, inflight: 0, parked: 0, untouched: 1 });
  expect(other.signals).toEqual([{ kind: 'untouched', key: id, because: 'other-principal' }]);
  expect(other.store.rows.get(id)).toEqual(before);
  const again = await restarted(other);
  await again.settle();
  expect(numbers(again.asked)).toEqual([1]);
});

const day = 86_400_000;

test('O11, F68: past its age an item that was never sent is parked', async () => {
  const rig = await createRig({ pausedFor: ['test'] });
  await rig.enqueue('key', { n: 1 });
  rig.host.sleep(day, 'runs');
  rig.outbox.resume('test');
  await rig.settle();
  expect(rig.asked).toEqual([]);
  expect(rig.outbox.parked()).toMatchObject([{ code: 'expired', mayHaveHappened: false }]);
});

test.each([
  [true, 'acked', {}],
  [false, 'parked', { 1: 'expired' }],
  [undefined, 'parked', { 1: 'unclear' }],
])('O11: in doubt it is verified first (%s)', async (applied, outcome, codes) => {
  const mutations = { key: verified('key') };
  const rig = await createRig({ mutations });
  await rig.enqueue('key', { n: 1 });
  rig.last().answer(refused(503, { retryAfterMs: 60_000 }));
  await rig.settle();
  rig.host.sleep(day, 'stops');
  await rig.host.pass(61_000);
  expect(rig.asked).toHaveLength(1);
  rig.last().answer(ok({ applied }, 200));
  await rig.settle();
  expect(parkedCodes(rig)).toEqual(codes);
  expect(rig.changes.at(-1)).toMatchObject({ state: outcome });
});

test('O11, O24, F66, F68: what is given up after silence may have happened, although a read says that it did not yet', async () => {
  const rig = await createRig({ mutations: { key: verified('key') } });
  await rig.enqueue('key', { n: 1 });
  rig.last().answer(failed('unreadable'));
  await rig.settle();
  rig.host.sleep(day, 'stops');
  await rig.host.pass(1_000);
  rig.last().answer(ok({ applied: false }, 200));
  await rig.settle();
  expect(rig.outbox.parked()).toMatchObject([{ code: 'expired', mayHaveHappened: true }]);
});

test('O11: a clock that was set back makes nothing young, and one that was set forward is believed', async () => {
  const rig = await createRig({ pausedFor: ['test'] });
  await rig.enqueue('key', { n: 1 });
  await rig.host.pass(day);
  rig.host.setWall(0);
  rig.outbox.resume('test');
  await rig.settle();
  expect(parkedCodes(rig)).toEqual({ 1: 'expired' });
});

test('O11: what was taken offline by a wrong clock is not old when the server tells the time', async () => {
  const host = createFakeHost({ random: () => 0.5 });
  let aheadMs = 0;
  const serverNowMs = (): number => host.clock.wallMs() + aheadMs;
  const rig = await createRig({ host, serverNowMs, pausedFor: ['test'] });
  await rig.enqueue('key', { n: 1 });
  const { id } = await rig.enqueue('key', { n: 2 });
  aheadMs = 400 * day;
  await rig.enqueue('key', { n: 3 });
  rig.outbox.resume('test');
  await rig.settle();
  expect(numbers(rig.asked)).toEqual([1, 2, 3]);
  // The same after a restart, and when a person sends it again.
  const later = await createRig({ host, store: rig.store, serverNowMs, pausedFor: ['test'] });
  host.sleep(day, 'runs');
  later.outbox.resume('test');
  await later.settle();
  expect(parkedCodes(later)).toEqual({ 1: 'expired', 2: 'expired', 3: 'expired' });
  later.outbox.retry(id);
  await later.settle();
  expect(numbers(later.asked)).toEqual([2]);
});

test('O11: a person who sends it again gives it its age anew', async () => {
  const rig = await createRig({ pausedFor: ['test'] });
  const { id } = await rig.enqueue('key', { n: 1 });
  rig.host.sleep(day, 'runs');
  rig.outbox.resume('test');
  await rig.settle();
  const handle = rig.outbox.retry(id);
  await rig.settle();
  rig.last().answer(ok());
  expect(await endOf(handle, rig)).toMatchObject({ outcome: 'done' });
});

test('O11: a wait that was stored by a clock of another day is not longer than the longest wait there is', async () => {
  const rig = await createRig();
  const { id } = await rig.enqueue('key', { n: 1 });
  rig.last().answer(refused(503));
  await rig.settle();
  const row = rig.store.rows.get(id);
  const rows = new Map([[id, { ...(row as object), nextAttemptAt: 9e15 }]]);
  const later = await createRig({ host: rig.host, store: createTestStore(rows) });
  await later.host.pass(301_000);
  expect(later.asked).toHaveLength(1);
});

test('O6: what failed lets others go first, and keeps nobody waiting', async () => {
  const rig = await createRig({ settings: { lanesAtOnce: 1 } });
  await rig.enqueue('key', { n: 1 });
  await rig.enqueue('key', { n: 2 });
  rig.last().answer(failed('unreadable'));
  await rig.settle();
  expect(numbers(rig.asked)).toEqual([1, 2]);
});
