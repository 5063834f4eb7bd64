import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Commit, StoredValue } from '../../../src/storage/store.ts';
import { runs } from '../../effort.ts';
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
  type Input,
} from './rig.ts';

test('O31: an outcome is stored before it is told, and while it cannot be its lane waits', async () => {
  const rig = await createRig();
  const handle = await rig.enqueue('key', { n: 1, lane: 'a' });
  await rig.enqueue('key', { n: 2, lane: 'a' });
  rig.store.faults.push('failed', 'lost', 'failed');
  rig.last().answer(ok());
  await rig.settle();
  expect(await endOf(handle, rig)).toBeUndefined();
  expect(rig.asked).toHaveLength(1);
  await rig.host.pass(10_000);
  expect(await endOf(handle, rig)).toMatchObject({ outcome: 'done' });
  expect(rig.asked).toHaveLength(2);
  expect(rig.signals.filter(({ kind }) => kind === 'storage')).toHaveLength(3);
});

test('O31: while its answer is being stored, a mutation is still shown with what was asked for', async () => {
  const rig = await createRig();
  await rig.enqueue('key', { n: 1, lane: 'a' });
  rig.store.faults.push('failed');
  rig.last().answer(ok());
  await rig.settle();
  expect(rig.outbox.pending()).toMatchObject([{ state: 'inflight', input: { n: 1, lane: 'a' } }]);
});

test('O31: a claim that cannot be stored is not sent, and is tried again', async () => {
  const rig = await createRig({ pausedFor: ['test'] });
  await rig.enqueue('none', { n: 1 });
  rig.store.faults.push('full', 'full');
  rig.outbox.resume('test');
  await rig.settle();
  expect(rig.asked).toEqual([]);
  expect(rig.outbox.pending()).toMatchObject([{ state: 'pending' }]);
  await rig.host.pass(60_000);
  expect(rig.asked).toHaveLength(1);
});

test('O32: what was answered stays a while, for what refers to it, and is forgotten after that', async () => {
  const settings = { journalItems: 2, journalAnswerLength: 40 };
  const rig = await createRig({
    settings,
    serve: ({ body }) => ok({ id: (body as Input).n, text: 'x'.repeat((body as Input).n) }),
  });
  const ids: string[] = [];
  for (const n of [1, 2, 99]) ids.push((await rig.enqueue('key', { n })).id);
  expect([...rig.store.rows.keys()]).toEqual(ids.slice(1));
  expect(rig.store.rows.get(ids[1] ?? '')).toMatchObject({ state: 'acked', input: null, answer: { id: 2 } });
  expect(rig.store.rows.get(ids[2] ?? '')).not.toHaveProperty('answer');
  await expect(rig.outbox.enqueue('key', { n: 3, order: { $ref: ids[0] } })).rejects.toMatchObject({
    code: 'input-invalid',
  });
  const later = await restarted(rig, { settings });
  await later.enqueue('key', { n: 3, order: { $ref: ids[1] } });
  expect(later.last().body).toMatchObject({ order: 2 });
});

test('O32: as long as something refers to it, it stays, however long its answer is', async () => {
  const mutations = { parent: define('natural'), child: define('key'), key: define('key') };
  const settings = { journalItems: 1, journalAnswerLength: 5 };
  const rig = await createRig({ mutations, settings });
  const parent = await rig.enqueue('parent', { n: 1 });
  const other = await rig.enqueue('parent', { n: 2 });
  await rig.enqueue('child', { n: 3, order: { a: { $ref: parent.id }, b: { $ref: other.id } } });
  rig.asked[0]?.answer(ok({ id: 10, text: 'long enough' }));
  await rig.settle();
  for (const n of [4, 5]) {
    await rig.enqueue('key', { n });
    rig.last().answer(ok());
    await rig.settle();
  }
  rig.asked[1]?.answer(ok({ id: 20, text: 'long enough' }));
  await rig.settle();
  expect(rig.last().body).toMatchObject({ order: { a: 10, b: 20 } });
});

test('O32: a full store does without the journal', async () => {
  const rig = await createRig();
  const handle = await rig.enqueue('key', { n: 1 });
  rig.store.faults.push('full');
  rig.last().answer(ok());
  expect(await endOf(handle, rig)).toMatchObject({ outcome: 'done' });
  expect(rig.store.rows.size).toBe(0);
});

test('O32: a full store drops nothing else: what is parked, retried or referred to is stored when there is room', async () => {
  const rig = await createRig();
  const refusedOne = await rig.enqueue('key', { n: 1 });
  const busyOne = await rig.enqueue('key', { n: 2 });
  const parent = await rig.enqueue('key', { n: 3 });
  await rig.enqueue('key', { n: 4, order: { $ref: parent.id } });
  for (const [index, answer] of [refused(422), refused(503), ok({ id: 77 })].entries()) {
    rig.store.faults.push('full');
    rig.asked[index]?.answer(answer);
    await rig.settle();
  }
  expect([...rig.store.rows.keys()]).toEqual(expect.arrayContaining([refusedOne.id, busyOne.id, parent.id]));
  await rig.host.pass(5_000);
  expect(rig.store.rows.get(refusedOne.id)).toMatchObject({ state: 'parked' });
  expect(rig.store.rows.get(parent.id)).toMatchObject({ state: 'acked', answer: { id: 77 } });
  expect(rig.asked.find(({ body }) => (body as Input).n === 4)?.body).toMatchObject({ order: 77 });
});

test('O32: a full store forgets what nobody refers to before it refuses an order, and says when it does (F76)', async () => {
  const rig = await createRig();
  const answered = await rig.enqueue('key', { n: 1 });
  rig.last().answer(ok());
  await rig.settle();
  expect([...rig.store.rows.keys()]).toEqual([answered.id]);
  rig.store.faults.push('full');
  const { id } = await rig.enqueue('key', { n: 2 });
  expect([...rig.store.rows.keys()]).toEqual([id]);
  expect(rig.signals).toEqual([]);
  // There is nothing left to forget.
  rig.store.faults.push('full');
  await expect(rig.outbox.enqueue('key', { n: 3 })).rejects.toMatchObject({ fault: 'full' });
  expect(rig.signals).toMatchObject([{ kind: 'storage', fault: 'full' }]);
  await rig.settle();
  expect([...rig.store.rows.keys()]).toEqual([id]);
});

const broken: readonly [string, StoredValue][] = [
  ['corrupt', null],
  ['corrupt', 'text'],
  ['corrupt', []],
  ['corrupt', { version: 1 }],
  ['corrupt', { version: 'one' }],
  ['newer', { version: 2, anything: true }],
];

test.each(broken)('O33: a record that is %s (%j) is kept as it is, told and counted', async (because, value) => {
  const rows = new Map([['key-1', value]]);
  const rig = await createRig({ store: createTestStore(rows) });
  await rig.enqueue('key', { n: 1 });
  expect(rig.asked).toHaveLength(1);
  expect(rig.signals).toEqual([{ kind: 'untouched', key: 'key-1', because }]);
  expect(rig.outbox.untouched()).toEqual([{ key: 'key-1', because }]);
  expect(rig.outbox.counts().untouched).toBe(1);
  expect(rows.get('key-1')).toEqual(value);
  await rig.outbox.discard('key-1');
  expect(rows.has('key-1')).toBe(false);
  expect(rig.outbox.counts().untouched).toBe(0);
});

test('O33, F73: whatever stands in the table, the outbox starts, sends what it can read and drops nothing', async () => {
  const rig = await createRig({ pausedFor: ['test'] });
  const { id } = await rig.enqueue('key', { n: 1 });
  const sound = rig.store.rows.get(id) as Record<string, StoredValue>;
  const field = fc.constantFrom(...Object.keys(sound), 'request', 'fault', 'doubt', 'answer', 'formerly', '__proto__');
  const junk = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(null, '', -1, 1e308, 'parked', 'inflight'),
  ) as fc.Arbitrary<StoredValue>;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(field, junk), { minLength: 1, maxLength: 3 }), async (changes) => {
      const damaged = { ...sound };
      for (const [name, value] of changes)
        Object.defineProperty(damaged, name, { value, enumerable: true, configurable: true, writable: true });
      const rows = new Map<string, StoredValue>([
        [id, damaged],
        ['other', { ...sound, id: 'other', lane: 'other' }],
      ]);
      const later = await createRig({ host: rig.host, store: createTestStore(rows), serve: () => ok() });
      await later.settle();
      const { waiting, parked, untouched } = later.outbox.counts();
      const isAnswered = (later.store.rows.get(id) as { state?: unknown } | undefined)?.state === 'acked';
      expect(waiting + parked + untouched).toBe(isAnswered ? 0 : 1);
      expect(later.asked.some(({ options }) => options.correlationId === 'other')).toBe(true);
      await later.outbox.dispose();
    }),
    runs(200),
  );
});

test('O33: what refers to a record that is kept as it is waits for it', async () => {
  const rig = await createRig({ store: createTestStore(new Map([['abc', null]])) });
  await rig.enqueue('key', { n: 1, order: { $ref: 'abc' } });
  await rig.host.pass(60_000);
  expect(rig.asked).toEqual([]);
  await rig.outbox.discard('abc');
  await rig.settle();
  expect(parkedCodes(rig)).toEqual({ 1: 'parent-gone' });
});

test('O33, F73: a mutation that the contract lacks is parked, and sent by an app that knows it again', async () => {
  const rig = await createRig({ pausedFor: ['test'] });
  const { id } = await rig.enqueue('natural', { n: 1 });
  const without = await restarted(rig, { mutations: { key: define('key') } });
  await without.settle();
  expect(without.outbox.parked()).toMatchObject([{ id, code: 'unknown-mutation', input: { n: 1 } }]);
  expect(without.signals).toMatchObject([{ kind: 'parked', code: 'unknown-mutation', mayHaveHappened: false }]);
  expect(() => without.outbox.retry(id)).toThrow(/no mutation of its name/);
  const again = await restarted(without);
  await again.settle();
  expect(again.asked).toHaveLength(1);
});

test('O34, F74: a request that hangs is given up after a minute, as silence, and begun anew', async () => {
  const rig = await createRig();
  const handle = await rig.enqueue('key', { n: 1 });
  await rig.enqueue('blind', { n: 2 });
  await rig.host.pass(59_999);
  expect(rig.signals).toEqual([]);
  await rig.host.pass(1_000);
  expect(rig.signals.filter(({ kind }) => kind === 'stuck')).toEqual([
    { kind: 'stuck', id: handle.id, at: 'server' },
    { kind: 'stuck', id: rig.outbox.parked()[0]?.id, at: 'server' },
  ]);
  expect(rig.asked[0]?.options.signal?.aborted).toBe(true);
  expect(parkedCodes(rig)).toEqual({ 2: 'unclear' });
  expect(rig.asked).toHaveLength(3);
  // The first one after all: too late.
  rig.asked[0]?.answer(refused(422));
  await rig.settle();
  expect(parkedCodes(rig)).toEqual({ 2: 'unclear' });
  rig.asked[2]?.answer(ok());
  expect(await endOf(handle, rig)).toMatchObject({ outcome: 'done' });
});

test('O34: a verification and a GET that hang are given up, too', async () => {
  const rig = await createRig();
  await rig.enqueue('none', { n: 1 });
  rig.last().answer(refused(500));
  await rig.host.pass(61_000);
  expect(rig.signals).toMatchObject([{ kind: 'stuck', at: 'verification' }]);
  expect(rig.reads).toHaveLength(2);
  rig.last().answer(failed('network'));
  await rig.host.pass(61_000);
  expect(rig.signals.at(-1)).toMatchObject({ kind: 'stuck', at: 'network' });
  expect(rig.probes).toHaveLength(2);
  // Too late: another GET is under way.
  rig.probes[0]?.(true);
  await rig.settle();
  expect(rig.reads).toHaveLength(2);
  rig.probes[1]?.(true);
  await rig.host.pass(1_000);
  expect(rig.reads).toHaveLength(3);
});

test('O34: a store that does not answer is asked again, in every phase', async () => {
  const rig = await createRig({ pausedFor: ['test'] });
  rig.store.hangs = true;
  const pending = rig.outbox.enqueue('key', { n: 1 });
  await rig.host.pass(59_000);
  rig.store.hangs = false;
  await rig.host.pass(2_000);
  const handle = await pending;
  rig.store.hangs = true;
  rig.outbox.resume('test');
  await rig.host.pass(59_000);
  expect(rig.asked).toEqual([]);
  rig.store.hangs = false;
  await rig.host.pass(2_000);
  rig.store.hangs = true;
  rig.last().answer(refused(422));
  await rig.host.pass(59_000);
  expect(await endOf(handle, rig)).toBeUndefined();
  rig.store.hangs = false;
  await rig.host.pass(2_000);
  expect(await endOf(handle, rig)).toMatchObject({ outcome: 'parked' });
  rig.store.hangs = true;
  const discarded = rig.outbox.discard(handle.id);
  await rig.host.pass(59_000);
  rig.store.hangs = false;
  await rig.host.pass(2_000);
  await discarded;
  expect(rig.store.rows.size).toBe(0);
  expect(rig.signals.filter(({ kind }) => kind === 'stuck')).toHaveLength(4);
});

const hoursMs = 3 * 3_600_000;

test('O34: a device that slept for hours gives nothing up that was under way: it has its minute when it wakes', async () => {
  const rig = await createRig();
  const handle = await rig.enqueue('none', { n: 1 });
  rig.host.sleep(hoursMs, 'runs');
  rig.host.emit({ kind: 'resume' });
  await rig.host.pass(59_000);
  expect(rig.signals).toEqual([]);
  rig.last().answer(ok());
  expect(await endOf(handle, rig)).toMatchObject({ outcome: 'done' });
});

test('O34: neither is a store called stuck that had no time to answer', async () => {
  const rig = await createRig();
  rig.store.hangs = true;
  const taken = rig.outbox.enqueue('key', { n: 1 });
  rig.host.sleep(hoursMs, 'runs');
  await rig.host.pass(59_000);
  expect(rig.signals).toEqual([]);
  rig.store.hangs = false;
  await rig.host.pass(2_000);
  await taken;
  expect(rig.signals).toMatchObject([{ kind: 'stuck', at: 'store' }]);
});

test('O34: what still hangs after that is given up, also on a page whose timers are always late', async () => {
  const rig = await createRig();
  const handle = await rig.enqueue('key', { n: 1 });
  const stuck = { kind: 'stuck', id: handle.id, at: 'server' };
  rig.host.sleep(hoursMs, 'runs');
  await rig.host.pass(59_000);
  expect(rig.signals).toEqual([]);
  await rig.host.pass(2_000);
  expect(rig.signals).toEqual([stuck]);
  rig.host.sleep(hoursMs, 'runs');
  await rig.host.pass(1_000);
  for (let nap = 0; nap < 3; nap += 1) {
    rig.host.sleep(70_000, 'runs');
    await rig.host.pass(0);
  }
  expect(rig.signals).toEqual([stuck, stuck]);
});

test('O34: a GET that was under way when the device slept has its minute, too', async () => {
  const rig = await createRig();
  await rig.enqueue('key', { n: 1 });
  rig.last().answer(failed('network'));
  await rig.host.pass(1_000);
  rig.host.sleep(hoursMs, 'runs');
  await rig.host.pass(59_000);
  expect(rig.signals).toEqual([]);
  expect(rig.probes).toHaveLength(1);
  rig.probes[0]?.(true);
  await rig.host.pass(2_000);
  rig.last().answer(ok());
});

test('O35: parked items survive, and say after a restart what they said before', async () => {
  const explain = (_: Input, { status }: { readonly status: number }) => ({
    message: `${status}`,
    remediation: 'Ask.',
  });
  const mutations = { key: define('key', { explain }) };
  const rig = await createRig({ mutations });
  await rig.enqueue('key', { n: 1 });
  rig.last().answer(refused(422, { problem: 'urn:x' }));
  await rig.settle();
  const later = await restarted(rig, { mutations });
  expect(later.outbox.parked()).toEqual(rig.outbox.parked());
  expect(later.outbox.parked()).toMatchObject([
    { code: 'refused', status: 422, problem: 'urn:x', explained: { message: '422' } },
  ]);
});

test('O35: retry sends the same bytes under the same key, and tells the new end', async () => {
  const rig = await createRig();
  const { id, settled } = await rig.enqueue('blind', { n: 1 });
  rig.last().answer(failed('timeout'));
  expect(await settled).toMatchObject({ outcome: 'parked' });
  const again = rig.outbox.retry(id);
  rig.outbox.authorised();
  void rig.outbox.drain();
  await rig.settle();
  expect(rig.asked[1]?.options).toMatchObject({
    idempotencyKey: id,
    bodyText: rig.asked[0]?.options.bodyText,
  });
  rig.last().answer(ok());
  expect(await endOf(again, rig)).toMatchObject({ outcome: 'done' });
});

test('O35: rebase puts another input in its place, under a new key, in one commit', async () => {
  const rig = await createRig();
  const old = await rig.enqueue('key', { n: 1 });
  rig.last().answer(refused(409));
  await rig.settle();
  const commits = rig.store.commits.length;
  const fresh = await rig.outbox.rebase(old.id, { n: 2 });
  expect(rig.store.commits[commits]?.writes).toMatchObject([{ key: fresh.id }, { key: old.id, value: undefined }]);
  await rig.settle();
  expect(rig.last().options.idempotencyKey).toBe(fresh.id);
  expect(rig.outbox.parked()).toEqual([]);
});

test('O35: a rebase that does not fit, or cannot be stored, leaves what was parked', async () => {
  const rig = await createRig();
  const { id } = await rig.enqueue('key', { n: 1 });
  rig.last().answer(refused(409));
  await rig.settle();
  await expect(rig.outbox.rebase(id, { n: 'x' })).rejects.toMatchObject({ code: 'input-invalid' });
  rig.store.faults.push('full');
  await expect(rig.outbox.rebase(id, { n: 2 })).rejects.toMatchObject({ fault: 'full' });
  expect(rig.outbox.parked()).toMatchObject([{ id, input: { n: 1 } }]);
  const [first, second] = [rig.outbox.rebase(id, { n: 2 }), rig.outbox.rebase(id, { n: 3 })];
  expect(() => rig.outbox.retry(id)).toThrow(/another input/);
  await expect(second).rejects.toMatchObject({ code: 'illegal-transition' });
  await first;
  expect(rig.outbox.counts()).toEqual({ waiting: 1, inflight: 1, parked: 0, untouched: 0 });
});

test('O35: discard removes what is not under way, and says so when the store does not', async () => {
  const rig = await createRig();
  const busy = await rig.enqueue('key', { n: 1, lane: 'a' });
  const waiting = await rig.enqueue('key', { n: 2, lane: 'a' });
  await expect(rig.outbox.discard(busy.id)).rejects.toMatchObject({ code: 'illegal-transition' });
  rig.store.faults.push('failed');
  await expect(rig.outbox.discard(waiting.id)).rejects.toMatchObject({ fault: 'failed' });
  expect(rig.outbox.counts().waiting).toBe(2);
  await rig.outbox.discard(waiting.id);
  expect(await endOf(waiting, rig)).toEqual({ outcome: 'discarded' });
  expect(rig.store.rows.has(waiting.id)).toBe(false);
  await expect(rig.outbox.discard('nothing')).rejects.toMatchObject({ code: 'unknown-name' });
  await expect(rig.outbox.rebase(busy.id, { n: 5 })).rejects.toMatchObject({ code: 'illegal-transition' });
  expect(() => rig.outbox.retry('nothing')).toThrow(/no mutation/);
});

test.each([
  ['park', { do: 'park' }, { outcome: 'parked' }, [1]],
  ['discard', { do: 'discard' }, { outcome: 'discarded' }, [1]],
  ['rebase', { do: 'rebase', input: { n: 2 } }, { outcome: 'replaced' }, [1, 2]],
] as const)('O18: of a conflict the app says: %s', async (_, decision, end, sent) => {
  const conflicts: unknown[] = [];
  const rig = await createRig({
    onConflict: (conflict) => {
      conflicts.push(conflict);
      return Promise.resolve(decision);
    },
  });
  const handle = await rig.enqueue('key', { n: 1 });
  rig.last().answer(refused(409, { body: { table: 5 } }));
  await rig.settle();
  expect(await endOf(handle, rig)).toMatchObject(end);
  expect(conflicts).toMatchObject([{ id: handle.id, name: 'key', input: { n: 1 }, status: 409, body: { table: 5 } }]);
  expect(rig.asked.map(({ body }) => (body as Input).n)).toEqual(sent);
});

test('O35: money is never rebased by a hook, only by a person', async () => {
  const mutations = { pay: define('key', { priority: 'payment' }) };
  const rig = await createRig({ mutations, onConflict: () => ({ do: 'rebase', input: { n: 2 } }) });
  const handle = await rig.enqueue('pay', { n: 1 });
  rig.last().answer(refused(409));
  expect(await endOf(handle, rig)).toMatchObject({ outcome: 'parked', parked: { code: 'conflict' } });
  await rig.outbox.rebase(handle.id, { n: 3 });
  await rig.settle();
  expect(rig.last().body).toMatchObject({ n: 3 });
});

test.each([
  () => {
    throw new Error('boom');
  },
  () => Promise.reject(new Error('boom')),
  () => undefined as never,
  () => ({ do: 'rebase', input: { n: 'x' } }) as const,
])('O18: a hook that fails parks (%#)', async (onConflict) => {
  const rig = await createRig({ onConflict });
  const handle = await rig.enqueue('key', { n: 1 });
  rig.last().answer(refused(409));
  expect(await endOf(handle, rig)).toMatchObject({ outcome: 'parked' });
});

test('O18: a hook that decides after a person has decided changes nothing', async () => {
  let decide: (decision: { readonly do: 'discard' }) => void = () => undefined;
  const rig = await createRig({ onConflict: () => new Promise((resolve) => void (decide = resolve)) });
  const { id } = await rig.enqueue('key', { n: 1 });
  rig.last().answer(refused(409));
  await rig.settle();
  rig.outbox.retry(id);
  await rig.settle();
  decide({ do: 'discard' });
  await rig.settle();
  expect(rig.outbox.pending()).toMatchObject([{ id, state: 'inflight' }]);
});

const fenceOf =
  (value: number): (() => Commit['only']) =>
  () => ({ table: 'meta', key: 'leader', value });

test('O36: once another tab has the fence, nothing is claimed or settled, and taking in goes on', async () => {
  const rig = await createRig({ fence: fenceOf(1) });
  await rig.enqueue('key', { n: 1 });
  rig.store.leader = 2;
  rig.last().answer(ok());
  await rig.settle();
  expect(rig.signals).toEqual([{ kind: 'stopped', because: 'fenced' }]);
  const { id } = await rig.enqueue('key', { n: 2 });
  expect(rig.store.rows.get(id)).toMatchObject({ state: 'pending' });
  // What it knows is old: leading again takes another outbox.
  rig.store.leader = 1;
  rig.outbox.resume('fenced');
  await rig.host.pass(600_000);
  expect(rig.asked).toHaveLength(1);
  expect(rig.signals).toHaveLength(1);
});

test('O43: with a fence, what another tab has taken in is found, and only what nobody has begun', async () => {
  const other = await createRig({ pausedFor: ['test'] });
  const ids = ['a', 'b', 'c'];
  const taken: string[] = [];
  for (const lane of ids) taken.push((await other.enqueue('key', { n: taken.length + 1, lane })).id);
  const store = createTestStore();
  const rig = await createRig({ host: other.host, store, fence: fenceOf(1) });
  const own = await rig.enqueue('key', { n: 9, lane: 'a' });
  const record = (at: number, change: object = {}) =>
    store.rows.set(taken[at] ?? '', { ...(other.store.rows.get(taken[at] ?? '') as object), ...change });
  record(0);
  record(1, { state: 'inflight', attempts: 1 });
  record(2, { attempts: 1 });
  rig.host.emit({ kind: 'hidden' });
  await rig.settle();
  expect(rig.outbox.counts().waiting).toBe(1);
  rig.host.emit({ kind: 'visible' });
  await rig.settle();
  expect(rig.outbox.pending().map(({ id }) => id)).toEqual([own.id, taken[0]]);
  expect(rig.changes).toContainEqual(expect.objectContaining({ id: taken[0], name: 'key', state: 'pending' }));
  rig.last().answer(ok());
  await rig.settle();
  // In the same lane, behind what was under way.
  expect(rig.asked.map(({ body }) => (body as Input).n)).toEqual([9, 1]);
  rig.last().answer(ok());
  const drained = rig.outbox.drain();
  await rig.settle();
  expect(await drained).toMatchObject({ sent: 1, remaining: 0 });
  expect(rig.asked).toHaveLength(2);
});

test('O43: a store that cannot be read is reported, and the drain ends', async () => {
  const store = createTestStore();
  const rig = await createRig({ store, fence: fenceOf(1) });
  store.unreadable = true;
  const drained = rig.outbox.drain();
  await rig.settle();
  expect(await drained).toMatchObject({ sent: 0, remaining: 0 });
  expect(rig.errors).toHaveLength(1);
});

test('O36: of two tabs that both believe to lead, one sends', async () => {
  const first = await createRig({ pausedFor: ['later'], fence: fenceOf(1) });
  await first.enqueue('blind', { n: 1 });
  first.store.leader = 2;
  const second = await createRig({ host: first.host, store: first.store, fence: fenceOf(2) });
  await second.settle();
  first.outbox.resume('later');
  await first.host.pass(50_000);
  expect(first.asked).toEqual([]);
  expect(second.asked).toHaveLength(1);
});

test('O35: whoever decides twice in one breath is told about each: a listener that retries and discards', async () => {
  const rig = await createRig();
  const { id } = await rig.enqueue('key', { n: 1 });
  const ends: Promise<unknown>[] = [];
  const codeOf = (error: unknown): unknown => (error as { readonly code?: string }).code;
  const off = rig.outbox.subscribe(({ state }) => {
    if (state !== 'parked') return;
    off();
    rig.outbox.retry(id);
    ends.push(rig.outbox.discard(id).catch(codeOf), rig.outbox.discard(id).catch(codeOf));
  });
  rig.last().answer(refused(422));
  await rig.settle();
  expect(await Promise.all(ends)).toEqual(['illegal-transition', 'illegal-transition']);
  expect(rig.asked).toHaveLength(2);
  rig.last().answer(refused(422));
  await rig.settle();
  const twice = [rig.outbox.discard(id), rig.outbox.discard(id).catch(codeOf)];
  expect(await Promise.all(twice)).toEqual([undefined, 'illegal-transition']);
  expect(rig.outbox.parked()).toEqual([]);
});
