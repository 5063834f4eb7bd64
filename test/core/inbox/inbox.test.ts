import { expect, test } from 'vitest';
import type { ContractData } from '../../../src/contract/contract.ts';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import type { WorkRule } from '../../../src/contract/event.ts';
import { openInbox, type Inbox } from '../../../src/core/inbox/inbox.ts';
import { memory } from '../../../src/storage/memory.ts';
import { failingStore, type Failure } from '../../../src/testing/failing-store.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';
import { patience } from '../../effort.ts';
import { completed, createRig, eventOf, queued } from './rig.ts';

test('I1: work is put before whoever is told of the event can move the cursor', async () => {
  const rig = createRig();
  const { inbox, keeper, database } = await rig.open();
  inbox.take(queued(5));
  keeper.put('cursors', 'printing', 7);
  await rig.host.pass(0);
  expect(await database.read('inbox')).toHaveLength(2);
  expect(rig.jobs).toEqual([5]);
});

test('I1: work that is taken while something else is performed is put at once, too', async () => {
  const host = createFakeHost();
  const puts: string[] = [];
  const inbox: Inbox = await openInbox({
    host,
    contract: laravelPos,
    store: {
      read: () => Promise.resolve([]),
      put: (_, key) => void puts.push(key.slice(0, 4)),
      stored: () => Promise.resolve(),
      setAside: () => undefined,
    },
    processors: new Map([
      ['PrintJobQueued', { handler: () => Promise.reject(new TypeError('no paper')), runs: new Map() }],
    ]),
    serverNowMs: () => 0,
    settings: { retries: 0 },
    signal({ kind }) {
      if (kind !== 'deadLetter' || puts.includes('curs')) return;
      puts.length = 0;
      inbox.take(queued(6));
      puts.push('curs');
    },
  });
  inbox.begin();
  inbox.take(queued(5));
  await host.pass(0);
  expect(puts.slice(0, 3)).toEqual(['work', 'item', 'curs']);
});

test('I2, I5: the same job by two events is one piece of work, another job is another', async () => {
  const rig = createRig();
  const { inbox } = await rig.open();
  inbox.take(queued(5, { attempts: 0 }));
  inbox.take(queued(5, { attempts: 0 }));
  inbox.take(queued(6, { attempts: 0 }));
  await rig.host.pass(0);
  rig.call(5).done();
  await rig.host.pass(0);
  inbox.take(queued(5, { attempts: 0 }));
  await rig.host.pass(10_000);
  expect(rig.jobs).toEqual([5, 6]);
});

/** The same contract with another rule for what is work. */
const ruled = (work: WorkRule | undefined): ContractData => {
  const definition = laravelPos.events.get('PrintJobQueued');
  const events = new Map(laravelPos.events);
  if (definition !== undefined) events.set('PrintJobQueued', { data: definition.data, ...(work && { work }) });
  return { ...laravelPos, events };
};

test('I2: without a key the event’s id, then its place in its own channel, and else everything is work', async () => {
  const rig = createRig({ contract: ruled(undefined) });
  const { inbox } = await rig.open();
  for (const event of [
    queued(1, { id: 'one' }),
    queued(1, { id: 'one' }),
    queued(2, { id: undefined, seq: 3, params: { table: '5' } }),
    queued(2, { id: undefined, seq: 3, params: { table: '5' } }),
    // Another table counts for itself.
    queued(3, { id: undefined, seq: 3, params: { table: '6' } }),
    queued(4, { id: undefined }),
    queued(5, { id: undefined }),
  ]) {
    inbox.take(event);
  }
  await rig.host.pass(0);
  expect(rig.jobs).toEqual([1, 2, 3, 4, 5]);
});

const wrongKeys: readonly (readonly [how: string, key: () => unknown])[] = [
  [
    'throws',
    () => {
      throw new RangeError('no such field');
    },
  ],
  ['gives nothing', () => undefined],
  ['gives an object', () => ({})],
];

test.each(wrongKeys)('I2: a key that %s is told, and the event is the work', async (_, key) => {
  const rig = createRig({ contract: ruled({ step: 'opens', key: key as () => string }) });
  const { inbox } = await rig.open();
  inbox.take(queued(5, { id: 'one' }));
  inbox.take(queued(5, { id: 'one' }));
  inbox.take(queued(6, { id: 'two' }));
  await rig.host.pass(0);
  expect(rig.jobs).toEqual([5, 6]);
  expect(rig.signals.every(({ kind }) => kind === 'callback')).toBe(true);
});

test('I2: a lane or an attempt that throws is told, and the work is done', async () => {
  const throws = (): never => {
    throw new RangeError('no such field');
  };
  const rig = createRig({ contract: ruled({ step: 'opens', key: () => 'job', attempt: throws }), lane: throws });
  const { inbox } = await rig.open();
  inbox.take(queued(5));
  await rig.host.pass(0);
  expect(rig.jobs).toEqual([5]);
  expect(rig.signals.map(({ kind }) => kind)).toEqual(['callback', 'callback']);
});

test('I3: what another gateway has done is not done any more', async () => {
  const rig = createRig({ lane: () => 'one printer' });
  const { inbox } = await rig.open();
  for (const job of [1, 2, 3]) inbox.take(queued(job, { attempts: 0 }));
  inbox.take(completed(2, 1));
  await rig.host.pass(0);
  rig.call(1).done();
  await rig.host.pass(0);
  expect(rig.jobs).toEqual([1, 3]);
});

test('I3: what was closed while it ran is not tried again, also after a crash', async () => {
  const rig = createRig();
  const first = await rig.open();
  first.inbox.take(queued(5, { attempts: 0 }));
  await rig.host.pass(0);
  first.inbox.take(completed(5, 1));
  await rig.host.pass(1_000);
  await first.database.close();
  rig.forgetRuns();
  const { inbox } = await rig.open();
  await rig.host.pass(60_000);
  expect(rig.jobs).toEqual([5]);
  expect(inbox.counts()).toEqual({ waiting: 0, running: 0, dead: 0 });
});

test('I4: a higher attempt after the work was done is a reprint, a row never is', async () => {
  const rig = createRig();
  const { inbox } = await rig.open();
  inbox.take(queued(5, { attempts: 0 }));
  await rig.host.pass(0);
  rig.call(5).done();
  await rig.host.pass(0);
  inbox.take(queued(5, { attempts: 0, isRow: true, id: 'row' }));
  inbox.take(queued(5, { attempts: 1, isRow: true, id: 'row 2' }));
  await rig.host.pass(0);
  expect(rig.calls).toHaveLength(1);
  inbox.take(queued(5, { attempts: 1 }));
  await rig.host.pass(0);
  expect(rig.calls).toHaveLength(2);
});

test('I4: what was done before a restart stays done', async () => {
  const rig = createRig();
  const first = await rig.open();
  const event = queued(5);
  first.inbox.take(event);
  await rig.host.pass(0);
  rig.call(5).done();
  await rig.host.pass(0);
  await first.inbox.stop();
  await first.keeper.close(true);
  const { inbox } = await rig.open();
  inbox.take(event);
  inbox.take(queued(5, { isRow: true, id: 'row' }));
  await rig.host.pass(0);
  expect(rig.calls).toHaveLength(1);
  inbox.take(queued(5));
  await rig.host.pass(0);
  expect(rig.calls).toHaveLength(2);
});

test('I5: a reprint that is asked for while the first one runs is done after it', async () => {
  const rig = createRig();
  const { inbox } = await rig.open();
  inbox.take(queued(5, { attempts: 0 }));
  await rig.host.pass(0);
  inbox.take(queued(5, { attempts: 1 }));
  await rig.host.pass(0);
  expect(rig.calls).toHaveLength(1);
  rig.call(5).done();
  await rig.host.pass(0);
  expect(rig.calls).toHaveLength(2);
  expect(rig.call(5).context.redelivered).toBe(false);
});

const storeThat = (fails: (commits: number) => Failure | undefined) => {
  let commits = 0;
  return failingStore(memory(), ({ kind }) => {
    if (kind !== 'commit') return undefined;
    commits += 1;
    return fails(commits);
  });
};

test('I7: a full storage holds the work back, and the cursor with it, until there is room', async () => {
  let isFull = false;
  const rig = createRig({ store: storeThat(() => (isFull ? { kind: 'fail', fault: 'full' } : undefined)) });
  const { inbox, keeper, database } = await rig.open();
  isFull = true;
  inbox.take(queued(5));
  keeper.put('cursors', 'printing', 7);
  await rig.host.pass(60_000);
  expect(rig.jobs).toEqual([]);
  expect(inbox.counts().running + inbox.counts().waiting).toBe(1);
  expect(await database.read('cursors')).toEqual([]);
  isFull = false;
  await rig.host.pass(30_000);
  expect(rig.jobs).toEqual([5]);
  expect(await database.read('cursors')).toHaveLength(1);
});

test('I8: after a restart a lane goes on in the order in which its work came', async () => {
  const rig = createRig({ lane: () => 'one printer' });
  const jobs = [10, 9, 100, 1, 22];
  const first = await rig.open({ begins: false });
  for (const job of jobs) first.inbox.take(queued(job));
  await rig.host.pass(0);
  await first.keeper.close(true);
  await rig.open();
  for (const job of jobs) {
    expect(rig.jobs.at(-1)).toBe(job);
    rig.call(job).done();
    await rig.host.pass(0);
  }
  expect(rig.jobs).toEqual(jobs);
});

test('I9, I13: six runs, then a dead letter with the class of its own error, told, listed, and not of another run', async () => {
  const rig = createRig();
  const { inbox, database } = await rig.open();
  inbox.take(queued(5));
  inbox.take(queued(6));
  for (let round = 0; round < 6; round += 1) {
    await rig.host.pass(round === 0 ? 0 : 10_000);
    rig.call(5).fail(new RangeError('paper'));
    rig.call(6).fail('a text');
  }
  await rig.host.pass(0);
  const letters = inbox.deadLetters();
  expect(letters.map(({ error, tries, mayHaveRun }) => ({ error, tries, mayHaveRun }))).toEqual([
    { error: 'RangeError', tries: 6, mayHaveRun: false },
    { error: 'string', tries: 6, mayHaveRun: false },
  ]);
  expect(rig.signals.filter(({ kind }) => kind === 'deadLetter')).toMatchObject([
    { id: letters[0]?.id, name: 'PrintJobQueued', channel: 'printing', tries: 6 },
    { id: letters[1]?.id },
  ]);
  expect(rig.calls.filter(({ context }) => context.attempt === 6)).toHaveLength(2);
  expect(await database.read('dead-letters')).toHaveLength(2);
  expect(inbox.counts()).toEqual({ waiting: 0, running: 0, dead: 2 });
});

async function withLetter(rig: ReturnType<typeof createRig>, job = 5) {
  const opened = await rig.open();
  opened.inbox.take(queued(job));
  for (let round = 0; round < 6; round += 1) {
    await rig.host.pass(round === 0 ? 0 : 10_000);
    rig.call(job).fail();
  }
  await rig.host.pass(0);
  const id = opened.inbox.deadLetters()[0]?.id ?? '';
  return { ...opened, id };
}

test('I13: a dead letter survives a restart, and is tried again once, with all its tries', async () => {
  const rig = createRig();
  const first = await withLetter(rig);
  await first.inbox.stop();
  await first.keeper.close(true);
  const { inbox, database } = await rig.open();
  expect(inbox.deadLetters()).toMatchObject([{ id: first.id, tries: 6, error: 'TypeError' }]);
  expect(inbox.retry(first.id)).toBe(true);
  expect(inbox.retry(first.id)).toBe(false);
  expect(inbox.discard(first.id)).toBe(false);
  await rig.host.pass(0);
  expect(rig.call(5).context).toMatchObject({ attempt: 1, redelivered: false });
  rig.call(5).done();
  await rig.host.pass(0);
  expect(inbox.counts()).toEqual({ waiting: 0, running: 0, dead: 0 });
  expect(await database.read('dead-letters')).toEqual([]);
});

test('I13: what is tried again meets a copy of its event, and is one piece of work', async () => {
  const rig = createRig();
  const { inbox, id } = await withLetter(rig);
  const [letter] = inbox.deadLetters();
  inbox.retry(id);
  if (letter !== undefined) inbox.take(letter.event);
  inbox.take(queued(5));
  await rig.host.pass(0);
  const begun = rig.calls.length;
  rig.call(5).done();
  await rig.host.pass(60_000);
  expect(rig.calls).toHaveLength(begun);
});

test('I13: a new request for what was given up is new work, and the letter stays', async () => {
  const rig = createRig();
  const { inbox, id } = await withLetter(rig);
  const [letter] = inbox.deadLetters();
  // The same once more is no new request.
  if (letter !== undefined) inbox.take(letter.event);
  inbox.take(queued(5, { isRow: true, id: 'row' }));
  await rig.host.pass(0);
  expect(rig.calls).toHaveLength(6);
  inbox.take(queued(5));
  await rig.host.pass(0);
  expect(rig.calls).toHaveLength(7);
  expect(inbox.deadLetters()).toMatchObject([{ id }]);
});

test('I13: a discarded letter does not come back, not by its event and not after a restart', async () => {
  const rig = createRig();
  const { inbox, keeper, id } = await withLetter(rig);
  const [letter] = inbox.deadLetters();
  expect(inbox.discard(id)).toBe(true);
  if (letter !== undefined) inbox.take(letter.event);
  await rig.host.pass(0);
  await inbox.stop();
  await keeper.close(true);
  const next = await rig.open();
  await rig.host.pass(60_000);
  expect(next.inbox.deadLetters()).toEqual([]);
  expect(rig.calls).toHaveLength(6);
});

test('I10: a handler that ignores its signal is given up, its lane goes on, and its end still counts', async () => {
  const rig = createRig({ lane: () => 'one printer' });
  const { inbox } = await rig.open();
  inbox.take(queued(5));
  inbox.take(queued(6));
  await rig.host.pass(29_999);
  const { signal } = rig.call(5).context;
  expect(signal.aborted).toBe(false);
  await rig.host.pass(1);
  expect(signal.aborted).toBe(true);
  await rig.host.pass(5_000);
  expect(inbox.deadLetters()).toMatchObject([{ mayHaveRun: true, error: undefined }]);
  expect(rig.jobs).toEqual([5, 6]);
  rig.call(5).done();
  await rig.host.pass(0);
  expect(inbox.deadLetters()).toEqual([]);
  expect(inbox.counts()).toMatchObject({ running: 1 });
});

test('I10, I11: tried again while the old run hangs, it waits; a failure of the old run lets it begin, told so', async () => {
  const rig = createRig();
  const { inbox } = await rig.open();
  inbox.take(queued(5));
  await rig.host.pass(35_000);
  const old = rig.call(5);
  inbox.retry(inbox.deadLetters()[0]?.id ?? '');
  await rig.host.pass(60_000);
  expect(rig.calls).toHaveLength(1);
  expect(inbox.counts()).toEqual({ waiting: 1, running: 0, dead: 0 });
  old.fail();
  await rig.host.pass(0);
  expect(rig.call(5).context).toMatchObject({ attempt: 1, redelivered: true });
});

test('I11: a handler that outlives its session is not run beside itself by the next one', async () => {
  const rig = createRig();
  const first = await rig.open();
  first.inbox.take(queued(5));
  await rig.host.pass(0);
  const old = rig.call(5);
  const stopping = first.inbox.stop();
  await rig.host.pass(5_000);
  await stopping;
  await first.keeper.close(false);
  const { inbox } = await rig.open();
  await rig.host.pass(10_000);
  expect(rig.calls).toHaveLength(1);
  expect(inbox.counts()).toEqual({ waiting: 1, running: 0, dead: 0 });
  old.done();
  await rig.host.pass(0);
  expect(inbox.counts()).toEqual({ waiting: 0, running: 0, dead: 0 });
  await rig.host.pass(60_000);
  expect(rig.calls).toHaveLength(1);
});

test('I12: what ran when the process ended runs again and is told so, in every run that follows', async () => {
  const rig = createRig();
  const first = await rig.open();
  first.inbox.take(queued(5));
  await rig.host.pass(0);
  expect(rig.call(5)).toMatchObject({ context: { redelivered: false }, event: { redelivered: false } });
  await first.database.close();
  rig.forgetRuns();
  await rig.open();
  await rig.host.pass(0);
  expect(rig.call(5)).toMatchObject({ context: { redelivered: true, attempt: 2 }, event: { redelivered: true } });
  rig.call(5).fail();
  await rig.host.pass(10_000);
  expect(rig.call(5).context).toMatchObject({ redelivered: true, attempt: 3 });
});

test('I12: what failed and rested when the process ended is not told so', async () => {
  const rig = createRig();
  const first = await rig.open();
  first.inbox.take(queued(5));
  await rig.host.pass(0);
  rig.call(5).fail();
  await rig.host.pass(10);
  await first.database.close();
  await rig.open();
  await rig.host.pass(0);
  expect(rig.call(5).context).toMatchObject({ redelivered: false, attempt: 2 });
});

test('I14: stopping waits for what runs; what is aborted then is not counted and runs again', async () => {
  const rig = createRig();
  const { inbox, keeper } = await rig.open();
  for (const job of [5, 6]) inbox.take(queued(job));
  await rig.host.pass(0);
  let hasStopped = false;
  void inbox.stop().then(() => (hasStopped = true));
  inbox.take(queued(7));
  await rig.host.pass(4_400);
  expect(hasStopped).toBe(false);
  rig.call(5).done();
  const { signal } = rig.call(6).context;
  signal.addEventListener('abort', () => rig.call(6).fail());
  await rig.host.pass(100);
  expect(signal.aborted).toBe(true);
  expect(hasStopped).toBe(true);
  expect(rig.jobs).toEqual([5, 6]);
  await keeper.close(true);
  await rig.open();
  await rig.host.pass(0);
  expect(rig.jobs).toEqual([5, 6, 6, 7]);
  expect(rig.call(6).context).toMatchObject({ attempt: 1, redelivered: true });
  expect(rig.call(7).context).toMatchObject({ attempt: 1, redelivered: false });
});

test('I14: stopping with nothing to wait for is done at once and leaves no timer', async () => {
  const rig = createRig();
  const { inbox } = await rig.open({ begins: false });
  inbox.begin();
  await inbox.stop();
  expect(rig.host.pendingTimers).toBe(0);
});

test('I14: a handler that stops the client and waits for it is aborted, and everything ends', async () => {
  let stopped: Promise<void> | undefined;
  const rig = createRig({ handler: (): unknown => (stopped = inbox.stop()) });
  const { inbox } = await rig.open();
  inbox.take(queued(5));
  await rig.host.pass(5_000);
  await stopped;
  expect(rig.host.pendingTimers).toBe(0);
});

test('I15: work without a handler waits, is counted, and is done when there is one again', async () => {
  const rig = createRig({ lane: () => 'one printer' });
  const first = await rig.open({ begins: false });
  first.inbox.take(queued(5));
  first.inbox.take(queued(6));
  await rig.host.pass(0);
  await first.keeper.close(true);
  const second = await rig.open({ handlers: new Map() });
  await rig.host.pass(60_000);
  expect(second.inbox.counts()).toEqual({ waiting: 2, running: 0, dead: 0 });
  // Closed meanwhile by another gateway.
  second.inbox.take(completed(6));
  await rig.host.pass(0);
  await second.keeper.close(true);
  await rig.open();
  await rig.host.pass(0);
  rig.call(5).done();
  await rig.host.pass(0);
  expect(rig.jobs).toEqual([5]);
});

test('I16: every run has a copy of its own, as it was stored, and the age it has now', async () => {
  const rig = createRig();
  const { inbox } = await rig.open();
  const occurredAt = rig.host.clock.wallMs();
  const event = queued(5, { occurredAt });
  inbox.take(event);
  await rig.host.pass(1_000);
  const { event: given } = rig.call(5);
  expect(given).not.toBe(event);
  (given.data as { print_job: { id: number } }).print_job.id = 99;
  rig.call(99).fail();
  await rig.host.pass(1_000);
  expect(rig.call(5).event).toMatchObject({ ageMs: expect.any(Number) as number, data: { print_job: { id: 5 } } });
  expect(rig.call(5).event.ageMs).toBeGreaterThan(1_000);
});

test('I16: a handler is called from no other callback, and may take, retry, discard and count', async () => {
  const order: string[] = [];
  const rig = createRig({
    handler(event) {
      order.push('handler');
      inbox.retry('nothing');
      inbox.discard('nothing');
      inbox.counts();
      if ((event.data as { print_job: { id: number } }).print_job.id === 5) inbox.take(queued(6));
    },
  });
  const { inbox } = await rig.open();
  inbox.take(queued(5));
  order.push('taken');
  await rig.host.pass(0);
  expect(order).toEqual(['taken', 'handler', 'handler']);
});

test('I17: what cannot be read back is set aside and told, and the rest is done', async () => {
  const store = memory();
  const rig = createRig({ store });
  const first = await rig.open({ begins: false });
  first.inbox.take(queued(5));
  for (const [key, value] of [
    ['item x', 'nonsense'],
    ['work y', 7],
    ['item z', { event: { name: 'PrintJobQueued' } }],
  ] as const) {
    first.keeper.put('inbox', key, value);
  }
  first.keeper.put('dead-letters', 'q', null);
  await rig.host.pass(0);
  await first.keeper.close(true);
  const { inbox, database, setAside } = await rig.open();
  await rig.host.pass(0);
  expect(rig.jobs).toEqual([5]);
  expect(rig.signals).toEqual([]);
  await rig.host.pass(1_000);
  await setAside.look();
  expect(rig.signals).toMatchObject([{ kind: 'storage', fault: 'set-aside' }]);
  expect(JSON.stringify(rig.signals)).toContain('3 of inbox, 1 of dead-letters');
  expect((await database.read('set-aside')).map(({ key }) => key)).toEqual([
    'dead-letters q',
    'inbox item x',
    'inbox item z',
    'inbox work y',
  ]);
  expect(inbox.deadLetters()).toEqual([]);
});

test('I17: data that JSON cannot say is told, and the work is done all the same', async () => {
  const rig = createRig({ contract: ruled(undefined) });
  const { inbox } = await rig.open();
  inbox.take(eventOf('PrintJobQueued', { print_job: { id: 5, total: 10n } }, { id: 'one' }));
  await rig.host.pass(0);
  expect(rig.jobs).toEqual([5]);
  expect(rig.signals.some(({ kind }) => kind === 'callback')).toBe(true);
});

test('an event that the contract does not know is no work, whatever it is called', async () => {
  const rig = createRig();
  const { inbox } = await rig.open();
  inbox.take({ ...queued(5), known: false });
  inbox.take(eventOf('toString', {}));
  inbox.take(eventOf('__proto__', {}));
  expect(inbox.counts()).toEqual({ waiting: 0, running: 0, dead: 0 });
});

test(
  'I8, I14: ten thousand jobs at sixteen printers are done in order, and nothing of them stays',
  { timeout: patience },
  async () => {
    const done: number[] = [];
    const rig = createRig({
      lane: ({ data }) => (data as { print_job: { target_printer_id: string } }).print_job.target_printer_id,
      handler: ({ data }) => void done.push((data as { print_job: { id: number } }).print_job.id),
    });
    const { inbox, database, keeper } = await rig.open();
    const count = 10_000;
    for (let job = 0; job < count; job += 1) inbox.take(queued(job, { printer: `printer ${job % 16}` }));
    while (done.length < count) await rig.host.pass(1);
    for (let printer = 0; printer < 16; printer += 1) {
      const own = done.filter((job) => job % 16 === printer);
      expect(own).toEqual(own.toSorted((one, other) => one - other));
    }
    await keeper.flush();
    expect((await database.read('inbox')).filter(({ key }) => key.startsWith('item'))).toEqual([]);
    expect(inbox.counts()).toEqual({ waiting: 0, running: 0, dead: 0 });
  },
);
