import { expect, test } from 'vitest';
import { guardUnload } from '../../src/unload-guard.ts';
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

test('who signs out is asked about what was not sent', async () => {
  const kitchen = createKitchen();
  const pos = await queue(kitchen);
  await expect(pos.signOut()).rejects.toMatchObject({ code: 'unsent-mutations' });
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

test('another principal on the same device finds nothing', async () => {
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

test('a stopped client asks as well, and a start that comes between finds nothing', async () => {
  const kitchen = createKitchen();
  const pos = await queue(kitchen);
  await pos.stop();
  await expect(pos.signOut()).rejects.toMatchObject({ code: 'unsent-mutations' });
  const out = pos.signOut({ pending: 'discard' });
  const started = pos.start();
  await Promise.all([out, started]);
  expect(pos.outbox.pending()).toEqual([]);
  await pos.dispose();
});
