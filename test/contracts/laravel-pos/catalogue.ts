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
const heard = (role: string) => [...(laravelPos.roles.get(role)?.channels ?? [])].sort().join(' ');

export const catalogue: Catalogue = {
  contract: 'laravel-pos',
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
    { name: 'PrintJobCompleted', on: [printing], fields: ['print_job_id', 'printer_id', 'at'], source: 'settled' },
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
    { method: 'GET', path: '/v1/orders', sends: ['updated_since'], source: 'document' },
    { method: 'GET', path: '/v1/events/since', sends: ['channel', 'seq'], source: 'document' },
    { method: 'POST', path: '/v1/kds/tickets/{}/bump', sends: ['to'], source: 'document' },
    { method: 'POST', path: '/v1/kds/tickets/{}/undo', sends: ['to'], source: 'document' },
    { method: 'POST', path: '/devices/{}/heartbeat', statuses: [204], source: 'document' },
    { method: 'GET', path: '/v1/kds/tickets', sends: ['updated_since', 'cursor'], source: 'settled' },
    { method: 'GET', path: '/v1/print-jobs', sends: ['updated_since', 'cursor'], source: 'settled' },
    { method: 'GET', path: '/v1/devices', sends: ['updated_since', 'cursor'], source: 'settled' },
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
    { says: 'orders needs order.read', holds: () => abilities('orders').join() === 'order.read' },
    { says: 'kds needs kds.read', holds: () => abilities('kds').join() === 'kds.read' },
    {
      says: 'printing needs printer.read or ticket.create',
      holds: () => abilities('printing').join() === 'printer.read,ticket.create',
    },
    { says: 'devices needs devices.read', holds: () => abilities('devices').join() === 'devices.read' },
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
