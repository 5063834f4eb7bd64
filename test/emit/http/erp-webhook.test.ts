import { createEmitter, idempotent, memoryIdempotency } from 'heard/emit';
import { brasserieRooms, erpWebhook, type ErpOrder, type ErpWebhookOptions } from 'heard/emit/brasserie';
import { brasserie, dishMoment, erpDishReady } from 'heard/contracts/brasserie';
import { expect, test } from 'vitest';
import { testPublisher } from '../rig.ts';

const orders: Readonly<Record<string, ErpOrder>> = {
  K789: { id: 456, table_id: 5, server_user_id: 1 },
  K790: { id: 457, table_id: 6, server_user_id: null },
};
const afternoon = Date.parse('2026-02-02T14:23:40Z');

function kitchen(nowMs = afternoon, note?: ErpWebhookOptions['note']) {
  const publisher = testPublisher();
  const emitter = createEmitter(brasserie, { publisher, rooms: brasserieRooms, retryDelaysMs: [] });
  const handler = erpWebhook({
    emitter,
    mayNotify: ({ headers }) => headers.get('authorization') === 'Bearer erp-secret',
    findOrder: (id) => (Object.hasOwn(orders, id) ? orders[id] : undefined),
    timeZone: 'Europe/Paris',
    time: { now: () => nowMs },
    ...(note !== undefined && { note }),
  });
  return { publisher, handler };
}

const ready = { erp_order_id: 'K789', dish_name: 'Magret canard', table_id: 5 };
const posting = (body: unknown, token = 'erp-secret'): Request =>
  new Request(`https://api.example.test${erpDishReady.path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', authorization: `Bearer ${token}`, 'Idempotency-Key': 'k' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

test('the waiter of the order hears of the dish, and the kitchen that they do', async () => {
  const { publisher, handler } = kitchen();
  const answer = await handler(posting(ready));
  expect([answer.status, await answer.json()]).toEqual([200, { status: 'notified' }]);
  expect(publisher.taken).toEqual([
    {
      channel: '/',
      name: 'dish_ready',
      payload: {
        table: 5,
        dish: 'Magret canard',
        timestamp: '15h23',
        order_id: 456,
        event_id: expect.any(String) as string,
      },
      rooms: ['user:1'],
    },
  ]);
});

test('the time is the one that the waiter’s device makes a moment of', async () => {
  for (const nowMs of [afternoon, Date.parse('2026-02-01T23:05:00Z')]) {
    const { publisher, handler } = kitchen(nowMs);
    await handler(posting(ready));
    const [{ timestamp } = { timestamp: '' }] = publisher.taken.map(({ payload }) => payload as { timestamp: string });
    expect(dishMoment(timestamp, { near: nowMs, utcOffsetMinutes: 60 })).toBe(nowMs - (nowMs % 60_000));
  }
});

test('what is ready is noted before anybody hears of it, and not announced where it cannot be noted', async () => {
  const noted: unknown[] = [];
  const { publisher, handler } = kitchen(afternoon, async (order, { dish_name }) => {
    await Promise.resolve();
    noted.push([order.id, dish_name, publisher.taken.length]);
    if (noted.length > 1) throw new Error('the disk is full');
  });
  expect((await handler(posting(ready))).status).toBe(200);
  expect((await handler(posting(ready))).status).toBe(503);
  expect((await handler(posting({ ...ready, erp_order_id: 'K1' }))).status).toBe(404);
  expect(noted).toEqual([
    [456, 'Magret canard', 0],
    [456, 'Magret canard', 1],
  ]);
  expect(publisher.taken).toHaveLength(1);
});

test('a dish of an order without a waiter concerns everybody', async () => {
  const { publisher, handler } = kitchen();
  await handler(posting({ ...ready, erp_order_id: 'K790' }));
  expect(publisher.taken).toMatchObject([{ payload: { table: 6, order_id: 457 } }]);
  expect(publisher.taken[0]).not.toHaveProperty('rooms');
});

test.each([
  ['a wrong secret', posting(ready, 'guessed'), 401],
  ['an order that nobody knows', posting({ ...ready, erp_order_id: 'K1' }), 404],
  ['an order by the name of a prototype', posting({ ...ready, erp_order_id: '__proto__' }), 404],
  ['no dish', posting({ ...ready, dish_name: undefined }), 422],
  ['a table that is none', posting({ ...ready, table_id: 'five' }), 422],
  ['no JSON', posting('{'), 400],
  ['GET', new Request(`https://api.example.test${erpDishReady.path}`), 405],
])('%s: refused, and nobody is told', async (_, request, status) => {
  const { publisher, handler } = kitchen();
  expect((await handler(request)).status).toBe(status);
  expect(publisher.attempts).toEqual([]);
});

test('when nobody could be told, the kitchen is told to come again', async () => {
  const { publisher, handler } = kitchen();
  publisher.respond = () => {
    throw new Error('no route');
  };
  const answer = await handler(posting(ready));
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
});

test('a kitchen that sends a key is heard once', async () => {
  const { publisher, handler } = kitchen();
  const once = idempotent(handler, { store: memoryIdempotency(), principal: () => 'erp' });
  for (const _ of [1, 2]) expect(await (await once(posting(ready))).json()).toEqual({ status: 'notified' });
  expect(publisher.taken).toHaveLength(1);
});
