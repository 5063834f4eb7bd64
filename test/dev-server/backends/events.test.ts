import { backends } from '../../../src/dev-server/backends/index.ts';
import { tokens as brasserieTokens } from '../../../src/dev-server/backends/brasserie/tokens.ts';
import { store, tokens as posTokens } from '../../../src/dev-server/backends/laravel-pos/tokens.ts';
import { cafeId, tokens as cafeTokens } from '../../../src/dev-server/backends/table-tap/tokens.ts';
import { documentId } from '../../../src/dev-server/backends/restaurant-os/seed.ts';
import { describe, expect, test } from 'vitest';
import { createStage, part, type Stage } from './stage.ts';

/** Everything that can happen in a restaurant, once. */
type Day = (stage: Stage, v1: boolean) => Promise<void>;

/** Asks, and expects it to be granted. */
async function granted(stage: Stage, method: string, path: string, token?: string, body?: unknown): Promise<unknown> {
  const answer = await stage.ask(method, path, { ...(token !== undefined && { token }), body });
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer.body;
}

const days: Readonly<Record<keyof typeof backends, Day>> = {
  async 'laravel-pos'(stage, v1) {
    const { pos, kds, printerGateway, backOffice } = posTokens;
    const taken = await granted(stage, 'POST', '/v1/orders', pos, {
      channel: 'pos',
      items: [
        { item_id: 1, qty: 1 },
        { item_id: 11, qty: 2, modifiers: ['extra cheese'] },
      ],
    });
    const id = String(part(taken, 'data', 'id'));
    await granted(stage, 'PATCH', `/v1/orders/${id}`, pos, { notes: 'birthday' });
    await granted(stage, 'POST', '/v1/kds/tickets/98704/bump', kds, { to: 'ready' });
    // V1 knows no stations: there is one ticket for an order.
    if (!v1) await granted(stage, 'POST', '/v1/kds/tickets/98705/bump', kds, { to: 'ready' });
    await granted(stage, 'POST', '/v1/print-jobs/5504/claim', printerGateway);
    await granted(stage, 'POST', '/v1/print-jobs/5504/fail', printerGateway, { error: { code: 'no-paper' } });
    await granted(stage, 'POST', '/v1/print-jobs/5504/retry', pos);
    await granted(stage, 'POST', '/v1/print-jobs/5504/claim', printerGateway);
    await granted(stage, 'POST', '/v1/print-jobs/5504/complete', printerGateway, { printer_id: 31 });
    await granted(stage, 'POST', '/devices/42/heartbeat', printerGateway);
    await granted(stage, 'POST', '/v1/devices/21/notifications', backOffice, { message: 'Wash your hands.' });
    await granted(stage, 'POST', '/v1/media', backOffice, { media: { id: 3, version: 2 } });
  },
  async 'restaurant-os'(stage) {
    const taken = await granted(stage, 'POST', '/api/orders', undefined, {
      data: { tableNumber: 5, items: [{ name: 'Котлета по-київськи', quantity: 2 }, { name: 'Узвар' }] },
    });
    const order = String(part(taken, 'data', 'documentId'));
    await granted(stage, 'PUT', `/api/kitchen-tickets/${documentId('ticket', 2)}`, undefined, {
      data: { status: 'ready' },
    });
    await granted(stage, 'POST', `/api/kitchen-tickets/${documentId('ticket', 3)}/sla-warning`);
    await granted(stage, 'PUT', `/api/orders/${order}`, undefined, { data: { status: 'cancelled', reason: 'left' } });
    await granted(stage, 'POST', `/api/ingredients/${documentId('ingr', 3)}/batches`, undefined, {
      data: { quantity: 5 },
    });
    await granted(stage, 'PUT', '/api/tables/5', undefined, { data: { status: 'cleaning' } });
  },
  async 'table-tap'(stage) {
    const { jane, cashier, manager } = cafeTokens;
    await granted(stage, 'POST', '/orders', jane, { items: [{ product_id: 'oat-cappuccino', quantity: 2 }] });
    await granted(stage, 'POST', '/orders/order-2/counter', jane, { counter: 'Counter 1', reason: 'Load balancing' });
    await granted(stage, 'POST', '/orders/order-2/status', jane, { status: 'ready' });
    await granted(stage, 'POST', '/orders/order-1/status', jane, { status: 'cancelled', notes: 'Customer left' });
    await granted(stage, 'POST', '/orders/order-2/payments', cashier, { method: 'card' });
    const declined = await stage.ask('POST', '/orders/order-2/payments', {
      token: cashier,
      body: { method: 'card', decline: true },
    });
    expect(declined.status).toBe(402);
    await granted(stage, 'POST', '/orders/order-2/payments', cashier, { method: 'qr' });
    await granted(stage, 'POST', '/inventory/stock-croissants/changes', manager, {
      change_type: 'waste',
      change_amount: -12,
    });
    await granted(stage, 'POST', '/employees/clock-in', jane);
    await granted(stage, 'POST', '/employees/drinks', jane, { product_name: 'Latte' });
    await granted(stage, 'POST', '/employees/clock-out', jane);
    await granted(stage, 'POST', '/counters/Counter%201/status', manager, { status: 'inactive' });
    await granted(stage, 'PATCH', '/settings', manager, { prep_time_minutes: 12 });
  },
  async brasserie(stage) {
    const { alice, cashier, erp } = brasserieTokens;
    await granted(stage, 'POST', '/api/orders', alice, { table_id: 5, items: [{ dish_id: 12, qty: 1 }] });
    await granted(stage, 'POST', '/api/webhooks/erp/dish-ready', erp, {
      erp_order_id: 'K789',
      dish_name: 'Magret canard',
      table_id: 5,
    });
    await granted(stage, 'POST', '/api/payments/split', cashier, {
      order_id: 789,
      cover_number: 1,
      amount: 25.5,
      method: 'CB',
    });
  },
  async 'service-floor'(stage) {
    const order = async (): Promise<string> => {
      const taken = await granted(stage, 'POST', '/orders', undefined, { tableNumber: 2, items: [{ menuItemId: 2 }] });
      return String(part(taken, 'id'));
    };
    const id = await order();
    for (const status of ['served', 'completed']) await granted(stage, 'PATCH', `/orders/${id}`, undefined, { status });
    await granted(stage, 'PATCH', `/orders/${await order()}`, undefined, { status: 'cancelled' });
    for (const step of ['checkout-start', 'checkout-complete', 'force-reset']) {
      await granted(stage, 'POST', `/tables/2/${step}`);
    }
    const dish = await granted(stage, 'POST', '/menu', undefined, { name: 'Panna cotta', price: '6.00' });
    await granted(stage, 'PATCH', `/menu/${String(part(dish, 'id'))}`, undefined, { available: false });
    await granted(stage, 'DELETE', `/menu/${String(part(dish, 'id'))}`);
    const user = await granted(stage, 'POST', '/users', undefined, { username: 'luca' });
    await granted(stage, 'DELETE', `/users/${String(part(user, 'id'))}`);
    const message = await granted(stage, 'POST', '/messages', undefined, { content: 'No more branzino' });
    const path = `/messages/${String(part(message, 'id'))}`;
    await granted(stage, 'PATCH', path, undefined, { content: 'One more branzino' });
    await granted(stage, 'POST', `${path}/pin`);
    await granted(stage, 'DELETE', path);
    await granted(stage, 'DELETE', '/messages');
    const call = await granted(stage, 'POST', '/service-calls', undefined, { tableNumber: 3 });
    await granted(stage, 'POST', `/service-calls/${String(part(call, 'id'))}/handle`);
  },
};

const names = Object.keys(backends) as (keyof typeof backends)[];
/** What no document has. */
const settled: Readonly<Partial<Record<keyof typeof backends, readonly string[]>>> = {
  brasserie: ['order_updated', 'table_updated', 'bill_updated'],
};

const unknown: Readonly<Partial<Record<keyof typeof backends, readonly string[]>>> = {
  'restaurant-os': ['"event_id"'],
  brasserie: ['"event_id"', '"order_id"'],
};

describe.each(names)('%s', (name) => {
  test('every event of the contract happens, and a client understands each', async () => {
    const stage = createStage(backends[name]);
    await days[name](stage, false);
    const decoded = stage.decoded();
    expect(decoded.filter(({ kind }) => kind !== 'event')).toEqual([]);
    expect(new Set(stage.published.map((event) => event.name))).toEqual(new Set(stage.backend.contract.events.keys()));
    expect(decoded.length).toBe(stage.published.length);
  });

  test('in V1 the same happens, without what the document does not have', async () => {
    const stage = createStage(backends[name], { v1: true });
    await days[name](stage, true);
    expect(stage.decoded().filter(({ kind }) => kind !== 'event')).toEqual([]);
    const expected = [...stage.backend.contract.events.keys()].filter((event) => !settled[name]?.includes(event));
    expect(new Set(stage.published.map((event) => event.name))).toEqual(new Set(expected));
    const text = JSON.stringify(stage.published);
    for (const addition of ['"epoch"', '"prev_seq"', '"head_seq"', 'kds.station', ...(unknown[name] ?? [])])
      expect(text).not.toContain(addition);
  });
});

test('laravel-pos numbers what it tells, channel by channel, and replay has every event as it was told', async () => {
  const stage = createStage(backends['laravel-pos']);
  await days['laravel-pos'](stage, false);
  const wires = [...new Set(stage.published.map(({ channel }) => channel))];
  expect(wires).toContain(`private-store.${store.sku}.kds.station.grill`);
  const tokens: Readonly<Record<string, string>> = {
    orders: posTokens.pos,
    printing: posTokens.pos,
    devices: posTokens.backOffice,
  };
  for (const wire of wires.filter((channel) => channel.startsWith('private-store'))) {
    const told = stage.published.filter(({ channel }) => channel === wire).map(({ payload }) => payload);
    expect(told.map((payload) => part(payload, 'seq'))).toEqual(told.map((_, index) => index + 1));
    const token = tokens[wire.split('.').at(-1) ?? ''] ?? posTokens.kds;
    const { body } = await stage.ask('GET', `/v1/events/since?channel=${wire}&seq=0&limit=500`, { token });
    expect(stage.backend.contract.replay?.page(body)).toMatchObject({
      hasMore: false,
      headSeq: told.length,
      floorSeq: 1,
    });
    const without = (payload: unknown): unknown => ({ ...(payload as object), meta: undefined });
    expect((part(body, 'events') as unknown[]).map(without)).toEqual(told.map(without));
    expect(part(body, 'events', 0, 'meta')).toMatchObject({ replay: true, head_seq: told.length });
  }
});

test('table-tap tells each event to the rooms that it is for', async () => {
  const stage = createStage(backends['table-tap']);
  await days['table-tap'](stage, false);
  const roomsOfEvent = (name: string) => stage.published.find((event) => event.name === name)?.rooms;
  expect(roomsOfEvent('order:created')).toEqual([`cafe:${cafeId}`]);
  expect(roomsOfEvent('order:assigned_counter')).toEqual([
    `cafe:${cafeId}:counter:Counter1`,
    `cafe:${cafeId}:counter:Counter2`,
  ]);
  expect(roomsOfEvent('inventory:low_stock')).toEqual([`cafe:${cafeId}:role:manager`]);
  expect(roomsOfEvent('employee:clocked_in')).toEqual(['user:user-jane']);
});

test('brasserie announces a dish to its waiter alone', async () => {
  const stage = createStage(backends.brasserie);
  await days.brasserie(stage, false);
  const dish = stage.published.find(({ name }) => name === 'dish_ready');
  expect(dish).toMatchObject({ channel: '/', rooms: ['user:1'], payload: { table: 5, dish: 'Magret canard' } });
  expect(part(dish?.payload, 'timestamp')).toMatch(/^\d{1,2}h\d\d$/);
  expect(stage.published.find(({ name }) => name === 'order_updated')).not.toHaveProperty('rooms');
});
