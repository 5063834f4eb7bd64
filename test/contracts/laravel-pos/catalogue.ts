import { laravelPos, legalBumps, legalUndos } from 'heard/contracts/laravel-pos';
import type { Catalogue } from '../catalogue.ts';

const orders = 'private-store.{sku}.orders';
const kds = 'private-store.{sku}.kds';
const station = 'private-store.{sku}.kds.station.{station}';
const printing = 'private-store.{sku}.printing';
const devices = 'private-store.{sku}.devices';
const notifications = 'private-device.{deviceId}.notifications';
const presence = 'presence-store.{sku}.kds.presence';

const abilities = (channel: string) => laravelPos.channels.get(channel)?.abilities ?? [];
const sends = (role: string) => [...(laravelPos.roles.get(role)?.mutations ?? [])].sort().join(' ');
const heard = (role: string) => [...(laravelPos.roles.get(role)?.channels ?? [])].sort().join(' ');

/** What every list says around its rows. Settled, except for the rows themselves. */
const snapshot = {
  answers: ['data', 'deleted[].id', 'deleted[].deleted_at', 'next_cursor', 'as_of', 'as_of_seq', 'epoch', 'complete'],
  example: {
    200: {
      data: [{ id: 1 }],
      deleted: [{ id: 2, deleted_at: '2026-02-14T19:00:00Z' }],
      next_cursor: 'p2',
      as_of: '2026-02-14T19:04:10Z',
      as_of_seq: 40,
      epoch: 'e-7',
      complete: true,
    },
  },
};

export const catalogue: Catalogue = {
  contract: 'laravel-pos',
  envelope: [
    'v',
    'event',
    'event_id',
    'seq',
    'occurred_at',
    'store.id',
    'store.sku',
    'sender.device_id',
    'sender.device_type',
    'subject.type',
    'subject.id',
    'correlation_id',
    'data',
    'meta.replay',
    // Settled.
    'meta.epoch',
    'meta.prev_seq',
    'meta.head_seq',
  ],
  channels: [orders, kds, printing, devices, notifications, presence, station],
  events: [
    {
      name: 'OrderCreated',
      on: [orders],
      fields: [
        'order.id',
        'order.channel',
        'order.status',
        'order.totals_cents.subtotal',
        'order.totals_cents.tax',
        'order.totals_cents.total',
        'order.number',
        'order.created_at',
      ],
      source: 'document',
    },
    {
      name: 'OrderUpdated',
      on: [orders],
      fields: ['order.id', 'order.status', 'order.totals_cents'],
      source: 'settled',
    },
    { name: 'OrderStatusChanged', on: [orders], fields: ['order_id', 'from', 'to', 'at'], source: 'document' },
    {
      name: 'KdsTicketCreated',
      on: [kds, station],
      fields: [
        'ticket.id',
        'ticket.order_id',
        'ticket.items[].id',
        'ticket.items[].name',
        'ticket.items[].qty',
        'ticket.items[].modifiers',
        'ticket.status',
        'ticket.notes',
        'ticket.created_at',
        'ticket.category_ids',
      ],
      source: 'document',
    },
    { name: 'KdsTicketUpdated', on: [kds, station], fields: ['ticket_id', 'status', 'at'], source: 'document' },
    {
      name: 'PrintJobQueued',
      on: [printing],
      fields: ['print_job.id', 'print_job.type', 'print_job.target_printer_id', 'print_job.order_id'],
      source: 'document',
    },
    {
      name: 'PrintJobCompleted',
      on: [printing],
      fields: ['print_job_id', 'printer_id', 'attempts', 'at'],
      source: 'settled',
    },
    {
      name: 'PrintJobFailed',
      on: [printing],
      fields: ['print_job_id', 'printer_id', 'error.code', 'error.message', 'attempts', 'at'],
      source: 'settled',
    },
    {
      name: 'DeviceStatusChanged',
      on: [devices],
      fields: ['device.id', 'device.type', 'device.status', 'reason', 'at'],
      source: 'document',
    },
    {
      name: 'DeviceNotification',
      on: [notifications],
      fields: ['title', 'message', 'level', 'action.type', 'action.target'],
      source: 'document',
    },
    {
      name: 'MediaUpdated',
      on: [notifications],
      fields: ['media.id', 'media.type', 'media.url', 'media.version'],
      source: 'settled',
    },
  ],
  endpoints: [
    {
      method: 'POST',
      path: '/broadcasting/auth',
      sends: ['channel_name', 'socket_id'],
      source: 'document',
      by: 'connection',
    },
    { method: 'GET', path: '/v1/orders/{}', source: 'document' },
    { method: 'GET', path: '/v1/orders', sends: ['updated_since'], ...snapshot, source: 'document' },
    {
      method: 'GET',
      path: '/v1/events/since',
      sends: ['channel', 'seq'],
      answers: ['epoch', 'head_seq', 'floor_seq', 'events', 'next_seq', 'has_more'],
      example: {
        200: { epoch: 'e-7', head_seq: 40, floor_seq: 3, events: [{ v: 1 }], next_seq: 21, has_more: true },
        410: { epoch: 'e-7', head_seq: 40, floor_seq: 30 },
      },
      statuses: [200, 410],
      source: 'document',
    },
    { method: 'POST', path: '/v1/kds/tickets/{}/bump', sends: ['to'], source: 'document' },
    { method: 'POST', path: '/v1/kds/tickets/{}/undo', sends: ['to'], source: 'document' },
    { method: 'POST', path: '/devices/{}/heartbeat', statuses: [204], source: 'document' },
    {
      method: 'GET',
      path: '/v1/kds/tickets',
      sends: ['updated_since', 'cursor', 'station'],
      ...snapshot,
      source: 'settled',
    },
    { method: 'GET', path: '/v1/print-jobs', sends: ['updated_since', 'cursor'], ...snapshot, source: 'settled' },
    { method: 'GET', path: '/v1/devices', sends: ['updated_since', 'cursor'], ...snapshot, source: 'settled' },
    {
      method: 'POST',
      path: '/v1/orders',
      sends: ['client_order_id', 'channel', 'items[].item_id', 'items[].qty', 'items[].modifiers', 'notes'],
      source: 'settled',
    },
    { method: 'POST', path: '/v1/orders/{}/status', sends: ['to'], source: 'settled' },
    { method: 'POST', path: '/v1/print-jobs/{}/retry', source: 'settled' },
    { method: 'POST', path: '/v1/print-jobs/{}/claim', source: 'settled' },
    { method: 'POST', path: '/v1/print-jobs/{}/complete', source: 'settled' },
    { method: 'POST', path: '/v1/print-jobs/{}/fail', source: 'settled' },
  ],
  emits: [],
  rules: [
    {
      says: 'POS hears orders, printing, notifications',
      holds: () => heard('pos') === 'notifications orders printing',
    },
    { says: 'Kiosk hears orders, notifications', holds: () => heard('kiosk') === 'notifications orders' },
    {
      says: 'KDS hears kds (or its station), notifications',
      holds: () => heard('kds') === 'kds notifications presence station',
    },
    {
      says: 'PrinterGateway hears printing, notifications',
      holds: () => heard('printer-gateway') === 'notifications printing',
    },
    {
      says: 'Back Office hears devices, and orders and kds to read',
      holds: () =>
        heard('back-office') === 'devices kds orders presence' &&
        !laravelPos.roles.get('back-office')?.mutations?.length,
    },
    {
      says: 'POS sends order.* and print.retry',
      holds: () => sends('pos') === 'device.heartbeat order.create order.setStatus print.retry',
    },
    { says: 'Kiosk sends order.create', holds: () => sends('kiosk') === 'device.heartbeat order.create' },
    { says: 'KDS sends kds.*', holds: () => sends('kds') === 'device.heartbeat kds.bump kds.undo' },
    {
      says: 'PrinterGateway sends print.claim, print.complete, print.fail',
      holds: () => sends('printer-gateway') === 'device.heartbeat print.claim print.complete print.fail',
    },
    { says: 'Back Office sends nothing', holds: () => sends('back-office') === '' },
    { says: 'orders needs order.read', holds: () => abilities('orders').join() === 'order.read' },
    { says: 'kds needs kds.read', holds: () => abilities('kds').join() === 'kds.read' },
    {
      says: 'printing needs printer.read or ticket.create',
      holds: () => abilities('printing').join() === 'printer.read,ticket.create',
    },
    { says: 'devices needs devices.read', holds: () => abilities('devices').join() === 'devices.read' },
    {
      says: 'presence and stations need kds.read',
      holds: () => [abilities('presence'), abilities('station')].every((needed) => needed.join() === 'kds.read'),
    },
    { says: 'notifications needs device.sync', holds: () => abilities('notifications').join() === 'device.sync' },
    {
      says: 'actions on orders need order.status.set, on the kitchen kds.update',
      holds: () =>
        laravelPos.mutations.get('order.setStatus')?.abilities?.[0] === 'order.status.set' &&
        laravelPos.mutations.get('kds.bump')?.abilities?.[0] === 'kds.update' &&
        laravelPos.mutations.get('kds.undo')?.abilities?.[0] === 'kds.update',
    },
    { says: 'one live socket per device', holds: () => laravelPos.connection.limits?.connectionsPerDevice === 1 },
    {
      says: '30 messages in 10 s per device',
      holds: () => {
        const messages = laravelPos.connection.limits?.messages;
        return messages?.count === 30 && messages.perMs === 10_000;
      },
    },
    { says: 'more than 30 s of silence is checked', holds: () => laravelPos.connection.limits?.silenceMs === 30_000 },
    {
      says: 'seq grows per channel and store, and a client can replay from it',
      holds: () =>
        ['orders', 'kds', 'printing', 'devices'].every((name) => laravelPos.channels.get(name)?.position === 'dense') &&
        laravelPos.replay?.path === '/v1/events/since',
    },
    {
      says: 'in_preparation → ready → served or delivered',
      holds: () =>
        legalBumps('in_preparation').join() === 'ready' &&
        legalBumps('ready').join() === 'served,delivered' &&
        legalBumps('served').length === 0,
    },
    {
      says: 'undo: ready → in_preparation',
      holds: () => legalUndos('ready').join() === 'in_preparation' && legalUndos('in_preparation').length === 0,
    },
    {
      says: 'printing goes before the screen',
      holds: () => laravelPos.events.get('PrintJobQueued')?.priority === 'critical',
    },
  ],
};
