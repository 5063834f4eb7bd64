// What an app keeps off the disk.
import { expect, test } from 'vitest';
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
