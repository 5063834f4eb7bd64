// What an app keeps off the disk.
import { describe, expect, test } from 'vitest';
import { storeTables, type Store } from '../../src/storage/store.ts';
import { createKitchen, order, wire, type Kitchen } from './kitchen.ts';

const phone = '+33 6 12 34 56 78';
const called = (id: number): { readonly order: object } =>
  order(id, { notes: phone, updated_at: '2026-01-01T00:00:01Z' });

/** The kitchen's store, and all that it holds as one text. */
function looked({ store }: Kitchen) {
  const names = new Set<string>();
  const storage: Store = {
    ...store,
    open(name, signal) {
      names.add(name);
      return store.open(name, signal);
    },
  };
  async function onDisk(): Promise<string> {
    const texts: string[] = [];
    for (const name of names) {
      const database = await store.open(name);
      for (const table of storeTables) texts.push(JSON.stringify(await database.read(table)));
      await database.close();
    }
    return texts.join('\n');
  }
  return { storage, onDisk };
}

/** A till that is told an order with a phone number. */
async function told(kitchen: Kitchen, storage: Store, redact?: (row: unknown, list: string) => unknown) {
  kitchen.lists.set('orders', []);
  const pos = kitchen.client('pos', { storage, ...(redact !== undefined && { redact }) });
  const heard: unknown[] = [];
  const errors: unknown[] = [];
  const faults: string[] = [];
  pos.on('OrderCreated', ({ data }) => void heard.push(data.order));
  pos.signals.on('callback', ({ error }) => void errors.push(error));
  pos.signals.on('storage', ({ fault }) => void faults.push(fault));
  await pos.start();
  await kitchen.host.pass(1_000);
  kitchen.publish(wire('orders'), 'OrderCreated', called(1));
  await kitchen.host.pass(1_000);
  return { pos, heard, errors, faults };
}

test('what is redacted is nowhere on the disk, whoever listens is told it, and after a restart it is not told again', async () => {
  const kitchen = createKitchen();
  const { storage, onDisk } = looked(kitchen);
  const lists: string[] = [];
  const leaveOut = (row: unknown, list: string): unknown => {
    lists.push(list);
    // In place, as the shortest hook does it.
    delete (row as { notes?: unknown }).notes;
    return row;
  };
  const { pos, heard, errors } = await told(kitchen, storage, leaveOut);
  expect(heard).toMatchObject([{ id: 1, notes: phone }]);
  expect(lists).toEqual(['orders']);
  expect(await onDisk()).not.toContain(phone);
  expect(await onDisk()).toContain('"number":"C1"');
  await pos.dispose();
  kitchen.lists.set('orders', [called(1).order as { id: number }]);
  const again = kitchen.client('pos', { storage, redact: leaveOut });
  again.on('*', ({ name }) => void heard.push(name));
  await again.start();
  await kitchen.host.pass(10_000);
  expect(heard).toHaveLength(1);
  expect(errors).toEqual([]);
  await again.dispose();
});

test('a hook that throws is told as what it is, and nothing that it was to leave out is written', async () => {
  const kitchen = createKitchen();
  const { storage, onDisk } = looked(kitchen);
  const mistake = new TypeError('no such field');
  const { pos, heard, errors, faults } = await told(kitchen, storage, () => {
    throw mistake;
  });
  expect(heard).toHaveLength(1);
  expect(errors).toEqual([mistake]);
  expect(faults).toEqual([]);
  expect(await onDisk()).not.toContain(phone);
  await pos.dispose();
});

test('without a hook the row is kept as it came', async () => {
  const kitchen = createKitchen();
  const { storage, onDisk } = looked(kitchen);
  const { pos } = await told(kitchen, storage);
  expect(await onDisk()).toContain(phone);
  await pos.dispose();
});

describe('what is missing on the disk is back with the first list after a restart, which tells nobody', () => {
  const leaveOut = (row: unknown): unknown => ({ ...(row as object), notes: null });
  /** Does not fit the schema any more. */
  const leaveOutAll = (): unknown => null;

  /** A list that knows since when it is asked. */
  function listing(kitchen: Kitchen): void {
    kitchen.answer = ({ method, path }) => {
      if (method !== 'GET' || !path.startsWith('/v1/orders')) return undefined;
      const isAll = new URL(path, 'http://kitchen.test').searchParams.get('updated_since') === null;
      const data = isAll ? kitchen.lists.get('orders') : [];
      return { status: 200, body: { data, deleted: [], complete: isAll, as_of: '2026-06-01T00:00:00Z' } };
    };
  }

  test.each([
    { backend: 'with a log', hasReplay: true, redact: leaveOut },
    { backend: 'with a log, of a row that is no row any more', hasReplay: true, redact: leaveOutAll },
    { backend: 'with lists alone', hasReplay: false, redact: leaveOut },
    { backend: 'with lists alone, of a row that is no row any more', hasReplay: false, redact: leaveOutAll },
  ])('S28: $backend', async ({ hasReplay, redact }) => {
    const kitchen = createKitchen({ hasReplay });
    const { storage, onDisk } = looked(kitchen);
    listing(kitchen);
    const { pos, heard, errors } = await told(kitchen, storage, redact);
    kitchen.lists.set('orders', [called(1).order as { id: number }]);
    await kitchen.host.pass(30_000);
    await pos.dispose();
    const again = kitchen.client('pos', { storage, redact });
    again.on('*', ({ name }) => void heard.push(name));
    const orders = again.collection('orders');
    await again.start();
    await kitchen.host.pass(15_000);
    expect(orders.row(1)).toMatchObject({ notes: phone });
    expect(heard).toHaveLength(1);
    expect(errors).toEqual([]);
    expect(await onDisk()).not.toContain(phone);
    await again.dispose();
  });

  test('S28: also where only part of it has changed since', async () => {
    const kitchen = createKitchen();
    const { storage, onDisk } = looked(kitchen);
    const { pos } = await told(kitchen, storage, leaveOut);
    await pos.dispose();
    kitchen.lists.set('orders', [called(1).order as { id: number }]);
    const again = kitchen.client('pos', { storage, redact: leaveOut });
    const orders = again.collection('orders');
    await again.start();
    await kitchen.host.pass(100);
    expect(orders.row(1)).toMatchObject({ notes: null });
    const changed = { status: 'ready', updated_at: '2026-01-01T00:00:05Z' };
    kitchen.publish(wire('orders'), 'OrderStatusChanged', { order_id: 1, to: 'ready', at: changed.updated_at });
    kitchen.lists.set('orders', [{ ...(called(1).order as { id: number }), ...changed }]);
    await kitchen.host.pass(100);
    expect(orders.row(1)).toMatchObject({ status: 'ready', notes: null });
    await kitchen.host.pass(30_000);
    expect(orders.row(1)).toMatchObject({ status: 'ready', notes: phone });
    expect(await onDisk()).not.toContain(phone);
    await again.dispose();
  });

  test('S28: nobody asks for a whole list where nothing was left out', async () => {
    const kitchen = createKitchen({ hasReplay: false });
    const { storage } = looked(kitchen);
    listing(kitchen);
    const { pos } = await told(kitchen, storage, (row) => row);
    kitchen.lists.set('orders', [called(1).order as { id: number }]);
    await kitchen.host.pass(30_000);
    await pos.dispose();
    const before = kitchen.http.requests.length;
    const again = kitchen.client('pos', { storage, redact: (row) => row });
    await again.start();
    await kitchen.host.pass(1_000);
    const asked = kitchen.http.requests.slice(before).filter(({ path }) => path.startsWith('/v1/orders'));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.every(({ path }) => path.includes('updated_since'))).toBe(true);
    await again.dispose();
  });

  test('S28: what an app of yesterday has written and the hook of today leaves out is off the disk after a start', async () => {
    const kitchen = createKitchen();
    const { storage, onDisk } = looked(kitchen);
    const { pos } = await told(kitchen, storage);
    expect(await onDisk()).toContain(phone);
    await pos.dispose();
    kitchen.lists.set('orders', [called(1).order as { id: number }]);
    const again = kitchen.client('pos', { storage, redact: leaveOut });
    const orders = again.collection('orders');
    await again.start();
    await kitchen.host.pass(1_000);
    expect(orders.row(1)).toMatchObject({ notes: phone });
    expect(await onDisk()).not.toContain(phone);
    await again.dispose();
    const third = kitchen.client('pos', { storage, redact: leaveOut });
    await third.start();
    await kitchen.host.pass(15_000);
    expect(third.collection('orders').row(1)).toMatchObject({ notes: phone });
    expect(await onDisk()).not.toContain(phone);
    await third.dispose();
  });
});
