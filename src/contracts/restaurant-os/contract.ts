import type { Contract } from '../../contract/contract.ts';
import { defineContract } from '../../contract/define-contract.ts';
import { payloadEnvelope } from '../../contract/dialects/payload-envelope.ts';
import * as catchUp from './catch-up.ts';
import * as channels from './channels.ts';
import * as collections from './collections.ts';
import * as events from './events.ts';
import { freePlan } from './free-plan.ts';
import * as queries from './queries.ts';
import { scope } from './schemas.ts';
import type { RestaurantOs } from './spec.ts';

/**
 * A Strapi backend that broadcasts on Pusher's public channels, or over a plain WebSocket where Pusher is not configured.
 * No positions, ids only where the envelope has one, and nothing to send: what was missed is read from Strapi's lists.
 */
export const restaurantOs: Contract<RestaurantOs> = defineContract({
  name: 'restaurant-os',
  scope,
  dialect: payloadEnvelope,
  connection: {
    transports: ['pusher', 'websocket'],
    auth: { kind: 'none' },
    limits: { eventBytes: freePlan.eventBytes },
  },
  events: {
    'order.created': events.orderCreated,
    'order.updated': events.orderUpdated,
    'order.cancelled': events.orderCancelled,
    'order.item_status_changed': events.orderItemStatusChanged,
    'ticket.created': events.ticketCreated,
    'ticket.status_changed': events.ticketStatusChanged,
    'storage.low_stock': events.lowStock,
    'storage.batch_received': events.batchReceived,
    'table.status_changed': events.tableStatusChanged,
    'timer.sla_warning': events.slaWarning,
  },
  channels: {
    orders: channels.orders,
    kitchen: channels.kitchen,
    inventory: channels.inventory,
    tables: channels.tables,
    alerts: channels.alerts,
    table: channels.table,
    station: channels.station,
  },
  queries: {
    orders: queries.orders,
    tickets: queries.tickets,
    tables: queries.tables,
    ingredients: queries.ingredients,
  },
  resources: {
    orders: catchUp.orders,
    tickets: catchUp.tickets,
    tables: catchUp.tables,
    ingredients: catchUp.ingredients,
  },
  collections: {
    orders: collections.orders,
    tickets: collections.tickets,
    tables: collections.tables,
    ingredients: collections.ingredients,
  },
  roles: {
    floor: { channels: ['orders', 'tables', 'table'] },
    kitchen: { channels: ['kitchen', 'alerts', 'station'] },
    stock: { channels: ['inventory', 'alerts'] },
    manager: { channels: ['orders', 'kitchen', 'inventory', 'tables', 'alerts', 'table', 'station'] },
  },
});
