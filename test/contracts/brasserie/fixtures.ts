import type { Fixture, Fixtures } from '../fixture.ts';

/*
 * A bare payload names no store, and the default namespace no user: an event of somebody else cannot be told from one's
 * own. Keeping them apart is the server's part, by rooms.
 */

const dish = { table: 5, dish: 'Parmentier de canard', timestamp: '20h41' };
const order = {
  id: 4107,
  updated_at: '2026-02-14T19:42:10.000Z',
  table_id: 5,
  status: 'sent',
  items: [
    { id: 1, name: 'Parmentier de canard', dish_id: 12, qty: 1, price: 18.5, status: 'ready' },
    { id: 2, name: 'Marcillac rouge', wine_id: 34, qty: 1, price: '24.00', status: 'served' },
  ],
};
const bill = {
  id: 4107,
  updated_at: '2026-02-14T20:55:31.000Z',
  total: 84.9,
  covers: 3,
  items: order.items,
  payments: [
    {
      payment_id: 811,
      cover_number: 1,
      amount: 28.3,
      method: 'CB',
      status: 'paid',
      approval_code: 'K7Q2',
      paid_at: '2026-02-14T20:55:31.000Z',
    },
    { payment_id: 812, cover_number: 2, amount: '28.30', method: 'TR', status: 'failed' },
  ],
};

const without = (value: Record<string, unknown>, ...fields: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !fields.includes(name)));

const frame = (says: string, name: string, payload: unknown, expect: Fixture['expect'], channel = '/'): Fixture => ({
  says,
  frame: { channel, name, payload },
  expect,
});
const heard = (says: string, name: string, payload: unknown, id?: string): Fixture =>
  frame(says, name, payload, { kind: 'event', name, channel: 'service', id });
const notFitting = (says: string, name: string, payload: unknown, path: string): Fixture =>
  frame(says, name, payload, { kind: 'invalid', because: 'data', path });

const orderId = 'order_updated:4107@2026-02-14T19:42:10.000Z';
const billId = 'bill_updated:4107@2026-02-14T20:55:31.000Z';

export const fixtures: Fixtures = {
  scope: { userId: 7 },
  good: [
    heard('a dish that is ready', 'dish_ready', dish),
    heard('a dish with its order', 'dish_ready', { ...dish, order_id: 4107 }),
    heard(
      'a dish with an id of its own',
      'dish_ready',
      { ...dish, event_id: 'e3f0a4d2-7d53-4f7e-a1c0-9a4f6f2d1b11' },
      'e3f0a4d2-7d53-4f7e-a1c0-9a4f6f2d1b11',
    ),
    heard('a dish whose id is a number', 'dish_ready', { ...dish, event_id: 17 }, '17'),
    heard('a dish without a time', 'dish_ready', without(dish, 'timestamp')),
    heard('a dish with null for what is absent', 'dish_ready', {
      ...dish,
      timestamp: null,
      order_id: null,
      event_id: null,
    }),
    heard('a dish whose time is no time', 'dish_ready', { ...dish, timestamp: 'à l’instant' }),
    heard('a dish for a table that has a name', 'dish_ready', { ...dish, table: 'Terrasse 3' }),
    heard('a dish with fields of a later version', 'dish_ready', {
      ...dish,
      station: 'chaud',
      chef: { post: 'rôtisseur' },
    }),
    heard('a dish as text', 'dish_ready', JSON.stringify(dish)),
    heard('a dish as bytes', 'dish_ready', new TextEncoder().encode(JSON.stringify(dish))),
    heard(
      'a dish that tries to change prototypes',
      'dish_ready',
      '{"table":5,"dish":"Garbure","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    ),
    heard('an order', 'order_updated', order, orderId),
    heard('an order that says no more than it must', 'order_updated', without(order, 'items'), orderId),
    heard(
      'an order with null for what is absent',
      'order_updated',
      {
        ...order,
        items: null,
        uuid: null,
        server_user_id: null,
        erp_id: null,
        total_amount: null,
        covers: null,
        payments: null,
        acknowledged_at: null,
        paid_at: null,
      },
      orderId,
    ),
    heard(
      'an order whose kitchen system is away',
      'order_updated',
      { ...order, status: 'pending_erp', erp_id: null },
      orderId,
    ),
    heard(
      'an order that is paid and closed',
      'order_updated',
      {
        ...order,
        status: 'paid_complete',
        total_amount: '84.90',
        covers: 3,
        paid_at: '2026-02-14T21:10:00Z',
        acknowledged_at: '2026-02-14T19:45:00Z',
        server_user_id: 7,
        erp_id: 'K2207',
        uuid: 'offline-7-41',
      },
      orderId,
    ),
    heard('an order in a state of a later version', 'order_updated', { ...order, status: 'on_hold' }, orderId),
    heard(
      'an order with an event id, which then is its identity',
      'order_updated',
      { ...order, event_id: 'evt-90' },
      'evt-90',
    ),
    heard(
      'a table that guests sat down at',
      'table_updated',
      { id: 5, updated_at: '2026-02-14T19:05:00Z', status: 'occupied' },
      'table_updated:5@2026-02-14T19:05:00Z',
    ),
    heard(
      'a table with more than the contract knows',
      'table_updated',
      { id: 5, updated_at: '2026-02-14T22:05:00Z', status: 'free', seats: 4 },
      'table_updated:5@2026-02-14T22:05:00Z',
    ),
    heard('a bill with one payment', 'bill_updated', bill, billId),
    heard('a bill without payments or items', 'bill_updated', without(bill, 'payments', 'items'), billId),
    heard(
      'a bill whose total is decimal text',
      'bill_updated',
      { ...bill, total: '84.90', payments: null, items: null },
      billId,
    ),
  ],
  bad: [
    frame('a name that nobody described', 'menu_changed', { id: 1 }, { kind: 'unknown', because: 'name' }),
    frame('a name that is a prototype’s', '__proto__', dish, { kind: 'unknown', because: 'name' }),
    frame('a name that every object has', 'constructor', dish, { kind: 'unknown', because: 'name' }),
    frame(
      'a known event in a namespace that nobody described',
      'dish_ready',
      dish,
      { kind: 'unknown', because: 'channel' },
      '/kitchen',
    ),
    frame('the protocol of another transport', 'pusher:ping', '{}', { kind: 'control' }),
    frame('text that ends too early', 'dish_ready', '{"table":5,"dish":"Garb', {
      kind: 'invalid',
      because: 'not-json',
    }),
    frame('text that is not JSON', 'order_updated', 'Service Unavailable', { kind: 'invalid', because: 'not-json' }),
    frame('bytes that are not UTF-8', 'dish_ready', new Uint8Array([0x7b, 0xff, 0x7d]), {
      kind: 'invalid',
      because: 'not-utf8',
    }),
    frame('text nested 10 000 deep', 'dish_ready', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, {
      kind: 'invalid',
      because: 'too-deep',
    }),
    frame(
      'an event id that is a list',
      'dish_ready',
      { ...dish, event_id: [17] },
      { kind: 'invalid', because: 'envelope', path: 'event_id' },
    ),
    frame(
      'an empty event id',
      'order_updated',
      { ...order, event_id: '' },
      { kind: 'invalid', because: 'envelope', path: 'event_id' },
    ),
    notFitting('nothing at all', 'dish_ready', null, ''),
    notFitting('an empty payload', 'dish_ready', '', ''),
    notFitting('a list of dishes', 'dish_ready', [dish], ''),
    notFitting('a dish for no table', 'dish_ready', without(dish, 'table'), 'table'),
    notFitting('a table without a dish', 'dish_ready', without(dish, 'dish'), 'dish'),
    notFitting('a dish without a name', 'dish_ready', { ...dish, dish: '' }, 'dish'),
    notFitting('a dish whose table is an object', 'dish_ready', { ...dish, table: { id: 5 } }, 'table'),
    notFitting('a dish whose time is a number', 'dish_ready', { ...dish, timestamp: 1523 }, 'timestamp'),
    notFitting('a dish whose order is text', 'dish_ready', { ...dish, order_id: '4107' }, 'order_id'),
    notFitting(
      'a dish under a key that is a prototype',
      'dish_ready',
      '{"__proto__":{"table":5,"dish":"Garbure"}}',
      'table',
    ),
    notFitting('an order without a version', 'order_updated', without(order, 'updated_at'), 'updated_at'),
    notFitting('an order whose version is empty', 'order_updated', { ...order, updated_at: '' }, 'updated_at'),
    notFitting('an order without an id', 'order_updated', without(order, 'id'), 'id'),
    notFitting('an order for no table', 'order_updated', without(order, 'table_id'), 'table_id'),
    notFitting(
      'an order with an item that is a name',
      'order_updated',
      { ...order, items: [order.items[0], 'Garbure'] },
      'items[1]',
    ),
    notFitting(
      'an order with a quantity in words',
      'order_updated',
      { ...order, items: [order.items[0], { ...order.items[1], qty: 'deux' }] },
      'items[1].qty',
    ),
    notFitting(
      'an order with a price that is an object',
      'order_updated',
      { ...order, items: [{ ...order.items[0], price: { cents: 1850 } }] },
      'items[0].price',
    ),
    notFitting('a table without a status', 'table_updated', { id: 5, updated_at: '2026-02-14T19:05:00Z' }, 'status'),
    notFitting('a table without a version', 'table_updated', { id: 5, status: 'occupied' }, 'updated_at'),
    notFitting('a bill without a total', 'bill_updated', without(bill, 'total'), 'total'),
    notFitting('a bill for half a guest', 'bill_updated', { ...bill, covers: 2.5 }, 'covers'),
    notFitting(
      'a bill with a payment of no cover',
      'bill_updated',
      { ...bill, payments: [bill.payments[0], without(bill.payments[1] ?? {}, 'cover_number')] },
      'payments[1].cover_number',
    ),
    notFitting(
      'a bill with a payment in no state',
      'bill_updated',
      { ...bill, payments: [{ ...bill.payments[0], status: 3 }] },
      'payments[0].status',
    ),
  ],
};
