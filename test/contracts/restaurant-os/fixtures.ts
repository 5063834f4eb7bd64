import type { ExpectedEvent, Fixture, Fixtures } from '../fixture.ts';

const orderId = 'k3v9x1m0q7w2e5r8t4y6u1i0';
const ticketId = 'a8s5d2f9g6h3j0k7l4z1x8c5';
const itemId = 'b2n6m9v3c7x1z5l8k4j0h2g6';
const ingredientId = 'q1w4e7r0t3y6u9i2o5p8a1s4';

const good = (
  says: string,
  wire: string,
  name: string,
  payload: unknown,
  expected: Omit<ExpectedEvent, 'kind' | 'name'>,
): Fixture => ({ says, frame: { channel: wire, name, payload }, expect: { kind: 'event', name, ...expected } });

const created = { documentId: orderId, orderNumber: 'A-118', tableNumber: 5, status: 'new' };
const warning = {
  type: 'ticket',
  resourceId: ticketId,
  message: 'The ticket is over its time',
  severity: 'warning',
};
const enveloped = (payload: unknown, parts: object = {}) => ({
  payload,
  event_id: '4f7c1c9e-2a53-4d0a-9a8e-5f6b0d3b7e21',
  timestamp: '2026-02-02T18:04:05.120Z',
  ...parts,
});
const id = '4f7c1c9e-2a53-4d0a-9a8e-5f6b0d3b7e21';

const bad = (
  says: string,
  name: string,
  payload: unknown,
  expected: { readonly because: 'envelope' | 'data' | 'not-json' | 'too-deep'; readonly path?: string },
): Fixture => ({
  says,
  frame: { channel: wireOf[name] ?? 'orders', name, payload },
  expect: { kind: 'invalid', ...expected },
});

const wireOf: Readonly<Record<string, string>> = {
  'ticket.created': 'kitchen',
  'ticket.status_changed': 'kitchen',
  'storage.low_stock': 'inventory',
  'storage.batch_received': 'inventory',
  'table.status_changed': 'tables',
  'timer.sla_warning': 'alerts',
};

export const fixtures: Fixtures = {
  scope: {},
  good: [
    good('an order in its envelope', 'orders', 'order.created', enveloped(created), { channel: 'orders', id }),
    good('the same order on its table', 'table-5', 'order.created', enveloped(created), { channel: 'table', id }),
    good('an event id that is a number', 'orders', 'order.created', enveloped(created, { event_id: 17 }), {
      channel: 'orders',
      id: '17',
    }),
    good('a time without a zone', 'orders', 'order.created', enveloped(created, { timestamp: '2026-02-02 18:04:05' }), {
      channel: 'orders',
      id,
    }),
    good('an order as the bare payload', 'orders', 'order.created', created, { channel: 'orders', id: undefined }),
    good('an order as text, as Pusher sends it', 'orders', 'order.created', JSON.stringify(enveloped(created)), {
      channel: 'orders',
      id,
    }),
    good('a payload that was encoded twice', 'orders', 'order.created', enveloped(JSON.stringify(created)), {
      channel: 'orders',
      id,
    }),
    good(
      'an envelope with neither id nor time',
      'orders',
      'order.created',
      { payload: created },
      { channel: 'orders', id: undefined },
    ),
    good(
      'null for an id and a time',
      'orders',
      'order.created',
      { payload: created, event_id: null, timestamp: null },
      { channel: 'orders', id: undefined },
    ),
    good(
      'an order to take away: no table, null for what is absent',
      'orders',
      'order.created',
      { documentId: orderId, orderNumber: 119, tableNumber: null, status: null },
      { channel: 'orders' },
    ),
    good('an order that says its id alone', 'orders', 'order.created', { documentId: orderId }, { channel: 'orders' }),
    good(
      'an order with fields that nobody announced',
      'orders',
      'order.created',
      { ...created, totalAmount: 412.5, guests: [{ name: 'Guest A' }] },
      { channel: 'orders' },
    ),
    good(
      'an order with keys that would reach a prototype',
      'orders',
      'order.created',
      `{"documentId":"${orderId}","status":"new","__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}`,
      { channel: 'orders' },
    ),
    good(
      'a status that is new to us',
      'orders',
      'order.updated',
      enveloped({ ...created, status: 'waiting_for_delivery', previousStatus: 'ready' }),
      { channel: 'orders', id },
    ),
    good(
      'an order that is ready',
      'table-5',
      'order.updated',
      { documentId: orderId, status: 'ready' },
      { channel: 'table' },
    ),
    good(
      'a cancelled order',
      'orders',
      'order.cancelled',
      enveloped({ documentId: orderId, orderNumber: 'A-118', tableNumber: 5, reason: 'the guests had to leave' }),
      { channel: 'orders', id },
    ),
    good(
      'a dish that is ready',
      'table-5',
      'order.item_status_changed',
      enveloped({
        orderId,
        itemId,
        name: 'Beetroot tartare',
        status: 'ready',
        previousStatus: 'in_progress',
        tableNumber: 5,
      }),
      { channel: 'table', id },
    ),
    good(
      'a dish of an order without a table',
      'orders',
      'order.item_status_changed',
      { orderId, itemId, status: 'in_progress', tableNumber: null },
      { channel: 'orders' },
    ),
    good(
      'a ticket',
      'kitchen',
      'ticket.created',
      enveloped({
        documentId: ticketId,
        ticketNumber: 'T-31',
        orderNumber: 'A-118',
        tableNumber: 5,
        station: 'grill',
        status: 'queued',
        items: [
          { itemId, name: 'Smoked aubergine', quantity: 2, notes: 'no coriander' },
          { name: 'Trout in paper', quantity: null, notes: null },
        ],
        createdAt: '2026-02-02T18:04:05.120Z',
      }),
      { channel: 'kitchen', id },
    ),
    good(
      'the same ticket at its station',
      'station-grill',
      'ticket.created',
      enveloped({ documentId: ticketId, station: 'grill' }),
      { channel: 'station', id },
    ),
    good(
      'a ticket that somebody began',
      'kitchen',
      'ticket.status_changed',
      enveloped({ documentId: ticketId, station: 'grill', status: 'in_progress', previousStatus: 'queued' }),
      { channel: 'kitchen', id },
    ),
    good(
      'low stock as the document shows it: a name alone',
      'inventory',
      'storage.low_stock',
      { ingredientName: 'Double cream' },
      { channel: 'inventory' },
    ),
    good(
      'low stock with all that it may say, among the alerts',
      'alerts',
      'storage.low_stock',
      enveloped({ ingredientName: 'Double cream', ingredientId, currentStock: 1.5, minStock: 2, unit: 'l' }),
      { channel: 'alerts', id },
    ),
    good(
      'a batch',
      'inventory',
      'storage.batch_received',
      enveloped({ ingredientName: 'Double cream', ingredientId, batchId: 'd7f', quantity: 12, unit: 'l' }),
      { channel: 'inventory', id },
    ),
    good(
      'a table that was taken',
      'tables',
      'table.status_changed',
      enveloped({ tableNumber: 5, status: 'occupied', previousStatus: 'free' }),
      { channel: 'tables', id },
    ),
    good(
      'the same on its own channel',
      'table-5',
      'table.status_changed',
      { tableNumber: 5, status: 'occupied' },
      {
        channel: 'table',
      },
    ),
    good('an SLA warning among the alerts', 'alerts', 'timer.sla_warning', warning, { channel: 'alerts' }),
    good('an SLA warning in the kitchen', 'kitchen', 'timer.sla_warning', enveloped(warning), {
      channel: 'kitchen',
      id,
    }),
    good(
      'a warning about something else than a ticket',
      'alerts',
      'timer.sla_warning',
      { type: 'order', resourceId: 118, message: 'The order is over its time', severity: 'critical' },
      { channel: 'alerts' },
    ),
    {
      says: 'an event that nobody announced',
      frame: { channel: 'inventory', name: 'storage.expiring', payload: enveloped({ ingredientName: 'Double cream' }) },
      expect: { kind: 'unknown', because: 'name' },
    },
    {
      says: 'a channel that nobody announced',
      frame: { channel: 'bar', name: 'order.created', payload: created },
      expect: { kind: 'unknown', because: 'channel' },
    },
    {
      says: 'a ticket where tables are',
      frame: { channel: 'tables', name: 'ticket.created', payload: { documentId: ticketId } },
      expect: { kind: 'unknown', because: 'channel' },
    },
    {
      says: 'a subscription that succeeded',
      frame: { channel: 'orders', name: 'pusher_internal:subscription_succeeded', payload: '{}' },
      expect: { kind: 'control' },
    },
    {
      says: 'what a client says to clients',
      frame: { channel: 'orders', name: 'client-order.created', payload: created },
      expect: { kind: 'control' },
    },
  ],
  bad: [
    bad('an order without its document id', 'order.created', enveloped({ orderNumber: 'A-118', tableNumber: 5 }), {
      because: 'data',
      path: 'documentId',
    }),
    bad(
      'an empty document id',
      'order.created',
      { ...created, documentId: '' },
      { because: 'data', path: 'documentId' },
    ),
    bad('a table number that is a list', 'order.created', enveloped({ ...created, tableNumber: [5] }), {
      because: 'data',
      path: 'tableNumber',
    }),
    bad(
      'an update that does not say the status',
      'order.updated',
      { documentId: orderId },
      {
        because: 'data',
        path: 'status',
      },
    ),
    bad(
      'a cancelled order that is nobody',
      'order.cancelled',
      { reason: 'the guests had to leave' },
      {
        because: 'data',
        path: 'documentId',
      },
    ),
    bad(
      'a dish of no order',
      'order.item_status_changed',
      { itemId, status: 'ready' },
      {
        because: 'data',
        path: 'orderId',
      },
    ),
    bad(
      'a quantity that is text, deep inside',
      'ticket.created',
      enveloped({
        documentId: ticketId,
        items: [
          { name: 'Smoked aubergine', quantity: 2 },
          { name: 'Trout in paper', quantity: '2' },
        ],
      }),
      { because: 'data', path: 'items[1].quantity' },
    ),
    bad(
      'items that are no list',
      'ticket.created',
      { documentId: ticketId, items: { name: 'Trout in paper' } },
      {
        because: 'data',
        path: 'items',
      },
    ),
    bad(
      'a ticket whose status is a number',
      'ticket.status_changed',
      { documentId: ticketId, status: 2 },
      {
        because: 'data',
        path: 'status',
      },
    ),
    bad('low stock of nothing', 'storage.low_stock', enveloped({ ingredientId }), {
      because: 'data',
      path: 'ingredientName',
    }),
    bad('a batch of nothing', 'storage.batch_received', { quantity: 12 }, { because: 'data', path: 'ingredientName' }),
    bad(
      'a table without its number',
      'table.status_changed',
      { status: 'free' },
      {
        because: 'data',
        path: 'tableNumber',
      },
    ),
    bad(
      'a warning about nothing',
      'timer.sla_warning',
      { ...warning, resourceId: undefined },
      {
        because: 'data',
        path: 'resourceId',
      },
    ),
    bad(
      'an event id that is a list',
      'order.created',
      { payload: created, event_id: [17] },
      {
        because: 'envelope',
        path: 'event_id',
      },
    ),
    bad('a payload that is missing', 'order.created', { payload: null, event_id: id }, { because: 'data', path: '' }),
    bad('no data at all, as Pusher sends an empty event', 'order.created', '', { because: 'data', path: '' }),
    bad('half a text', 'order.created', '{"payload":{"documentId":"k3v9', { because: 'not-json' }),
    bad('a text that nests too deeply', 'order.created', `${'['.repeat(3000)}${']'.repeat(3000)}`, {
      because: 'too-deep',
    }),
    bad('a prototype where the order should be', 'order.created', '{"__proto__":{"documentId":"k3v9x1m0"}}', {
      because: 'data',
      path: 'documentId',
    }),
  ],
};
