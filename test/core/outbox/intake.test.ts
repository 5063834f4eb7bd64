import { expect, test } from 'vitest';
import { legalBy } from '../../../src/contract/mutation.ts';
import { collection } from '../../../src/contract/collection.ts';
import { createMutationId } from '../../../src/core/outbox/mutation-id.ts';
import type { Commit } from '../../../src/storage/store.ts';
import { anything, createRig, createTestStore, define, endOf, ok, type Input } from './rig.ts';

test('O1: enqueue resolves once the record is stored strictly', async () => {
  const rig = await createRig({ pausedFor: ['test'] });
  const { id } = await rig.outbox.enqueue('key', { n: 1 });
  expect(rig.store.commits).toHaveLength(1);
  expect(rig.store.commits[0]).toMatchObject({ durability: 'strict', writes: [{ table: 'outbox', key: id }] });
  expect(rig.store.rows.get(id)).toMatchObject({ id, name: 'key', state: 'pending', principal: 'till-1' });
});

test.each(['full', 'failed', 'closed', 'lost', 'read-only'] as const)(
  'O1: what the store refuses (%s) is rejected with its error and never sent',
  async (fault) => {
    const rig = await createRig();
    rig.store.faults.push(fault);
    await expect(rig.outbox.enqueue('key', { n: 1 })).rejects.toMatchObject({ name: 'StoreError', fault });
    await rig.host.pass(120_000);
    expect(rig.asked).toEqual([]);
    expect(rig.outbox.counts()).toEqual({ waiting: 0, inflight: 0, parked: 0, untouched: 0 });
  },
);

test('O1: what the store may have written after all is taken back before it is refused', async () => {
  const rig = await createRig();
  rig.store.unsure = 1;
  await expect(rig.outbox.enqueue('key', { n: 1 })).rejects.toMatchObject({ fault: 'failed' });
  expect(rig.store.rows.size).toBe(0);
  // The same of a rebase: what it was to replace is there again.
  const { id } = await rig.enqueue('key', { n: 2 });
  rig.last().answer({ kind: 'refusal', status: 409, body: undefined, problem: undefined, retryAfterMs: undefined });
  await rig.settle();
  const before = rig.store.rows.get(id);
  rig.store.unsure = 1;
  rig.store.faults.push(undefined, 'failed', 'lost');
  await expect(rig.outbox.rebase(id, { n: 3 })).rejects.toMatchObject({ fault: 'failed' });
  expect([...rig.store.rows]).toEqual([[id, before]]);
  expect(rig.outbox.parked()).toMatchObject([{ id }]);
});

test('O1, O39: who asks again under an id that is being stored is told what the first one is told, and not before', async () => {
  const rig = await createRig({ pausedFor: ['test'] });
  const told: string[] = [];
  const ask = (who: string) =>
    rig.outbox.enqueue('key', { n: 1 }, 'id-1').then(
      (handle) => {
        told.push(`${who} taken`);
        return handle;
      },
      () => void told.push(`${who} refused`),
    );
  rig.store.hangs = true;
  const both = [ask('first'), ask('second')];
  await rig.settle();
  expect(told).toEqual([]);
  rig.store.hangs = false;
  await rig.host.pass(61_000);
  const [first, second] = await Promise.all(both);
  expect(told).toEqual(['first taken', 'second taken']);
  expect(first).toBe(second);
  expect(rig.store.rows.size).toBe(1);
});

test('O1, O39: who asks again for what is being taken back is refused with it, and it is gone', async () => {
  const store = createTestStore();
  const commits: (() => Promise<void>)[] = [];
  const slow = (commit: Commit): Promise<void> =>
    new Promise((resolve, reject) => {
      commits.push(() => store.database.commit(commit).then(resolve, reject));
    });
  const rig = await createRig({ store, database: { ...store.database, commit: slow }, pausedFor: ['test'] });
  const ends: string[] = [];
  const ask = (): void =>
    void rig.outbox.enqueue('key', { n: 1 }, 'id-1').then(
      () => ends.push('taken'),
      () => ends.push('refused'),
    );
  store.unsure = 1;
  ask();
  await rig.settle();
  await commits
    .shift()?.()
    .catch(() => undefined);
  await rig.settle();
  expect(store.rows.size).toBe(1);
  ask();
  await rig.settle();
  expect(ends).toEqual([]);
  for (let next = commits.shift(); next !== undefined; next = commits.shift()) {
    await next();
    await rig.settle();
  }
  expect(ends).toEqual(['refused', 'refused']);
  expect(store.rows.size).toBe(0);
  expect(rig.outbox.counts().waiting).toBe(0);
});

test('O1: one that is too large for the store does not take the others of its commit with it', async () => {
  const rig = await createRig({ pausedFor: ['test'] });
  const first = rig.outbox.enqueue('key', { n: 1 });
  // These two go together, in the second commit, and then each alone.
  rig.store.faults.push('full', 'full');
  const second = rig.outbox.enqueue('key', { n: 2 });
  const third = rig.outbox.enqueue('key', { n: 3 });
  const ends = await Promise.allSettled([first, second, third]);
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(rig.outbox.pending().map(({ input }) => (input as Input).n)).toEqual([1, 3]);
});

test.each([
  ['an unknown name', 'nothing', { n: 1 }, 'unknown-name'],
  ['a name of a prototype', '__proto__', { n: 1 }, 'unknown-name'],
  ['a misfit', 'key', { n: 'one' }, 'input-invalid'],
  ['nothing', 'key', undefined, 'input-invalid'],
  ['a date', 'key', { n: 1, at: new Date(0) }, 'input-invalid'],
  ['a function', 'key', { n: 1, call: () => 1 }, 'input-invalid'],
  ['a big integer', 'key', { n: 1, big: 1n }, 'input-invalid'],
  ['too much', 'key', { n: 1, text: 'x'.repeat(300_000) }, 'input-invalid'],
  [
    'a reference to nothing known',
    'key',
    { n: 1, order: { $ref: 'e58ed763-928c-4155-bee9-fdbaaadc15f3' } },
    'input-invalid',
  ],
])('O2: %s is refused at the call, and nothing of it is stored', async (_, name, value, code) => {
  const rig = await createRig();
  await expect(rig.outbox.enqueue(name, value)).rejects.toMatchObject({ name: 'HeardError', code });
  expect(rig.store.commits).toEqual([]);
  expect(rig.outbox.counts().waiting).toBe(0);
});

test('O2: a value that contains itself is refused', async () => {
  const rig = await createRig();
  const value: Record<string, unknown> = { n: 1 };
  value['self'] = value;
  await expect(rig.outbox.enqueue('key', value)).rejects.toMatchObject({ code: 'input-invalid' });
});

test('O2: a refusal says where the input does not fit, and not what was there', async () => {
  const rig = await createRig();
  await expect(rig.outbox.enqueue('key', { n: '0555 123 456' })).rejects.toThrow(/n: expected number, got string/);
  await expect(rig.outbox.enqueue('key', { n: '0555 123 456' })).rejects.not.toThrow(/0555/);
});

test('O2: a path without its value, and one with a hostile value, is refused', async () => {
  const path = { carrier: { kind: 'http', method: 'POST', path: '/x/{lane}' } } as const;
  const rig = await createRig({ mutations: { key: define('key', path) } });
  await expect(rig.outbox.enqueue('key', { n: 1 })).rejects.toMatchObject({ code: 'input-invalid' });
  await expect(rig.outbox.enqueue('key', { n: 1, lane: '..' })).rejects.toMatchObject({ code: 'input-invalid' });
  await rig.outbox.enqueue('key', { n: 1, lane: 'a/../b' });
  await rig.settle();
  expect(rig.asked[0]?.plan.path).toBe('/x/a%2F..%2Fb');
});

const tickets = collection({ row: anything<{ status: string }>(), key: () => '' });

test('O2: what the contract or the rows of the device forbid is refused with their words', async () => {
  const legal = legalBy(tickets, {
    key: ({ n }: Input) => String(n),
    refuse: (_, { status }) => (status === 'done' ? { message: 'It is done.', remediation: 'Leave it.' } : undefined),
  });
  const rig = await createRig({
    mutations: {
      step: define('key', {
        legal,
        refuse: ({ n }) => (n < 0 ? { message: 'Below nothing.', remediation: 'Count.' } : undefined),
      }),
    },
    row: (asked, key) => (asked === tickets && key === '1' ? { status: 'done' } : undefined),
  });
  // What was done before this run began may show in the rows as late.
  await rig.host.pass(75_000);
  await expect(rig.outbox.enqueue('step', { n: -1 })).rejects.toMatchObject({
    code: 'input-invalid',
    message: 'Below nothing.',
    remediation: 'Count.',
  });
  await expect(rig.outbox.enqueue('step', { n: 1 })).rejects.toMatchObject({
    code: 'illegal-transition',
    message: 'It is done.',
  });
  await expect(rig.outbox.enqueue('step', { n: 2 })).resolves.toBeDefined();
});

test('O2: rules of a contract that throw refuse, with the cause', async () => {
  const boom = (): never => {
    throw new TypeError('boom');
  };
  const rig = await createRig({
    mutations: {
      refuse: define('key', { refuse: boom }),
      lane: define('key', { lane: boom }),
      body: define('key', { carrier: { kind: 'http', method: 'POST', path: '/', body: boom } }),
    },
  });
  for (const name of ['refuse', 'lane', 'body']) {
    await expect(rig.outbox.enqueue(name, { n: 1 })).rejects.toMatchObject({
      code: 'input-invalid',
      cause: expect.objectContaining({ message: 'boom' }),
    });
  }
});

test('O2: a queue is bounded, and says so; what is parked does not count', async () => {
  const rig = await createRig({ pausedFor: ['test'], settings: { maxItems: 2 } });
  await rig.outbox.enqueue('key', { n: 1 });
  await rig.outbox.enqueue('key', { n: 2 });
  await expect(rig.outbox.enqueue('key', { n: 3 })).rejects.toMatchObject({ code: 'too-many' });
  await rig.outbox.discard(rig.outbox.pending()[0]?.id ?? '');
  await expect(rig.outbox.enqueue('key', { n: 3 })).resolves.toBeDefined();
});

test('O2, F73: a queue of heartbeats refuses no order, and a queue of orders no payment', async () => {
  const mutations = Object.fromEntries(
    (['payment', 'order', 'status', 'telemetry'] as const).map((priority) => [priority, define('key', { priority })]),
  );
  const rig = await createRig({ mutations, pausedFor: ['test'], settings: { maxItems: 100 } });
  let n = 0;
  for (const [name, most] of [
    ['telemetry', 80],
    ['status', 95],
    ['order', 100],
    ['payment', 101],
  ] as const) {
    for (; n < most; n += 1) await rig.outbox.enqueue(name, { n });
    await expect(rig.outbox.enqueue(name, { n })).rejects.toMatchObject({ code: 'too-many' });
  }
});

test('O3: what is stored is a copy of what was given', async () => {
  const rig = await createRig({ pausedFor: ['test'] });
  const given = { n: 1, order: { lines: [{ dish: 4 }] } };
  const pending = rig.outbox.enqueue('key', given);
  given.order.lines.push({ dish: 5 });
  const { id } = await pending;
  given.order.lines.push({ dish: 6 });
  expect(rig.store.rows.get(id)).toMatchObject({ input: { n: 1, order: { lines: [{ dish: 4 }] } } });
});

test('O3: random numbers that repeat are refused, before two mutations share a key', async () => {
  const rig = await createRig({ randomBytes: (count) => new Uint8Array(count) });
  await rig.enqueue('key', { n: 1 });
  await expect(rig.outbox.enqueue('key', { n: 2 })).rejects.toMatchObject({ code: 'options-invalid' });
  expect(rig.outbox.pending()).toHaveLength(1);
});

test('O3: the id is a UUIDv4 of the bytes that were given', () => {
  const id = createMutationId((count) => new Uint8Array(count).fill(0xff));
  expect(id).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
  expect(createMutationId((count) => new Uint8Array(count))).toBe('00000000-0000-4000-8000-000000000000');
});

const heartbeat = define('natural', {
  keepsNewestOnly: true,
  lane: () => 'heartbeat',
  priority: 'telemetry',
  answer: anything(),
});

test('O4: only the newest waits, and those before it are told that they were replaced', async () => {
  const rig = await createRig({ mutations: { heartbeat, key: define('key') }, pausedFor: ['test'] });
  const first = await rig.enqueue('heartbeat', { n: 1 });
  const other = await rig.enqueue('key', { n: 9, lane: 'heartbeat' });
  const second = await rig.enqueue('heartbeat', { n: 2 });
  expect(await endOf(first, rig)).toEqual({ outcome: 'replaced' });
  expect(await endOf(other, rig)).toBeUndefined();
  expect(await endOf(second, rig)).toBeUndefined();
  expect(rig.outbox.pending().map(({ input }) => (input as Input).n)).toEqual([9, 2]);
  expect([...rig.store.rows.keys()]).toEqual([other.id, second.id]);
});

test('O4: what is under way is not touched, and gives way when it comes back', async () => {
  const rig = await createRig({ mutations: { heartbeat } });
  const first = await rig.enqueue('heartbeat', { n: 1 });
  const second = await rig.enqueue('heartbeat', { n: 2 });
  expect(rig.asked).toHaveLength(1);
  expect(await endOf(first, rig)).toBeUndefined();
  rig.last().answer({ kind: 'refusal', status: 503, body: undefined, problem: undefined, retryAfterMs: undefined });
  await rig.settle();
  expect(await endOf(first, rig)).toEqual({ outcome: 'replaced' });
  await rig.host.pass(1_000);
  expect(rig.asked.map(({ body }) => (body as Input).n)).toEqual([1, 2]);
  rig.last().answer(ok());
  expect(await endOf(second, rig)).toMatchObject({ outcome: 'done' });
});
