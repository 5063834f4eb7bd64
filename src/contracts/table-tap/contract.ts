import type { Contract } from '../../contract/contract.ts';
import { defineContract } from '../../contract/define-contract.ts';
import { metaEnvelope } from '../../contract/dialects/meta-envelope.ts';
import * as catchUp from './catch-up.ts';
import * as channels from './channels.ts';
import * as collections from './collections.ts';
import * as events from './events.ts';
import { readServerError } from './faults.ts';
import * as messages from './messages.ts';
import * as mutations from './mutations.ts';
import * as queries from './queries.ts';
import { counterRoomName } from './rooms.ts';
import { scope } from './schemas.ts';
import type { TableTap } from './spec.ts';

const everyEvent = [
  ...channels.orders.events,
  ...channels.payments.events,
  ...channels.inventory.events,
  ...channels.employees.events,
  ...channels.system.events,
] as const;

/**
 * The backend of a café's counters: a Socket.IO namespace for each domain, and rooms inside them that the server puts its
 * clients into. No positions and no replay; what was missed is read from lists, where there is one.
 */
export const tableTap: Contract<TableTap> = defineContract({
  name: 'table-tap',
  scope,
  dialect: metaEnvelope({ tenantField: 'cafe_id' }),
  connection: {
    transports: ['socket-io'],
    auth: { kind: 'handshake' },
    query: ({ cafeId }) => ({ cafe_id: String(cafeId) }),
    // Whoever stands at a counter hears of it from the first moment, and again after every reconnect.
    greets: ({ counter }) =>
      counter == null || counterRoomName(counter) === '' ? [] : [{ message: 'join_counter', input: { counter } }],
    control: readServerError,
  },
  tenant: ({ cafeId }) => String(cafeId),
  events: {
    'order:created': events.orderCreated,
    'order:status_changed': events.orderStatusChanged,
    'order:ready': events.orderReady,
    'order:cancelled': events.orderCancelled,
    'order:assigned_counter': events.orderAssignedCounter,
    'payment:processing': events.paymentProcessing,
    'payment:completed': events.paymentCompleted,
    'payment:failed': events.paymentFailed,
    'qr:generated': events.qrGenerated,
    'inventory:stock_updated': events.stockUpdated,
    'inventory:low_stock': events.lowStock,
    'inventory:out_of_stock': events.outOfStock,
    'employee:clocked_in': events.employeeClockedIn,
    'employee:clocked_out': events.employeeClockedOut,
    'employee:drink_consumed': events.employeeDrinkConsumed,
    'counter:status_changed': events.counterStatusChanged,
    'cafe:settings_updated': events.cafeSettingsUpdated,
  },
  channels: {
    orders: channels.orders,
    payments: channels.payments,
    inventory: channels.inventory,
    employees: channels.employees,
    system: channels.system,
  },
  mutations: { 'order.updateStatus': mutations.orderUpdateStatus },
  messages: {
    join_counter: messages.joinCounter,
    leave_counter: messages.leaveCounter,
    'inventory:stock_updated': messages.stockUpdated,
  },
  queries: { orders: queries.orders, inventory: queries.inventory, counters: queries.counters },
  resources: { orders: catchUp.orders, inventory: catchUp.inventory, counters: catchUp.counters },
  collections: { orders: collections.orders, inventory: collections.inventory, counters: collections.counters },
  // Settled: the roles. The server knows two of them, and by `user_role` it decides on rooms: what a role lists as its
  // events is what can arrive in the rooms that it is in or may join. Joining a counter's room is listening, not
  // writing, so the back office may; it is the managers' desk, because some things are told to managers alone.
  roles: {
    counter: {
      channels: ['orders'],
      events: channels.orders.events,
      mutations: ['order.updateStatus'],
      messages: ['join_counter', 'leave_counter'],
      handshake: { user_role: 'employee' },
    },
    barista: {
      channels: ['orders', 'inventory', 'employees'],
      events: [
        'order:created',
        'order:status_changed',
        'order:ready',
        'order:cancelled',
        'inventory:stock_updated',
        'inventory:out_of_stock',
        ...channels.employees.events,
      ],
      mutations: ['order.updateStatus'],
      messages: ['inventory:stock_updated'],
      handshake: { user_role: 'employee' },
    },
    cashier: {
      channels: ['orders', 'payments'],
      events: ['order:created', 'order:status_changed', 'order:ready', 'order:cancelled', ...channels.payments.events],
      mutations: ['order.updateStatus'],
      handshake: { user_role: 'employee' },
    },
    manager: {
      channels: ['orders', 'payments', 'inventory', 'employees', 'system'],
      events: everyEvent,
      mutations: ['order.updateStatus'],
      messages: ['join_counter', 'leave_counter', 'inventory:stock_updated'],
      handshake: { user_role: 'manager' },
    },
    'back-office': {
      channels: ['orders', 'payments', 'inventory', 'employees', 'system'],
      events: everyEvent,
      messages: ['join_counter', 'leave_counter'],
      handshake: { user_role: 'manager' },
    },
  },
});
