import { describe, expect, test } from 'vitest';
import { failingStore } from '../../src/testing/failing-store.ts';
import { memory } from '../../src/storage/memory.ts';
import { createKitchen, order, wire, type Kitchen } from './kitchen.ts';

const printing = wire('printing');
const orders = wire('orders');
const at = (second: number): string => `2026-01-01T00:01:0${second}.000Z`;

interface Told {
  readonly name: string;
  readonly origin: string;
  readonly redelivered: boolean;
}

/** A pos that hears everything, from the first event on. */
function posOf(
  kitchen: Kitchen,
  store = kitchen.store,
): { readonly told: Told[]; readonly pos: ReturnType<Kitchen['client']> } {
  const told: Told[] = [];
  const pos = kitchen.client('pos', { storage: store, startFrom: 'earliest' });
  pos.on('*', ({ name, origin, redelivered }) => void told.push({ name, origin, redelivered }));
  return { told, pos };
}

describe('a list and an event of a row that the device does not know', () => {
  test('an older list does not bring back a job that an event has completed', async () => {
    const kitchen = createKitchen();
    const { host } = kitchen;
    const { told, pos } = posOf(kitchen);
    kitchen.lists.set('print-jobs', [{ id: 5, status: 'queued', updated_at: at(1) }]);
    await pos.start();
    await host.pass(1_000);
    kitchen.publish(printing, 'PrintJobCompleted', { print_job_id: 5, at: at(2) });
    // The log is gone, and the list was made before the job was completed.
    kitchen.answer = ({ path }) =>
      path.includes('/events/since') && path.includes('printing') ? { status: 410, body: { floor_seq: 9 } } : undefined;
    void pos.refresh();
    await host.pass(1_000);
    expect(told.map(({ name }) => name)).toEqual(['PrintJobCompleted']);
    await pos.dispose();
  });

  test('the whole row of the same version is told all the same', async () => {
    const kitchen = createKitchen();
    const { host } = kitchen;
    const { told, pos } = posOf(kitchen);
    kitchen.lists.set('orders', [{ id: 5, status: 'ready', updated_at: at(2) }]);
    await pos.start();
    await host.pass(1_000);
    kitchen.publish(orders, 'OrderStatusChanged', { order_id: 5, to: 'ready', at: at(2) });
    kitchen.answer = ({ path }) =>
      path.includes('/events/since') && path.includes('orders') ? { status: 410, body: { floor_seq: 9 } } : undefined;
    void pos.refresh();
    await host.pass(1_000);
    expect(told).toMatchObject([{ name: 'OrderStatusChanged' }, { name: 'OrderCreated', origin: 'snapshot' }]);
    await pos.dispose();
  });
});

describe('what may come again after a crash', () => {
  /** A device that has heard of one order, over a store that can crash. */
  async function withAnOrder() {
    const kitchen = createKitchen();
    const { host } = kitchen;
    const store = failingStore(kitchen.store, () => undefined);
    const first = posOf(kitchen, store);
    await first.pos.start();
    await host.pass(1_000);
    kitchen.publish(orders, 'OrderCreated', order(1));
    return { kitchen, host, store, first };
  }

  test('is called redelivered although no cursor was stored, and although a run between stopped cleanly', async () => {
    const { kitchen, host, store, first } = await withAnOrder();
    expect(first.told).toMatchObject([{ name: 'OrderCreated', redelivered: false }]);
    store.crash();
    void first.pos.dispose();
    store.restart();

    kitchen.http.weather = 'down';
    const second = posOf(kitchen, store);
    await second.pos.start();
    await second.pos.dispose();
    kitchen.http.weather = 'clear';

    const third = posOf(kitchen, store);
    await third.pos.start();
    await host.pass(10_000);
    expect(third.told).toMatchObject([{ name: 'OrderCreated', redelivered: true }]);
    await third.pos.dispose();
  });

  test('is called redelivered although a run between was live and stopped cleanly, while it waited behind a hole', async () => {
    const { kitchen, host, store, first } = await withAnOrder();
    await host.pass(1_000);
    // Of a transaction that was rolled back nobody knows for a while whether it is only late.
    kitchen.publish(orders, 'OrderCreated', order(2), { seq: 3 });
    while (first.told.length < 2) await host.pass(50);
    store.crash();
    void first.pos.dispose();
    store.restart();

    const second = posOf(kitchen, store);
    await second.pos.start();
    while (second.pos.status.get().word !== 'live') await host.pass(50);
    await second.pos.dispose();
    expect(second.told).toEqual([]);

    const third = posOf(kitchen, store);
    await third.pos.start();
    await host.pass(10_000);
    expect(third.told).toMatchObject([{ name: 'OrderCreated', redelivered: true }]);
    await third.pos.dispose();
  });

  test('is not in doubt any more after a run that has caught up', async () => {
    const kitchen = createKitchen();
    const { host } = kitchen;
    const store = failingStore(memory(), () => undefined);
    const first = posOf(kitchen, store);
    await first.pos.start();
    await host.pass(1_000);
    store.crash();
    void first.pos.dispose();
    store.restart();
    const second = posOf(kitchen, store);
    await second.pos.start();
    await host.pass(5_000);
    await second.pos.dispose();
    kitchen.publish(orders, 'OrderCreated', order(1));
    const third = posOf(kitchen, store);
    await third.pos.start();
    await host.pass(5_000);
    expect(third.told).toMatchObject([{ name: 'OrderCreated', redelivered: false }]);
    await third.pos.dispose();
  });
});
