import type { Fixture, Fixtures } from '../fixture.ts';

const sku = 'trattoria-du-port';
const channel = (name: string) => `private-store.${sku}.${name}`;
const notifications = 'private-device.42.notifications';

interface Parts {
  readonly [field: string]: unknown;
}

/** The envelope as the document shows it, under the name that Laravel broadcasts. */
function envelope(event: string, data: unknown, parts: Parts = {}): Record<string, unknown> {
  return {
    v: 1,
    event,
    event_id: '5b0c7f3e-64b1-4b8e-9a57-2d1c0f7a9e10',
    seq: 12_873,
    occurred_at: '2026-02-14T19:04:10.321Z',
    store: { id: 7, sku },
    sender: { device_id: 42, device_type: 'Kiosk' },
    subject: { type: 'Order', id: 123_456 },
    correlation_id: '9d2f3b80-11c4-4a7b-8f0a-5e9a64d0b7aa',
    data,
    meta: { replay: false },
    ...parts,
  };
}

const without = (value: Record<string, unknown>, ...fields: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !fields.includes(name)));

const order = {
  id: 123_456,
  channel: 'kiosk',
  status: 'accepted',
  totals_cents: { subtotal: 2150, tax: 215, total: 2365 },
  number: 'A047',
  created_at: '2026-02-14T19:04:10.000Z',
};
const ticket = {
  id: 98_765,
  order_id: 123_456,
  items: [
    { id: 1, name: 'Linguine alle vongole', qty: 2, modifiers: ['sans ail', 'extra persil'] },
    { id: 2, name: 'Panna cotta', qty: 1, modifiers: [] },
  ],
  status: 'in_preparation',
  notes: 'Allergie aux fruits à coque',
  created_at: '2026-02-14T19:04:11.000Z',
};
const printJob = { id: 555, type: 'kitchen_ticket', target_printer_id: 3, order_id: 123_456 };

const created = envelope('OrderCreated', { order });
const onOrders = (says: string, payload: unknown, expect: Fixture['expect'], name = 'OrderCreated'): Fixture => ({
  says,
  frame: { channel: channel('orders'), name, payload },
  expect,
});
const heard = (name: string, on: string, wire: string, data: unknown, says = name, parts: Parts = {}): Fixture => ({
  says,
  frame: { channel: wire, name, payload: envelope(name, data, parts) },
  expect: { kind: 'event', name, channel: on, id: '5b0c7f3e-64b1-4b8e-9a57-2d1c0f7a9e10', seq: 12_873 },
});
const anOrder = { kind: 'event', name: 'OrderCreated', channel: 'orders' } as const;
const broken = (says: string, parts: Parts, path: string): Fixture =>
  onOrders(says, { ...created, ...parts }, { kind: 'invalid', because: 'envelope', path });
const notFitting = (says: string, data: unknown, path: string): Fixture =>
  onOrders(says, envelope('OrderCreated', data), { kind: 'invalid', because: 'data', path });

export const fixtures: Fixtures = {
  scope: { sku, deviceId: 42 },
  good: [
    heard('OrderCreated', 'orders', channel('orders'), { order }),
    heard('OrderUpdated', 'orders', channel('orders'), {
      order: { id: 123_456, status: 'in_preparation', totals_cents: { subtotal: 1800, tax: 180, total: 1980 } },
    }),
    heard(
      'OrderUpdated',
      'orders',
      channel('orders'),
      { order: { id: 123_456, number: null } },
      'an update that says only what changed',
    ),
    heard('OrderStatusChanged', 'orders', channel('orders'), {
      order_id: 123_456,
      from: 'accepted',
      to: 'in_preparation',
      at: '2026-02-14T19:05:00.000Z',
    }),
    heard('KdsTicketCreated', 'kds', channel('kds'), { ticket }),
    heard(
      'KdsTicketCreated',
      'station',
      channel('kds.station.grill-friture'),
      { ticket: { ...ticket, category_ids: [4, 9] } },
      'a ticket on the channel of its station',
    ),
    heard('KdsTicketUpdated', 'kds', channel('kds'), {
      ticket_id: 98_765,
      status: 'ready',
      at: '2026-02-14T19:12:40.500Z',
    }),
    heard('PrintJobQueued', 'printing', channel('printing'), { print_job: printJob }),
    heard('PrintJobCompleted', 'printing', channel('printing'), {
      print_job_id: 555,
      printer_id: 3,
      at: '2026-02-14T19:04:15.000Z',
    }),
    heard('PrintJobFailed', 'printing', channel('printing'), {
      print_job_id: 555,
      printer_id: 3,
      error: { code: 'PAPER_OUT', message: 'No paper' },
      attempts: 2,
      at: '2026-02-14T19:04:15.000Z',
    }),
    heard('DeviceStatusChanged', 'devices', channel('devices'), {
      device: { id: 42, type: 'Kiosk', status: 'offline' },
      reason: 'heartbeat_timeout',
      at: '2026-02-14T19:20:00.000Z',
    }),
    heard('DeviceNotification', 'notifications', notifications, {
      title: 'Imprimante',
      message: 'Le rouleau est presque vide',
      level: 'warning',
      action: { type: 'navigate', target: '/settings/printers' },
    }),
    heard('MediaUpdated', 'notifications', notifications, {
      media: { id: 'hero-1', type: 'image', url: 'https://cdn.example.test/hero-1.webp', version: 12 },
    }),
    heard('OrderCreated', 'orders', channel('orders'), { order: { id: 1 } }, 'an order that is no more than its id'),
    heard(
      'OrderCreated',
      'orders',
      channel('orders'),
      { order: { id: 1, status: null, totals_cents: { total: 2365 } } },
      'an order of whose totals one is told',
    ),
    heard(
      'KdsTicketCreated',
      'kds',
      channel('kds'),
      { ticket: { id: 1, items: [{ name: 'Panna cotta', qty: 1 }] } },
      'a ticket that is no more than what to cook',
    ),
    heard(
      'PrintJobQueued',
      'printing',
      channel('printing'),
      { print_job: { id: 555 } },
      'a print job that is no more than its id',
    ),
    heard(
      'PrintJobFailed',
      'printing',
      channel('printing'),
      { print_job_id: 555, error: { message: 'No paper' } },
      'a failure without a code',
    ),
    heard(
      'DeviceNotification',
      'notifications',
      notifications,
      { message: 'Bonjour', action: {} },
      'a notification whose action says nothing',
    ),
    onOrders('the same payload as text', JSON.stringify(created), anOrder),
    onOrders('the same payload as bytes', new TextEncoder().encode(JSON.stringify(created)), anOrder),
    onOrders('a payload that was encoded twice', JSON.stringify(JSON.stringify(created)), anOrder),
    onOrders('data that was encoded twice', envelope('OrderCreated', JSON.stringify({ order })), anOrder),
    onOrders(
      "a name with Laravel's class prefix, in frame and envelope",
      envelope('App\\Events\\OrderCreated', { order }),
      anOrder,
      'App\\Events\\OrderCreated',
    ),
    onOrders(
      'an envelope with nothing but what it cannot be understood without',
      without(created, 'occurred_at', 'store', 'sender', 'subject', 'correlation_id', 'meta'),
      anOrder,
    ),
    onOrders(
      'null for everything that may be absent',
      { ...created, occurred_at: null, store: null, sender: null, subject: null, correlation_id: null, meta: null },
      anOrder,
    ),
    onOrders('a position as decimal text', { ...created, seq: '12873' }, { ...anOrder, seq: 12_873 }),
    onOrders('the first position of all', { ...created, seq: 0 }, { ...anOrder, seq: 0 }),
    onOrders('the last position that can be counted', { ...created, seq: Number.MAX_SAFE_INTEGER }, anOrder),
    onOrders(
      'a repetition, with everything that the server may add to meta',
      { ...created, meta: { replay: true, epoch: 'e-7', prev_seq: 12_872, head_seq: 12_900 } },
      anOrder,
    ),
    onOrders('a sender that is known by its type only', { ...created, sender: { device_type: 'POS' } }, anOrder),
    onOrders(
      'a moment with an offset and microseconds',
      { ...created, occurred_at: '2026-02-14T20:04:10.321456+01:00' },
      anOrder,
    ),
    onOrders(
      'a status that is newer than this code',
      envelope('OrderCreated', { order: { ...order, status: 'parked' } }),
      anOrder,
    ),
    onOrders(
      'fields that are newer than this code',
      { ...envelope('OrderCreated', { order: { ...order, table: { number: 5 } }, source: 'web' }), trace: 'on' },
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
    ...Object.entries({
      'a moment without a zone': { occurred_at: '2026-02-14T19:04:10' },
      'a moment as a number': { occurred_at: 1_771_095_850_321 },
      'a subject without an id': { subject: { type: 'Order' } },
      'a sender that is a list': { sender: [42] },
      'a correlation id that is a number': { correlation_id: 5 },
      'meta that is a list': { meta: [5] },
      'replay that is text': { meta: { replay: 'true' } },
      'a negative previous position': { meta: { prev_seq: -4 } },
      'an empty epoch': { meta: { epoch: '' } },
      'the empty lists that PHP makes of empty objects': { meta: [], sender: [], store: [], subject: [] },
      'a store whose id cannot be read': { store: { id: [7], sku } },
    }).map(([says, parts]) => onOrders(says, { ...created, ...parts }, anOrder)),
    onOrders('an id that is a number', { ...created, event_id: 17 }, { ...anOrder, id: '17' }),
    onOrders('an id of 200 characters', { ...created, event_id: 'x'.repeat(200) }, { ...anOrder, id: 'x'.repeat(200) }),
  ],
  bad: [
    onOrders(
      'an event of another store',
      { ...created, store: { id: 8, sku: 'creperie-d-en-face' } },
      { ...anOrder, foreign: true },
    ),
    {
      says: "an event on another store's channel",
      frame: {
        channel: 'private-store.creperie-d-en-face.orders',
        name: 'OrderCreated',
        payload: without(created, 'store'),
      },
      expect: { ...anOrder, foreign: true },
    },
    {
      says: "a notification for somebody else's device",
      frame: {
        channel: 'private-device.43.notifications',
        name: 'DeviceNotification',
        payload: envelope('DeviceNotification', { message: 'Bonjour' }),
      },
      expect: { kind: 'event', name: 'DeviceNotification', channel: 'notifications', foreign: true },
    },
    onOrders(
      'a name that nobody described',
      envelope('OrderTeleported', { order }),
      { kind: 'unknown', because: 'name' },
      'OrderTeleported',
    ),
    onOrders(
      'a known event on a channel that does not carry it',
      envelope('PrintJobQueued', { print_job: printJob }),
      { kind: 'unknown', because: 'channel' },
      'PrintJobQueued',
    ),
    {
      says: 'a channel that nobody described',
      frame: { channel: channel('cellar'), name: 'OrderCreated', payload: created },
      expect: { kind: 'unknown', because: 'channel' },
    },
    onOrders(
      'an envelope of version 2',
      { ...created, v: 2, data: 'whatever it may be by then' },
      { kind: 'unknown', because: 'version' },
    ),
    onOrders(
      'an envelope of version 2 with another position',
      { v: 2, event: 'OrderCreated', seq: { at: 1 } },
      { kind: 'unknown', because: 'version' },
    ),
    onOrders('a frame of the protocol', '{}', { kind: 'control' }, 'pusher:pong'),
    onOrders(
      'a frame of the protocol that cannot be read',
      '{',
      { kind: 'control' },
      'pusher_internal:subscription_succeeded',
    ),
    onOrders("a client's event that poses as the server's", created, { kind: 'control' }, 'client-OrderCreated'),
    onOrders("a protocol's name inside an envelope", envelope('pusher_internal:member_removed', { order }), {
      kind: 'control',
    }),
    onOrders("a client's name inside an envelope", envelope('client-OrderCreated', { order }), { kind: 'control' }),
    onOrders(
      "a protocol's name inside a newer envelope",
      { ...envelope('pusher:error', {}), v: 2 },
      { kind: 'control' },
    ),
    onOrders('text that ends too early', JSON.stringify(created).slice(0, -20), {
      kind: 'invalid',
      because: 'not-json',
    }),
    onOrders('text that is not JSON', 'Bad Gateway', { kind: 'invalid', because: 'not-json' }),
    onOrders('bytes that are not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), {
      kind: 'invalid',
      because: 'not-utf8',
    }),
    onOrders('text of 5 MB', `{"v":1,"pad":"${'x'.repeat(5_000_000)}"}`, { kind: 'invalid', because: 'too-large' }),
    onOrders('text nested 10 000 deep', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, {
      kind: 'invalid',
      because: 'too-deep',
    }),
    onOrders('an empty payload', '', { kind: 'invalid', because: 'envelope', path: '' }),
    onOrders('null', null, { kind: 'invalid', because: 'envelope', path: '' }),
    onOrders('a list', [created], { kind: 'invalid', because: 'envelope', path: '' }),
    onOrders('an envelope without a version', without(created, 'v'), {
      kind: 'invalid',
      because: 'envelope',
      path: 'v',
    }),
    broken('a version that is text', { v: '1' }, 'v'),
    broken('a version from the past', { v: 0 }, 'v'),
    broken('a version with a fraction', { v: 1.5 }, 'v'),
    broken('an empty name', { event: '' }, 'event'),
    broken('a name that is only a class prefix', { event: 'App\\Events\\' }, 'event'),
    broken('a name that is a number', { event: 7 }, 'event'),
    onOrders('no id', without(created, 'event_id'), { kind: 'invalid', because: 'envelope', path: 'event_id' }),
    broken('an empty id', { event_id: '' }, 'event_id'),
    broken('an id of 201 characters', { event_id: 'x'.repeat(201) }, 'event_id'),
    broken('an id that ends in a line break', { event_id: 'abc\n' }, 'event_id'),
    broken('an id that is a number with a fraction', { event_id: 17.5 }, 'event_id'),
    broken('an id that is a number beyond counting', { event_id: 2 ** 53 }, 'event_id'),
    onOrders('no position', without(created, 'seq'), { kind: 'invalid', because: 'envelope', path: 'seq' }),
    broken('position null', { seq: null }, 'seq'),
    broken('a negative position', { seq: -1 }, 'seq'),
    broken('a position between two others', { seq: 1.5 }, 'seq'),
    broken('a position beyond what can be counted', { seq: 2 ** 53 }, 'seq'),
    broken('a position beyond counting, as text', { seq: '9007199254740993' }, 'seq'),
    broken('a position that is no number', { seq: Number.NaN }, 'seq'),
    broken('a position as hexadecimal text', { seq: '0x10' }, 'seq'),
    broken('a store that is a name', { store: 'trattoria-du-port' }, 'store'),
    broken('a store that is a list of something', { store: [{ sku }] }, 'store'),
    broken('a store whose sku is a number with a fraction', { store: { sku: 7.5 } }, 'store.sku'),
    broken('a store whose sku is a list', { store: { sku: [sku] } }, 'store.sku'),
    onOrders('a store whose sku is a number', { ...created, store: { sku: 7 } }, { ...anOrder, foreign: true }),
    onOrders('no data', without(created, 'data'), { kind: 'invalid', because: 'data', path: '' }),
    notFitting('data null', null, ''),
    notFitting('data that is text, and not JSON', 'Marguerite Duval, 06 12 34 56 78', ''),
    notFitting('an order without its id', { order: without(order, 'id') }, 'order.id'),
    notFitting('an order whose id is text', { order: { ...order, id: '123456' } }, 'order.id'),
    notFitting('an order whose status is a number', { order: { ...order, status: 3 } }, 'order.status'),
    notFitting(
      'totals that are decimals',
      { order: { ...order, totals_cents: { subtotal: 21.5, tax: 2.15, total: 23.65 } } },
      'order.totals_cents.subtotal',
    ),
    notFitting(
      'an order under a key that is a prototype',
      JSON.parse('{"__proto__":{"order":{"id":1,"status":"accepted"}}}'),
      'order',
    ),
  ],
};
