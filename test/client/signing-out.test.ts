import { expect, test } from 'vitest';
import { guardUnload } from '../../src/unload-guard.ts';
import type { Store } from '../../src/storage/store.ts';
import { failingStore } from '../../src/testing/failing-store.ts';
import { createKitchen, order, wire, type Kitchen } from './kitchen.ts';

/** A till that has heard an order and queued one while it was offline. */
async function queue(kitchen: Kitchen) {
  kitchen.lists.set('orders', []);
  const pos = kitchen.client('pos');
  await pos.start();
  await kitchen.host.pass(1_000);
  kitchen.publish(wire('orders'), 'OrderCreated', order(1));
  await kitchen.host.pass(1_000);
  kitchen.http.weather = 'down';
  kitchen.transport.live[0]?.cut();
  await kitchen.host.pass(60_000);
  await pos.mutate('order.create', { channel: 'pos', items: [{ item_id: 1, qty: 1 }] });
  return pos;
}

const restarted = async (kitchen: Kitchen) => {
  const pos = kitchen.client('pos');
  const heard: number[] = [];
  pos.on('OrderCreated', ({ data }) => void heard.push(data.order.id));
  await pos.start();
  await kitchen.host.pass(1_000);
  return { pos, heard };
};

test('O42, F72: who signs out is asked about what was not sent', async () => {
  const kitchen = createKitchen();
  const pos = await queue(kitchen);
  await expect(pos.signOut()).rejects.toMatchObject({ code: 'unfinished' });
  expect(pos.outbox.pending()).toHaveLength(1);
  await pos.signOut({ pending: 'keep' });
  expect(pos.status.get()).toEqual({ word: 'offline', reason: 'stopped' });
  const again = await restarted(kitchen);
  expect(again.pos.outbox.pending()).toHaveLength(1);
  expect(again.pos.health().channels.every(({ cursor }) => cursor === undefined)).toBe(true);
  await again.pos.signOut({ pending: 'discard' });
  const anew = await restarted(kitchen);
  expect(anew.pos.outbox.pending()).toEqual([]);
  await anew.pos.dispose();
  // What is still in the air is the network's.
  await kitchen.host.pass(100);
  expect(kitchen.host.pendingTimers).toBe(0);
});

test('O42: another principal on the same device finds nothing', async () => {
  const kitchen = createKitchen();
  const pos = await queue(kitchen);
  await pos.stop();
  const other = kitchen.client('pos', { principal: 'the next shift' });
  await other.start();
  expect(other.outbox.pending()).toEqual([]);
  await other.dispose();
  const same = kitchen.client('pos');
  await same.start();
  expect(same.outbox.pending()).toHaveLength(1);
  await same.wipe();
  const wiped = kitchen.client('pos');
  await wiped.start();
  expect(wiped.outbox.pending()).toEqual([]);
  await wiped.dispose();
});

test('a page with something unsent is not closed without a question', async () => {
  const kitchen = createKitchen();
  const pos = await queue(kitchen);
  const page = new EventTarget();
  const release = guardUnload(pos, page);
  const close = () => page.dispatchEvent(new Event('beforeunload', { cancelable: true }));
  expect(close()).toBe(false);
  await kitchen.host.pass(1_000);
  const [waiting] = pos.outbox.pending();
  await pos.outbox.discard(waiting?.id ?? '');
  expect(close()).toBe(true);
  release();
  await pos.dispose();
});

test('a page is not closed over what is just being stored, either', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  let isHanging = false;
  const storage = failingStore(kitchen.store, ({ kind }) =>
    isHanging && kind === 'commit' ? { kind: 'hang' } : undefined,
  );
  const pos = kitchen.client('pos', { storage });
  await pos.start();
  await kitchen.host.pass(1_000);
  const page = new EventTarget();
  const release = guardUnload(pos, page);
  isHanging = true;
  const asked = pos.mutate('order.create', dish(1));
  expect(page.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(false);
  isHanging = false;
  await Promise.all([expect(asked).rejects.toMatchObject({ fault: 'failed' }), kitchen.host.pass(10_000)]);
  expect(page.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(true);
  release();
  await pos.dispose();
});

test('O42: a stopped client asks as well, and a start that comes between finds nothing', async () => {
  const kitchen = createKitchen();
  const pos = await queue(kitchen);
  await pos.stop();
  await expect(pos.signOut()).rejects.toMatchObject({ code: 'unfinished' });
  const out = pos.signOut({ pending: 'discard' });
  const started = pos.start();
  await Promise.all([out, started]);
  expect(pos.outbox.pending()).toEqual([]);
  await pos.dispose();
});

const dish = (qty: number) => ({ channel: 'pos' as const, items: [{ item_id: 1, qty }] });

/** One mutation that the server has refused, one that it may have taken before the network went, and one that waits since. */
async function leftOver(kitchen: Kitchen) {
  kitchen.lists.set('orders', []);
  const pos = kitchen.client('pos');
  const taken: unknown[] = [];
  let status = 422;
  kitchen.answer = ({ method, path, body }) => {
    if (method !== 'POST' || !path.endsWith('/orders')) return undefined;
    taken.push((JSON.parse(body ?? '{}') as { items: readonly { qty: number }[] }).items[0]?.qty);
    return status === 201 ? { status, body: { data: order(1).order } } : { status, body: { message: 'no' } };
  };
  await pos.start();
  await kitchen.host.pass(1_000);
  await pos.mutate('order.create', dish(1));
  await kitchen.host.pass(1_000);
  status = 201;
  kitchen.http.weather = 'drop-replies';
  await pos.mutate('order.create', dish(2));
  await kitchen.host.pass(6);
  kitchen.http.weather = 'down';
  kitchen.transport.live[0]?.cut();
  await kitchen.host.pass(60_000);
  const waiting = await pos.mutate('order.create', dish(3));
  return { pos, waiting, taken };
}

test('O42: the refusal says what is unfinished and what to pass, and the client goes on', async () => {
  const kitchen = createKitchen();
  const { pos } = await leftOver(kitchen);
  const refusal: unknown = await pos.signOut().catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: 'unfinished',
    message:
      'This device has not finished: 1 mutation not sent, 1 mutation sent and not answered, 1 mutation parked for a person.',
    remediation: expect.stringContaining('signOut({ pending: "keep" })') as string,
  });
  await expect(pos.signOut({ pending: 'yes' as 'keep' })).rejects.toMatchObject({ code: 'options-invalid' });
  expect(pos.status.get().word).not.toBe('offline');
  expect(pos.health().outbox).toMatchObject({ waiting: 2, inflight: 1, parked: 1 });
  await pos.dispose();
});

test('O42: what is kept is sent when its principal comes back, and by nobody else', async () => {
  const kitchen = createKitchen();
  const { pos, waiting, taken } = await leftOver(kitchen);
  const kept = await pos.signOut({ pending: 'keep' });
  expect(kept.mutations.map(({ state, mayHaveHappened }) => [state, mayHaveHappened])).toEqual(
    expect.arrayContaining([
      ['parked', false],
      ['unclear', true],
      ['pending', false],
    ]),
  );
  expect(await waiting.settled).toEqual({ outcome: 'kept' });
  expect(taken).toEqual([1, 2]);
  kitchen.http.weather = 'clear';
  const next = kitchen.client('pos', { principal: 'the next shift' });
  await next.start();
  await kitchen.host.pass(60_000);
  expect(next.health().outbox).toEqual({ waiting: 0, inflight: 0, parked: 0, untouched: 0 });
  expect(await next.signOut()).toEqual({ mutations: [], work: [], deadLetters: [], unreadable: 0 });
  expect(taken).toEqual([1, 2]);
  const back = kitchen.client('pos');
  await back.start();
  await kitchen.host.pass(60_000);
  expect(taken).toEqual([1, 2, 3]);
  expect(back.outbox.parked().map(({ code, mayHaveHappened }) => [code, mayHaveHappened])).toEqual(
    expect.arrayContaining([
      ['refused', false],
      ['unclear', true],
    ]),
  );
  await back.dispose();
});

test('O42: what is discarded is told, to who decided and to who waits for it', async () => {
  const kitchen = createKitchen();
  const { pos, waiting, taken } = await leftOver(kitchen);
  const { mutations } = await pos.signOut({ pending: 'discard' });
  expect(
    mutations.map(({ name, input, state }) => [name, (input as { items: { qty: number }[] }).items[0]?.qty, state]),
  ).toEqual(
    expect.arrayContaining([
      ['order.create', 1, 'parked'],
      ['order.create', 2, 'unclear'],
      ['order.create', 3, 'pending'],
    ]),
  );
  expect(await waiting.settled).toEqual({ outcome: 'discarded' });
  kitchen.http.weather = 'clear';
  const back = kitchen.client('pos');
  await back.start();
  await kitchen.host.pass(60_000);
  expect(taken).toEqual([1, 2]);
  expect(await back.signOut()).toEqual({ mutations: [], work: [], deadLetters: [], unreadable: 0 });
});

test('O42: a record that nobody can read may be an order, and is asked about, too', async () => {
  const kitchen = createKitchen();
  let name = '';
  const storage: Store = {
    destroy: (of) => kitchen.store.destroy(of),
    open(of, signal) {
      name = of;
      return kitchen.store.open(of, signal);
    },
  };
  const pos = kitchen.client('pos', { storage });
  await pos.start();
  await pos.stop();
  const database = await kitchen.store.open(name);
  const writes = [
    { table: 'outbox', key: 'one', value: 'nonsense' },
    { table: 'set-aside', key: 'inbox item 7', value: { text: '{' } },
    { table: 'set-aside', key: 'rows 8', value: { text: '{' } },
  ] as const;
  await database.commit({ writes, durability: 'strict' });
  await database.close();
  const asked = { code: 'unfinished', message: 'This device has not finished: 2 records that cannot be read.' };
  await expect(pos.signOut()).rejects.toMatchObject(asked);
  await pos.start();
  await expect(pos.signOut()).rejects.toMatchObject(asked);
  expect(await pos.signOut({ pending: 'keep' })).toMatchObject({ unreadable: 2 });
  await expect(pos.signOut()).rejects.toMatchObject(asked);
  expect(await pos.signOut({ pending: 'discard' })).toMatchObject({ unreadable: 2 });
  expect(await pos.signOut()).toMatchObject({ unreadable: 0 });
});

test('O42: what cannot be kept is not said to be kept', async () => {
  const kitchen = createKitchen();
  kitchen.http.weather = 'down';
  const storage = failingStore(kitchen.store, ({ kind }) =>
    kind === 'open' ? { kind: 'fail', fault: 'unavailable' } : undefined,
  );
  const pos = kitchen.client('pos', { storage });
  await pos.start();
  expect(pos.health().storage.survives).toBe('none');
  await pos.mutate('order.create', dish(1));
  await expect(pos.signOut({ pending: 'keep' })).rejects.toMatchObject({
    code: 'unfinished',
    message: expect.stringContaining('nothing can be kept') as string,
  });
  expect(pos.outbox.pending()).toHaveLength(1);
  const { mutations } = await pos.signOut({ pending: 'discard' });
  expect(mutations).toHaveLength(1);
});

async function openGateway(kitchen: Kitchen, { isBroken }: { isBroken: boolean }) {
  if (!kitchen.lists.has('print-jobs')) kitchen.lists.set('print-jobs', []);
  const gateway = kitchen.client('printer-gateway');
  const printed: number[] = [];
  gateway.process(
    'PrintJobQueued',
    ({ data: { print_job } }) => {
      printed.push(print_job.id);
      if (!isBroken || print_job.id === 4) return undefined;
      if (print_job.id === 2) throw new TypeError('no paper');
      return new Promise(() => undefined);
    },
    { lane: ({ data: { print_job } }) => `printer ${print_job.target_printer_id}` },
  );
  await gateway.start();
  await kitchen.host.pass(1_000);
  return { gateway, printed };
}

/** A gateway that has printed job 4, prints job 1 for ever, has given up job 2, and has 3 waiting behind 1. */
async function workLeftOver(kitchen: Kitchen) {
  const opened = await openGateway(kitchen, { isBroken: true });
  const publish = (id: number, printer: number) => {
    const data = { print_job: { id, type: 'kitchen', target_printer_id: printer, attempts: 0 } };
    kitchen.publish(wire('printing'), 'PrintJobQueued', data);
  };
  publish(4, 4);
  publish(2, 2);
  await kitchen.host.pass(30_000);
  publish(1, 1);
  publish(3, 1);
  await kitchen.host.pass(1_000);
  expect(opened.gateway.health().work).toEqual({ waiting: 1, running: 1, dead: 1 });
  return opened;
}

async function inTime<Result>(kitchen: Kitchen, promise: Promise<Result>): Promise<Result> {
  await kitchen.host.pass(10_000);
  return promise;
}

test('I18: who signs out is asked about work that is not done, and about what was given up', async () => {
  const kitchen = createKitchen();
  const { gateway } = await workLeftOver(kitchen);
  const asked = {
    code: 'unfinished',
    message: 'This device has not finished: 2 pieces of work not done, 1 dead letter.',
  };
  await expect(gateway.signOut()).rejects.toMatchObject(asked);
  expect(gateway.health().work).toEqual({ waiting: 1, running: 1, dead: 1 });
  await inTime(kitchen, gateway.stop());
  await expect(gateway.signOut()).rejects.toMatchObject(asked);
  await gateway.dispose();
});

test('I18: work that is kept is done when its principal comes back, once, and what was done is not done again', async () => {
  const kitchen = createKitchen();
  const { gateway, printed } = await workLeftOver(kitchen);
  const kept = await inTime(kitchen, gateway.signOut({ pending: 'keep' }));
  expect(kept.work.map(({ event, mayHaveRun }) => [event.seq, mayHaveRun])).toEqual([
    [3, true],
    [4, false],
  ]);
  expect(kept.deadLetters).toMatchObject([{ error: 'TypeError', tries: 6 }]);
  expect(printed.filter((id) => id === 3)).toEqual([]);

  // The server still lists all of them as open work.
  kitchen.lists.set(
    'print-jobs',
    [1, 2, 3, 4].map((id) => ({
      id,
      type: 'kitchen',
      target_printer_id: 1,
      status: 'queued',
      attempts: 0,
      created_at: new Date(kitchen.host.clock.wallMs()).toISOString(),
      updated_at: new Date(kitchen.host.clock.wallMs()).toISOString(),
    })),
  );
  const back = await openGateway(kitchen, { isBroken: false });
  const [letter] = back.gateway.deadLetters.list();
  expect(back.gateway.deadLetters.retry(letter?.id ?? '')).toBe(true);
  await kitchen.host.pass(60_000);
  expect(back.printed.toSorted((one, other) => one - other)).toEqual([1, 2, 3]);
  expect(await back.gateway.signOut()).toEqual({ mutations: [], work: [], deadLetters: [], unreadable: 0 });
});

test('I18: work that is discarded is told, and not done by who comes after', async () => {
  const kitchen = createKitchen();
  const { gateway } = await workLeftOver(kitchen);
  const { work, deadLetters } = await inTime(kitchen, gateway.signOut({ pending: 'discard' }));
  expect([...work, ...deadLetters].map(({ event }) => event.seq)).toEqual([3, 4, 2]);
  const back = await openGateway(kitchen, { isBroken: false });
  await kitchen.host.pass(60_000);
  expect(back.printed).toEqual([]);
  expect(back.gateway.deadLetters.list()).toEqual([]);
  await back.gateway.dispose();
});
