// `--v1`: only what the documents promise. Our own client makes do with that, at each of the five backends.
import { expect, test } from 'vitest';
import { createClient } from '../../../src/client.ts';
import { restaurantOs } from '../../../src/contracts/restaurant-os/index.ts';
import { serviceFloor } from '../../../src/contracts/service-floor/index.ts';
import { webSocket } from '../../../src/transports/websocket.ts';
import { onTestFinished } from 'vitest';
import {
  ask,
  brasserieTokens,
  cafeDevice,
  cafeTokens,
  isLive,
  live,
  posDevice,
  posTokens,
  startWhole,
  store,
  until,
  waiterDevice,
} from './whole.ts';

test('laravel-pos: an order goes all the way without a log to ask, and after a cut lists tell what was missed', async () => {
  const whole = await startWhole({ v1: true });
  const till = posDevice(whole, 'pos', 'pos');
  const screen = posDevice(whole, 'kds', 'kds');
  const heard: string[] = [];
  till.on(['OrderCreated', 'OrderStatusChanged'], ({ name, origin }) => void heard.push(`${name} ${origin}`));
  screen.on('KdsTicketCreated', async ({ data: { ticket } }) => {
    await screen.mutate('kds.bump', { ticketId: ticket.id, to: 'ready' });
  });
  await live(till, screen);
  const since = `${whole.url}/laravel-pos/v1/events/since?channel=private-store.${store.sku}.orders&seq=0`;
  expect((await ask('GET', since, posTokens.pos)).status).toBe(404);

  const { settled } = await till.mutate('order.create', { channel: 'pos', items: [{ item_id: 1, qty: 1 }] });
  expect(await settled).toMatchObject({ outcome: 'done', by: 'answer' });
  await until(() => heard.includes('OrderStatusChanged live'));
  expect(heard[0]).toBe('OrderCreated live');

  await whole.server.faults.add({ kind: 'refused-connection', times: 3, match: { wire: 'websocket' } });
  await whole.server.faults.add({ kind: 'cut-connections' });
  await until(() => !isLive(till));
  const order = { channel: 'kiosk', items: [{ item_id: 11, qty: 1 }] };
  expect((await ask('POST', `${whole.url}/laravel-pos/v1/orders`, posTokens.kiosk, order)).status).toBe(201);
  await until(() => heard.some((one) => one === 'OrderCreated snapshot'));
  await until(() => isLive(till) && isLive(screen));
  expect(whole.troubles()).toEqual([]);
});

test('table-tap: a status is changed without an acknowledgement, and the event says that it was', async () => {
  const whole = await startWhole({ v1: true });
  const barista = cafeDevice(whole, 'barista', 'Counter 1');
  const manager = cafeDevice(whole, 'manager');
  const seen: string[] = [];
  manager.on(['order:created', 'order:status_changed'], ({ name }) => void seen.push(name));
  await live(barista, manager);
  const acknowledgements: unknown[] = [];
  const { settled } = await barista.mutate('order.updateStatus', { order_id: 'order-1', status: 'ready' });
  expect(await settled).toMatchObject({ outcome: 'done' });
  for (const entry of whole.traffic) {
    if (entry.kind === 'frame' && entry.to === 'device' && entry.type === 'ack') acknowledgements.push(entry.channel);
  }
  // Those of channels alone.
  expect(acknowledgements).not.toContain(undefined);
  await until(() => seen.includes('order:status_changed'));
  const order = { items: [{ product_id: 'latte', quantity: 1 }] };
  await ask('POST', `${whole.url}/table-tap/orders`, cafeTokens.jane, order);
  await until(() => seen.includes('order:created'));
  expect(whole.troubles()).toEqual([]);
});

test('brasserie: the dish is announced, and nothing that the document does not have', async () => {
  const whole = await startWhole({ v1: true });
  const charlie = waiterDevice(whole, 3, brasserieTokens.charlie);
  const heard: { readonly name: string; readonly data: unknown }[] = [];
  charlie.on('*', ({ name, data, origin }) => {
    if (origin === 'live') heard.push({ name, data });
  });
  await live(charlie);
  const dish = { erp_order_id: 'K788', dish_name: 'Crème brûlée', table_id: 12 };
  const hook = `${whole.url}/brasserie/api/webhooks/erp/dish-ready`;
  expect((await ask('POST', hook, brasserieTokens.erp, dish)).status).toBe(200);
  await until(() => heard.length > 0);
  expect(heard).toMatchObject([{ name: 'dish_ready', data: { table: 12, dish: 'Crème brûlée' } }]);
  expect(heard[0]?.data).not.toHaveProperty('order_id');
  const input = { table_id: 5, items: [{ dish_id: 12, qty: 1 }] };
  const { settled } = await charlie.mutate('order.submit', input);
  expect(await settled).toMatchObject({ outcome: 'done' });
  expect(whole.troubles()).toEqual([]);
});

test('restaurant-os and service-floor: what is told is heard, and what is missed is read', async () => {
  const whole = await startWhole({ v1: true });
  const transport = () => webSocket({ url: `${whole.ws}/socket` });
  const kitchen = createClient(restaurantOs, {
    role: 'kitchen',
    scope: {},
    transport: transport(),
    api: { baseUrl: `${whole.url}/restaurant-os` },
  });
  const floor = createClient(serviceFloor, {
    role: 'floor',
    scope: {},
    transport: transport(),
    api: { baseUrl: `${whole.url}/service-floor` },
  });
  for (const client of [kitchen, floor]) onTestFinished(() => client.dispose());
  const heard: string[] = [];
  kitchen.on('ticket.created', ({ origin }) => void heard.push(`ticket.created ${origin}`));
  floor.on('order:created', ({ origin }) => void heard.push(`order:created ${origin}`));
  await live(kitchen, floor);
  heard.length = 0;
  const order = { data: { tableNumber: 5, items: [{ name: 'Борщ', quantity: 1 }] } };
  const atTable = { tableNumber: 2, items: [{ menuItemId: 2 }] };
  const place = async (): Promise<void> => {
    expect((await ask('POST', `${whole.url}/restaurant-os/api/orders`, undefined, order)).status).toBe(201);
    expect((await ask('POST', `${whole.url}/service-floor/orders`, undefined, atTable)).status).toBe(201);
  };
  await place();
  await until(() => heard.includes('ticket.created live') && heard.includes('order:created live'));

  await whole.server.faults.add({ kind: 'refused-connection', times: 2, match: { wire: 'websocket' } });
  await whole.server.faults.add({ kind: 'cut-connections' });
  await until(() => !isLive(kitchen) && !isLive(floor));
  await place();
  await until(() => heard.includes('ticket.created snapshot') && heard.includes('order:created snapshot'));
  await until(() => isLive(kitchen) && isLive(floor));
  expect(whole.troubles()).toEqual([]);
});
