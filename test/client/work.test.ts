import { expect, test } from 'vitest';
import { isHeardError } from '../../src/errors.ts';
import { memory } from '../../src/storage/memory.ts';
import type { Store } from '../../src/storage/store.ts';
import { failingStore } from '../../src/testing/failing-store.ts';
import { createKitchen, wire, type Kitchen } from './kitchen.ts';

const printing = wire('printing');
const job = (id: number, fields: object = {}) => ({
  print_job: { id, type: 'kitchen', target_printer_id: 1, ...fields },
});
const row = (id: number, fields: object = {}) => ({
  id,
  type: 'kitchen',
  target_printer_id: 1,
  status: 'queued',
  attempts: 0,
  ...fields,
});

interface Printed {
  readonly job: number;
  readonly attempt: number;
  readonly redelivered: boolean;
  readonly origin: string;
  done(): void;
  fail(): void;
}

/** A gateway whose printer is in the hands of the test, or prints at once. */
async function openGateway(kitchen: Kitchen, { byHand = false, storage }: { byHand?: boolean; storage?: Store } = {}) {
  if (!kitchen.lists.has('print-jobs')) kitchen.lists.set('print-jobs', []);
  const gateway = kitchen.client('printer-gateway', storage === undefined ? {} : { storage });
  const printed: Printed[] = [];
  gateway.process(
    'PrintJobQueued',
    ({ data, origin, redelivered }, { attempt }) =>
      new Promise<void>((resolve, reject) => {
        const done = (): void => resolve();
        const fail = (): void => reject(new TypeError('no paper'));
        printed.push({ job: data.print_job.id, attempt, redelivered, origin, done, fail });
        if (!byHand) done();
      }),
  );
  await gateway.start();
  await kitchen.host.pass(1_000);
  const last = (): Printed => {
    const newest = printed.at(-1);
    if (newest === undefined) throw new Error('nothing was printed');
    return newest;
  };
  return { gateway, printed, last, jobs: () => printed.map(({ job: id }) => id) };
}

const iso = (kitchen: Kitchen, agoMs = 0): string => new Date(kitchen.host.clock.wallMs() - agoMs).toISOString();

test('I1, I5: a job is printed once, however often and by whichever way it is told', async () => {
  const kitchen = createKitchen();
  const { gateway, jobs } = await openGateway(kitchen);
  const told = kitchen.publish(printing, 'PrintJobQueued', job(5, { attempts: 0 }));
  kitchen.push(printing, 'PrintJobQueued', told);
  kitchen.publish(printing, 'PrintJobQueued', job(5, { attempts: 0 }));
  kitchen.publish(printing, 'PrintJobQueued', job(6, { attempts: 0 }), { silently: true });
  kitchen.publish(printing, 'PrintJobQueued', job(7, { attempts: 0 }));
  await kitchen.host.pass(5_000);
  expect(jobs().toSorted((one, other) => one - other)).toEqual([5, 6, 7]);
  expect(gateway.health().work).toEqual({ waiting: 0, running: 0, dead: 0 });
});

test('I4: the first start prints what is open and young, and nothing that was printed', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('print-jobs', [
    row(1, { created_at: iso(kitchen, 60_000), updated_at: iso(kitchen, 60_000) }),
    row(2, { created_at: iso(kitchen, 3_600_000), updated_at: iso(kitchen, 3_600_000) }),
    row(3, { status: 'completed', created_at: iso(kitchen), updated_at: iso(kitchen) }),
  ]);
  const { gateway, printed, jobs } = await openGateway(kitchen);
  expect(jobs()).toEqual([1]);
  expect(printed[0]).toMatchObject({ origin: 'snapshot', redelivered: false });
  // The list is read again, and the server has not heard yet that it was printed.
  kitchen.lists.set('print-jobs', [row(1, { updated_at: iso(kitchen) })]);
  const refreshed = gateway.refresh();
  await kitchen.host.pass(60_000);
  await refreshed;
  await gateway.stop();
  const again = await openGateway(kitchen);
  await kitchen.host.pass(60_000);
  expect(jobs()).toEqual([1]);
  expect(again.jobs()).toEqual([]);
});

test('I3, I4: what failed and is asked for again is printed again; what another gateway has printed is not', async () => {
  const kitchen = createKitchen();
  const { jobs, last } = await openGateway(kitchen, { byHand: true });
  kitchen.publish(printing, 'PrintJobQueued', job(5, { attempts: 0 }));
  await kitchen.host.pass(100);
  // Told by this gateway itself, while its handler is still at it.
  kitchen.publish(printing, 'PrintJobFailed', {
    print_job_id: 5,
    attempts: 1,
    error: { code: 'PAPER', message: 'No paper' },
  });
  last().fail();
  await kitchen.host.pass(60_000);
  expect(jobs()).toEqual([5]);
  kitchen.publish(printing, 'PrintJobQueued', job(5, { attempts: 1 }));
  await kitchen.host.pass(100);
  expect(jobs()).toEqual([5, 5]);
  kitchen.publish(printing, 'PrintJobCompleted', { print_job_id: 6, attempts: 1 });
  kitchen.publish(printing, 'PrintJobQueued', job(6, { attempts: 0 }));
  await kitchen.host.pass(100);
  expect(jobs()).toEqual([5, 5]);
});

test('F42, F43: a process that dies in the middle prints again and says so; what it had not begun, it does not', async () => {
  const kitchen = createKitchen();
  const storage = failingStore(memory(), () => undefined);
  const first = await openGateway(kitchen, { byHand: true, storage });
  kitchen.publish(printing, 'PrintJobQueued', job(5));
  kitchen.publish(printing, 'PrintJobQueued', job(5), { id: 'reprint' });
  await kitchen.host.pass(1_000);
  storage.crash();
  kitchen.publish(printing, 'PrintJobQueued', job(6));
  await kitchen.host.pass(1_000);
  storage.restart();
  const second = await openGateway(kitchen, { byHand: true, storage });
  expect(first.jobs()).toEqual([5]);
  expect(second.printed.map(({ job: id, attempt, redelivered }) => ({ id, attempt, redelivered }))).toEqual([
    { id: 5, attempt: 2, redelivered: true },
    { id: 6, attempt: 1, redelivered: false },
  ]);
});

test('I12: where nobody knows any more what was printed, what is read again says so, and what is new does not (F79)', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('print-jobs', [row(1, { created_at: iso(kitchen, 60_000), updated_at: iso(kitchen, 60_000) })]);
  const first = await openGateway(kitchen);
  await first.gateway.stop();
  const emptied = memory();
  const storage: Store = {
    ...emptied,
    open: async (name) => ({ ...(await emptied.open(name)), evicted: { note: '' } }),
  };
  const { gateway, printed } = await openGateway(kitchen, { storage });
  kitchen.publish(printing, 'PrintJobQueued', job(2));
  await kitchen.host.pass(1_000);
  // Missed, and caught up with: nobody can have printed it before.
  kitchen.publish(printing, 'PrintJobQueued', job(3), { silently: true });
  await kitchen.host.pass(90_000);
  expect(first.printed.map(({ job: id, redelivered }) => [id, redelivered])).toEqual([[1, false]]);
  expect(printed.map(({ job: id, redelivered }) => [id, redelivered])).toEqual([
    [1, true],
    [2, false],
    [3, false],
  ]);
  await gateway.dispose();
});

test('I12: what a run has done without its storage says so in the next one, and what was missed after it does not', async () => {
  const kitchen = createKitchen();
  let isGone = false;
  const storage = failingStore(memory(), ({ kind }) =>
    isGone ? (kind === 'open' ? { kind: 'fail', fault: 'unavailable' } : { kind: 'lose' }) : undefined,
  );
  const restarted = async () => {
    storage.crash();
    await kitchen.host.pass(10_000);
    storage.restart();
    return openGateway(kitchen, { storage });
  };
  const first = await openGateway(kitchen, { storage });
  isGone = true;
  kitchen.publish(printing, 'PrintJobQueued', job(5));
  await kitchen.host.pass(10_000);
  expect(first.gateway.health().storage.survives).toBe('none');
  isGone = false;
  await kitchen.host.pass(60_000);
  kitchen.publish(printing, 'PrintJobQueued', job(6));
  await kitchen.host.pass(1_000);
  expect(first.jobs()).toEqual([5, 6]);
  const second = await restarted();
  kitchen.publish(printing, 'PrintJobQueued', job(7));
  await kitchen.host.pass(1_000);
  const marks = ({ printed }: { readonly printed: readonly Printed[] }) =>
    printed.map(({ job: id, redelivered }) => [id, redelivered]);
  expect(marks(second)).toEqual([
    [5, true],
    [6, true],
    [7, false],
  ]);
  storage.crash();
  kitchen.publish(printing, 'PrintJobQueued', job(8));
  const third = await restarted();
  expect(marks(third)).toEqual([[8, false]]);
  await Promise.all([third.gateway.dispose(), kitchen.host.pass(1_000)]);
});

test('I14: a client that is stopped and started goes on where it was', async () => {
  const kitchen = createKitchen();
  const { gateway, printed, last, jobs } = await openGateway(kitchen, { byHand: true });
  for (const id of [5, 6]) kitchen.publish(printing, 'PrintJobQueued', job(id));
  await kitchen.host.pass(100);
  expect(gateway.health().work).toEqual({ waiting: 0, running: 2, dead: 0 });
  printed[0]?.done();
  const stopping = gateway.stop();
  await kitchen.host.pass(5_000);
  await stopping;
  expect(gateway.health().work).toEqual({ waiting: 0, running: 0, dead: 0 });
  kitchen.publish(printing, 'PrintJobQueued', job(7));
  await gateway.start();
  await kitchen.host.pass(1_000);
  // The handler that would not stop is still at it, and nothing runs beside it.
  expect(jobs()).toEqual([5, 6, 7]);
  printed[1]?.fail();
  await kitchen.host.pass(1_000);
  expect(jobs()).toEqual([5, 6, 7, 6]);
  expect(last()).toMatchObject({ redelivered: true });
});

test('I13: dead letters are told, listed and counted, survive, and are tried again or discarded', async () => {
  const kitchen = createKitchen();
  const { gateway, printed } = await openGateway(kitchen, { byHand: true });
  const told: string[] = [];
  gateway.signals.on('deadLetter', ({ name, eventId, tries }) => void told.push(`${name} ${eventId} ${tries}`));
  for (const id of [5, 6]) kitchen.publish(printing, 'PrintJobQueued', job(id), { id: `event of ${id}` });
  for (let round = 0; round < 6; round += 1) {
    await kitchen.host.pass(6_000);
    for (const print of printed) print.fail();
  }
  await kitchen.host.pass(1_000);
  expect(told.toSorted()).toEqual(['PrintJobQueued event of 5 6', 'PrintJobQueued event of 6 6']);
  expect(gateway.health().work).toEqual({ waiting: 0, running: 0, dead: 2 });
  await gateway.stop();
  expect(gateway.deadLetters.list()).toEqual([]);

  const next = await openGateway(kitchen);
  const letters = next.gateway.deadLetters
    .list()
    .toSorted((one, other) => Number(one.event.seq) - Number(other.event.seq));
  expect(letters.map(({ event, error, tries }) => [event.id, error, tries])).toEqual([
    ['event of 5', 'TypeError', 6],
    ['event of 6', 'TypeError', 6],
  ]);
  expect(next.jobs()).toEqual([]);
  expect(next.gateway.deadLetters.retry(letters[0]?.id ?? '')).toBe(true);
  expect(next.gateway.deadLetters.discard(letters[1]?.id ?? '')).toBe(true);
  expect(next.gateway.deadLetters.retry('nobody')).toBe(false);
  await kitchen.host.pass(1_000);
  expect(next.jobs()).toEqual([5]);
  expect(next.gateway.health().work).toEqual({ waiting: 0, running: 0, dead: 0 });
  await next.gateway.stop();
  const last = await openGateway(kitchen);
  expect(last.gateway.deadLetters.list()).toEqual([]);
  expect(last.jobs()).toEqual([]);
});

test('F39: a handler that hangs, throws or never settles holds up nobody else, and no event', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('print-jobs', []);
  const gateway = kitchen.client('printer-gateway');
  const printed: number[] = [];
  gateway.process('PrintJobQueued', ({ data: { print_job } }) => {
    if (print_job.id === 1) return new Promise(() => undefined);
    if (print_job.id === 2) throw new RangeError('on fire');
    return void printed.push(print_job.id);
  });
  await gateway.start();
  await kitchen.host.pass(1_000);
  for (const id of [1, 2, 3]) kitchen.publish(printing, 'PrintJobQueued', job(id));
  await kitchen.host.pass(60_000);
  kitchen.publish(printing, 'PrintJobQueued', job(4));
  await kitchen.host.pass(1_000);
  expect(printed).toEqual([3, 4]);
  expect(gateway.deadLetters.list().map(({ mayHaveRun, error }) => [mayHaveRun, error])).toEqual([
    [false, 'RangeError'],
    [true, undefined],
  ]);
  expect(gateway.health().channels.find(({ channel }) => channel === 'printing')?.cursor?.seq).toBe(4);
});

test('I8: jobs of one printer are printed in order, those of another beside them', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('print-jobs', []);
  const gateway = kitchen.client('printer-gateway');
  const begun: number[] = [];
  const ends = new Map<number, () => void>();
  gateway.process(
    'PrintJobQueued',
    ({ data: { print_job } }) =>
      new Promise<void>((resolve) => {
        begun.push(print_job.id);
        ends.set(print_job.id, resolve);
      }),
    { lane: ({ data: { print_job } }) => `printer ${print_job.target_printer_id}` },
  );
  await gateway.start();
  await kitchen.host.pass(1_000);
  for (const id of [1, 2, 3])
    kitchen.publish(printing, 'PrintJobQueued', job(id, { target_printer_id: id === 3 ? 2 : 1 }));
  await kitchen.host.pass(100);
  expect(begun).toEqual([1, 3]);
  ends.get(1)?.();
  await kitchen.host.pass(100);
  expect(begun).toEqual([1, 3, 2]);
});

/** As docs/orders-and-work.md has it for several gateways: each claims a job before it prints, and waits `ms` for the answer. */
async function claimingGateway(kitchen: Kitchen, ms: number) {
  kitchen.lists.set('print-jobs', []);
  const server = { isOut: true, isTaken: false, claims: 0 };
  kitchen.answer = ({ path }) => {
    if (!/\/print-jobs\/\d+\//.test(path)) return undefined;
    if (server.isOut) return 'hang';
    server.claims += Number(path.endsWith('/claim'));
    if (server.isTaken) return { status: 409, body: { message: 'Another gateway has it.' } };
    return { status: 200, body: { data: row(5, { status: path.endsWith('/claim') ? 'claimed' : 'completed' }) } };
  };
  const gateway = kitchen.client('printer-gateway');
  const printed: boolean[] = [];
  gateway.process('PrintJobQueued', async ({ data: { print_job } }, { signal, redelivered }) => {
    const claim = await gateway.mutate('print.claim', { printJobId: print_job.id });
    const late = new Promise<never>((_, reject) => {
      kitchen.host.schedule(ms, () => reject(new DOMException('Too late.', 'TimeoutError')));
    });
    const { outcome } = await Promise.race([claim.settled, late]);
    signal.throwIfAborted();
    if (outcome !== 'done') return;
    printed.push(redelivered);
    await gateway.mutate('print.complete', { printJobId: print_job.id });
  });
  gateway.outbox.subscribe(({ id: claim, name, state }) => {
    if (name !== 'print.claim' || (state !== 'acked' && state !== 'parked')) return;
    if (state === 'parked') void gateway.outbox.discard(claim);
    for (const { id, error } of gateway.deadLetters.list()) if (error === 'TimeoutError') gateway.deadLetters.retry(id);
  });
  await gateway.start();
  await kitchen.host.pass(1_000);
  kitchen.publish(printing, 'PrintJobQueued', job(5, { attempts: 0 }));
  return { gateway, printed, server };
}

test.each([60_000, 600_000])(
  'I9, I10: who waits for the server less long than a run may take prints after an outage of %i ms, once and unmarked',
  async (outageMs) => {
    const kitchen = createKitchen();
    const { gateway, printed, server } = await claimingGateway(kitchen, 20_000);
    await kitchen.host.pass(outageMs);
    expect(gateway.deadLetters.list().some(({ mayHaveRun }) => mayHaveRun)).toBe(false);
    server.isOut = false;
    await kitchen.host.pass(120_000);
    expect(printed).toEqual([false]);
    expect(gateway.health().work).toEqual({ waiting: 0, running: 0, dead: 0 });
    expect(gateway.outbox.pending()).toEqual([]);
    await gateway.dispose();
  },
);

test('I9: what another gateway has taken during an outage is not printed, and nobody has to clear up', async () => {
  const kitchen = createKitchen();
  const { gateway, printed, server } = await claimingGateway(kitchen, 20_000);
  await kitchen.host.pass(600_000);
  expect(gateway.health().work.dead).toBe(1);
  Object.assign(server, { isOut: false, isTaken: true });
  await kitchen.host.pass(120_000);
  expect(printed).toEqual([]);
  expect(gateway.health().work).toEqual({ waiting: 0, running: 0, dead: 0 });
  expect([gateway.outbox.pending(), gateway.outbox.parked()]).toEqual([[], []]);
  await gateway.dispose();
});

test('I10: who waits longer than a run may take is given up as one that may have run, and not tried again by itself', async () => {
  const kitchen = createKitchen();
  const { gateway, printed, server } = await claimingGateway(kitchen, Infinity);
  await kitchen.host.pass(60_000);
  expect(gateway.deadLetters.list()).toMatchObject([{ mayHaveRun: true, tries: 1 }]);
  server.isOut = false;
  await kitchen.host.pass(120_000);
  expect(server.claims).toBe(1);
  expect(printed).toEqual([]);
  expect(gateway.health().work.dead).toBe(1);
  await gateway.dispose();
});

test('I16: a handler of work that was left over may use the client that was just started', async () => {
  const kitchen = createKitchen();
  const { gateway } = await openGateway(kitchen, { byHand: true });
  kitchen.publish(printing, 'PrintJobQueued', job(5));
  await kitchen.host.pass(100);
  const stopping = gateway.stop();
  await kitchen.host.pass(5_000);
  await stopping;
  const next = kitchen.client('printer-gateway');
  const words: string[] = [];
  next.process('PrintJobQueued', () => {
    const { status, work } = next.health();
    words.push(`${status.reason === 'stopped'} ${work.running}`);
  });
  await next.start();
  await kitchen.host.pass(1_000);
  expect(words).toEqual(['false 1']);
});

test('I7: a full storage prints nothing and says so; when there is room it prints once', async () => {
  const kitchen = createKitchen();
  let isFull = false;
  const storage = failingStore(memory(), ({ kind }) =>
    isFull && kind === 'commit' ? { kind: 'fail', fault: 'full' } : undefined,
  );
  const { gateway, jobs } = await openGateway(kitchen, { storage });
  const told: string[] = [];
  gateway.signals.on('storage', ({ fault }) => void told.push(fault));
  isFull = true;
  kitchen.publish(printing, 'PrintJobQueued', job(5));
  await kitchen.host.pass(120_000);
  expect(jobs()).toEqual([]);
  expect(told).toContain('full');
  isFull = false;
  await kitchen.host.pass(60_000);
  expect(jobs()).toEqual([5]);
});

test('I7: a storage that is taken away for good is told, and the kitchen goes on', async () => {
  const kitchen = createKitchen();
  let isGone = false;
  const storage = failingStore(memory(), ({ kind }) =>
    isGone ? (kind === 'open' ? { kind: 'fail', fault: 'unavailable' } : { kind: 'lose' }) : undefined,
  );
  const { gateway, printed, jobs } = await openGateway(kitchen, { storage });
  const told: string[] = [];
  gateway.signals.on('storage', ({ fault }) => void told.push(fault));
  isGone = true;
  for (const id of [5, 5, 6]) kitchen.publish(printing, 'PrintJobQueued', job(id, { attempts: 0 }));
  await kitchen.host.pass(120_000);
  expect(jobs().toSorted((one, other) => one - other)).toEqual([5, 6]);
  expect(printed.some(({ redelivered }) => redelivered)).toBe(false);
  expect(told).not.toEqual([]);
  expect(gateway.health().storage.survives).toBe('none');
});

test('work is declared before the start, once, and for events that there are', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('print-jobs', []);
  const gateway = kitchen.client('printer-gateway');
  const codeOf = (declare: () => unknown): unknown => {
    try {
      declare();
      return undefined;
    } catch (error) {
      return isHeardError(error) && error.code;
    }
  };
  const withdraw = gateway.process('PrintJobQueued', () => undefined);
  expect(codeOf(() => gateway.process('PrintJobQueued', () => undefined))).toBe('options-invalid');
  withdraw();
  expect(codeOf(() => gateway.process('PrintJobQueued', () => undefined))).toBeUndefined();
  expect(codeOf(() => gateway.process('PrintJobFlown' as 'PrintJobQueued', () => undefined))).toBe('unknown-name');
  await gateway.start();
  expect(codeOf(() => gateway.process('PrintJobFailed', () => undefined))).toBe('options-invalid');
});
