// The clients that other people wrote drive the whole server, each over its own wire.
import type { PresenceChannel } from 'pusher-js';
import { expect, test } from 'vitest';
import {
  ask,
  brasserieTokens,
  cafeId,
  cafeTokens,
  guest,
  joined,
  plain,
  posTokens,
  pusherClient,
  pusherLibrary,
  startWhole,
  store,
  until,
} from './whole.ts';

const json = async (response: Promise<{ json(): Promise<unknown> }>): Promise<unknown> => (await response).json();

test('pusher-js hears a private channel and is seen on a presence channel, both signed by the backend', async () => {
  const whole = await startWhole();
  const [screen, other] = [await pusherClient(whole, posTokens.kds), await pusherClient(whole, posTokens.kdsGrill)];
  const heard: unknown[] = [];
  (await joined(screen, `private-store.${store.sku}.kds`)).bind('KdsTicketCreated', (said: unknown) =>
    heard.push(said),
  );
  const room = `presence-store.${store.sku}.kds.presence`;
  const seats = (await joined(screen, room)) as PresenceChannel;
  expect(seats.members).toMatchObject({ count: 1, myID: '21', me: { info: { device_id: 21, device_type: 'KDS' } } });
  const added = new Promise((resolve) => void seats.bind('pusher:member_added', resolve));
  await joined(other, room);
  expect(await added).toMatchObject({ id: '22' });

  const order = { channel: 'pos', items: [{ item_id: 1, qty: 2 }] };
  expect(await ask('POST', `${whole.url}/laravel-pos/v1/orders`, posTokens.pos, order)).toMatchObject({ status: 201 });
  await until(() => heard.length === 1);
  expect(heard).toMatchObject([
    { event: 'KdsTicketCreated', seq: 1, data: { ticket: { status: 'in_preparation', station: 'grill' } } },
  ]);
  // A kitchen screen may not hear what the till hears; the channel says so, and the connection lives.
  await expect(joined(screen, `private-store.${store.sku}.orders`)).rejects.toThrow('403');
  await expect(joined(screen, 'private-store.somebody-else.kds')).rejects.toThrow('403');
  expect(screen.connection.state).toBe('connected');
  expect(whole.troubles()).toEqual([]);
});

test('the library of backends triggers, sends a batch and asks who is there', async () => {
  const whole = await startWhole();
  const library = pusherLibrary(whole);
  const pos = await pusherClient(whole, posTokens.pos);
  const name = `private-store.${store.sku}.orders`;
  const heard: unknown[] = [];
  for (const channel of [await joined(pos, name), await joined(pos, 'orders')]) {
    channel.bind('OrderCreated', (said: unknown) => heard.push([channel.name, said]));
  }
  expect(await json(library.trigger([name, 'orders'], 'OrderCreated', { id: 7 }))).toEqual({ ok: true });
  const batch = [1, 2, 3].map((id) => ({ channel: name, name: 'OrderCreated', data: { id } }));
  expect(await json(library.triggerBatch(batch))).toEqual({ ok: true });
  await until(() => heard.length === 5);
  expect(heard.slice(2)).toEqual([1, 2, 3].map((id) => [name, { id }]));
  await library.trigger(name, 'OrderCreated', { id: 4 }, { socket_id: pos.connection.socket_id });
  expect(await json(library.get({ path: `/channels/${name}` }))).toEqual({ subscription_count: 1, occupied: true });
  expect(await json(library.get({ path: '/channels' }))).toEqual({
    channels: {
      [name]: { subscription_count: 1, occupied: true },
      orders: { subscription_count: 1, occupied: true },
    },
  });
  expect(heard).toHaveLength(5);
  expect(whole.troubles()).toEqual([]);
});

test('restaurant-os tells its public channels over Pusher and its frames at /ws, the same events', async () => {
  const whole = await startWhole();
  const pusher = await pusherClient(whole, '');
  const page = await plain(`${whole.ws}/ws`);
  const heard: unknown[] = [];
  (await joined(pusher, 'orders')).bind('order.created', (said: unknown) => heard.push(said));
  const order = { data: { tableNumber: 5, items: [{ name: 'Борщ', quantity: 1 }] } };
  expect(await ask('POST', `${whole.url}/api/orders`, undefined, order)).toMatchObject({ status: 201 });
  await until(() => heard.length === 1 && page.heard.some(({ event }) => event === 'order.created'));
  const frame = page.heard.find(({ channel, event }) => channel === 'orders' && event === 'order.created');
  expect(frame?.['data']).toEqual(heard[0]);
  expect(whole.troubles()).toEqual([]);
});

test('socket.io-client stands at a counter of table-tap and changes an order with an acknowledgement', async () => {
  const whole = await startWhole();
  const at = (namespace: string, token: string, user_role = 'employee') =>
    guest(whole, namespace, { token }, { cafe_id: cafeId, user_role });
  const barista = await at('/orders', cafeTokens.barista);
  const manager = await at('/orders', cafeTokens.manager, 'manager');
  const stock = await at('/inventory', cafeTokens.manager, 'manager');
  expect(await barista.socket.emitWithAck('join_counter', { counter: 'Counter 1' })).toEqual({ ok: true });
  const step = { order_id: 'order-1', status: 'ready' };
  expect(await barista.socket.emitWithAck('update_order_status', step)).toEqual({ ok: true });
  await until(() => barista.heard.some(([name]) => name === 'order:ready'));
  expect(barista.heard.map(([name]) => name)).toContain('order:status_changed');
  await until(() => manager.heard.some(([name]) => name === 'order:status_changed'));
  const sold = { items: [{ product_id: 'oat-cappuccino', quantity: 2 }] };
  expect(await ask('POST', `${whole.url}/table-tap/orders`, cafeTokens.jane, sold)).toMatchObject({ status: 201 });
  await until(() => stock.heard.some(([name]) => name === 'inventory:low_stock'));
  await expect(guest(whole, '/orders', { token: 'forged' }, { cafe_id: cafeId })).rejects.toThrow(
    'Authentication error',
  );
  await expect(guest(whole, '/orders', { token: cafeTokens.jane }, { cafe_id: 'other' })).rejects.toThrow(
    'Authentication error',
  );
  expect(whole.troubles()).toEqual([]);
});

test('what a backend did not do is acknowledged on neither wire, and said as an error', async () => {
  const whole = await startWhole();
  const office = { token: cafeTokens.backOffice };
  const desk = await guest(whole, '/orders', office, { cafe_id: cafeId, user_role: 'manager' });
  const page = await plain(`${whole.ws}/socket?cafe_id=${cafeId}&user_role=manager`);
  page.say({ type: 'auth', version: 1, ...office });
  page.say({ type: 'subscribe', channel: '/orders' });
  const step = { order_id: 'order-1', status: 'ready' };
  let acknowledged = 0;
  desk.socket.emit('update_order_status', step, () => (acknowledged += 1));
  page.say({ type: 'send', channel: '/orders', name: 'update_order_status', id: 1, payload: step });
  await until(() => desk.heard.some(([name]) => name === 'error') && page.heard.some(({ name }) => name === 'error'));
  // Answers come in order, so that a late acknowledgement would be here by now.
  expect(await desk.socket.emitWithAck('join_counter', { counter: 'Counter 1' })).toEqual({ ok: true });
  page.say({ type: 'send', channel: '/orders', name: 'join_counter', id: 2, payload: { counter: 'Counter 1' } });
  await until(() => page.heard.some(({ id }) => id === 2));
  expect([acknowledged, page.heard.filter(({ id }) => id === 1)]).toEqual([0, []]);
  expect(whole.troubles()).toEqual([]);
});

test('socket.io-client is the waiter of brasserie, who alone hears of the dish and says it was picked up', async () => {
  const whole = await startWhole();
  const charlie = await guest(whole, '/', { token: brasserieTokens.charlie });
  const bob = await guest(whole, '/', { token: brasserieTokens.bob });
  const dish = { erp_order_id: 'K788', dish_name: 'Crème brûlée', table_id: 12 };
  const hook = `${whole.url}/brasserie/api/webhooks/erp/dish-ready`;
  expect(await ask('POST', hook, brasserieTokens.erp, dish)).toMatchObject({ status: 200 });
  await until(() => charlie.heard.some(([name]) => name === 'dish_ready'));
  expect(charlie.heard.find(([name]) => name === 'dish_ready')?.[1]).toMatchObject({
    table: 12,
    dish: 'Crème brûlée',
    order_id: 789,
  });
  expect(await charlie.socket.emitWithAck('dish_acknowledged', { order_id: 789 })).toEqual({ ok: true });
  await until(() => bob.heard.some(([name]) => name === 'order_updated'));
  expect(bob.heard.map(([name]) => name)).not.toContain('dish_ready');
  expect(whole.troubles()).toEqual([]);
});

test('socket.io-client hears everything of service-floor at /events', async () => {
  const whole = await startWhole();
  const floor = await guest(whole, '/events');
  const order = { tableNumber: 2, items: [{ menuItemId: 2 }] };
  expect(await ask('POST', `${whole.url}/service-floor/orders`, undefined, order)).toMatchObject({ status: 201 });
  await until(() => floor.heard.some(([name]) => name === 'order:created'));
  expect(floor.heard.map(([name]) => name)).toContain('table:activated');
  expect(whole.troubles()).toEqual([]);
});

test('a plain ws plays docs/protocol.md: who it is, a signed channel, an event, and the signs of life', async () => {
  const whole = await startWhole();
  const { say, heard } = await plain(`${whole.ws}/socket`);
  say({ type: 'auth', version: 1, token: posTokens.pos });
  await until(() => heard.length === 1);
  const socketId = String(heard[0]?.['socketId']);
  expect(heard).toEqual([{ type: 'welcome', socketId }]);
  const channel = `private-store.${store.sku}.orders`;
  const asked = { channel_name: channel, socket_id: socketId };
  const { body } = await ask('POST', `${whole.url}/laravel-pos/broadcasting/auth`, posTokens.pos, asked);
  say({ type: 'subscribe', channel, auth: `${String((body as { auth: unknown }).auth)}0` });
  say({ type: 'subscribe', channel, ...(body as object) });
  say({ type: 'ping' });
  await until(() => heard.length === 4);
  expect(heard.slice(1)).toEqual([
    { type: 'error', channel, status: 401, code: 'signature-invalid' },
    { type: 'ack', channel },
    { type: 'pong' },
  ]);
  const order = { channel: 'pos', items: [{ item_id: 1, qty: 1 }] };
  await ask('POST', `${whole.url}/laravel-pos/v1/orders`, posTokens.kiosk, order);
  await until(() => heard.length === 5);
  expect(heard[4]).toMatchObject({ type: 'event', channel, name: 'OrderCreated', payload: { seq: 1 } });
  say({ type: 'unsubscribe', channel });
  expect(whole.troubles()).toEqual([]);
});
