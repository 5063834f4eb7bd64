import {
  CHANNELS,
  chooseConnection,
  destinations,
  freePlan,
  isPusherEnabled,
  PUSHER_EVENTS,
  pusherCredentials,
  restaurantOs,
} from 'heard/contracts/restaurant-os';
import type { Catalogue } from '../catalogue.ts';

const orders = 'orders';
const kitchen = 'kitchen';
const inventory = 'inventory';
const tables = 'tables';
const alerts = 'alerts';
const table = 'table-{number}';
const station = 'station-{type}';

const heard = (role: string) => [...(restaurantOs.roles.get(role)?.channels ?? [])].toSorted().join(' ');
const list = {
  method: 'GET',
  sends: ['filters[updatedAt][$gte]', 'sort[0]', 'pagination[page]', 'pagination[pageSize]'],
  source: 'settled',
} as const;
const listAnswer = [
  'data',
  'meta.pagination.page',
  'meta.pagination.pageSize',
  'meta.pagination.pageCount',
  'meta.pagination.total',
] as const;

export const catalogue: Catalogue = {
  contract: 'restaurant-os',
  envelope: ['payload', 'event_id', 'timestamp'],
  channels: [orders, kitchen, inventory, tables, alerts, table, station],
  events: [
    {
      name: 'order.created',
      on: [orders, table],
      fields: ['documentId', 'orderNumber', 'tableNumber', 'status'],
      source: 'document',
    },
    {
      name: 'order.updated',
      on: [orders, table],
      fields: ['documentId', 'orderNumber', 'tableNumber', 'status'],
      source: 'settled',
    },
    {
      name: 'order.cancelled',
      on: [orders, table],
      fields: ['documentId', 'orderNumber', 'tableNumber'],
      source: 'settled',
    },
    {
      name: 'order.item_status_changed',
      on: [orders, table],
      fields: ['orderId', 'itemId', 'status', 'tableNumber'],
      source: 'settled',
    },
    {
      name: 'ticket.created',
      on: [kitchen, station],
      fields: ['documentId', 'station', 'status', 'items[].name', 'items[].quantity'],
      source: 'settled',
    },
    {
      name: 'ticket.status_changed',
      on: [kitchen, station],
      fields: ['documentId', 'station', 'status'],
      source: 'settled',
    },
    {
      name: 'storage.low_stock',
      on: [inventory, alerts],
      // The document shows the name; the hook that it shows filters by an id.
      fields: ['ingredientName', 'ingredientId'],
      source: 'document',
    },
    {
      name: 'storage.batch_received',
      on: [inventory],
      fields: ['ingredientName', 'ingredientId', 'quantity'],
      source: 'settled',
    },
    { name: 'table.status_changed', on: [tables, table], fields: ['tableNumber', 'status'], source: 'settled' },
    {
      name: 'timer.sla_warning',
      on: [alerts, kitchen],
      fields: ['type', 'resourceId', 'message', 'severity'],
      source: 'document',
    },
  ],
  endpoints: [
    { ...list, path: '/api/orders', answers: [...listAnswer, 'data[].documentId', 'data[].table.number'] },
    { ...list, path: '/api/kitchen-tickets', answers: [...listAnswer, 'data[].documentId', 'data[].station'] },
    { ...list, path: '/api/tables', answers: [...listAnswer, 'data[].number'] },
    { ...list, path: '/api/ingredients', answers: [...listAnswer, 'data[].documentId', 'data[].name'] },
  ],
  emits: [],
  rules: [
    {
      says: 'Pusher in production, a plain WebSocket in development',
      holds: () => restaurantOs.connection.transports.join() === 'pusher,websocket',
    },
    {
      says: 'channels are public: nobody authorises a subscription',
      holds: () =>
        restaurantOs.connection.auth.kind === 'none' &&
        [...restaurantOs.channels.values()].every(({ wire }) => !/^(?:private|presence)-/.test(wire)),
    },
    {
      says: 'no event has a position',
      holds: () => [...restaurantOs.channels.values()].every(({ position }) => position === 'none'),
    },
    {
      says: 'no event has an identity but its event_id',
      holds: () => [...restaurantOs.events.values()].every(({ identity }) => identity === undefined),
    },
    { says: 'a message is at most 10 KB', holds: () => restaurantOs.connection.limits?.eventBytes === 10_240 },
    {
      says: 'the free plan: 200,000 messages a day, 100 connections',
      holds: () => freePlan.messagesPerDay === 200_000 && freePlan.connections === 100,
    },
    {
      says: 'the backend needs PUSHER_APP_ID, PUSHER_KEY, PUSHER_SECRET, PUSHER_CLUSTER',
      holds: () =>
        pusherCredentials({ PUSHER_APP_ID: '1', PUSHER_KEY: 'k', PUSHER_SECRET: 's', PUSHER_CLUSTER: 'eu' })?.secret ===
          's' && pusherCredentials({}) === undefined,
    },
    {
      says: 'the frontend needs NEXT_PUBLIC_PUSHER_KEY and NEXT_PUBLIC_PUSHER_CLUSTER',
      holds: () => isPusherEnabled({ NEXT_PUBLIC_PUSHER_KEY: 'k', NEXT_PUBLIC_PUSHER_CLUSTER: 'eu' }),
    },
    {
      says: 'without Pusher, NEXT_PUBLIC_WS_URL, which is ws://localhost:3001/ws',
      holds: () => {
        const choice = chooseConnection({});
        return choice.kind === 'websocket' && choice.url === 'ws://localhost:3001/ws';
      },
    },
    {
      says: 'CHANNELS names every channel that is not dynamic',
      holds: () => Object.values(CHANNELS).join() === 'orders,kitchen,inventory,tables,alerts',
    },
    {
      says: 'PUSHER_EVENTS.TIMER_SLA_WARNING is timer.sla_warning',
      holds: () => PUSHER_EVENTS.TIMER_SLA_WARNING === 'timer.sla_warning',
    },
    {
      says: 'an SLA warning goes to alerts and kitchen',
      holds: () =>
        destinations('timer.sla_warning', { type: 'ticket', resourceId: 't', message: 'm' })
          .map(({ channel }) => channel)
          .join() === 'alerts,kitchen',
    },
    { says: 'nothing is sent by clients', holds: () => restaurantOs.mutations.size + restaurantOs.messages.size === 0 },
    { says: 'the floor hears orders, tables, any table', holds: () => heard('floor') === 'orders table tables' },
    {
      says: 'the kitchen hears kitchen, alerts, any station',
      holds: () => heard('kitchen') === 'alerts kitchen station',
    },
    { says: 'the stock hears inventory, alerts', holds: () => heard('stock') === 'alerts inventory' },
    {
      says: 'the manager hears all',
      holds: () => heard('manager') === [...restaurantOs.channels.keys()].toSorted().join(' '),
    },
  ],
};
