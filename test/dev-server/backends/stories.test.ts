import { createClient } from '../../../src/client.ts';
import { brasserie } from '../../../src/contracts/brasserie/index.ts';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { restaurantOs } from '../../../src/contracts/restaurant-os/index.ts';
import { serviceFloor } from '../../../src/contracts/service-floor/index.ts';
import { tableTap } from '../../../src/contracts/table-tap/index.ts';
import { backends } from '../../../src/dev-server/backends/index.ts';
import { tokens as brasserieTokens } from '../../../src/dev-server/backends/brasserie/tokens.ts';
import { deviceIds, store, tokens as posTokens } from '../../../src/dev-server/backends/laravel-pos/tokens.ts';
import { cafeId, tokens as cafeTokens } from '../../../src/dev-server/backends/table-tap/tokens.ts';
import { expect, test } from 'vitest';
import { createWorld } from './world.ts';

// Each is one order from the table to the pass, with the client of the contract at both ends.

test('laravel-pos: a till takes an order, the kitchen makes it, the printer prints it', async () => {
  const { host, http: api, transport, until } = createWorld(backends['laravel-pos'], 'pusher');
  const device = <Id extends keyof typeof deviceIds>(id: Id) => ({
    scope: { sku: store.sku, deviceId: deviceIds[id] },
    token: () => posTokens[id],
    transport,
    api,
    host,
  });
  const pos = createClient(laravelPos, { role: 'pos', ...device('pos') });
  const kds = createClient(laravelPos, { role: 'kds', ...device('kds') });
  const printer = createClient(laravelPos, { role: 'printer-gateway', ...device('printerGateway') });
  const heard: string[] = [];
  const printed: number[] = [];
  pos.on(['OrderCreated', 'OrderStatusChanged'], ({ name, data }) => {
    heard.push(name === 'OrderStatusChanged' ? `${name} ${data.to}` : name);
  });
  kds.on('KdsTicketCreated', ({ data: { ticket } }) => kds.mutate('kds.bump', { ticketId: ticket.id, to: 'ready' }));
  printer.on('PrintJobQueued', async ({ data: { print_job } }) => {
    await printer.mutate('print.claim', { printJobId: print_job.id });
    await printer.mutate('print.complete', { printJobId: print_job.id });
  });
  pos.on('PrintJobCompleted', ({ data }) => void printed.push(data.print_job_id));
  const clients = [pos, kds, printer];
  for (const client of clients) void client.start();
  await until(() => clients.every(({ status }) => status.get().word === 'live'));
  // What was there at the start is not news for the till, but may be work for the others.
  heard.length = 0;

  const { settled } = await pos.mutate('order.create', { channel: 'pos', items: [{ item_id: 1, qty: 2 }] });
  const outcome: unknown[] = [];
  void settled.then((result) => outcome.push(result));
  await until(() => outcome.length > 0 && heard.includes('OrderStatusChanged ready') && printed.length > 0);
  expect(outcome).toMatchObject([{ outcome: 'done', by: 'answer' }]);
  expect(heard.slice(0, 1)).toEqual(['OrderCreated']);
  expect(printed).toContain(5_504);
  for (const client of clients) await client.dispose();
});

test('restaurant-os: an order at table 5 is heard there and at the grill, and becomes ready', async () => {
  const { host, http: api, transport, until, ask } = createWorld(backends['restaurant-os'], 'pusher');
  const kitchen = createClient(restaurantOs, { role: 'kitchen', scope: {}, transport, api, host });
  const floor = createClient(restaurantOs, { role: 'floor', scope: {}, transport, api, host });
  const heard: string[] = [];
  kitchen.on('ticket.created', ({ data }) =>
    ask('PUT', `/api/kitchen-tickets/${data.documentId}`, '-', { data: { status: 'ready' } }),
  );
  floor.on(['order.created', 'order.updated', 'table.status_changed'], ({ name, data }) => {
    heard.push(`${name} ${data.status}`);
  });
  for (const client of [kitchen, floor]) void client.start();
  await until(() => [kitchen, floor].every(({ status }) => status.get().word === 'live'));
  heard.length = 0;
  const order = { tableNumber: 5, items: [{ name: 'Котлета по-київськи' }] };
  expect(await ask('POST', '/api/orders', '-', { data: order })).toBe(201);
  await until(() => heard.includes('order.updated ready'));
  expect(heard).toContain('order.created new');
  expect(heard).toContain('table.status_changed occupied');
  for (const client of [kitchen, floor]) await client.dispose();
});

test('table-tap: a barista makes what a counter takes, and managers hear that the milk runs low', async () => {
  const { host, http: api, transport, until, ask } = createWorld(backends['table-tap'], 'socket-io');
  const barista = createClient(tableTap, {
    role: 'barista',
    scope: { cafeId },
    token: () => cafeTokens.barista,
    transport,
    api,
    host,
  });
  const manager = createClient(tableTap, {
    role: 'manager',
    scope: { cafeId },
    token: () => cafeTokens.manager,
    transport,
    api,
    host,
  });
  const heard: string[] = [];
  const outcomes: unknown[] = [];
  barista.on('order:created', async ({ data: { order } }) => {
    if (order.id !== 'order-2') return;
    const { settled } = await barista.mutate('order.updateStatus', { order_id: order.id, status: 'ready' });
    void settled.then((result) => outcomes.push(result));
  });
  barista.on('*', ({ name }) => void heard.push(`barista ${name}`));
  manager.on('*', ({ name }) => void heard.push(`manager ${name}`));
  for (const client of [barista, manager]) void client.start();
  await until(() => [barista, manager].every(({ status }) => status.get().word === 'live'));
  heard.length = 0;
  const order = { items: [{ product_id: 'oat-cappuccino', quantity: 2 }] };
  expect(await ask('POST', '/orders', cafeTokens.jane, order)).toBe(201);
  await until(() => outcomes.length > 0 && heard.includes('manager order:ready'));
  expect(outcomes).toMatchObject([{ outcome: 'done' }]);
  expect(heard).toContain('manager inventory:low_stock');
  expect(heard).not.toContain('barista inventory:low_stock');
  for (const client of [barista, manager]) await client.dispose();
});

test('brasserie: the dish is announced to the waiter who took the order, and picked up', async () => {
  const { host, http: api, transport, until, ask } = createWorld(backends.brasserie, 'socket-io');
  const waiter = (userId: number, token: string) =>
    createClient(brasserie, { role: 'waiter', scope: { userId }, token: () => token, transport, api, host });
  const alice = waiter(1, brasserieTokens.alice);
  const bob = waiter(2, brasserieTokens.bob);
  const heard: string[] = [];
  const outcomes: unknown[] = [];
  alice.on('dish_ready', async ({ data }) => {
    heard.push(`alice ${data.dish}`);
    const { settled } = await alice.mutate('dish.acknowledge', { order_id: data.order_id ?? 0 });
    void settled.then((result) => outcomes.push(result));
  });
  bob.on('dish_ready', ({ data }) => void heard.push(`bob ${data.dish}`));
  for (const client of [alice, bob]) void client.start();
  await until(() => [alice, bob].every(({ status }) => status.get().word === 'live'));
  const lines = [{ dish_id: 12, qty: 1 }];
  const { settled } = await alice.mutate('order.submit', { table_id: 5, items: lines });
  void settled.then((result) => outcomes.push(result));
  await until(() => outcomes.length === 1);
  expect(outcomes).toMatchObject([{ outcome: 'done', answer: { order_id: 790 } }]);
  const dish = { erp_order_id: 'K789', dish_name: 'Magret canard', table_id: 5 };
  expect(await ask('POST', '/api/webhooks/erp/dish-ready', brasserieTokens.erp, dish)).toBe(200);
  await until(() => outcomes.length === 2);
  expect(outcomes[1]).toMatchObject({ outcome: 'done' });
  expect(heard).toEqual(['alice Magret canard']);
  for (const client of [alice, bob]) await client.dispose();
});

test('service-floor: the kitchen hears an order, the floor hears it served', async () => {
  const { host, http: api, transport, until, ask } = createWorld(backends['service-floor'], 'socket-io');
  const kitchen = createClient(serviceFloor, { role: 'kitchen', scope: {}, transport, api, host });
  const floor = createClient(serviceFloor, { role: 'floor', scope: {}, transport, api, host });
  const heard: string[] = [];
  kitchen.on('order:created', ({ data }) => ask('PATCH', `/orders/${data.id}`, '-', { status: 'served' }));
  floor.on(['table:activated', 'order:created', 'order:served'], ({ name }) => void heard.push(name));
  for (const client of [kitchen, floor]) void client.start();
  await until(() => [kitchen, floor].every(({ status }) => status.get().word === 'live'));
  heard.length = 0;
  expect(await ask('POST', '/orders', '-', { tableNumber: 2, items: [{ menuItemId: 2 }] })).toBe(201);
  await until(() => heard.includes('order:served'));
  expect(heard).toEqual(expect.arrayContaining(['table:activated', 'order:created', 'order:served']));
  for (const client of [kitchen, floor]) await client.dispose();
});
