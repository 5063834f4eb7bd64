import { splitEvenly, type Schema } from 'heard';
import {
  brasserie,
  drainSentence,
  erpDishReady,
  menuFreshForMs,
  suggestWine,
  syncLatencyMs,
  syncState,
  tokenRoles,
  userRoom,
} from 'heard/contracts/brasserie';
import type { Catalogue } from '../catalogue.ts';

const mutation = (name: string) => brasserie.mutations.get(name);
const mayBeSentBy = (name: string) =>
  [...brasserie.roles]
    .filter(([, role]) => role.mutations?.includes(name))
    .map(([role]) => role)
    .join(' ');
const heardBy = (name: string) =>
  [...brasserie.roles]
    .filter(([, role]) => role.events?.includes(name) ?? true)
    .map(([role]) => role)
    .join(' ');
const fits = (schema: Schema | 'empty' | undefined, value: unknown) => {
  if (schema === undefined || schema === 'empty') return false;
  const result = schema['~standard'].validate(value);
  return !(result instanceof Promise) && result.issues === undefined;
};
const laneOf = (input: object) =>
  mutation('order.submit')?.lane(input, { mutationId: 'a-mutation', createdAt: 0, scope: {} });
const answers = (name: string, body: unknown) => fits(mutation(name)?.answer, body);

const order = {
  id: 456,
  table_id: 5,
  server_user_id: 1,
  status: 'sent',
  updated_at: '2026-02-02T14:23:00Z',
  items: [{ id: 1, name: 'Magret canard', qty: 1, status: 'ready' }],
};

export const catalogue: Catalogue = {
  contract: 'brasserie',
  envelope: ['event_id'],
  channels: ['/'],
  events: [
    { name: 'dish_ready', on: ['/'], fields: ['table', 'dish', 'timestamp', 'order_id'], source: 'document' },
    {
      name: 'order_updated',
      on: ['/'],
      fields: [
        'id',
        'updated_at',
        'table_id',
        'status',
        'total_amount',
        'erp_id',
        'paid_at',
        'acknowledged_at',
        'server_user_id',
        'uuid',
        'covers',
        'items[].id',
        'items[].name',
        'items[].dish_id',
        'items[].wine_id',
        'items[].qty',
        'items[].price',
        'items[].status',
        'items[].ready_at',
        'payments[].cover_number',
        'payments[].status',
      ],
      source: 'settled',
    },
    { name: 'table_updated', on: ['/'], fields: ['id', 'updated_at', 'status'], source: 'settled' },
    {
      name: 'bill_updated',
      on: ['/'],
      fields: [
        'id',
        'updated_at',
        'total',
        'covers',
        'items',
        'payments[].payment_id',
        'payments[].cover_number',
        'payments[].amount',
        'payments[].method',
        'payments[].status',
        'payments[].approval_code',
        'payments[].paid_at',
      ],
      source: 'settled',
    },
  ],
  endpoints: [
    { method: 'GET', path: '/api/menu', source: 'document' },
    {
      method: 'POST',
      path: '/api/orders',
      sends: ['table_id', 'items[].dish_id', 'items[].wine_id', 'items[].qty'],
      answers: ['order_id', 'status'],
      statuses: [201],
      source: 'document',
    },
    {
      method: 'GET',
      path: '/api/orders/{}/bill',
      answers: ['total', 'covers', 'items'],
      statuses: [200],
      source: 'document',
    },
    {
      method: 'POST',
      path: '/api/payments/split',
      sends: ['order_id', 'cover_number', 'amount', 'method'],
      answers: ['payment_id', 'remaining', 'status'],
      statuses: [201, 402, 409],
      source: 'document',
    },
    {
      method: 'POST',
      path: '/api/orders/sync',
      sends: ['uuid', 'table_id', 'items[].dish_id', 'items[].wine_id', 'items[].qty', 'offline_timestamp'],
      answers: ['order_id', 'server_timestamp'],
      statuses: [201, 409],
      source: 'document',
    },
    {
      method: 'POST',
      path: '/api/nf525/close',
      sends: ['date'],
      answers: ['audit_log_id', 'ticket', 'hash', 'signature'],
      statuses: [200],
      source: 'document',
    },
    {
      method: 'POST',
      path: '/api/webhooks/erp/dish-ready',
      sends: ['erp_order_id', 'dish_name', 'table_id'],
      answers: ['status'],
      statuses: [200],
      source: 'document',
      by: 'emitter',
    },
    { method: 'GET', path: '/api/orders', sends: ['updated_since'], source: 'settled' },
    { method: 'GET', path: '/api/tables', sends: ['updated_since'], source: 'settled' },
  ],
  emits: [{ name: 'dish_acknowledged', fields: ['order_id'] }],
  rules: [
    {
      says: 'a socket is opened with a token, and the server joins it to the room of its user',
      holds: () => brasserie.connection.auth.kind === 'handshake' && userRoom(1) === 'user:1',
    },
    { says: 'the backend speaks Socket.IO', holds: () => brasserie.connection.transports.join() === 'socket-io' },
    { says: 'a ready dish is announced to its waiter alone', holds: () => heardBy('dish_ready') === 'waiter' },
    {
      says: 'a dish is announced to nobody whose table it is not, also when it is found by reading the orders',
      holds: () => {
        const derive = (userId: number) =>
          JSON.stringify(brasserie.resources.get('orders')?.rowToEvent?.(undefined, order, { userId }));
        return derive(1).includes('dish_ready') && !derive(2).includes('dish_ready');
      },
    },
    {
      says: 'the server answers the acknowledgement of a dish',
      holds: () => {
        const carrier = mutation('dish.acknowledge')?.carrier;
        return carrier?.kind === 'socket' && carrier.confirmBy.acknowledgement === 'always';
      },
    },
    {
      says: 'orders are for role serveur',
      holds: () =>
        mayBeSentBy('order.create') === 'waiter' && mutation('order.create')?.abilities?.join() === 'serveur',
    },
    { says: 'orders taken offline are for the same role', holds: () => mayBeSentBy('order.submit') === 'waiter' },
    {
      says: 'payments are for role caissier',
      holds: () =>
        mayBeSentBy('payment.split') === 'cashier' && mutation('payment.split')?.abilities?.join() === 'caissier',
    },
    {
      says: 'the daily close is for roles caissier and admin',
      holds: () =>
        mayBeSentBy('close.day') === 'cashier admin' && mutation('close.day')?.abilities?.join() === 'caissier,admin',
    },
    {
      says: 'the token calls a waiter serveur, a cashier caissier',
      holds: () => tokenRoles.waiter === 'serveur' && tokenRoles.cashier === 'caissier',
    },
    {
      says: 'an order is sent, or waits for the kitchen’s system',
      holds: () => ['sent', 'pending_erp'].every((status) => answers('order.create', { order_id: 456, status })),
    },
    {
      says: 'a share leaves 3/4, the last one completes the order',
      holds: () =>
        answers('payment.split', { payment_id: 1234, remaining: '3/4' }) &&
        answers('payment.split', { status: 'order_complete' }) &&
        !answers('payment.split', { status: 'perhaps' }),
    },
    { says: '102 € for 4 covers is 25.50 € each', holds: () => splitEvenly(102, 4).join() === '25.5,25.5,25.5,25.5' },
    {
      says: 'a cover is paid once: 409 to a second payment',
      holds: () => mutation('payment.split')?.answers[409] === 'repeat',
    },
    { says: 'a declined card is 402', holds: () => mutation('payment.split')?.answers[402] !== undefined },
    { says: 'payments go before everything else', holds: () => mutation('payment.split')?.priority === 'payment' },
    {
      says: 'offline, the pauses are 30 s, 60 s, 120 s',
      holds: () => mutation('order.submit')?.retryDelaysMs?.join() === '30000,60000,120000',
    },
    {
      says: 'orders go out in the order of their creation',
      holds: () => laneOf({ table_id: 8 }) === laneOf({ table_id: 9 }),
    },
    { says: 'an occupied table is a conflict', holds: () => mutation('order.submit')?.answers[409] === 'conflict' },
    {
      says: 'the waiter is told of the conflict on table 8',
      holds: () =>
        mutation('order.submit')?.explain?.({ table_id: 8 }, { status: 409, body: {} })?.message.includes('Table 8') ===
        true,
    },
    {
      says: 'orders on the device are pending_sync, synced or sync_failed',
      holds: () =>
        [syncState('pending'), syncState('acked'), syncState('parked')].join() === 'pending_sync,synced,sync_failed',
    },
    {
      says: 'latency is server time minus offline time',
      holds: () =>
        syncLatencyMs('2026-02-02T12:00:00.000Z', { order_id: 999, server_timestamp: '2026-02-02T12:00:02.300Z' }) ===
        2300,
    },
    { says: 'at the end: 3/3 sent', holds: () => drainSentence({ sent: 3, parked: 0, remaining: 0 }) === '3/3 sent' },
    {
      says: 'a menu is current for 5 minutes',
      holds: () => menuFreshForMs === 300_000 && brasserie.resources.get('menu')?.freshForMs === 300_000,
    },
    { says: 'the menu is kept on the device', holds: () => brasserie.collections.get('menu')?.resource === 'menu' },
    {
      says: 'a wine is suggested with a main course',
      holds: () => {
        const wine = { id: 34, name: 'Cahors 2018' };
        const magret = { id: 12, name: 'Magret de canard', category: 'plat principal', wine_pairing_id: 34, wine };
        return suggestWine(magret, [])?.id === 34 && suggestWine({ ...magret, category: 'dessert' }, []) === undefined;
      },
    },
    {
      says: 'the kitchen’s system is answered "notified"',
      holds: () => fits(erpDishReady.answer, { status: 'notified' }) && !fits(erpDishReady.answer, { status: 'lost' }),
    },
    {
      says: 'there are no positions',
      holds: () => brasserie.channels.get('service')?.position === 'none' && brasserie.replay === undefined,
    },
  ],
};
