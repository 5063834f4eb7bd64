// Several clients over one memory, as the tabs of a browser are: the one that started last sends, works and moves the
// positions. There is no lock; each commit is made on the condition that nobody has started since.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Signal } from '../../src/core/signals.ts';
import { StoreError, type Store } from '../../src/storage/store.ts';
import { failingStore } from '../../src/testing/failing-store.ts';
import { patience, runs } from '../effort.ts';
import { createKitchen, order, wire, type Kitchen } from './kitchen.ts';

const printing = wire('printing');
const dish = (qty: number) => ({ channel: 'pos' as const, items: [{ item_id: 1, qty }] });
const job = (id: number) => ({ print_job: { id, type: 'kitchen', target_printer_id: id, attempts: 0 } });

/** What the server was asked to cook, in order. */
function takeOrders(kitchen: Kitchen): number[] {
  const taken: number[] = [];
  kitchen.lists.set('orders', []);
  kitchen.answer = ({ method, path, body }) => {
    if (method !== 'POST' || !path.endsWith('/orders')) return undefined;
    taken.push((JSON.parse(body ?? '{}') as { items: readonly { qty: number }[] }).items[0]?.qty ?? 0);
    return { status: 201, body: { data: order(taken.length).order } };
  };
  return taken;
}

/** Every socket is gone, and every client knows; for a moment none tries again. */
async function offline(kitchen: Kitchen): Promise<void> {
  for (const socket of Array.from(kitchen.transport.live)) socket.close({ code: 1006 });
  await kitchen.host.pass(0);
}

function tillOf(kitchen: Kitchen, storage: Store = kitchen.store) {
  const pos = kitchen.client('pos', { storage });
  const told: string[] = [];
  pos.signals.on('*', (signal: Signal) => {
    if (signal.kind === 'storage') told.push(`storage ${signal.fault}`);
    if (signal.kind === 'outbox') told.push(`outbox ${signal.what} ${signal.because}`);
  });
  return { pos, told };
}

/** Prints into the list that all share; `hangs` says of which job it does not come back. */
function gatewayOf(kitchen: Kitchen, printed: string[], name: string, hangs: number[] = [], storage = kitchen.store) {
  const gateway = kitchen.client('printer-gateway', { storage });
  const told: string[] = [];
  gateway.signals.on('storage', ({ fault }) => void told.push(fault));
  gateway.process('PrintJobQueued', ({ data, redelivered }, { signal }) => {
    signal.addEventListener('abort', () => told.push(`aborted ${data.print_job.id}`));
    printed.push(`${name} ${data.print_job.id}${redelivered ? ' again' : ''}`);
    return hangs.includes(data.print_job.id) ? new Promise(() => undefined) : undefined;
  });
  return { gateway, told };
}

/** Two windows of one till; the second one was opened last, and so it is the one that sends. */
async function twoTills() {
  const kitchen = createKitchen();
  const taken = takeOrders(kitchen);
  const [first, second] = [tillOf(kitchen), tillOf(kitchen)];
  await first.pos.start();
  await second.pos.start();
  await kitchen.host.pass(10_000);
  return { kitchen, taken, first, second };
}

test('O36: what one tab has queued and the next one has found is sent once (F61)', async () => {
  const kitchen = createKitchen();
  const taken = takeOrders(kitchen);
  const first = tillOf(kitchen);
  await first.pos.start();
  await kitchen.host.pass(1_000);
  kitchen.http.weather = 'down';
  await offline(kitchen);
  for (const qty of [1, 2, 3]) await first.pos.mutate('order.create', dish(qty));
  kitchen.http.weather = 'clear';
  const second = tillOf(kitchen);
  await second.pos.start();
  expect(second.pos.outbox.pending()).toHaveLength(3);
  await kitchen.host.pass(120_000);
  expect(taken).toEqual([1, 2, 3]);
  expect(second.pos.health().outbox).toMatchObject({ waiting: 0, parked: 0 });
  expect(second.told).toEqual([]);
  expect(first.told.toSorted()).toEqual(['outbox stopped fenced', 'storage fenced']);
  expect(first.pos.health().storage.failing).toBe('fenced');
  await Promise.all([first.pos.dispose(), second.pos.dispose()]);
});

test('O36: tabs that start in the same moment do not send the same thing either', async () => {
  const kitchen = createKitchen();
  const taken = takeOrders(kitchen);
  kitchen.http.weather = 'down';
  const before = tillOf(kitchen).pos;
  await before.start();
  await kitchen.host.pass(10);
  await offline(kitchen);
  for (const qty of [1, 2, 3, 4, 5]) await before.mutate('order.create', dish(qty));
  await before.dispose();
  kitchen.http.weather = 'clear';
  const tabs = [tillOf(kitchen), tillOf(kitchen), tillOf(kitchen)];
  await Promise.all(tabs.map(({ pos }) => pos.start()));
  await kitchen.host.pass(120_000);
  expect(taken).toHaveLength(5);
  expect(new Set(taken)).toEqual(new Set([1, 2, 3, 4, 5]));
  expect(tabs.filter(({ told }) => told.includes('outbox stopped fenced'))).toHaveLength(2);
  await Promise.all(tabs.map(({ pos }) => pos.dispose()));
});

test('O36: an answer that comes after another tab has taken over changes nothing, and a doubt stays a doubt', async () => {
  const kitchen = createKitchen({ httpLatencyMs: 500 });
  const taken = takeOrders(kitchen);
  const first = tillOf(kitchen);
  await first.pos.start();
  await kitchen.host.pass(5_000);
  const { settled } = await first.pos.mutate('order.create', dish(1));
  // It has arrived, and the answer is on its way.
  await kitchen.host.pass(600);
  const second = tillOf(kitchen);
  await second.pos.start();
  expect(second.pos.outbox.pending()).toMatchObject([{ state: 'unclear' }]);
  kitchen.lists.set('orders', [{ id: 1, client_order_id: second.pos.outbox.pending()[0]?.id }]);
  await kitchen.host.pass(60_000);
  expect(taken).toEqual([1]);
  expect(second.pos.health().outbox).toMatchObject({ waiting: 0, parked: 0 });
  expect(first.told).toContain('outbox stopped fenced');
  await first.pos.dispose();
  expect(await settled).toEqual({ outcome: 'kept' });
  await second.pos.dispose();
});

test('O43: what is taken in by a tab that does not send is sent by the one that does, once', async () => {
  const { kitchen, taken, first, second } = await twoTills();
  await first.pos.mutate('order.create', dish(1));
  await second.pos.mutate('order.create', dish(2));
  await kitchen.host.pass(10_000);
  expect(taken).toEqual([2]);
  kitchen.host.emit({ kind: 'visible' });
  await kitchen.host.pass(1_000);
  expect(taken).toEqual([2, 1]);
  await first.pos.mutate('order.create', dish(3));
  const drained = second.pos.outbox.drain();
  await kitchen.host.pass(1_000);
  expect(await drained).toMatchObject({ sent: 1, remaining: 0 });
  expect(taken).toEqual([2, 1, 3]);
  for (let round = 0; round < 3; round += 1) {
    kitchen.host.emit({ kind: 'online' });
    await kitchen.host.pass(10_000);
  }
  expect(taken).toEqual([2, 1, 3]);
  await Promise.all([first.pos.dispose(), second.pos.dispose()]);
  const third = tillOf(kitchen).pos;
  await third.start();
  expect(third.outbox.pending()).toEqual([]);
  await third.dispose();
});

test('O36: a parked mutation is decided about by the tab that sends, and by no other', async () => {
  const kitchen = createKitchen();
  const taken = takeOrders(kitchen);
  const serve = kitchen.answer;
  kitchen.answer = ({ method, path }) =>
    method === 'POST' && path.endsWith('/orders') ? { status: 422, body: { message: 'no' } } : undefined;
  const first = tillOf(kitchen).pos;
  await first.start();
  await kitchen.host.pass(1_000);
  const { id } = await first.mutate('order.create', dish(1));
  await kitchen.host.pass(1_000);
  const second = tillOf(kitchen).pos;
  await second.start();
  await kitchen.host.pass(1_000);
  kitchen.answer = serve;
  await expect(first.outbox.rebase(id, dish(2))).rejects.toMatchObject({ fault: 'fenced' });
  await expect(first.outbox.discard(id)).rejects.toMatchObject({ fault: 'fenced' });
  first.outbox.retry(id);
  await kitchen.host.pass(10_000);
  expect(taken).toEqual([]);
  await second.outbox.rebase(id, dish(3));
  await kitchen.host.pass(1_000);
  expect(taken).toEqual([3]);
  await Promise.all([first.dispose(), second.dispose()]);
});

test('I19: two gateways over one memory print each ticket once', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('print-jobs', []);
  const printed: string[] = [];
  const first = gatewayOf(kitchen, printed, 'first');
  const second = gatewayOf(kitchen, printed, 'second');
  await first.gateway.start();
  await second.gateway.start();
  await kitchen.host.pass(1_000);
  for (const id of [1, 2, 3]) kitchen.publish(printing, 'PrintJobQueued', job(id));
  await kitchen.host.pass(60_000);
  expect(printed).toEqual(['second 1', 'second 2', 'second 3']);
  expect(first.told).toEqual(['fenced']);
  const left = first.gateway.health().work;
  const third = gatewayOf(kitchen, printed, 'third');
  await third.gateway.start();
  await kitchen.host.pass(1_000);
  kitchen.publish(printing, 'PrintJobQueued', job(4));
  // The same ticket again: the ledger is one for all.
  kitchen.publish(printing, 'PrintJobQueued', job(1));
  await kitchen.host.pass(60_000);
  expect(printed.slice(3)).toEqual(['third 4']);
  // Who does no work any more piles up none.
  expect(first.gateway.health().work).toEqual(left);
  await Promise.all([first, second, third].map(({ gateway }) => gateway.dispose()));
});

test('I19: work that runs when another tab takes over is done again and says so; the rest is done once', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('print-jobs', []);
  const printed: string[] = [];
  const first = gatewayOf(kitchen, printed, 'first', [1]);
  await first.gateway.start();
  await kitchen.host.pass(1_000);
  for (const id of [1, 2]) kitchen.publish(printing, 'PrintJobQueued', job(id));
  await kitchen.host.pass(1_000);
  const second = gatewayOf(kitchen, printed, 'second');
  await second.gateway.start();
  await kitchen.host.pass(1_000);
  kitchen.publish(printing, 'PrintJobQueued', job(3));
  await kitchen.host.pass(6_000);
  expect(first.told).toEqual(['fenced', 'aborted 1']);
  await kitchen.host.pass(120_000);
  expect(printed).toEqual(['first 1', 'first 2', 'second 1 again', 'second 3']);
  expect(second.gateway.health().work).toEqual({ waiting: 0, running: 0, dead: 0 });
  expect(second.gateway.deadLetters.list()).toEqual([]);
  const disposed = Promise.all([first, second].map(({ gateway }) => gateway.dispose()));
  await kitchen.host.pass(10_000);
  await disposed;
});

test('a tab that was taken over goes on hearing, and moves no position of the device', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  const [first, second] = [tillOf(kitchen), tillOf(kitchen)];
  const heard: string[] = [];
  first.pos.on('OrderCreated', ({ data }) => void heard.push(`first ${data.order.id}`));
  second.pos.on('OrderCreated', ({ data }) => {
    heard.push(`second ${data.order.id}`);
    return new Promise(() => undefined);
  });
  await first.pos.start();
  await second.pos.start();
  await kitchen.host.pass(1_000);
  kitchen.publish(wire('orders'), 'OrderCreated', order(1));
  await kitchen.host.pass(2_000);
  expect(heard.toSorted()).toEqual(['first 1', 'second 1']);
  expect(first.told).toEqual(['storage fenced']);
  for (let id = 2; id < 50; id += 1) kitchen.publish(wire('orders'), 'OrderCreated', order(id));
  await kitchen.host.pass(2_000);
  expect(first.told).toEqual(['storage fenced']);
  const stopped = Promise.all([first.pos.dispose(), second.pos.dispose()]);
  await kitchen.host.pass(10_000);
  await stopped;
  // The second one was not done with any of them.
  const third = tillOf(kitchen);
  const again: number[] = [];
  third.pos.on('OrderCreated', ({ data }) => void again.push(data.order.id));
  await third.pos.start();
  await kitchen.host.pass(2_000);
  expect(again).toHaveLength(49);
  await third.pos.dispose();
});

test('a tab that was taken over takes over again when it is started anew', async () => {
  const { kitchen, taken, first, second } = await twoTills();
  await second.pos.dispose();
  await first.pos.mutate('order.create', dish(1));
  await kitchen.host.pass(10_000);
  expect(taken).toEqual([]);
  await first.pos.stop();
  await first.pos.start();
  await kitchen.host.pass(10_000);
  expect(taken).toEqual([1]);
  await first.pos.dispose();
});

test('O36: a memory that is new belongs to whoever runs: nothing stops because it was taken away', async () => {
  const kitchen = createKitchen();
  const taken = takeOrders(kitchen);
  let name = '';
  const storage: Store = {
    destroy: (of) => kitchen.store.destroy(of),
    open(of, signal) {
      name = of;
      return kitchen.store.open(of, signal);
    },
  };
  const { pos, told } = tillOf(kitchen, storage);
  await pos.start();
  await kitchen.host.pass(1_000);
  await kitchen.store.destroy(name);
  await kitchen.host.pass(1_000);
  await pos.mutate('order.create', dish(1));
  kitchen.publish(wire('orders'), 'OrderCreated', order(1));
  await kitchen.host.pass(10_000);
  expect(taken).toEqual([1]);
  expect(told).toEqual(['storage lost']);
  expect(pos.health().storage.failing).toBeUndefined();
  await pos.dispose();
});

test('O36: a device whose disk is full at the start sends when there is room', async () => {
  const kitchen = createKitchen();
  const taken = takeOrders(kitchen);
  let isFull = true;
  const storage = failingStore(kitchen.store, ({ kind }) =>
    kind === 'commit' && isFull ? { kind: 'fail', fault: 'full' } : undefined,
  );
  const { pos, told } = tillOf(kitchen, storage);
  await pos.start();
  await kitchen.host.pass(1_000);
  await expect(pos.mutate('order.create', dish(1))).rejects.toMatchObject({ fault: 'full' });
  isFull = false;
  await pos.mutate('order.create', dish(2));
  await kitchen.host.pass(60_000);
  expect(taken).toEqual([2]);
  expect(told).not.toContain('storage fenced');
  const next = tillOf(kitchen).pos;
  await next.start();
  await pos.mutate('order.create', dish(3));
  await kitchen.host.pass(1_000);
  expect(told).toContain('outbox stopped fenced');
  await Promise.all([pos.dispose(), next.dispose()]);
});

test('O43: windows that stand side by side give no hint: what the older one takes in goes within half a minute', async () => {
  const kitchen = createKitchen();
  const taken = takeOrders(kitchen);
  const [first, second] = [tillOf(kitchen), tillOf(kitchen)];
  await first.pos.start();
  await second.pos.start();
  await kitchen.host.pass(600_000);
  for (const qty of [1, 2]) await first.pos.mutate('order.create', dish(qty));
  await kitchen.host.pass(31_000);
  expect(taken).toEqual([1, 2]);
  await Promise.all([first.pos.dispose(), second.pos.dispose()]);
  await kitchen.host.pass(100);
  expect(kitchen.host.pendingTimers).toBe(0);
});

test('O42, O43: who signs out is asked about what another tab has taken in, and nothing of it is lost', async () => {
  const { kitchen, taken, first, second } = await twoTills();
  await first.pos.mutate('order.create', dish(1));
  expect(second.pos.outbox.pending()).toEqual([]);
  await expect(second.pos.signOut()).rejects.toMatchObject({ code: 'unfinished' });
  // The client goes on, and sends it when it looks.
  const drained = second.pos.outbox.drain();
  await kitchen.host.pass(1_000);
  expect(await drained).toMatchObject({ sent: 1, remaining: 0 });
  expect(taken).toEqual([1]);
  await second.pos.signOut();
  await first.pos.dispose();
});

test('O42: what another tab takes in while somebody signs out is kept, and the refusal says what it is', async () => {
  const { kitchen, taken, first, second } = await twoTills();
  const leaving = second.pos.signOut().catch((error: unknown) => error);
  const handle = await first.pos.mutate('order.create', dish(1));
  await kitchen.host.pass(10_000);
  expect(await leaving).toMatchObject({ code: 'unfinished' });
  await first.pos.dispose();
  expect(await handle.settled).toEqual({ outcome: 'kept' });
  const again = tillOf(kitchen).pos;
  await again.start();
  await kitchen.host.pass(10_000);
  expect(taken).toEqual([1]);
  await Promise.all([second.pos.dispose(), again.dispose()]);
});

test.each([{}, { pending: 'discard' }] as const)(
  'O42: after the last look nothing is taken in any more that would go with the rest: %j',
  async (choice) => {
    const kitchen = createKitchen();
    const taken = takeOrders(kitchen);
    let go = (): void => undefined;
    const storage: Store = {
      ...kitchen.store,
      async destroy(name) {
        await new Promise<void>((resolve) => {
          go = resolve;
        });
        await kitchen.store.destroy(name);
      },
    };
    const [first, second] = [tillOf(kitchen, storage), tillOf(kitchen, storage)];
    await first.pos.start();
    await second.pos.start();
    await kitchen.host.pass(10_000);
    // It has seen that another one sends, and goes on taking in.
    await first.pos.mutate('order.create', dish(1));
    await kitchen.host.pass(60_000);
    const leaving = second.pos.signOut(choice);
    await kitchen.host.pass(1_000);
    const late = await first.pos.mutate('order.create', dish(2)).catch((error: unknown) => error);
    expect(late).toMatchObject({ name: 'StoreError', fault: 'fenced' });
    go();
    await kitchen.host.pass(10_000);
    expect(await leaving).toMatchObject({ mutations: [] });
    await expect(first.pos.mutate('order.create', dish(3))).rejects.toMatchObject({ fault: 'fenced' });
    // The same principal comes back.
    await first.pos.stop();
    await first.pos.start();
    await kitchen.host.pass(10_000);
    await first.pos.mutate('order.create', dish(4));
    await kitchen.host.pass(10_000);
    expect(taken).toEqual([1, 4]);
    await Promise.all([first.pos.dispose(), second.pos.dispose()]);
  },
);

test('O1, O43: what was refused although it was written is not taken for what another tab has taken in', async () => {
  const kitchen = createKitchen();
  const taken = takeOrders(kitchen);
  let isSlow = false;
  const storage: Store = {
    ...kitchen.store,
    async open(name, signal) {
      const database = await kitchen.store.open(name, signal);
      return {
        ...database,
        async commit(commit) {
          const orders = isSlow ? commit.writes.filter(({ table }) => table === 'outbox') : [];
          // Taking it back is as slow as everything else.
          if (orders.some(({ value }) => value === undefined)) {
            await new Promise<void>((resolve) => void kitchen.host.schedule(1_000, resolve));
          }
          await database.commit(commit);
          if (orders.some(({ value }) => value !== undefined)) throw new StoreError('failed', 'It took too long.');
        },
      };
    },
  };
  const { pos } = tillOf(kitchen, storage);
  await pos.start();
  await kitchen.host.pass(10_000);
  isSlow = true;
  const asked = pos.mutate('order.create', dish(1)).catch((error: unknown) => error);
  await kitchen.host.pass(10);
  // Whoever waits looks at something else meanwhile, and comes back.
  kitchen.host.emit({ kind: 'visible' });
  await kitchen.host.pass(10_000);
  expect(await asked).toMatchObject({ fault: 'failed' });
  isSlow = false;
  await pos.mutate('order.create', dish(2));
  await kitchen.host.pass(10_000);
  expect(taken).toEqual([2]);
  await pos.dispose();
});

describe('O36: after one tab has sent something and is gone for good, a tab that still holds it does not send it again', () => {
  test.each(['signOut', 'signOut keep', 'wipe'])('%s', async (how) => {
    const kitchen = createKitchen();
    const taken = takeOrders(kitchen);
    const serve = kitchen.answer;
    let isBusy = true;
    kitchen.answer = (request) =>
      request.method === 'POST' && request.path.endsWith('/orders') && isBusy
        ? { status: 429, body: { message: 'busy' }, headers: { 'retry-after': '120' } }
        : serve?.(request);
    const first = tillOf(kitchen);
    await first.pos.start();
    await kitchen.host.pass(1_000);
    await first.pos.mutate('order.create', dish(1));
    await kitchen.host.pass(1_000);
    expect(first.pos.outbox.pending()).toMatchObject([{ state: 'pending' }]);
    isBusy = false;
    const second = tillOf(kitchen).pos;
    await second.start();
    await kitchen.host.pass(1_000);
    const [waiting] = second.outbox.pending();
    second.outbox.retry(waiting?.id ?? '');
    await kitchen.host.pass(1_000);
    expect(taken).toEqual([1]);
    if (how === 'wipe') await second.wipe();
    else await second.signOut(how === 'signOut' ? {} : { pending: 'keep' });
    await kitchen.host.pass(600_000);
    expect(taken).toEqual([1]);
    expect(first.told).toContain('outbox stopped fenced');
    await Promise.all([first.pos.dispose(), second.dispose()]);
  });
});

describe('O36: a tab that starts while the disk is full', () => {
  /** One tab has taken an order in, and then nothing can be written any more. */
  async function full(kitchen: Kitchen) {
    const taken = takeOrders(kitchen);
    let isFull = false;
    const storage = failingStore(kitchen.store, ({ kind }) =>
      kind === 'commit' && isFull ? { kind: 'fail', fault: 'full' } : undefined,
    );
    const first = tillOf(kitchen, storage);
    await first.pos.start();
    await kitchen.host.pass(10_000);
    await first.pos.mutate('order.create', dish(1));
    isFull = true;
    await kitchen.host.pass(10);
    const second = tillOf(
      kitchen,
      failingStore(kitchen.store, ({ kind }) =>
        kind === 'commit' && isFull ? { kind: 'fail', fault: 'full' } : undefined,
      ),
    );
    await second.pos.start();
    await kitchen.host.pass(1_000);
    expect(second.pos.outbox.pending()).toHaveLength(1);
    return {
      taken,
      first,
      second,
      storage,
      makeRoom: () => {
        isFull = false;
      },
    };
  }

  test('does not take over from one that goes on: what that one has sent would be sent again', async () => {
    const kitchen = createKitchen();
    const { taken, first, second, makeRoom } = await full(kitchen);
    makeRoom();
    for (const { pos } of [first, second]) {
      pos.outbox.retry(pos.outbox.pending()[0]?.id ?? '');
      await kitchen.host.pass(5_000);
    }
    await kitchen.host.pass(300_000);
    expect(taken).toEqual([1]);
    expect(second.told).toContain('storage fenced');
    await first.pos.mutate('order.create', dish(2));
    await kitchen.host.pass(1_000);
    expect(taken).toEqual([1, 2]);
    await Promise.all([first.pos.dispose(), second.pos.dispose()]);
  });

  test('takes over from one that has died, when there is room', async () => {
    const kitchen = createKitchen();
    const { taken, second, storage, makeRoom } = await full(kitchen);
    storage.crash();
    makeRoom();
    await kitchen.host.pass(300_000);
    expect(taken).toEqual([1]);
    expect(second.told).not.toContain('storage fenced');
    await second.pos.dispose();
  });
});

type Step =
  | { readonly do: 'start' | 'stop' | 'mutate'; readonly at: number }
  | { readonly do: 'print' | 'hint' | 'cut' | 'full' | 'room' }
  | { readonly do: 'pass'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('start' as const, 'stop' as const), at: fc.nat({ max: 2 }) }),
  fc.record({ do: fc.constant('mutate' as const), at: fc.nat({ max: 2 }) }),
  fc.record({
    do: fc.constantFrom('print' as const, 'hint' as const, 'cut' as const, 'full' as const, 'room' as const),
  }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(0, 1, 5, 50, 1_000, 10_000) }),
);

test(
  'O36, O43, I19: however tabs come, go and take in, nothing is sent twice, printed twice unsaid, or forgotten',
  { timeout: patience },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const kitchen = createKitchen();
        const taken = takeOrders(kitchen);
        kitchen.lists.set('print-jobs', []);
        const asked: number[] = [];
        const printed: string[] = [];
        let jobs = 0;
        let isFull = false;
        const storage = failingStore(kitchen.store, ({ kind }) =>
          kind === 'commit' && isFull ? { kind: 'fail', fault: 'full' } : undefined,
        );
        const tabs = [0, 1, 2].map((at) => ({
          pos: tillOf(kitchen, storage).pos,
          ...gatewayOf(kitchen, printed, `tab ${at}`, [], storage),
        }));
        const ended: Promise<void>[] = [];
        for (const { pos, gateway } of tabs.slice(0, 1)) await Promise.all([pos.start(), gateway.start()]);
        // Where the channel begins for this device is known from here on.
        await kitchen.host.pass(1_000);
        for (const one of steps) {
          const tab = 'at' in one ? tabs[one.at] : undefined;
          switch (one.do) {
            case 'start':
              ended.push(tab?.pos.start() ?? Promise.resolve(), tab?.gateway.start() ?? Promise.resolve());
              break;
            case 'stop':
              ended.push(tab?.pos.stop() ?? Promise.resolve(), tab?.gateway.stop() ?? Promise.resolve());
              break;
            case 'mutate': {
              const qty = asked.length + 1;
              const isTaken = await tab?.pos.mutate('order.create', dish(qty)).then(
                () => true,
                () => false,
              );
              if (isTaken === true) asked.push(qty);
              break;
            }
            case 'print':
              jobs += 1;
              kitchen.publish(printing, 'PrintJobQueued', job(jobs));
              break;
            case 'hint':
              kitchen.host.emit({ kind: 'online' });
              break;
            case 'cut':
              await offline(kitchen);
              break;
            case 'full':
            case 'room':
              isFull = one.do === 'full';
              break;
            case 'pass':
              await kitchen.host.pass(one.ms);
          }
        }
        isFull = false;
        await kitchen.host.pass(90_000);
        await Promise.all(ended);
        const stopped = Promise.all(tabs.flatMap(({ pos, gateway }) => [pos.dispose(), gateway.dispose()]));
        await kitchen.host.pass(20_000);
        await stopped;
        const last = tillOf(kitchen).pos;
        const lastGateway = gatewayOf(kitchen, printed, 'last').gateway;
        await Promise.all([last.start(), lastGateway.start()]);
        await kitchen.host.pass(120_000);

        expect(new Set(taken).size).toBe(taken.length);
        const parked = last.outbox.parked().map(({ input }) => (input as ReturnType<typeof dish>).items[0]?.qty);
        expect(new Set([...taken, ...parked])).toEqual(new Set(asked));
        expect(last.outbox.pending()).toEqual([]);
        const first = printed.filter((line) => !line.endsWith('again')).map((line) => line.split(' ').at(-1));
        expect(new Set(first).size).toBe(first.length);
        expect(new Set(printed.map((line) => line.replace(' again', '').split(' ').at(-1))).size).toBe(jobs);
        await Promise.all([last.dispose(), lastGateway.dispose()]);
        await kitchen.host.pass(100);
        expect(kitchen.host.pendingTimers).toBe(0);
      }),
      runs(60),
    );
  },
);
