import type { Contract } from '../../contract/contract.ts';
import { defineContract } from '../../contract/define-contract.ts';
import { laravelEnvelope } from '../../contract/dialects/laravel-envelope.ts';
import * as catchUp from './catch-up.ts';
import * as channels from './channels.ts';
import * as collections from './collections.ts';
import * as events from './events.ts';
import * as mutations from './mutations.ts';
import * as queries from './queries.ts';
import { scope } from './schemas.ts';
import type { LaravelPos } from './spec.ts';

/**
 * The backend whose events travel as Laravel broadcasts over a Pusher-protocol server. Its document is the reference:
 * positions on every channel, replay since V1.1, mutations over REST.
 */
export const laravelPos: Contract<LaravelPos> = defineContract({
  name: 'laravel-pos',
  scope,
  dialect: laravelEnvelope,
  connection: {
    transports: ['pusher'],
    auth: { kind: 'channel', endpoint: '/broadcasting/auth' },
    limits: { connectionsPerDevice: 1, messages: { count: 30, perMs: 10_000 }, silenceMs: 30_000 },
  },
  tenant: ({ sku }) => sku,
  events: {
    OrderCreated: events.orderCreated,
    OrderUpdated: events.orderUpdated,
    OrderStatusChanged: events.orderStatusChanged,
    KdsTicketCreated: events.kdsTicketCreated,
    KdsTicketUpdated: events.kdsTicketUpdated,
    PrintJobQueued: events.printJobQueued,
    PrintJobCompleted: events.printJobCompleted,
    PrintJobFailed: events.printJobFailed,
    DeviceStatusChanged: events.deviceStatusChanged,
    DeviceNotification: events.deviceNotification,
    MediaUpdated: events.mediaUpdated,
  },
  channels: {
    orders: channels.orders,
    kds: channels.kds,
    printing: channels.printing,
    devices: channels.devices,
    notifications: channels.notifications,
    presence: channels.presence,
    station: channels.station,
  },
  mutations: {
    'order.create': mutations.orderCreate,
    'order.setStatus': mutations.orderSetStatus,
    'kds.bump': mutations.kdsBump,
    'kds.undo': mutations.kdsUndo,
    'print.retry': mutations.printRetry,
    'print.claim': mutations.printClaim,
    'print.complete': mutations.printComplete,
    'print.fail': mutations.printFail,
    'device.heartbeat': mutations.deviceHeartbeat,
  },
  queries: {
    order: queries.order,
    orders: queries.orders,
    tickets: queries.tickets,
    printJobs: queries.printJobs,
    devices: queries.devices,
  },
  resources: {
    orders: catchUp.orders,
    tickets: catchUp.tickets,
    printJobs: catchUp.printJobs,
    devices: catchUp.devices,
  },
  collections: {
    orders: collections.orders,
    tickets: collections.tickets,
    printJobs: collections.printJobs,
    devices: collections.devices,
    notifications: collections.notifications,
  },
  replay: catchUp.replay,
  roles: {
    pos: {
      channels: ['orders', 'printing', 'notifications'],
      mutations: ['order.create', 'order.setStatus', 'print.retry', 'device.heartbeat'],
    },
    kiosk: { channels: ['orders', 'notifications'], mutations: ['order.create', 'device.heartbeat'] },
    kds: {
      channels: ['kds', 'station', 'notifications', 'presence'],
      // A screen of one station hears that station's tickets instead of all.
      joins: ({ station }) => [station == null ? 'kds' : 'station', 'notifications'],
      mutations: ['kds.bump', 'kds.undo', 'device.heartbeat'],
    },
    'printer-gateway': {
      channels: ['printing', 'notifications'],
      mutations: ['print.claim', 'print.complete', 'print.fail', 'device.heartbeat'],
    },
    'back-office': { channels: ['devices', 'orders', 'kds', 'presence'] },
  },
});
