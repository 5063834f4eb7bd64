import { createTableTap } from '../../../src/dev-server/backends/table-tap/index.ts';
import { cafeId, tokens } from '../../../src/dev-server/backends/table-tap/tokens.ts';
import { describe, expect, test } from 'vitest';
import { createStage, part, seat, type Seat, type Stage } from './stage.ts';

const { jane, barista, cashier, manager, backOffice } = tokens;

function connect(stage: Stage, channel: string, token: string, user_role = 'employee'): Seat {
  const connection = seat(channel, { auth: { token }, query: { cafe_id: cafeId, user_role } });
  expect(stage.backend.connected?.(connection)).toBeUndefined();
  return connection;
}

describe('who connects', () => {
  test('is in the rooms of their café, role and person', () => {
    const rooms = [...connect(createStage(createTableTap), '/orders', manager, 'manager').rooms];
    expect(rooms).toEqual([
      `cafe:${cafeId}`,
      `cafe:${cafeId}:orders`,
      `cafe:${cafeId}:role:manager`,
      'user:user-sarah',
    ]);
  });

  test('is no manager for saying so', () => {
    expect(connect(createStage(createTableTap), '/inventory', jane, 'manager').rooms).not.toContain(
      `cafe:${cafeId}:role:manager`,
    );
  });

  test.each([
    [{ auth: {} }],
    [{ auth: { token: 'forged' } }],
    [{ auth: { token: jane }, query: {} }],
    [{ auth: { token: jane }, query: { cafe_id: 'elsewhere' } }],
    [{ auth: { token: jane }, query: { cafe_id: `${cafeId}:role:manager` } }],
  ])('%o is refused in the words that clients compare', (how) => {
    const connection = seat('/orders', how);
    expect(createStage(createTableTap).backend.connected?.(connection)).toEqual({ refused: 'Authentication error' });
    expect(connection.rooms.size).toBe(0);
  });
});

test('a counter’s room is joined under its name without spaces, and left', async () => {
  const stage = createStage(createTableTap);
  const connection = connect(stage, '/orders', jane);
  await stage.backend.message?.(connection, 'join_counter', { counter: 'Counter 1' });
  expect(connection.rooms).toContain(`cafe:${cafeId}:counter:Counter1`);
  await stage.backend.message?.(connection, 'leave_counter', { counter: 'Counter1' });
  expect(connection.rooms).not.toContain(`cafe:${cafeId}:counter:Counter1`);
  await stage.backend.message?.(connection, 'join_counter', { counter: '1:role:manager' });
  expect(connection.rooms).not.toContain(`cafe:${cafeId}:role:manager`);
  expect(connection.heard).toMatchObject([{ name: 'error', payload: { type: 'INVALID_DATA' } }]);
});

test('what is refused is said as an error, and acknowledged by nothing', async () => {
  const stage = createStage(createTableTap);
  const say = async (token: string, channel: string, name: string, payload: unknown): Promise<unknown> => {
    const connection = connect(stage, channel, token);
    expect(await stage.backend.message?.(connection, name, payload)).toBeUndefined();
    return connection.heard.map((heard) => part(heard.payload, 'type'));
  };
  const step = { order_id: 'order-1', status: 'ready' };
  expect(await say(backOffice, '/orders', 'update_order_status', step)).toEqual(['PERMISSION_DENIED']);
  expect(await say(jane, '/orders', 'update_order_status', { ...step, status: 'lost' })).toEqual(['INVALID_DATA']);
  expect(await say(jane, '/orders', 'update_order_status', { ...step, order_id: 'x' })).toEqual(['INVALID_DATA']);
  expect(await say(jane, '/orders', 'update_order_status', undefined)).toEqual(['INVALID_DATA']);
  expect(await say(jane, '/inventory', 'inventory:stock_updated', {})).toEqual(['PERMISSION_DENIED']);
  expect(await say(barista, '/inventory', 'inventory:stock_updated', {})).toEqual(['INVALID_DATA']);
  // Nobody listens, and Socket.IO does not tell.
  expect(await say(jane, '/payments', 'update_order_status', step)).toEqual([]);
  expect(stage.published).toEqual([]);
});

test('two devices that use up the same stock are both believed', async () => {
  const stage = createStage(createTableTap);
  const connection = connect(stage, '/inventory', barista);
  const used = {
    product_id: 'stock-espresso-beans',
    previous_stock: 25,
    new_stock: 20,
    change_amount: -5,
    change_type: 'waste',
  };
  for (const _ of [1, 2, 3, 4]) await stage.backend.message?.(connection, 'inventory:stock_updated', used);
  expect(stage.published.map(({ name, payload }) => [name, part(payload, 'data', 'new_stock')])).toEqual([
    ['inventory:stock_updated', 20],
    ['inventory:stock_updated', 15],
    ['inventory:stock_updated', 10],
    ['inventory:stock_updated', 5],
    ['inventory:low_stock', undefined],
  ]);
});

test('one who has gone is not heard any more', async () => {
  const stage = createStage(createTableTap);
  const connection = connect(stage, '/orders', jane);
  stage.backend.disconnected?.(connection);
  await stage.backend.message?.(connection, 'update_order_status', { order_id: 'order-1', status: 'ready' });
  expect(stage.published).toEqual([]);
});

test('an order goes to the quietest counter, and from one that closes to another', async () => {
  const stage = createStage(createTableTap);
  const { body } = await stage.ask('POST', '/orders', {
    token: jane,
    body: { items: [{ product_id: 'latte', quantity: 2 }] },
  });
  expect(part(body, 'data')).toMatchObject({ assigned_counter: 'Counter 2', totals: { total_amount: 12.1 } });
  await stage.ask('POST', '/counters/Counter%202/status', { token: manager, body: { status: 'inactive' } });
  expect(stage.news().slice(-2)).toEqual(['counter:status_changed', 'order:assigned_counter']);
  const lists = await stage.ask('GET', `/counters?cafe_id=${cafeId}`, { token: jane });
  const counts = (part(lists.body, 'data') as unknown[]).map((row) => [
    part(row, 'counter_name'),
    part(row, 'active_orders_count'),
  ]);
  expect(Object.fromEntries(counts as [string, number][])).toEqual({ 'Counter 1': 2, 'Counter 2': 0, 'Counter 3': 0 });
});

test.each([
  ['GET', '/orders?cafe_id=elsewhere', jane, 403],
  ['POST', '/orders/order-1/payments', jane, 403],
  ['POST', '/orders/order-9/payments', cashier, 404],
  ['PATCH', '/settings', cashier, 403],
  ['POST', '/orders', backOffice, 403],
  ['POST', '/employees/clock-out', jane, 409],
])('%s %s of %s is answered with %d', async (method, path, token, expected) => {
  expect(
    (await createStage(createTableTap).ask(method, path, { token, ...(method !== 'GET' && { body: {} }) })).status,
  ).toBe(expected);
});
