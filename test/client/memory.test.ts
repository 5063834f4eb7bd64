// What a client says of its memory: what waits in it, what could not be read back, and that it was taken away.
import { expect, test } from 'vitest';
import type { Signal } from '../../src/core/signals.ts';
import type { Database, Store, StoreTable } from '../../src/storage/store.ts';
import { failingStore } from '../../src/testing/failing-store.ts';
import { createKitchen, order, wire, type Kitchen } from './kitchen.ts';

const dish = { channel: 'pos', items: [{ item_id: 1, qty: 1 }] } as const;

interface Opened {
  readonly storage: Store;
  readonly names: string[];
}

/** The kitchen's store, and under which names it was opened; `wrap` stands between. */
function watched(kitchen: Kitchen, wrap: (database: Database) => Database = (database) => database): Opened {
  const names: string[] = [];
  return {
    names,
    storage: {
      destroy: (name) => kitchen.store.destroy(name),
      async open(name, signal) {
        names.push(name);
        return wrap(await kitchen.store.open(name, signal));
      },
    },
  };
}

/** Reads as the stores for disks do: what is damaged is moved away first. */
const damaging =
  (damaged: Set<string>) =>
  (database: Database): Database => ({
    ...database,
    async read(table: StoreTable, range) {
      for (const { key, value } of await database.read(table, range)) {
        if (!damaged.delete(table)) break;
        const aside = { table, key, text: JSON.stringify(value), reason: 'its digest is wrong' };
        await database.commit({
          writes: [
            { table, key, value: undefined },
            { table: 'set-aside', key: `${table} ${key}`, value: aside },
          ],
          durability: 'strict',
        });
      }
      return database.read(table, range);
    },
  });

function remember(pos: { readonly signals: { on(kind: 'storage', listener: (signal: Signal) => void): unknown } }) {
  const told: Signal[] = [];
  pos.signals.on('storage', (signal) => void told.push(signal));
  return told;
}

test('what the store had to set aside is counted in health, told once, and said with what to do (F81)', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  const damaged = new Set<string>();
  const { storage } = watched(kitchen, damaging(damaged));
  const before = kitchen.client('pos', { storage });
  await before.start();
  expect(before.health().storage.setAside).toBe(0);
  await before.mutate('order.create', dish);
  await before.stop();

  damaged.add('outbox');
  const pos = kitchen.client('pos', { storage });
  const told = remember(pos);
  await pos.start();
  expect(told).toMatchObject([{ fault: 'set-aside' }]);
  expect(told[0]).toHaveProperty('remediation', expect.stringContaining('1 of outbox'));
  expect(told[0]).toHaveProperty('remediation', expect.stringContaining('was not sent'));
  expect(pos.health().storage.setAside).toBe(1);
  await pos.stop();
  await pos.start();
  expect(told).toHaveLength(1);
  expect(pos.health().storage.setAside).toBe(1);
  await pos.dispose();

  const again = kitchen.client('pos', { storage });
  const toldAgain = remember(again);
  await again.start();
  expect(toldAgain).toEqual([]);
  expect(again.health().storage.setAside).toBe(1);
  await again.dispose();
  // What is still in the air is the network's.
  await kitchen.host.pass(100);
  expect(kitchen.host.pendingTimers).toBe(0);
});

test('health counts what waits, what is under way, what is parked, and what work is there', async () => {
  const kitchen = createKitchen({ httpLatencyMs: 100 });
  kitchen.lists.set('orders', []);
  kitchen.lists.set('print-jobs', []);
  const gateway = kitchen.client('printer-gateway');
  gateway.process('PrintJobQueued', () => new Promise(() => undefined), { lane: () => 'one printer' });
  await gateway.start();
  await kitchen.host.pass(1_000);
  for (const id of [1, 2]) {
    const data = { print_job: { id, type: 'kitchen', target_printer_id: 1, attempts: 0 } };
    kitchen.publish(wire('printing'), 'PrintJobQueued', data);
  }
  await kitchen.host.pass(100);
  expect(gateway.health().work).toEqual({ waiting: 1, running: 1, dead: 0 });
  await kitchen.host.pass(36_000);
  expect(gateway.health().work).toEqual({ waiting: 0, running: 1, dead: 1 });
  const stopping = gateway.dispose();
  await kitchen.host.pass(10_000);
  await stopping;

  const pos = kitchen.client('pos');
  let status = 422;
  kitchen.answer = ({ method, path }) =>
    method === 'POST' && path.endsWith('/orders') ? { status, body: { message: 'no' } } : undefined;
  await pos.start();
  await kitchen.host.pass(1_000);
  await pos.mutate('order.create', dish);
  await kitchen.host.pass(1_000);
  expect(pos.health().outbox).toEqual({ waiting: 0, inflight: 0, parked: 1, untouched: 0 });
  status = 503;
  await pos.mutate('order.create', dish);
  await kitchen.host.pass(50);
  expect(pos.health().outbox).toEqual({ waiting: 1, inflight: 1, parked: 1, untouched: 0 });
  await pos.dispose();
});

test('a memory that is taken away while nobody uses it is opened again at once, and told (F77)', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  const { storage, names } = watched(kitchen);
  const pos = kitchen.client('pos', { storage });
  const told = remember(pos);
  await pos.start();
  await kitchen.host.pass(1_000);
  expect(names).toHaveLength(1);
  await kitchen.store.destroy(names[0] ?? '');
  await kitchen.host.pass(0);
  expect(names).toHaveLength(2);
  expect(told).toMatchObject([{ fault: 'lost', remediation: expect.stringContaining('taken away') as string }]);
  expect(pos.health().storage.survives).toBe('page');
  // The new one is used: what is heard now is known after a restart.
  kitchen.publish(wire('orders'), 'OrderCreated', order(1));
  await kitchen.host.pass(1_000);
  await pos.dispose();
  const again = kitchen.client('pos');
  const heard: number[] = [];
  again.on('OrderCreated', ({ data }) => void heard.push(data.order.id));
  await again.start();
  await kitchen.host.pass(1_000);
  expect(again.health().channels.find(({ channel }) => channel === 'orders')?.cursor?.seq).toBe(1);
  expect(heard).toEqual([]);
  await again.dispose();
});

test('a client that was stopped does not open a memory that is taken away then', async () => {
  const kitchen = createKitchen();
  const { storage, names } = watched(kitchen);
  const pos = kitchen.client('pos', { storage });
  const told = remember(pos);
  await pos.start();
  await pos.stop();
  await kitchen.store.destroy(names[0] ?? '');
  await kitchen.host.pass(10_000);
  expect(names).toHaveLength(1);
  expect(told).toEqual([]);
  await pos.dispose();
});

test('a handle that is lost by the very last commit is no other tab, and the run has ended well', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  let isLast = false;
  const storage = failingStore(kitchen.store, ({ kind }) => {
    if (kind !== 'commit' || !isLast) return undefined;
    isLast = false;
    return { kind: 'lose-after' };
  });
  const faults: string[] = [];
  const pos = kitchen.client('pos', { storage });
  pos.signals.on('storage', ({ fault }) => void faults.push(fault));
  await pos.start();
  await kitchen.host.pass(1_000);
  isLast = true;
  await pos.dispose();
  expect(storage.fired).toHaveLength(1);
  expect(faults).toEqual(['lost']);
});
