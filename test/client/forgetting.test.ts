// What a device stops remembering, and what it never does.
import { expect, test } from 'vitest';
import type { Store } from '../../src/storage/store.ts';
import { createKitchen, order, wire, type Kitchen } from './kitchen.ts';

const day = 86_400_000;

/** The kitchen's store, and what rows are in it. */
function looked({ store }: Kitchen) {
  let name = '';
  const storage: Store = {
    ...store,
    open(asked, signal) {
      name = asked;
      return store.open(asked, signal);
    },
  };
  return {
    storage,
    async rows(): Promise<readonly string[]> {
      const database = await store.open(name);
      const keys = (await database.read('rows')).map(({ key }) => key.slice(key.indexOf('\n') + 1));
      await database.close();
      return keys;
    },
  };
}

function openKitchen() {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  return { kitchen, ...looked(kitchen) };
}

const heardBy = (pos: ReturnType<Kitchen['client']>): string[] => {
  const heard: string[] = [];
  pos.on('*', ({ name, data }) => void heard.push(`${name} ${JSON.stringify(data).slice(0, 18)}`));
  return heard;
};

test('S26: an order that is over is forgotten after a while, one that is open never is', async () => {
  const { kitchen, storage, rows } = openKitchen();
  const pos = kitchen.client('pos', { storage, retention: { finishedForMs: 600_000 } });
  await pos.start();
  await kitchen.host.pass(1_000);
  kitchen.publish(wire('orders'), 'OrderCreated', order(1, { status: 'served', updated_at: '2026-01-01T00:00:01Z' }));
  kitchen.publish(wire('orders'), 'OrderCreated', order(2, { status: 'accepted', updated_at: '2026-01-01T00:00:01Z' }));
  await kitchen.host.pass(500_000);
  expect(await rows()).toEqual(['1', '2']);
  await kitchen.host.pass(800_000);
  // Taken out with whatever is written next.
  kitchen.publish(wire('orders'), 'OrderCreated', order(3, { status: 'accepted' }));
  await kitchen.host.pass(1_000);
  expect(await rows()).toEqual(['2', '3']);
  await pos.dispose();
});

test('S26: it is not told again when a list still has it, and lives for as long as it did', async () => {
  const { kitchen, storage, rows } = openKitchen();
  const served = order(1, { status: 'served', updated_at: '2026-01-01T00:00:01Z' });
  const pos = kitchen.client('pos', { storage, retention: { finishedForMs: 60_000 } });
  const heard = heardBy(pos);
  await pos.start();
  await kitchen.host.pass(1_000);
  kitchen.publish(wire('orders'), 'OrderCreated', served);
  await kitchen.host.pass(200_000);
  kitchen.publish(wire('orders'), 'OrderCreated', order(2, { status: 'accepted' }));
  await kitchen.host.pass(1_000);
  expect(await rows()).toEqual(['2']);
  kitchen.lists.set('orders', [
    served.order as { id: number },
    order(2, { status: 'accepted' }).order as { id: number },
  ]);
  kitchen.answer = ({ path }) => (path.startsWith('/v1/events/since') ? { status: 404, body: {} } : undefined);
  const refreshed = pos.refresh();
  await kitchen.host.pass(1_000);
  await refreshed;
  expect(await rows()).toEqual(['1', '2']);
  expect(heard).toHaveLength(2);
  await pos.dispose();
});

test('S26: a device that was switched off for long forgets at the start, by the age that the rows have', async () => {
  const { kitchen, storage, rows } = openKitchen();
  const before = kitchen.client('pos', { storage });
  await before.start();
  await kitchen.host.pass(1_000);
  kitchen.publish(wire('orders'), 'OrderCreated', order(1, { status: 'served' }));
  await kitchen.host.pass(1_000);
  await before.dispose();
  await kitchen.host.pass(4 * day);
  const again = kitchen.client('pos', { storage });
  await again.start();
  await again.dispose();
  expect(await rows()).toEqual(['1']);
  await kitchen.host.pass(4 * day);
  const later = kitchen.client('pos', { storage });
  await later.start();
  await kitchen.host.pass(1_000);
  await later.dispose();
  expect(await rows()).toEqual([]);
});

test('how long is a number, and may be for ever', () => {
  const { kitchen } = openKitchen();
  const forMs = (finishedForMs: number) => () => kitchen.client('pos', { retention: { finishedForMs } });
  expect(forMs(Number.NaN)).toThrow('retention.finishedForMs');
  expect(forMs(Number.POSITIVE_INFINITY)).not.toThrow();
});
