import type { Contract } from '../../contract/contract.ts';
import { defineContract } from '../../contract/define-contract.ts';
import { barePayload } from '../../contract/dialects/bare-payload.ts';
import * as catchUp from './catch-up.ts';
import * as channels from './channels.ts';
import { menuEvents, messageEvents, orderEvents, serviceCallEvents, tableEvents } from './channels.ts';
import * as collections from './collections.ts';
import * as events from './events.ts';
import * as queries from './queries.ts';
import { scope } from './schemas.ts';
import type { ServiceFloor } from './spec.ts';

/**
 * The backend that broadcasts over one Socket.IO namespace: no sign-in, no rooms, no ids, no way back. What was missed is
 * learnt by reading the lists again, after every reconnect and once a minute. Events that it will have one day pass as
 * unknown ones: no version on the wire announces them.
 */
export const serviceFloor: Contract<ServiceFloor> = defineContract({
  name: 'service-floor',
  scope,
  dialect: barePayload(),
  connection: {
    transports: ['socket-io'],
    auth: { kind: 'none' },
    reconcileEveryMs: 60_000,
  },
  events: {
    'order:created': events.orderCreated,
    'order:served': events.orderServed,
    'order:completed': events.orderCompleted,
    'order:cancelled': events.orderCancelled,
    'table:activated': events.tableActivated,
    'table:checkoutStarted': events.tableCheckoutStarted,
    'table:checkoutCompleted': events.tableCheckoutCompleted,
    'table:forceReset': events.tableForceReset,
    'menu.created': events.menuCreated,
    'menu.updated': events.menuUpdated,
    'menu.deleted': events.menuDeleted,
    'user.created': events.userCreated,
    'user.deleted': events.userDeleted,
    newMessage: events.newMessage,
    messageUpdated: events.messageUpdated,
    messagePinned: events.messagePinned,
    messageDeleted: events.messageDeleted,
    allMessagesDeleted: events.allMessagesDeleted,
    serviceCall: events.serviceCall,
    serviceCallHandled: events.serviceCallHandled,
  },
  channels: { events: channels.events },
  queries: {
    orders: queries.orders,
    tables: queries.tables,
    menu: queries.menu,
    users: queries.users,
    messages: queries.messages,
    serviceCalls: queries.serviceCalls,
  },
  resources: {
    orders: catchUp.orders,
    tables: catchUp.tables,
    menu: catchUp.menu,
    users: catchUp.users,
    messages: catchUp.messages,
    serviceCalls: catchUp.serviceCalls,
  },
  collections: {
    orders: collections.orders,
    tables: collections.tables,
    menu: collections.menu,
    users: collections.users,
    messages: collections.messages,
    serviceCalls: collections.serviceCalls,
  },
  // Settled: the server sends everything to everyone, so a role is what a screen cares about.
  roles: {
    floor: {
      channels: ['events'],
      events: [...orderEvents, ...tableEvents, ...menuEvents, ...messageEvents, ...serviceCallEvents],
    },
    kitchen: { channels: ['events'], events: [...orderEvents, ...menuEvents, ...messageEvents] },
    dashboard: { channels: ['events'] },
  },
});
