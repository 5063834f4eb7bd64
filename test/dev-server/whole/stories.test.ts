// One evening in each restaurant: our own client and the official ones at the same server, over different wires.
import { expect, test } from 'vitest';
import { brasserie } from '../../../src/contracts/brasserie/index.ts';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { tableTap } from '../../../src/contracts/table-tap/index.ts';
import {
  ask,
  brasserieTokens,
  cafeDevice,
  cafeId,
  cafeTokens,
  guest,
  isLive,
  joined,
  live,
  plain,
  posDevice,
  posTokens,
  pusherClient,
  startWhole,
  store,
  until,
  waiterDevice,
} from './whole.ts';

interface Ticket {
  readonly data: { readonly ticket: { readonly id: number } };
}

test('an order of the till is cooked at a screen with pusher-js, and printed by our gateway', async () => {
  const whole = await startWhole();
  const till = posDevice(whole, 'pos', 'pos');
  const gateway = posDevice(whole, 'printer-gateway', 'printerGateway');
  const told: string[] = [];
  const printed: string[] = [];
  const failed: unknown[] = [];
  till.on('OrderStatusChanged', ({ data }) => void told.push(String(data.to)));
  till.on('PrintJobCompleted', ({ data }) => void told.push(`printed ${data.print_job_id}`));
  gateway.process('PrintJobQueued', async ({ data: { print_job } }) => {
    const claimed = await gateway.mutate('print.claim', { printJobId: print_job.id });
    printed.push((await claimed.settled).outcome);
    const completed = await gateway.mutate('print.complete', { printJobId: print_job.id });
    printed.push((await completed.settled).outcome);
  });
  for (const client of [till, gateway]) client.signals.on('*', (signal) => void failed.push(signal));
  const screen = await pusherClient(whole, posTokens.kds);
  const kitchen = await joined(screen, `private-store.${store.sku}.kds`);
  const bumped: Promise<number>[] = [];
  kitchen.bind('KdsTicketCreated', ({ data: { ticket } }: Ticket) => {
    const address = `${whole.url}/laravel-pos/v1/kds/tickets/${ticket.id}/bump`;
    bumped.push(ask('POST', address, posTokens.kds, { to: 'ready' }).then(({ status }) => status));
  });
  await live(till, gateway);

  const { settled } = await till.mutate('order.create', { channel: 'pos', items: [{ item_id: 1, qty: 2 }] });
  expect(await settled).toMatchObject({ outcome: 'done', by: 'answer', status: 201 });
  await until(() => told.includes('ready') && told.includes('printed 5504'));
  expect(await Promise.all(bumped)).toEqual([200]);
  expect(printed).toEqual(['done', 'done']);
  // A second order: of a kiosk that speaks plain REST.
  const order = {
    channel: 'kiosk',
    items: [
      { item_id: 1, qty: 1 },
      { item_id: 11, qty: 1 },
    ],
  };
  await ask('POST', `${whole.url}/laravel-pos/v1/orders`, posTokens.kiosk, order);
  await until(() => told.includes('printed 5505') && bumped.length === 3);
  expect(await Promise.all(bumped)).toEqual([200, 200, 200]);
  expect(failed.filter((signal) => (signal as { kind: string }).kind !== 'continuity')).toEqual([]);
  expect([till, gateway].every(isLive)).toBe(true);
  expect(whole.troubles()).toEqual([]);
});

test('table-tap: what a barista does with our client is seen by the manager with ours and with Socket.IO', async () => {
  const whole = await startWhole();
  const barista = cafeDevice(whole, 'barista', 'Counter 1');
  const manager = cafeDevice(whole, 'manager');
  const desk = await guest(whole, '/orders', { token: cafeTokens.manager }, { cafe_id: cafeId, user_role: 'manager' });
  const seen: string[] = [];
  manager.on('order:status_changed', ({ data }) => void seen.push(`${data.order_id} ${data.new_status}`));
  await live(barista, manager);
  for (const status of ['ready', 'completed'] as const) {
    const { settled } = await barista.mutate('order.updateStatus', { order_id: 'order-1', status });
    expect(await settled).toMatchObject({ outcome: 'done' });
  }
  await until(() => seen.length === 2);
  expect(seen).toEqual(['order-1 ready', 'order-1 completed']);
  await until(() => desk.heard.filter(([name]) => name === 'order:status_changed').length === 2);
  expect(whole.troubles()).toEqual([]);
});

test('brasserie: the kitchen’s system tells the waiter, on our client and on Socket.IO, and nobody else', async () => {
  const whole = await startWhole();
  const charlie = waiterDevice(whole, 3, brasserieTokens.charlie);
  const bob = waiterDevice(whole, 2, brasserieTokens.bob);
  const phone = await guest(whole, '/', { token: brasserieTokens.charlie });
  const told: string[] = [];
  const outcomes: unknown[] = [];
  charlie.on('dish_ready', async ({ data }) => {
    told.push(`charlie ${data.dish}`);
    const { settled } = await charlie.mutate('dish.acknowledge', { order_id: data.order_id ?? 0 });
    outcomes.push((await settled).outcome);
  });
  bob.on('dish_ready', ({ data }) => void told.push(`bob ${data.dish}`));
  await live(charlie, bob);
  const dish = { erp_order_id: 'K788', dish_name: 'Crème brûlée', table_id: 12 };
  const hook = `${whole.url}/brasserie/api/webhooks/erp/dish-ready`;
  expect(await ask('POST', hook, brasserieTokens.erp, dish)).toMatchObject({ status: 200 });
  await until(() => outcomes.length === 1 && phone.heard.some(([name]) => name === 'dish_ready'));
  expect([told, outcomes]).toEqual([['charlie Crème brûlée'], ['done']]);
  expect(whole.troubles()).toEqual([]);
});

test('five restaurants at once do not hear each other', async () => {
  const whole = await startWhole();
  const till = posDevice(whole, 'pos', 'pos');
  const barista = cafeDevice(whole, 'barista', 'Counter 1');
  const waiter = waiterDevice(whole, 3, brasserieTokens.charlie);
  const floor = await guest(whole, '/events');
  const page = await plain(`${whole.ws}/ws`);
  const heard: Record<string, string[]> = { till: [], barista: [], waiter: [] };
  till.on('*', ({ name }) => void heard['till']?.push(name));
  barista.on('*', ({ name }) => void heard['barista']?.push(name));
  waiter.on('*', ({ name }) => void heard['waiter']?.push(name));
  await live(till, barista, waiter);
  for (const names of Object.values(heard)) names.length = 0;
  const { url } = whole;
  const menu = { items: [{ product_id: 'latte', quantity: 1 }] };
  const dish = { erp_order_id: 'K788', dish_name: 'Crème brûlée', table_id: 12 };
  const answers = await Promise.all([
    ask('POST', `${url}/laravel-pos/v1/orders`, posTokens.kiosk, { channel: 'kiosk', items: [{ item_id: 1, qty: 1 }] }),
    ask('POST', `${url}/table-tap/orders`, cafeTokens.jane, menu),
    ask('POST', `${url}/brasserie/api/webhooks/erp/dish-ready`, brasserieTokens.erp, dish),
    ask('POST', `${url}/service-floor/orders`, undefined, { tableNumber: 2, items: [{ menuItemId: 2 }] }),
    ask('POST', `${url}/restaurant-os/api/orders`, undefined, { data: { tableNumber: 5, items: [{ name: 'Борщ' }] } }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 200, 201, 201]);
  await until(() => Object.values(heard).every((names) => names.length > 0) && page.heard.length > 0);
  await until(() => floor.heard.some(([name]) => name === 'order:created'));
  expect(heard['till']).toContain('OrderCreated');
  expect(heard['till']?.filter((name) => !laravelPos.events.has(name))).toEqual([]);
  expect(heard['barista']?.filter((name) => !tableTap.events.has(name))).toEqual([]);
  expect(heard['waiter']?.filter((name) => !brasserie.events.has(name))).toEqual([]);
  expect(page.heard.every(({ channel }) => String(channel).length > 0)).toBe(true);
  expect(page.heard.map(({ event }) => event)).not.toContain('OrderCreated');
  expect(floor.heard.map(([name]) => name)).not.toContain('dish_ready');
  expect(whole.troubles()).toEqual([]);
});
