import type { Contract } from '../../contract/contract.ts';
import { defineContract } from '../../contract/define-contract.ts';
import { barePayload } from '../../contract/dialects/bare-payload.ts';
import * as catchUp from './catch-up.ts';
import * as channels from './channels.ts';
import * as collections from './collections.ts';
import * as events from './events.ts';
import * as mutations from './mutations.ts';
import * as queries from './queries.ts';
import { scope } from './schemas.ts';
import type { Brasserie } from './spec.ts';

/**
 * The backend of a brasserie: waiters take orders with or without a network, the till splits bills and closes the day.
 * Socket.IO with a token, and rooms that the server chooses; who may send what is the document's.
 */
export const brasserie: Contract<Brasserie> = defineContract({
  name: 'brasserie',
  scope,
  // Settled: a server that numbers its events does so in `event_id`.
  dialect: barePayload({ idField: 'event_id' }),
  connection: { transports: ['socket-io'], auth: { kind: 'handshake' } },
  events: {
    dish_ready: events.dishReady,
    order_updated: events.orderUpdated,
    table_updated: events.tableUpdated,
    bill_updated: events.billUpdated,
  },
  channels: { service: channels.service },
  mutations: {
    'order.submit': mutations.orderSubmit,
    'order.create': mutations.orderCreate,
    'payment.split': mutations.paymentSplit,
    'close.day': mutations.closeDay,
    'dish.acknowledge': mutations.dishAcknowledge,
  },
  queries: { bill: queries.bill, menu: queries.menu, orders: queries.orders, tables: queries.tables },
  resources: { orders: catchUp.orders, tables: catchUp.tables, menu: catchUp.menu },
  collections: {
    orders: collections.orders,
    tables: collections.tables,
    bills: collections.bills,
    menu: collections.menu,
  },
  roles: {
    waiter: { channels: ['service'], mutations: ['order.submit', 'order.create', 'dish.acknowledge'] },
    // Settled: what the others hear. A dish is announced to its waiter alone.
    cashier: {
      channels: ['service'],
      events: ['order_updated', 'table_updated', 'bill_updated'],
      mutations: ['payment.split', 'close.day'],
    },
    kitchen: { channels: ['service'], events: ['order_updated'] },
    admin: {
      channels: ['service'],
      events: ['order_updated', 'table_updated', 'bill_updated'],
      mutations: ['close.day'],
    },
  },
});
