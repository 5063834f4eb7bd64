import { expect, test } from 'vitest';
import type { Signal } from '../../src/core/signals.ts';
import { createKitchen, order, wire, type Kitchen } from './kitchen.ts';

const orders = wire('orders');

/** A till that has heard its first order, so that it has a position. */
async function openTill(kitchen: Kitchen) {
  kitchen.lists.set('orders', []);
  const pos = kitchen.client('pos');
  const heard: string[] = [];
  const signals: Signal[] = [];
  pos.on('OrderCreated', ({ data, origin }) => void heard.push(`${data.order.id} ${origin}`));
  pos.signals.on('*', (signal) => void signals.push(signal));
  await pos.start();
  await kitchen.host.pass(1_000);
  kitchen.publish(orders, 'OrderCreated', order(1));
  return { pos, heard, signals };
}

test('events reach their handler once and in order, also those that were missed during an outage', async () => {
  const kitchen = createKitchen();
  const { pos, heard } = await openTill(kitchen);
  expect(pos.status.get()).toEqual({ word: 'live', reason: undefined });
  kitchen.transport.live[0]?.close({ code: 1006 });
  kitchen.publish(orders, 'OrderCreated', order(2));
  kitchen.publish(orders, 'OrderCreated', order(3));
  await kitchen.host.pass(5_000);
  kitchen.publish(orders, 'OrderCreated', order(4));
  expect(heard).toEqual(['1 live', '2 replay', '3 replay', '4 live']);
  expect(pos.status.get().word).toBe('live');
});

test('an event that comes twice, or too late, is handed out once and in its place', async () => {
  const kitchen = createKitchen();
  const { heard } = await openTill(kitchen);
  const second = kitchen.publish(orders, 'OrderCreated', order(2), { silently: true });
  const third = kitchen.publish(orders, 'OrderCreated', order(3));
  kitchen.push(orders, 'OrderCreated', third);
  expect(heard).toEqual(['1 live']);
  kitchen.push(orders, 'OrderCreated', second);
  kitchen.push(orders, 'OrderCreated', second);
  expect(heard).toEqual(['1 live', '2 live', '3 live']);
});

test('a frame that was lost on the way is read from the log half a second later', async () => {
  const kitchen = createKitchen();
  const { heard, signals } = await openTill(kitchen);
  kitchen.publish(orders, 'OrderCreated', order(2), { silently: true });
  kitchen.publish(orders, 'OrderCreated', order(3));
  await kitchen.host.pass(5_600);
  expect(heard).toEqual(['1 live', '2 replay', '3 live']);
  expect(signals.filter(({ kind }) => kind === 'gap')).toEqual([]);
});

test('a channel with a log and no list begins where the log ends, and misses nothing from then on', async () => {
  const kitchen = createKitchen();
  const { host } = kitchen;
  kitchen.lists.set('orders', []);
  const pos = kitchen.client('pos');
  const heard: string[] = [];
  const notify = (message: string) => {
    kitchen.publish(
      'private-device.18.notifications',
      'DeviceNotification',
      { type: 'info', message },
      { seq: (seq += 1) },
    );
  };
  let seq = 100;
  notify('before this device was there');
  pos.on('DeviceNotification', ({ data }) => void heard.push(data.message));
  await pos.start();
  await host.pass(1_000);
  kitchen.transport.live[0]?.close({ code: 1006 });
  notify('while it was away, before it had heard anything');
  await host.pass(5_000);
  notify('now');
  expect(heard).toEqual(['while it was away, before it had heard anything', 'now']);
  await pos.dispose();
});

test('after a restart the device goes on from where it was', async () => {
  const kitchen = createKitchen();
  const { pos } = await openTill(kitchen);
  await pos.stop();
  expect(kitchen.host.pendingTimers).toBe(0);
  expect(kitchen.host.listeners).toBe(0);
  expect(kitchen.transport.live).toEqual([]);
  expect(pos.status.get()).toEqual({ word: 'offline', reason: 'stopped' });
  kitchen.publish(orders, 'OrderCreated', order(2));

  const again = kitchen.client('pos');
  const heard: string[] = [];
  again.on('OrderCreated', ({ data, redelivered, replayed }) => {
    heard.push(`${data.order.id} ${redelivered} ${replayed}`);
  });
  await again.start();
  await kitchen.host.pass(1_000);
  expect(heard).toEqual(['2 false true']);
  await again.dispose();
});

test('the same client can be started again', async () => {
  const kitchen = createKitchen();
  const { pos, heard } = await openTill(kitchen);
  await pos.stop();
  kitchen.publish(orders, 'OrderCreated', order(2));
  await Promise.all([pos.start(), pos.start()]);
  await kitchen.host.pass(1_000);
  expect(heard).toEqual(['1 live', '2 replay']);
  expect(kitchen.transport.live).toHaveLength(1);
});

test('what was handled and not stored when the power went comes again, and says so', async () => {
  const kitchen = createKitchen();
  const { heard } = await openTill(kitchen);
  await kitchen.host.pass(1_000);
  kitchen.publish(orders, 'OrderCreated', order(2));
  expect(heard).toEqual(['1 live', '2 live']);
  // No stop: the client is simply not there any more.
  const again = kitchen.client('pos');
  const told: string[] = [];
  again.on('OrderCreated', ({ data, redelivered }) => void told.push(`${data.order.id} ${redelivered}`));
  await again.start();
  await kitchen.host.pass(1_000);
  expect(told).toEqual(['2 true']);
});

test('the cursor waits for what a handler returned', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('orders', []);
  const pos = kitchen.client('pos');
  let finish: () => void = () => undefined;
  pos.on('OrderCreated', ({ data }) =>
    data.order.id === 2 ? new Promise<void>((done) => (finish = done)) : undefined,
  );
  await pos.start();
  await kitchen.host.pass(1_000);
  for (const id of [1, 2, 3]) kitchen.publish(orders, 'OrderCreated', order(id));
  await kitchen.host.pass(1_000);
  const cursor = () => pos.health().channels.find(({ channel }) => channel === 'orders')?.cursor?.seq;
  expect(cursor()).toBe(1);
  finish();
  await kitchen.host.pass(1_000);
  expect(cursor()).toBe(3);
});

test('a server without a log is read by its lists, and changed rows are told as events', async () => {
  const kitchen = createKitchen({ hasReplay: false });
  const row = (id: number, status: string, second: number) => ({
    ...(order(id, { status, updated_at: `2026-01-01T00:00:0${second}.000Z` }).order as { id: number }),
  });
  kitchen.lists.set('orders', [row(1, 'accepted', 1)]);
  const pos = kitchen.client('pos');
  const heard: string[] = [];
  const signals: Signal[] = [];
  pos.on(['OrderCreated', 'OrderUpdated'], (event) => {
    heard.push(`${event.name} ${event.data.order.id} ${event.origin} ${event.replayed}`);
  });
  pos.signals.on('*', (signal) => void signals.push(signal));
  await pos.start();
  await kitchen.host.pass(1_000);
  // Nobody wants yesterday's orders announced.
  expect(heard).toEqual([]);
  kitchen.transport.live[0]?.close({ code: 1006 });
  kitchen.lists.set('orders', [row(1, 'ready', 2), row(2, 'accepted', 2)]);
  await kitchen.host.pass(5_000);
  expect(heard).toEqual(['OrderUpdated 1 snapshot true', 'OrderCreated 2 snapshot true']);
  kitchen.transport.live[0]?.close({ code: 1006 });
  await kitchen.host.pass(5_000);
  expect(heard).toHaveLength(2);
});

test('without a socket, lists keep the device current', async () => {
  const kitchen = createKitchen({ hasReplay: false });
  kitchen.lists.set('orders', []);
  const pos = kitchen.client('pos', {
    transport: {
      capabilities: { joinsWith: 'signature', pings: false, sends: false, acknowledges: false, presence: false },
      connect: (_attempt, handlers) => {
        handlers.failed({ kind: 'no-socket' });
        return { ping: nothing, join: nothing, leave: nothing, send: () => false, close: nothing };
      },
    },
  });
  const heard: number[] = [];
  pos.on('OrderCreated', ({ data }) => void heard.push(data.order.id));
  await pos.start();
  await kitchen.host.pass(1_000);
  expect(pos.status.get()).toEqual({ word: 'offline', reason: 'polling' });
  expect(pos.health().isPolling).toBe(true);
  kitchen.lists.set('orders', [order(7, { updated_at: '2026-01-01T00:00:09Z' }).order as { id: number }]);
  await kitchen.host.pass(80_000);
  expect(heard).toEqual([7]);
});

test('a hole with HTTP down delays a print job by two seconds and not for ever', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('print-jobs', []);
  const gateway = kitchen.client('printer-gateway');
  const printed: string[] = [];
  gateway.on('PrintJobQueued', ({ data, continuity }) => void printed.push(`${data.print_job.id} ${continuity}`));
  await gateway.start();
  await kitchen.host.pass(1_000);
  const job = (id: number) => ({
    print_job: { id, target_printer_id: 1, type: 'receipt', status: 'queued', payload: {} },
  });
  kitchen.publish(wire('printing'), 'PrintJobQueued', job(1));
  expect(printed).toEqual(['1 kept']);
  kitchen.http.weather = 'down';
  kitchen.publish(wire('printing'), 'PrintJobQueued', job(2), { silently: true });
  kitchen.publish(wire('printing'), 'PrintJobQueued', job(3));
  await kitchen.host.pass(1_900);
  expect(printed).toEqual(['1 kept']);
  await kitchen.host.pass(200);
  expect(printed).toEqual(['1 kept', '3 unproven']);
  // What follows in order does not wait again, and the cursor stays at the hole.
  kitchen.publish(wire('printing'), 'PrintJobQueued', job(4));
  expect(printed.at(-1)).toBe('4 unproven');
  await kitchen.host.pass(1_000);
  expect(gateway.health().channels.find(({ channel }) => channel === 'printing')?.cursor?.seq).toBe(1);
  kitchen.http.weather = 'clear';
  await kitchen.host.pass(60_000);
  expect(printed).toEqual(['1 kept', '3 unproven', '4 unproven', '2 unproven']);
  expect(gateway.health().channels.find(({ channel }) => channel === 'printing')?.cursor?.seq).toBe(4);
});

const nothing = (): void => undefined;
