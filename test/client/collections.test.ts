// What a screen shows: right after anything, there at once, and a step ahead of the server.
import { describe, expect, test } from 'vitest';
import { createClient } from '../../src/client.ts';
import { brasserie } from '../../src/contracts/brasserie/index.ts';
import type { Store } from '../../src/storage/store.ts';
import { createFakeHost } from '../../src/testing/fake-host.ts';
import { createMemoryHttp, type MemoryOutcome, type ServedRequest } from '../../src/testing/memory-http.ts';
import { createMemoryTransport } from '../../src/testing/memory-transport.ts';
import { createFakeTabs } from '../../src/testing/fake-tabs.ts';
import { sharedTabs } from '../../src/tabs.ts';
import { failingStore } from '../../src/testing/failing-store.ts';
import { memory } from '../../src/storage/memory.ts';
import { createKitchen, order, wire, type Kitchen } from './kitchen.ts';

type Answer = (request: ServedRequest) => MemoryOutcome | undefined;

const ticket = (id: number, fields: object = {}) => ({
  id,
  order_id: 1,
  items: [],
  status: 'in_preparation',
  ...fields,
});

/** By the server's clock, so many seconds after midnight. */
const second = (number: number): string => new Date(Date.UTC(2026, 0, 1, 12, 0, number)).toISOString();

async function openKds(kitchen = createKitchen(), options: Parameters<Kitchen['client']>[1] = {}) {
  if (!kitchen.lists.has('kds/tickets'))
    kitchen.lists.set('kds/tickets', [ticket(1, { updated_at: second(1) }), ticket(2, { updated_at: second(1) })]);
  const kds = kitchen.client('kds', options);
  const tickets = kds.collection('tickets');
  await kds.start();
  await kitchen.host.pass(1_000);
  const statuses = (): readonly string[] => tickets.get().map(({ id, status }) => `${id} ${status}`);
  const update = (id: number, status: string, at: string): void =>
    void kitchen.publish(wire('kds'), 'KdsTicketUpdated', { ticket_id: id, status, at });
  return { kitchen, kds, tickets, statuses, update };
}

/** Answers a bump as the document says, with the whole ticket. */
const bumps =
  (status = 200, at = second(30)): Answer =>
  ({ method, path, body }) => {
    const id = Number(/tickets\/(\d+)\//.exec(path)?.[1]);
    if (method !== 'POST' || Number.isNaN(id)) return undefined;
    const { to } = JSON.parse(body ?? '{}') as { to: string };
    return status === 200
      ? { status, body: { data: ticket(id, { status: to, updated_at: at }) } }
      : { status, body: { message: 'no' } };
  };

describe('what the server says', () => {
  test('V1: rows of the list and of events are shown, the newest of each, and what is deleted is gone', async () => {
    const { kitchen, kds, tickets, statuses, update } = await openKds(createKitchen({ hasReplay: false }));
    expect(statuses()).toEqual(['1 in_preparation', '2 in_preparation']);
    update(1, 'ready', second(5));
    kitchen.publish(wire('kds'), 'KdsTicketCreated', { ticket: ticket(3, { updated_at: second(6) }) });
    await kitchen.host.pass(100);
    expect(statuses()).toEqual(['1 ready', '2 in_preparation', '3 in_preparation']);
    update(1, 'in_preparation', second(4));
    await kitchen.host.pass(100);
    expect(tickets.row(1)?.status).toBe('ready');
    const rows = [ticket(1, { status: 'served', updated_at: second(9) })];
    kitchen.answer = ({ method, path }) =>
      method === 'GET' && path.includes('/kds/tickets')
        ? { status: 200, body: { data: rows, deleted: [{ id: 2, deleted_at: second(8) }], as_of: second(10) } }
        : undefined;
    await Promise.all([kds.refresh(), kitchen.host.pass(5_000)]);
    expect(tickets.row(1)?.status).toBe('served');
    expect(tickets.row(2)).toBeUndefined();
    await kds.dispose();
  });

  test('V1, S18: of two changes in one second, where the backend counts seconds, the later one is shown', async () => {
    const storage = memory();
    const { kitchen, kds, tickets, statuses, update } = await openKds(createKitchen(), { storage });
    update(1, 'ready', second(5));
    update(1, 'served', second(5));
    await kitchen.host.pass(1_000);
    expect(tickets.row(1)?.status).toBe('served');
    await Promise.all([kds.dispose(), kitchen.host.pass(8_000)]);
    const again = await openKds(kitchen, { storage });
    expect(again.statuses()).toEqual(statuses());
    await again.kds.dispose();
  });

  test('V1: what two channels show is one row, as the newer of them says, until neither shows it', async () => {
    const kitchen = createKitchen();
    const { kds, tickets, update } = await openKds(kitchen);
    const grill = kds.channel('station', { station: 'grill' });
    await kitchen.host.pass(1_000);
    const told: (readonly string[])[] = [];
    tickets.changes((changes) => void told.push([...changes.keys()]));
    kitchen.publish(`${wire('kds')}.station.grill`, 'KdsTicketUpdated', {
      ticket_id: 1,
      status: 'ready',
      at: second(8),
    });
    await kitchen.host.pass(100);
    expect(tickets.row(1)?.status).toBe('ready');
    update(1, 'in_preparation', second(7));
    await kitchen.host.pass(100);
    expect(tickets.row(1)?.status).toBe('ready');
    grill.dispose();
    await kitchen.host.pass(1_000);
    expect(tickets.row(1)?.status).toBe('in_preparation');
    expect(tickets.size).toBe(2);
    expect(told).toEqual([['1'], ['1']]);
    await kds.dispose();
  });

  test('V2: what was stored is there as soon as the client has started, without a network and without waiting for one', async () => {
    const storage = memory();
    const first = await openKds(createKitchen(), { storage });
    await first.kds.dispose();
    const kitchen = createKitchen();
    kitchen.http.weather = 'down';
    const kds = kitchen.client('kds', { storage });
    const tickets = kds.collection('tickets');
    expect(tickets.get()).toEqual([]);
    await kds.start();
    expect(tickets.get().map(({ id }) => id)).toEqual([1, 2]);
    await kds.dispose();
  });

  test('V2: stopping empties no screen, and starting again does not make it flicker', async () => {
    const { kitchen, kds, tickets } = await openKds();
    const told: number[] = [];
    tickets.subscribe((rows) => void told.push(rows.length));
    await kds.stop();
    expect(tickets.size).toBe(2);
    await kds.start();
    await kitchen.host.pass(1_000);
    expect(tickets.size).toBe(2);
    expect(told).toEqual([]);
    await kds.dispose();
  });

  test('V2: nor do rows of a channel of the app’s own, which is opened when the client has started', async () => {
    const { kitchen, kds, tickets } = await openKds(createKitchen({ hasReplay: false }));
    const grill = kds.channel('station', { station: 'grill' });
    await kitchen.host.pass(1_000);
    const created = { ticket: ticket(7, { updated_at: second(6) }) };
    kitchen.publish(`${wire('kds')}.station.grill`, 'KdsTicketCreated', created);
    await kitchen.host.pass(1_000);
    const told: number[] = [];
    tickets.subscribe((rows) => void told.push(rows.length));
    // The list of this server does not know of that ticket: it must not be read.
    kitchen.http.weather = 'down';
    await Promise.all([kds.stop(), kitchen.host.pass(8_000)]);
    await Promise.all([kds.start(), kitchen.host.pass(8_000)]);
    expect(told).toEqual([]);
    expect(tickets.size).toBe(3);
    // What is not opened any more is not waited for.
    await Promise.all([kds.stop(), kitchen.host.pass(8_000)]);
    grill.dispose();
    await Promise.all([kds.start(), kitchen.host.pass(8_000)]);
    expect(tickets.size).toBe(2);
    await kds.dispose();
  });

  test('V2: what happened in the first seconds of a run is there at the next start, too', async () => {
    const storage = memory();
    const kitchen = createKitchen();
    const first = await openKds(kitchen, { storage });
    await Promise.all([first.kds.dispose(), kitchen.host.pass(8_000)]);
    const again = await openKds(kitchen, { storage });
    again.update(2, 'ready', second(7));
    kitchen.lists.set('kds/tickets', [
      ticket(1, { updated_at: second(1) }),
      ticket(2, { status: 'ready', updated_at: second(7) }),
    ]);
    await kitchen.host.pass(30_000);
    await Promise.all([again.kds.dispose(), kitchen.host.pass(8_000)]);
    kitchen.http.weather = 'down';
    const last = kitchen.client('kds', { storage });
    const tickets = last.collection('tickets');
    await last.start();
    expect(tickets.get().map(({ status }) => status)).toEqual(['in_preparation', 'ready']);
    await last.dispose();
  });

  test('V2, V13: a list that belongs to no channel is kept: read at the start and when it is no longer fresh, and there offline', async () => {
    const host = createFakeHost({ seed: 1 });
    const dish = { id: 1, name: 'Bouillabaisse', price: '24.00', category: 'plats' };
    let asked = 0;
    const http = createMemoryHttp({
      host,
      handle({ path }) {
        if (path.startsWith('/api/menu')) asked += 1;
        return { status: 200, body: { data: path.startsWith('/api/menu') ? [dish] : [] } };
      },
    });
    const open = (storage: Store) =>
      createClient(brasserie, {
        role: 'waiter',
        scope: { userId: 7 },
        transport: createMemoryTransport({
          host,
          server: { connected: (socket) => socket.accept({ socketId: '1.1' }) },
        }),
        api: http,
        token: () => 'token-1',
        storage,
        host,
      });
    const storage = memory();
    const waiter = open(storage);
    const menu = waiter.collection('menu');
    await waiter.start();
    await host.pass(1_000);
    expect(menu.row(1)?.name).toBe('Bouillabaisse');
    expect(waiter.status.get().word).toBe('live');
    await host.pass(400_000);
    expect(asked).toBe(2);
    await Promise.all([waiter.dispose(), host.pass(10_000)]);
    http.weather = 'down';
    const again = open(storage);
    const kept = again.collection('menu');
    await again.start();
    expect(kept.row(1)?.name).toBe('Bouillabaisse');
    await Promise.all([again.dispose(), host.pass(10_000)]);
    expect(host.pendingTimers).toBe(0);
  });

  test('V3: who signs out leaves empty tables', async () => {
    const { kitchen, kds, tickets } = await openKds();
    await Promise.all([kds.signOut(), kitchen.host.pass(5_000)]);
    expect(tickets.get()).toEqual([]);
    await kds.dispose();
  });

  test('a table that only events fill is kept, too, and forgotten by its age', async () => {
    const storage = memory();
    const kitchen = createKitchen();
    const pos = kitchen.client('pos', { storage, retention: { finishedForMs: 60_000 } });
    await pos.start();
    await kitchen.host.pass(1_000);
    kitchen.publish('private-device.18.notifications', 'DeviceNotification', { title: 'Soup is out', message: '' });
    await kitchen.host.pass(1_000);
    expect(pos.collection('notifications').size).toBe(1);
    await Promise.all([pos.stop(), kitchen.host.pass(6_000)]);
    const again = kitchen.client('pos', { storage, retention: { finishedForMs: 60_000 } });
    const notifications = again.collection('notifications');
    await again.start();
    expect(notifications.get()).toMatchObject([{ title: 'Soup is out' }]);
    await kitchen.host.pass(180_000);
    expect(notifications.size).toBe(0);
    await again.dispose();
    await pos.dispose();
  });

  test('S26: a table that only events fill keeps the newest, on the screen and on the disk', async () => {
    const storage = memory();
    const kitchen = createKitchen();
    const retention = { mostEventRows: 3 };
    const pos = kitchen.client('pos', { storage, retention });
    await pos.start();
    await kitchen.host.pass(1_000);
    const say = (title: string): void =>
      void kitchen.publish('private-device.18.notifications', 'DeviceNotification', { title, message: '' });
    for (let number = 1; number <= 9; number += 1) {
      say(`${number}`);
      await kitchen.host.pass(10);
    }
    // Everything is read again once a minute, and what the log may still tell is not forgotten before that.
    await kitchen.host.pass(80_000);
    const titles = (of: typeof pos): readonly unknown[] =>
      of
        .collection('notifications')
        .get()
        .map(({ title }) => Number(title))
        .sort((left, right) => left - right);
    expect(titles(pos)).toEqual([7, 8, 9]);
    await Promise.all([pos.stop(), kitchen.host.pass(6_000)]);
    const again = kitchen.client('pos', { storage, retention });
    await again.start();
    expect(titles(again)).toEqual([7, 8, 9]);
    await again.dispose();
    await pos.dispose();
  });

  test('a row that does not fit is set aside with a signal, and the others are shown', async () => {
    const kitchen = createKitchen();
    kitchen.lists.set('kds/tickets', [ticket(1), { id: 'two' } as never, ticket(3)]);
    const kds = kitchen.client('kds');
    const told: unknown[] = [];
    kds.signals.on('quarantined', (signal) => void told.push(signal));
    await kds.start();
    await kitchen.host.pass(1_000);
    expect(
      kds
        .collection('tickets')
        .get()
        .map(({ id }) => id),
    ).toEqual([1, 3]);
    expect(told).toMatchObject([{ because: 'row', name: 'tickets' }]);
    await kds.dispose();
  });

  test('a collection that the contract has not, or of which the role hears nothing, is refused with what there is', async () => {
    const kitchen = createKitchen();
    const gateway = kitchen.client('printer-gateway');
    expect(() => gateway.collection('tickets')).toThrow(
      'The role "printer-gateway" hears no channel that tells of the collection "tickets"',
    );
    expect(() => gateway.collection('nothing' as never)).toThrow('has no collection "nothing"');
    await gateway.dispose();
  });
});

describe('what was asked for', () => {
  test('V4: a bump shows before the server has heard of it, and survives a restart before it is sent', async () => {
    const storage = memory();
    const { kitchen, kds, tickets } = await openKds(createKitchen(), { storage });
    kitchen.http.weather = 'down';
    kitchen.transport.live[0]?.cut();
    const { id } = await kds.mutate('kds.bump', { ticketId: 1, to: 'ready' });
    expect(tickets.row(1)?.status).toBe('ready');
    expect(tickets.waiting(1)).toEqual([id]);
    await Promise.all([kds.stop(), kitchen.host.pass(6_000)]);
    await kds.dispose();
    const again = kitchen.client('kds', { storage });
    await again.start();
    expect(again.collection('tickets').row(1)?.status).toBe('ready');
    expect(again.collection('tickets').waiting(1)).toEqual([id]);
    kitchen.answer = bumps();
    kitchen.http.weather = 'clear';
    await kitchen.host.pass(60_000);
    expect(again.collection('tickets').waiting(1)).toEqual([]);
    await again.dispose();
  });

  test('V14: which rows show what was not answered is told, also where the answer changes nothing on the screen', async () => {
    const { kitchen, kds, tickets } = await openKds();
    const told: (readonly string[])[] = [];
    let draws = 0;
    expect([...tickets.waitingKeys.get()]).toEqual([]);
    tickets.waitingKeys.subscribe((keys) => void told.push([...keys]));
    tickets.subscribe(() => void (draws += 1));
    kitchen.answer = bumps(200, second(1));
    const bump = await kds.mutate('kds.bump', { ticketId: 1, to: 'ready' });
    const keys = tickets.waitingKeys.get();
    expect(keys).toEqual(new Set(['1']));
    expect(tickets.waitingKeys.get()).toBe(keys);
    await kitchen.host.pass(1_000);
    expect(await bump.settled).toMatchObject({ outcome: 'done' });
    expect(told).toEqual([['1'], []]);
    expect(draws).toBe(1);
    await kds.dispose();
  });

  test('V14: the key is the one that the row goes by, and nothing waits of what was refused or whose table was left', async () => {
    const { kitchen, kds, tickets } = await openKds();
    const told: (readonly string[])[] = [];
    const listening = new AbortController();
    tickets.waitingKeys.subscribe((keys) => void told.push([...keys]), { signal: listening.signal });
    kitchen.answer = bumps(422);
    await kds.mutate('kds.bump', { ticketId: 2, to: 'ready' });
    await kitchen.host.pass(1_000);
    expect(told).toEqual([['2'], []]);
    listening.abort();
    kitchen.http.weather = 'down';
    await kds.mutate('kds.bump', { ticketId: 1, to: 'ready' });
    await kitchen.host.pass(1_000);
    expect([...tickets.waitingKeys.get()]).toEqual(['1']);
    await Promise.all([kds.wipe(), kitchen.host.pass(8_000)]);
    expect([...tickets.waitingKeys.get()]).toEqual([]);
    expect(told).toHaveLength(2);
    await kds.dispose();
  });

  test('a collection is the same object whenever it is asked for', async () => {
    const { kds, tickets } = await openKds();
    expect(kds.collection('tickets')).toBe(tickets);
    await kds.dispose();
  });

  test('V5: what the device cannot store is taken back as soon as whoever asked is told so', async () => {
    let isFull = false;
    const storage = failingStore(memory(), ({ kind }) =>
      isFull && kind === 'commit' ? { kind: 'fail', fault: 'full' } : undefined,
    );
    const { kitchen, kds, tickets } = await openKds(createKitchen(), { storage });
    isFull = true;
    await Promise.all([
      expect(kds.mutate('kds.bump', { ticketId: 1, to: 'ready' })).rejects.toMatchObject({ fault: 'full' }),
      kitchen.host.pass(5_000),
    ]);
    expect(tickets.row(1)?.status).toBe('in_preparation');
    expect(tickets.waiting(1)).toEqual([]);
    isFull = false;
    await Promise.all([kds.dispose(), kitchen.host.pass(8_000)]);
  });

  test('V5: what the server refuses is taken back visibly, and shown again while it is tried again', async () => {
    const { kitchen, kds, tickets } = await openKds();
    const told: string[] = [];
    tickets.watch(1).subscribe((row) => {
      if (told.at(-1) !== row?.status) told.push(row?.status ?? 'gone');
    });
    kitchen.answer = bumps(422);
    const refused = await kds.mutate('kds.bump', { ticketId: 1, to: 'ready' });
    await kitchen.host.pass(1_000);
    expect(await refused.settled).toMatchObject({ outcome: 'parked' });
    expect(told).toEqual(['ready', 'in_preparation']);
    kitchen.answer = bumps();
    kds.outbox.retry(refused.id);
    await kitchen.host.pass(1_000);
    expect(told).toEqual(['ready', 'in_preparation', 'ready']);
    expect(tickets.waiting(1)).toEqual([]);
    await kds.dispose();
  });

  test('V6: an answer is shown until an event or a list shows it, and never hides what came after', async () => {
    const { kitchen, kds, tickets, update } = await openKds();
    kitchen.answer = bumps(200, second(30));
    await kds.mutate('kds.bump', { ticketId: 1, to: 'ready' });
    await kitchen.host.pass(500);
    // An older step of a colleague, still on its way when ours was answered.
    update(1, 'in_preparation', second(20));
    await kitchen.host.pass(100);
    expect(tickets.row(1)?.status).toBe('ready');
    update(1, 'served', second(40));
    await kitchen.host.pass(100);
    expect(tickets.row(1)?.status).toBe('served');
    await kds.dispose();
  });

  test('V7: what nothing covers is read again after a while, and the list is right', async () => {
    const { kitchen, kds, tickets } = await openKds();
    kitchen.answer = bumps();
    await kds.mutate('kds.bump', { ticketId: 1, to: 'ready' });
    await kitchen.host.pass(1_000);
    const asked = kitchen.http.requests.length;
    await kitchen.host.pass(12_000);
    expect(kitchen.http.requests.slice(asked).some(({ method }) => method === 'GET')).toBe(true);
    // The log of this server has never heard of the bump.
    expect(tickets.row(1)?.status).toBe('in_preparation');
    await kds.dispose();
  });

  test('V7: a client that is stopped before it was read again leaves that to the next run', async () => {
    const { kitchen, kds, tickets } = await openKds();
    kitchen.answer = bumps();
    await kds.mutate('kds.bump', { ticketId: 1, to: 'ready' });
    await kitchen.host.pass(1_000);
    kitchen.http.weather = 'down';
    kitchen.transport.live[0]?.cut();
    await kitchen.host.pass(12_000);
    expect(tickets.row(1)?.status).toBe('ready');
    await Promise.all([kds.stop(), kitchen.host.pass(8_000)]);
    expect(tickets.row(1)?.status).toBe('ready');
    kitchen.http.weather = 'clear';
    await Promise.all([kds.start(), kitchen.host.pass(120_000)]);
    expect(tickets.row(1)?.status).toBe('in_preparation');
    await Promise.all([kds.dispose(), kitchen.host.pass(8_000)]);
    expect(kitchen.host.pendingTimers).toBe(0);
  });

  test('V8: an order that is taken offline is on the list at once, and goes by its number as soon as there is one', async () => {
    const kitchen = createKitchen();
    kitchen.lists.set('orders', []);
    const pos = kitchen.client('pos');
    const orders = pos.collection('orders');
    await pos.start();
    await kitchen.host.pass(1_000);
    kitchen.http.weather = 'down';
    kitchen.transport.live[0]?.cut();
    const { id } = await pos.mutate('order.create', { channel: 'pos', items: [{ item_id: 1, qty: 1 }] });
    const later = await pos.mutate('order.setStatus', { orderId: { $ref: id }, to: 'ready' } as never);
    expect(orders.get()).toMatchObject([{ client_order_id: id, channel: 'pos', status: 'ready' }]);
    expect(orders.row(id)?.id).toBeLessThan(0);
    kitchen.answer = ({ method, path, body }) => {
      if (method !== 'POST') return undefined;
      const { to } = JSON.parse(body ?? '{}') as { to?: string };
      if (path.endsWith('/orders')) {
        kitchen.publish(wire('orders'), 'OrderCreated', order(41, { client_order_id: id }));
        return { status: 201, body: { data: order(41, { client_order_id: id }).order } };
      }
      return path.includes('/41/status') ? { status: 200, body: { data: order(41, { status: to }).order } } : undefined;
    };
    kitchen.http.weather = 'clear';
    await kitchen.host.pass(40_000);
    expect(await later.settled).toMatchObject({ outcome: 'done' });
    expect(orders.row(id)?.id).toBe(41);
    expect(orders.get()).toHaveLength(1);
    expect(orders.row(41)).toMatchObject({ id: 41, number: 'C41' });
    expect(orders.row(id)).toBe(orders.row(41));
    await pos.dispose();
  });

  test('V8: what refers to an order that was answered is shown on a screen that comes later, and after a restart', async () => {
    const storage = memory();
    const kitchen = createKitchen();
    kitchen.lists.set('orders', []);
    const pos = kitchen.client('pos', { storage });
    await pos.start();
    await kitchen.host.pass(1_000);
    kitchen.answer = ({ method, path }) => {
      if (method !== 'POST') return undefined;
      return path.endsWith('/orders') ? { status: 201, body: { data: order(41).order } } : { status: 429, body: {} };
    };
    const { id } = await pos.mutate('order.create', { channel: 'pos', items: [{ item_id: 1, qty: 1 }] });
    await pos.mutate('order.setStatus', { orderId: { $ref: id }, to: 'ready' } as never);
    await kitchen.host.pass(1_000);
    kitchen.publish(wire('orders'), 'OrderCreated', order(41, { client_order_id: id, updated_at: second(1) }));
    await kitchen.host.pass(2_000);
    expect(pos.collection('orders').row(41)?.status).toBe('ready');
    await Promise.all([pos.dispose(), kitchen.host.pass(8_000)]);
    const again = kitchen.client('pos', { storage });
    const orders = again.collection('orders');
    await again.start();
    expect(again.outbox.pending()).toMatchObject([{ input: { orderId: 41, to: 'ready' } }]);
    expect(orders.row(41)?.status).toBe('ready');
    expect(orders.waiting(41)).toHaveLength(1);
    await Promise.all([again.dispose(), kitchen.host.pass(8_000)]);
  });

  test('V8: the event comes before the answer: one row all the time', async () => {
    const kitchen = createKitchen({ httpLatencyMs: 500 });
    kitchen.lists.set('orders', []);
    const pos = kitchen.client('pos');
    const orders = pos.collection('orders');
    await pos.start();
    await kitchen.host.pass(5_000);
    const counts: number[] = [];
    orders.subscribe((rows) => void counts.push(rows.length));
    kitchen.answer = ({ method, path }) =>
      method === 'POST' && path.endsWith('/orders') ? { status: 201, body: { data: order(5).order } } : undefined;
    const { id } = await pos.mutate('order.create', { channel: 'pos', items: [{ item_id: 1, qty: 1 }] });
    await kitchen.host.pass(100);
    kitchen.publish(wire('orders'), 'OrderCreated', order(5, { client_order_id: id }));
    await kitchen.host.pass(2_000);
    expect(new Set(counts)).toEqual(new Set([1]));
    expect(orders.get()).toMatchObject([{ id: 5 }]);
    expect(orders.row(id)?.id).toBe(5);
    await pos.dispose();
  });
});

test('V10: a page of changes is told once, and only to those who asked for what has changed', async () => {
  const { kitchen, kds, tickets, update } = await openKds();
  const ready = tickets.query({ where: { status: 'ready' } });
  const told = { ready: 0, preparing: 0, second: 0 };
  ready.subscribe(() => void (told.ready += 1));
  tickets.query({ where: { status: ['in_preparation'], id: 2 } }).subscribe(() => void (told.preparing += 1));
  tickets.watch(2).subscribe(() => void (told.second += 1));
  for (let at = 2; at < 30; at += 1) update(1, at % 2 === 0 ? 'ready' : 'in_preparation', second(at));
  update(1, 'ready', second(40));
  await kitchen.host.pass(100);
  expect(told.ready).toBeLessThanOrEqual(2);
  expect(told).toMatchObject({ preparing: 0, second: 0 });
  expect(ready.get().map(({ id }) => id)).toEqual([1]);
  expect(ready.get()).toBe(ready.get());
  await kds.dispose();
});

test('V12: tabs that follow show what their leader shows, with what any of them has asked for, and so does the next leader', async () => {
  const kitchen = createKitchen();
  kitchen.lists.set('kds/tickets', [ticket(1, { updated_at: second(1) })]);
  const fake = createFakeTabs({ hasLocks: true });
  const shared = memory();
  const open = async () => {
    const page = fake.open();
    const kds = kitchen.client('kds', { storage: { ...shared, isShared: true }, tabs: sharedTabs(page) });
    const started = kds.start();
    await kitchen.host.pass(4_000);
    await started;
    return { kds, tickets: kds.collection('tickets'), page };
  };
  const first = await open();
  const other = await open();
  await kitchen.host.pass(100);
  expect(other.kds.health().tab).toBe('follower');
  expect(other.tickets.get()).toMatchObject([{ id: 1 }]);
  kitchen.publish(wire('kds'), 'KdsTicketCreated', { ticket: ticket(2, { updated_at: second(2) }) });
  await kitchen.host.pass(100);
  expect(other.tickets.size).toBe(2);
  kitchen.http.weather = 'down';
  const bumping = other.kds.mutate('kds.bump', { ticketId: 2, to: 'ready' });
  await kitchen.host.pass(100);
  await bumping;
  expect([first.tickets.row(2)?.status, other.tickets.row(2)?.status]).toEqual(['ready', 'ready']);
  const seen: number[] = [];
  other.tickets.subscribe((rows) => void seen.push(rows.length));
  await Promise.all([first.kds.dispose(), kitchen.host.pass(8_000)]);
  expect(other.kds.health().tab).toBe('leader');
  expect(other.tickets.row(2)?.status).toBe('ready');
  expect(other.tickets.size).toBe(2);
  expect(new Set(seen)).not.toContain(0);
  await Promise.all([other.kds.dispose(), kitchen.host.pass(8_000)]);
});
