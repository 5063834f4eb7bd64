import type { Fixture, Fixtures } from '../fixture.ts';

const cafeId = '3f2b8c1e-5d0a-4c67-9b1f-0c8e7a6d5b41';
const eventId = 'evt_7d1e0b5c-2a94-4f38-8e6d-b3c5a1f09e72';
const orderId = 'c0a8f4d2-91b7-4e35-a6c0-5d2e8f7b1a93';
const productId = '8e5d7c31-4b2a-46f0-9d18-a7c6b5e4f302';
const userId = '1b9e6f04-7c35-42d8-b0a1-e4f3d2c5b687';
const managerId = 'a4c2e7f9-0d61-4b83-95e7-2f1c8b6d3a05';

interface Parts {
  readonly [field: string]: unknown;
}

const meta = { timestamp: '2026-05-09T07:42:18Z', cafe_id: cafeId, event_id: eventId };
const envelope = (event: string, data: unknown, parts: Parts = {}): Record<string, unknown> => ({
  event,
  data,
  meta,
  ...parts,
});

const without = (value: Record<string, unknown>, ...fields: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !fields.includes(name)));

const order = {
  id: orderId,
  order_number: 'ORD20260509017',
  cafe_id: cafeId,
  customer_name: 'Guest A',
  customer_phone: '+10000000001',
  status: 'pending',
  assigned_counter: 'Counter 1',
  items: [
    {
      id: '5f0d3c2b-1a69-4788-b7c6-d5e4f3a2b190',
      product_name: 'Cardamom cortado',
      quantity: 2,
      unit_price: 4.35,
      total_price: 8.7,
      customizations: ['Oat milk', 'Half sweet'],
    },
    { product_name: 'Rye bun', quantity: 1, unit_price: 3.1, total_price: 3.1, customizations: [] },
  ],
  totals: { subtotal: 11.8, tax_amount: 1.18, tip_amount: 2.0, total_amount: 14.98 },
  estimated_ready_at: '2026-05-09T07:54:00Z',
  created_at: '2026-05-09T07:42:18Z',
  created_by: { id: userId, name: 'Employee B', role: 'employee' },
  proxy_order_info: { is_proxy: true, ordered_for: { id: managerId, name: 'Employee C' } },
};

const stock = {
  product_id: productId,
  product_name: 'Cardamom syrup',
  sku: 'SYR014',
  previous_stock: 12.5,
  new_stock: 12.3,
  change_amount: -0.2,
  change_type: 'sale',
  updated_by: { id: 'system', name: 'System', type: 'automatic' },
  reference: { type: 'order', id: orderId },
  reorder_needed: false,
};

const settings = {
  updated_by: { id: managerId, name: 'Manager D' },
  changes: {
    tip_suggestions: { previous: [0.1, 0.15], new: [0.1, 0.15, 0.2] },
    prep_time_minutes: { previous: 15, new: 11 },
  },
};

const created = envelope('order:created', { order });
const onOrders = (says: string, payload: unknown, expect: Fixture['expect'], name = 'order:created'): Fixture => ({
  says,
  frame: { channel: '/orders', name, payload },
  expect,
});
const heard = (on: string, name: string, data: unknown, says = name): Fixture => ({
  says,
  frame: { channel: `/${on}`, name, payload: envelope(name, data) },
  expect: { kind: 'event', name, channel: on, id: eventId },
});
const anOrder = { kind: 'event', name: 'order:created', channel: 'orders' } as const;
const broken = (says: string, parts: Parts, path: string): Fixture =>
  onOrders(says, { ...created, ...parts }, { kind: 'invalid', because: 'envelope', path });
const notFitting = (on: string, name: string, says: string, data: unknown, path: string): Fixture => ({
  says,
  frame: { channel: `/${on}`, name, payload: envelope(name, data) },
  expect: { kind: 'invalid', because: 'data', path },
});

export const fixtures: Fixtures = {
  scope: { cafeId, userId, counter: 'Counter 1' },
  good: [
    heard('orders', 'order:created', { order }),
    heard('orders', 'order:status_changed', {
      order_id: orderId,
      order_number: 'ORD20260509017',
      previous_status: 'pending',
      new_status: 'preparing',
      updated_by: { id: userId, name: 'Employee B', role: 'employee' },
      estimated_ready_at: '2026-05-09T07:51:00Z',
      notes: 'Grinder is warm',
      status_history: [
        { status: 'pending', timestamp: '2026-05-09T07:42:18Z', user_id: userId, notes: 'Placed' },
        { status: 'preparing', timestamp: '2026-05-09T07:44:02Z', user_id: userId, notes: 'Grinder is warm' },
      ],
    }),
    heard('orders', 'order:ready', {
      order_id: orderId,
      order_number: 'ORD20260509017',
      customer_name: 'Guest A',
      customer_phone: '+10000000001',
      assigned_counter: 'Counter 1',
      ready_at: '2026-05-09T07:50:41Z',
      prep_time_minutes: 8,
      notification_sent: true,
    }),
    heard('orders', 'order:cancelled', {
      order_id: orderId,
      order_number: 'ORD20260509017',
      cancelled_by: { id: managerId, name: 'Manager D', role: 'manager' },
      reason: 'Guest left',
      refund_info: { refund_amount: 14.98, refund_method: 'original_payment', processed: false },
      cancelled_at: '2026-05-09T07:46:00Z',
    }),
    heard('orders', 'order:assigned_counter', {
      order_id: orderId,
      order_number: 'ORD20260509017',
      previous_counter: 'Counter 1',
      new_counter: 'Terrace bar',
      assigned_by: { id: managerId, name: 'Manager D' },
      reason: 'Queue is long',
    }),
    heard('payments', 'payment:processing', {
      order_id: orderId,
      transaction_id: 'txn_4f19',
      payment_method: 'card',
      amount: 14.98,
      provider: 'payconic',
      status: 'processing',
    }),
    heard('payments', 'payment:completed', {
      order_id: orderId,
      transaction_id: 'txn_4f19',
      payment_method: 'card',
      amount: 14.98,
      fee_amount: 0.47,
      net_amount: 14.51,
      provider: 'payconic',
      provider_transaction_id: 'prov_txn_902',
      completed_at: '2026-05-09T07:43:30Z',
    }),
    heard('payments', 'payment:failed', {
      order_id: orderId,
      transaction_id: 'txn_4f19',
      payment_method: 'card',
      amount: 14.98,
      provider: 'payconic',
      error_code: 'insufficient_funds',
      error_message: 'The card was declined',
      retry_allowed: true,
    }),
    heard('payments', 'qr:generated', {
      order_id: orderId,
      qr_code_id: 'qr_77aa',
      qr_code_data: 'payment://pay.example.test/pay?id=c0a8f4d2&amount=14.98',
      amount: 14.98,
      expires_at: '2026-05-09T07:47:18Z',
    }),
    heard('inventory', 'inventory:stock_updated', stock),
    heard('inventory', 'inventory:low_stock', {
      product_id: productId,
      product_name: 'Cardamom syrup',
      sku: 'SYR014',
      current_stock: 3.5,
      reorder_level: 5,
      max_stock: 40,
      suggested_order_quantity: 20,
      last_restocked: '2026-04-28T06:00:00Z',
      priority: 'high',
    }),
    heard('inventory', 'inventory:out_of_stock', {
      product_id: productId,
      product_name: 'Cardamom syrup',
      sku: 'SYR014',
      auto_disabled: true,
      affects_products: [
        { product_id: 'd1c0b9a8-7766-4554-8332-2110ffeeddcc', product_name: 'Cardamom cortado', disabled: true },
      ],
    }),
    heard('employees', 'employee:clocked_in', {
      user_id: userId,
      employee_id: 'EMP031',
      employee_name: 'Employee B',
      timesheet_id: '6c5b4a39-2817-4f06-95e4-d3c2b1a09f8e',
      clock_in_time: '2026-05-09T06:58:00Z',
      shift_date: '2026-05-09',
      notes: 'Early shift',
    }),
    heard('employees', 'employee:clocked_out', {
      user_id: userId,
      employee_id: 'EMP031',
      employee_name: 'Employee B',
      timesheet_id: '6c5b4a39-2817-4f06-95e4-d3c2b1a09f8e',
      clock_out_time: '2026-05-09T15:13:00Z',
      total_hours: 7.75,
      hourly_rate: 16.4,
      total_pay: 127.1,
      break_duration_minutes: 30,
    }),
    heard('employees', 'employee:drink_consumed', {
      user_id: userId,
      employee_name: 'Employee B',
      product_name: 'Filter coffee',
      quantity: 1,
      order_id: orderId,
      counted_against_allowance: true,
      monthly_count: 5,
      monthly_limit: 25,
      remaining_allowance: 20,
    }),
    heard('system', 'counter:status_changed', {
      counter_name: 'Counter 1',
      previous_status: 'active',
      new_status: 'inactive',
      changed_by: { id: managerId, name: 'Manager D' },
      reason: 'Descaling',
      active_orders_count: 2,
      orders_reassigned_to: 'Terrace bar',
    }),
    heard('system', 'cafe:settings_updated', settings),

    onOrders('the same payload as text', JSON.stringify(created), { ...anOrder, id: eventId }),
    onOrders('the same payload as bytes', new TextEncoder().encode(JSON.stringify(created)), anOrder),
    onOrders('a payload that was encoded twice', JSON.stringify(JSON.stringify(created)), anOrder),
    onOrders('data that was encoded twice', envelope('order:created', JSON.stringify({ order })), anOrder),
    onOrders('an envelope with nothing but what it cannot be understood without', without(created, 'meta'), {
      ...anOrder,
      id: undefined,
    }),
    onOrders('an envelope without a name', without(created, 'event'), anOrder),
    onOrders('the empty list that PHP makes of an empty meta', { ...created, meta: [] }, { ...anOrder, id: undefined }),
    onOrders('an id that is a number', { ...created, meta: { ...meta, event_id: 17 } }, { ...anOrder, id: '17' }),
    onOrders('a moment without a zone', { ...created, meta: { ...meta, timestamp: '2026-05-09T07:42:18' } }, anOrder),
    onOrders('a moment as a number', { ...created, meta: { ...meta, timestamp: 1_778_312_538_000 } }, anOrder),
    onOrders('null for meta', { ...created, meta: null }, { ...anOrder, id: undefined }),
    onOrders(
      'null for everything in meta',
      { ...created, meta: { timestamp: null, cafe_id: null, event_id: null } },
      { ...anOrder, id: undefined },
    ),
    onOrders('meta without an id', { ...created, meta: without(meta, 'event_id') }, { ...anOrder, id: undefined }),
    onOrders(
      'a moment with an offset',
      { ...created, meta: { ...meta, timestamp: '2026-05-09T09:42:18.250+02:00' } },
      anOrder,
    ),
    onOrders(
      'an order that nothing is known of but what it is',
      envelope('order:created', { order: { id: orderId, status: 'pending' } }),
      anOrder,
    ),
    onOrders(
      'null for everything that may be absent',
      envelope('order:created', {
        order: {
          ...Object.fromEntries(Object.keys(order).map((name) => [name, null])),
          id: orderId,
          status: 'pending',
        },
      }),
      anOrder,
    ),
    onOrders(
      'an order that was placed for nobody else',
      envelope('order:created', { order: { ...order, proxy_order_info: null } }),
      anOrder,
    ),
    onOrders(
      'an item without options',
      envelope('order:created', { order: { ...order, items: [{ product_name: 'Espresso', quantity: 1 }] } }),
      anOrder,
    ),
    onOrders(
      'a status that is newer than this code',
      envelope('order:created', { order: { ...order, status: 'scheduled' } }),
      anOrder,
    ),
    onOrders(
      'fields that are newer than this code',
      { ...envelope('order:created', { order: { ...order, table: { number: 4 } }, source: 'kiosk' }), trace: 'on' },
      anOrder,
    ),
    onOrders(
      'keys that would pollute a prototype if they were merged',
      JSON.parse(
        JSON.stringify(created).replace(
          '{"order":{',
          '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"order":{"toString":"no",',
        ),
      ),
      anOrder,
    ),
    heard(
      'orders',
      'order:status_changed',
      { order_id: orderId, new_status: 'preparing' },
      'a status that came from nowhere',
    ),
    heard(
      'orders',
      'order:cancelled',
      { order_id: orderId, cancelled_by: null, refund_info: null },
      'a cancelled order that nobody had paid',
    ),
    heard(
      'orders',
      'order:assigned_counter',
      { order_id: orderId, previous_counter: null, new_counter: 'Counter 1' },
      "an order's first counter",
    ),
    heard(
      'payments',
      'payment:completed',
      { order_id: orderId, payment_method: 'voucher', provider: null },
      'a payment in a way that is newer than this code',
    ),
    heard('inventory', 'inventory:stock_updated', { product_id: productId, new_stock: 0 }, 'a stock of nothing'),
    heard(
      'inventory',
      'inventory:stock_updated',
      { ...stock, new_stock: -3 },
      'a stock below nothing, as it is when sales outrun the count',
    ),
    heard(
      'inventory',
      'inventory:stock_updated',
      { ...stock, updated_by: null, reference: null },
      'a stock that somebody counted',
    ),
    heard(
      'inventory',
      'inventory:out_of_stock',
      { product_id: productId, affects_products: [] },
      'a product that nothing is made of',
    ),
    heard(
      'employees',
      'employee:drink_consumed',
      { user_id: userId, quantity: 1, order_id: null },
      'a drink that was not ordered',
    ),
    heard(
      'system',
      'cafe:settings_updated',
      { changes: { currency: { previous: 'EUR', new: 'CHF' } } },
      'a setting that is newer than this code',
    ),
    heard('system', 'cafe:settings_updated', { changes: {} }, 'settings that were saved unchanged'),
    heard(
      'system',
      'counter:status_changed',
      { counter_name: 'Terrace bar', new_status: 'active' },
      'a counter that opens for the first time',
    ),
  ],
  bad: [
    onOrders(
      'an event of another café',
      { ...created, meta: { ...meta, cafe_id: 'another-cafe' } },
      { ...anOrder, foreign: true },
    ),
    {
      says: "another café's low stock",
      frame: {
        channel: '/inventory',
        name: 'inventory:low_stock',
        payload: envelope('inventory:low_stock', { product_id: productId }, { meta: { cafe_id: 'another-cafe' } }),
      },
      expect: { kind: 'event', name: 'inventory:low_stock', channel: 'inventory', id: undefined, foreign: true },
    },
    onOrders(
      'a name that nobody described',
      envelope('order:teleported', { order }),
      { kind: 'unknown', because: 'name' },
      'order:teleported',
    ),
    onOrders(
      'a known event in a namespace that does not carry it',
      envelope('payment:completed', { order_id: orderId }),
      { kind: 'unknown', because: 'channel' },
      'payment:completed',
    ),
    {
      says: 'a namespace that nobody described',
      frame: { channel: '/loyalty', name: 'order:created', payload: created },
      expect: { kind: 'unknown', because: 'channel' },
    },
    {
      says: 'a namespace without its slash',
      frame: { channel: 'orders', name: 'order:created', payload: created },
      expect: { kind: 'unknown', because: 'channel' },
    },
    onOrders(
      'permission denied',
      { type: 'PERMISSION_DENIED', message: 'Managers only' },
      { kind: 'control' },
      'error',
    ),
    onOrders('data refused', { type: 'INVALID_DATA' }, { kind: 'control' }, 'error'),
    onOrders('an error of another type', { type: 'RATE_LIMITED' }, { kind: 'control' }, 'error'),
    onOrders('an error without a type', {}, { kind: 'control' }, 'error'),
    onOrders('an error that says nothing', null, { kind: 'control' }, 'error'),
    onOrders("a name of Pusher's protocol", {}, { kind: 'control' }, 'pusher:error'),
    onOrders("a client's event that poses as the server's", created, { kind: 'control' }, 'client-order:created'),
    onOrders("a client's name inside an envelope", envelope('client-order:created', { order }), { kind: 'control' }),
    onOrders('text that ends too early', JSON.stringify(created).slice(0, -20), {
      kind: 'invalid',
      because: 'not-json',
    }),
    onOrders('text that is not JSON', 'Bad Gateway', { kind: 'invalid', because: 'not-json' }),
    onOrders('an error whose text is not JSON', 'nope', { kind: 'invalid', because: 'not-json' }, 'error'),
    onOrders('bytes that are not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), {
      kind: 'invalid',
      because: 'not-utf8',
    }),
    onOrders('text of 5 MB', `{"event":"order:created","pad":"${'x'.repeat(5_000_000)}"}`, {
      kind: 'invalid',
      because: 'too-large',
    }),
    onOrders('text nested 10 000 deep', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, {
      kind: 'invalid',
      because: 'too-deep',
    }),
    onOrders('an empty payload', '', { kind: 'invalid', because: 'envelope', path: '' }),
    onOrders('null', null, { kind: 'invalid', because: 'envelope', path: '' }),
    onOrders('a list', [created], { kind: 'invalid', because: 'envelope', path: '' }),
    onOrders('an order without its envelope', { order }, { kind: 'invalid', because: 'data', path: '' }),
    broken('an empty name', { event: '' }, 'event'),
    broken('a name that is a number', { event: 7 }, 'event'),
    broken('meta that is a list of something', { meta: [meta] }, 'meta'),
    broken('meta that is text', { meta: eventId }, 'meta'),
    broken('an empty id', { meta: { ...meta, event_id: '' } }, 'meta.event_id'),
    broken('an id of 201 characters', { meta: { ...meta, event_id: 'x'.repeat(201) } }, 'meta.event_id'),
    broken('an id that is a number with a fraction', { meta: { ...meta, event_id: 17.5 } }, 'meta.event_id'),
    broken('a café that is a list', { meta: { ...meta, cafe_id: [cafeId] } }, 'meta.cafe_id'),
    onOrders(
      'a café that is a number, and not this one',
      { ...created, meta: { ...meta, cafe_id: 7 } },
      { ...anOrder, foreign: true },
    ),
    onOrders('no data', without(created, 'data'), { kind: 'invalid', because: 'data', path: '' }),
    notFitting('orders', 'order:created', 'data null', null, ''),
    notFitting('orders', 'order:created', 'an order that is not wrapped', order, 'order'),
    notFitting('orders', 'order:created', 'an order without its id', { order: without(order, 'id') }, 'order.id'),
    notFitting('orders', 'order:created', 'an order with an empty id', { order: { ...order, id: '' } }, 'order.id'),
    notFitting(
      'orders',
      'order:created',
      'an order without a status',
      { order: without(order, 'status') },
      'order.status',
    ),
    notFitting(
      'orders',
      'order:created',
      'a total that is a list',
      { order: { ...order, totals: { ...order.totals, total_amount: [14.98] } } },
      'order.totals.total_amount',
    ),
    notFitting(
      'orders',
      'order:created',
      'an option that is no text',
      { order: { ...order, items: [order.items[1], { ...order.items[0], customizations: ['Oat milk', 3] }] } },
      'order.items[1].customizations[1]',
    ),
    notFitting(
      'orders',
      'order:created',
      'an order under a key that is a prototype',
      JSON.parse('{"__proto__":{"order":{"id":"o","status":"pending"}}}'),
      'order',
    ),
    notFitting(
      'orders',
      'order:status_changed',
      'a change to no status',
      { order_id: orderId, previous_status: 'pending' },
      'new_status',
    ),
    notFitting(
      'orders',
      'order:status_changed',
      'a history of texts',
      { order_id: orderId, new_status: 'ready', status_history: ['pending'] },
      'status_history[0]',
    ),
    notFitting('orders', 'order:ready', 'readiness of nothing', { order_number: 'ORD20260509017' }, 'order_id'),
    notFitting(
      'orders',
      'order:cancelled',
      'a refund that is true',
      { order_id: orderId, refund_info: { refund_amount: true } },
      'refund_info.refund_amount',
    ),
    notFitting('orders', 'order:assigned_counter', 'an assignment to nowhere', { order_id: orderId }, 'new_counter'),
    notFitting('payments', 'payment:processing', 'a payment for nothing', { amount: 14.98 }, 'order_id'),
    notFitting(
      'payments',
      'payment:completed',
      'a fee that is a list',
      { order_id: orderId, fee_amount: [0.45] },
      'fee_amount',
    ),
    notFitting(
      'payments',
      'payment:failed',
      'a retry that is perhaps allowed',
      { order_id: orderId, retry_allowed: 'yes' },
      'retry_allowed',
    ),
    notFitting(
      'payments',
      'qr:generated',
      'a code that shows nothing',
      { order_id: orderId, qr_code_id: 'qr_77aa' },
      'qr_code_data',
    ),
    notFitting(
      'inventory',
      'inventory:stock_updated',
      'a stock of unknown height',
      { product_id: productId, previous_stock: 4 },
      'new_stock',
    ),
    notFitting(
      'inventory',
      'inventory:low_stock',
      'a reorder level that is a list',
      { product_id: productId, reorder_level: [5] },
      'reorder_level',
    ),
    notFitting(
      'inventory',
      'inventory:out_of_stock',
      'an affected product that is text',
      { product_id: productId, affects_products: ['Cardamom cortado'] },
      'affects_products[0]',
    ),
    notFitting('employees', 'employee:clocked_in', 'a clock-in of nobody', { employee_id: 'EMP031' }, 'user_id'),
    notFitting(
      'employees',
      'employee:clocked_out',
      'pay that is a list',
      { user_id: userId, total_pay: [96] },
      'total_pay',
    ),
    notFitting(
      'employees',
      'employee:drink_consumed',
      'a quantity that is true',
      { user_id: userId, quantity: true },
      'quantity',
    ),
    notFitting(
      'system',
      'counter:status_changed',
      'a counter without a name',
      { new_status: 'active' },
      'counter_name',
    ),
    notFitting(
      'system',
      'cafe:settings_updated',
      'settings without changes',
      { updated_by: { id: managerId } },
      'changes',
    ),
    notFitting(
      'system',
      'cafe:settings_updated',
      'a tip that is a list',
      { changes: { tip_suggestions: { new: [0.1, [0.15]] } } },
      'changes.tip_suggestions.new[1]',
    ),
  ],
};
