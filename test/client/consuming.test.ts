import { expect, test } from 'vitest';
import { isHeardError } from '../../src/errors.ts';
import { createKitchen, order, wire, type Kitchen } from './kitchen.ts';

const orders = wire('orders');

async function openTill(kitchen: Kitchen) {
  kitchen.lists.set('orders', []);
  const pos = kitchen.client('pos');
  await pos.start();
  await kitchen.host.pass(1_000);
  return pos;
}

test('one name, several names, every name, and names that the contract does not have', async () => {
  const kitchen = createKitchen();
  const pos = await openTill(kitchen);
  const one: string[] = [];
  const several: string[] = [];
  const all: string[] = [];
  pos.on('OrderCreated', ({ name }) => void one.push(name));
  pos.on(['OrderCreated', 'OrderStatusChanged'], ({ name }) => void several.push(name));
  pos.on('*', ({ name }) => void all.push(name));
  kitchen.publish(orders, 'OrderCreated', order(1));
  kitchen.publish(orders, 'OrderStatusChanged', { order_id: 1, from: 'accepted', to: 'ready' });
  kitchen.publish(orders, 'OrderFlewAway', { order_id: 1 });
  expect(one).toEqual(['OrderCreated']);
  expect(several).toEqual(['OrderCreated', 'OrderStatusChanged']);
  expect(all).toEqual(['OrderCreated', 'OrderStatusChanged', 'OrderFlewAway']);
  expect(pos.health().channels.find(({ channel }) => channel === 'orders')?.front).toBe(3);
});

test('once, waitFor, a loop and an observable see the same events', async () => {
  const kitchen = createKitchen();
  const pos = await openTill(kitchen);
  const seen: string[] = [];
  pos.once('OrderCreated', ({ data }) => void seen.push(`once ${data.order.id}`));
  const waited = pos.waitFor('OrderCreated', ({ data }) => data.order.id === 2, { timeoutMs: 5_000 });
  const subscription = pos
    .observe('OrderCreated')
    .subscribe({ next: ({ data }) => void seen.push(`seen ${data.order.id}`) });
  const loop = (async () => {
    for await (const { data } of pos.events('OrderCreated')) {
      seen.push(`loop ${data.order.id}`);
      if (data.order.id === 2) break;
    }
  })();
  for (const id of [1, 2]) kitchen.publish(orders, 'OrderCreated', order(id));
  subscription.unsubscribe();
  kitchen.publish(orders, 'OrderCreated', order(3));
  await loop;
  expect((await waited).data.order.id).toBe(2);
  expect([...seen].sort()).toEqual(['loop 1', 'loop 2', 'once 1', 'seen 1', 'seen 2']);
});

test('waiting ends with its time, its signal or the client', async () => {
  const kitchen = createKitchen();
  const pos = await openTill(kitchen);
  const codeOf = (waiting: Promise<unknown>) => waiting.catch((error: unknown) => isHeardError(error) && error.code);
  const timed = codeOf(pos.waitFor('OrderCreated', undefined, { timeoutMs: 100 }));
  const controller = new AbortController();
  const aborted = codeOf(pos.waitFor('OrderCreated', undefined, { signal: controller.signal }));
  const left = codeOf(pos.waitFor('OrderCreated'));
  await kitchen.host.pass(200);
  controller.abort();
  await pos.dispose();
  expect(await Promise.all([timed, aborted, left])).toEqual(['timeout', 'aborted', 'disposed']);
  expect(kitchen.host.pendingTimers).toBe(0);
});

test('a loop that is slow holds the cursor back, and nothing else', async () => {
  const kitchen = createKitchen();
  const pos = await openTill(kitchen);
  const loop = pos.events('OrderCreated');
  for (const id of [1, 2, 3]) kitchen.publish(orders, 'OrderCreated', order(id));
  const cursor = () => pos.health().channels.find(({ channel }) => channel === 'orders');
  await loop.next();
  await loop.next();
  await kitchen.host.pass(1_000);
  expect(cursor()).toMatchObject({ cursor: { seq: 1 }, unsettled: 2 });
  await loop.return();
  await kitchen.host.pass(1_000);
  expect(cursor()).toMatchObject({ cursor: { seq: 3 }, unsettled: 0 });
});

test('handlers may throw, reject, hang, come, go, and stop the client', async () => {
  const kitchen = createKitchen();
  const pos = await openTill(kitchen);
  const heard: string[] = [];
  const troubles: string[] = [];
  pos.signals.on('handler', (signal) => {
    troubles.push(signal.because === 'threw' ? `threw on ${signal.event.seq}` : `slow ${signal.name} ${signal.id}`);
  });
  pos.on('OrderCreated', ({ seq }) => {
    if (seq === 1) throw new Error('at once');
  });
  pos.on('OrderCreated', ({ seq }) => (seq === 2 ? Promise.reject(new Error('later')) : undefined));
  pos.on('OrderCreated', ({ seq }) => (seq === 3 ? new Promise(() => undefined) : undefined));
  pos.on('OrderCreated', ({ seq }) => {
    heard.push(`first ${seq}`);
    if (seq !== 4) return;
    pos.on('OrderCreated', (event) => void heard.push(`late ${event.seq}`));
    kitchen.publish(orders, 'OrderCreated', order(5));
    heard.push('after 5 was sent');
  });
  pos.on('OrderCreated', ({ seq }) => void heard.push(`last ${seq}`));
  for (const id of [1, 2, 3, 4]) kitchen.publish(orders, 'OrderCreated', order(id));
  expect(heard.slice(-6)).toEqual(['first 4', 'after 5 was sent', 'last 4', 'first 5', 'last 5', 'late 5']);
  await kitchen.host.pass(31_000);
  expect(troubles).toEqual(['threw on 1', 'threw on 2', 'slow OrderCreated event-3']);
  expect(pos.health().channels.find(({ channel }) => channel === 'orders')?.cursor?.seq).toBe(5);

  let stopped: Promise<void> | undefined;
  pos.once('OrderCreated', () => void (stopped = pos.stop()));
  kitchen.publish(orders, 'OrderCreated', order(6));
  kitchen.publish(orders, 'OrderCreated', order(7));
  await kitchen.host.pass(10_000);
  await stopped;
  expect(heard.at(-1)).toBe('late 6');
  expect(pos.status.get()).toEqual({ word: 'offline', reason: 'stopped' });
  expect(kitchen.host.pendingTimers).toBe(0);
});

test('a handler that waits for the end of the client does not wait for ever', async () => {
  const kitchen = createKitchen();
  const pos = await openTill(kitchen);
  let isOver = false;
  pos.on('OrderCreated', async () => {
    await Promise.resolve();
    await pos.stop();
    isOver = true;
  });
  kitchen.publish(orders, 'OrderCreated', order(1));
  await kitchen.host.pass(4_900);
  expect(isOver).toBe(false);
  await kitchen.host.pass(200);
  expect(isOver).toBe(true);
  expect(kitchen.host.pendingTimers).toBe(0);
  // It was not done with the event when the client stopped, and so the event comes again and says so.
  const again = kitchen.client('pos');
  const told: boolean[] = [];
  again.on('OrderCreated', ({ redelivered }) => void told.push(redelivered));
  await again.start();
  await kitchen.host.pass(1_000);
  expect(told).toEqual([true]);
  await again.dispose();
});

test('a channel that is opened twice is joined once, and left with the last one', async () => {
  const kitchen = createKitchen();
  const { host, transport } = kitchen;
  kitchen.lists.set('kds/tickets', []);
  const kds = kitchen.client('kds');
  const early = kds.channel('station', { station: 'bar' });
  expect(early.status()).toBe('offline');
  await kds.start();
  await host.pass(1_000);
  expect(early.status()).toBe('live');
  const grill = kds.channel('station', { station: 'grill' });
  const again = kds.channel('station', { station: 'grill' });
  const heard: string[] = [];
  grill.on('KdsTicketCreated', ({ params }) => void heard.push(`grill ${params['station']}`));
  kds.on('KdsTicketCreated', ({ params }) => void heard.push(`all ${params['station']}`));
  await host.pass(1_000);
  const socket = transport.live[0];
  expect([...(socket?.joined ?? [])].filter((name) => name.includes('grill'))).toHaveLength(1);
  const grillWire = [...(socket?.joined ?? [])].find((name) => name.includes('grill')) ?? '';
  const barWire = [...(socket?.joined ?? [])].find((name) => name.includes('bar')) ?? '';
  const ticket = { ticket: { id: 1, order_id: 1, status: 'queued', items: [] } };
  kitchen.publish(grillWire, 'KdsTicketCreated', ticket);
  kitchen.publish(barWire, 'KdsTicketCreated', { ticket: { ...ticket.ticket, id: 2 } });
  expect(heard).toEqual(['all grill', 'grill grill', 'all bar']);
  grill.dispose();
  grill.dispose();
  await host.pass(100);
  expect(socket?.joined.has(grillWire)).toBe(true);
  again.dispose();
  await host.pass(300);
  expect(socket?.joined.has(grillWire)).toBe(false);
  kitchen.publish(grillWire, 'KdsTicketCreated', ticket);
  expect(heard).toHaveLength(3);
  await kds.dispose();
});

test('a channel that is taken down and put up again in one go is not left', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('kds/tickets', []);
  const kds = kitchen.client('kds');
  await kds.start();
  kds.channel('station', { station: 'grill' }).dispose();
  const grill = kds.channel('station', { station: 'grill' });
  await kitchen.host.pass(1_000);
  expect(grill.status()).toBe('live');
  const signatures = () => kitchen.http.requests.filter(({ path }) => path === '/broadcasting/auth').length;
  const asked = signatures();
  grill.dispose();
  const again = kds.channel('station', { station: 'grill' });
  await kitchen.host.pass(1_000);
  expect(again.status()).toBe('live');
  expect(signatures()).toBe(asked);
  again.dispose();
  await kds.dispose();
  expect(kitchen.host.pendingTimers).toBe(0);
});

test('a channel that is closed and opened again goes on from where it was', async () => {
  const kitchen = createKitchen();
  const { host } = kitchen;
  kitchen.lists.set('kds/tickets', []);
  const kds = kitchen.client('kds');
  await kds.start();
  const heard: number[] = [];
  kds.on('KdsTicketCreated', ({ data }) => void heard.push(data.ticket.id));
  const grill = kds.channel('station', { station: 'grill' });
  await host.pass(1_000);
  const name = [...(kitchen.transport.live[0]?.joined ?? [])].find((wireName) => wireName.includes('grill')) ?? '';
  const publish = (id: number) =>
    kitchen.publish(name, 'KdsTicketCreated', { ticket: { id, order_id: id, status: 'queued', items: [] } });
  publish(1);
  publish(2);
  grill.dispose();
  await host.pass(300);
  publish(3);
  kds.channel('station', { station: 'grill' });
  await host.pass(1_000);
  expect(heard).toEqual([1, 2, 3]);
  await kds.dispose();
});

test('misuse is told where it happens', async () => {
  const kitchen = createKitchen();
  const code = (call: () => unknown) => {
    try {
      call();
      return 'nothing';
    } catch (error) {
      return isHeardError(error) ? error.code : error;
    }
  };
  expect(code(() => kitchen.client('barista' as 'pos'))).toBe('unknown-name');
  expect(code(() => kitchen.client('pos', { scope: { sku: 'a.b', deviceId: 1 } }))).toBe('nothing');
  expect(code(() => kitchen.client('pos', { scope: {} as { sku: string; deviceId: number } }))).toBe('scope-invalid');
  expect(code(() => kitchen.client('pos', { timing: { stream: { reorderMs: Number.NaN } } }))).toBe('options-invalid');
  const kds = kitchen.client('kds');
  expect(code(() => kds.channel('printing' as 'kds'))).toBe('unknown-name');
  await kds.start();
  expect(code(() => kds.channel('station', {} as { station: string }))).toBe('scope-invalid');
  await kds.dispose();
  expect(code(() => kds.channel('station', { station: 'grill' }))).toBe('disposed');
  await expect(kds.start()).rejects.toMatchObject({ code: 'disposed' });
});

test('an event that two channels carry reaches those who listen to either, once each', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('kds/tickets', []);
  const kds = kitchen.client('kds');
  const heard: string[] = [];
  kds.on('KdsTicketCreated', ({ channel }) => void heard.push(`client ${channel}`));
  await kds.start();
  const grill = kds.channel('station', { station: 'grill' });
  grill.on('KdsTicketCreated', ({ channel }) => void heard.push(`grill ${channel}`));
  await kitchen.host.pass(1_000);
  const name = [...(kitchen.transport.live[0]?.joined ?? [])].find((joined) => joined.includes('grill')) ?? '';
  const ticket = { ticket: { id: 1, order_id: 1, status: 'queued', items: [] } };
  for (const channel of [wire('kds'), name]) kitchen.publish(channel, 'KdsTicketCreated', ticket, { id: 'the-same' });
  expect(heard).toEqual(['client kds', 'grill station']);
  await kds.dispose();
});

test('what comes while nobody holds a channel is there for whoever opens it again', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('kds/tickets', []);
  const kds = kitchen.client('kds');
  await kds.start();
  const heard: string[] = [];
  const open = () => {
    const grill = kds.channel('station', { station: 'grill' });
    grill.on('KdsTicketCreated', ({ data }) => void heard.push(`${data.ticket.id}`));
    return grill;
  };
  const first = open();
  await kitchen.host.pass(1_000);
  const name = [...(kitchen.transport.live[0]?.joined ?? [])].find((joined) => joined.includes('grill')) ?? '';
  const publish = (id: number) =>
    kitchen.publish(name, 'KdsTicketCreated', { ticket: { id, order_id: id, status: 'queued', items: [] } });
  publish(1);
  first.dispose();
  publish(2);
  open();
  publish(3);
  await kitchen.host.pass(2_000);
  expect(heard).toEqual(['1', '2', '3']);
  await kds.dispose();
});

test('a channel does not go on past what another one has set off and nobody has finished', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('kds/tickets', []);
  const kds = kitchen.client('kds');
  let finish: () => void = () => undefined;
  kds.on('KdsTicketCreated', () => new Promise<void>((resolve) => (finish = resolve)));
  await kds.start();
  kds.channel('station', { station: 'grill' });
  await kitchen.host.pass(1_000);
  const name = [...(kitchen.transport.live[0]?.joined ?? [])].find((joined) => joined.includes('grill')) ?? '';
  const ticket = { ticket: { id: 1, order_id: 1, status: 'queued', items: [] } };
  for (const channel of [wire('kds'), name]) kitchen.publish(channel, 'KdsTicketCreated', ticket, { id: 'the-same' });
  const unsettled = () => kds.health().channels.map((one) => one.unsettled);
  expect(unsettled()).toEqual([1, 0, 1]);
  finish();
  await kitchen.host.pass(1_000);
  expect(unsettled()).toEqual([0, 0, 0]);
  await kds.dispose();
});
