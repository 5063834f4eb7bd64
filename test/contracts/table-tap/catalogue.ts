import { joinedAtStart } from 'heard';
import { connectErrorRemedy, counterRoomName, roomsOf, tableTap, targetRooms } from 'heard/contracts/table-tap';
import type { Catalogue, CataloguedEvent } from '../catalogue.ts';

const orders = '/orders';
const payments = '/payments';
const inventory = '/inventory';
const employees = '/employees';
const system = '/system';

const event = (name: string, on: string, fields: readonly string[]): CataloguedEvent => ({
  name,
  on: [on],
  fields,
  source: 'document',
});

const cafeId = 'cafe-7';
const userRole = (role: string) => tableTap.roles.get(role)?.handshake?.['user_role'];
const hears = (role: string, name: string) => tableTap.roles.get(role)?.events?.includes(name) === true;
const control = (payload: unknown) => tableTap.connection.control?.('error', payload);
const every = ['counter', 'barista', 'cashier', 'manager', 'back-office'];
const staff = ['counter', 'barista', 'cashier', 'manager'];

export const catalogue: Catalogue = {
  contract: 'table-tap',
  envelope: ['event', 'data', 'meta.timestamp', 'meta.cafe_id', 'meta.event_id'],
  channels: [orders, inventory, employees, payments, system],
  events: [
    event('order:created', orders, [
      'order.id',
      'order.order_number',
      'order.cafe_id',
      'order.customer_name',
      'order.customer_phone',
      'order.status',
      'order.assigned_counter',
      'order.items[].id',
      'order.items[].product_name',
      'order.items[].quantity',
      'order.items[].unit_price',
      'order.items[].total_price',
      'order.items[].customizations',
      'order.totals.subtotal',
      'order.totals.tax_amount',
      'order.totals.tip_amount',
      'order.totals.total_amount',
      'order.estimated_ready_at',
      'order.created_at',
      'order.created_by.id',
      'order.created_by.name',
      'order.created_by.role',
      'order.proxy_order_info.is_proxy',
      'order.proxy_order_info.ordered_for.id',
      'order.proxy_order_info.ordered_for.name',
    ]),
    event('order:status_changed', orders, [
      'order_id',
      'order_number',
      'previous_status',
      'new_status',
      'updated_by.id',
      'updated_by.name',
      'updated_by.role',
      'estimated_ready_at',
      'notes',
      'status_history[].status',
      'status_history[].timestamp',
      'status_history[].user_id',
      'status_history[].notes',
    ]),
    event('order:ready', orders, [
      'order_id',
      'order_number',
      'customer_name',
      'customer_phone',
      'assigned_counter',
      'ready_at',
      'prep_time_minutes',
      'notification_sent',
    ]),
    event('order:cancelled', orders, [
      'order_id',
      'order_number',
      'cancelled_by.id',
      'cancelled_by.name',
      'cancelled_by.role',
      'reason',
      'refund_info.refund_amount',
      'refund_info.refund_method',
      'refund_info.processed',
      'cancelled_at',
    ]),
    event('order:assigned_counter', orders, [
      'order_id',
      'order_number',
      'previous_counter',
      'new_counter',
      'assigned_by.id',
      'assigned_by.name',
      'reason',
    ]),
    event('payment:processing', payments, [
      'order_id',
      'transaction_id',
      'payment_method',
      'amount',
      'provider',
      'status',
    ]),
    event('payment:completed', payments, [
      'order_id',
      'transaction_id',
      'payment_method',
      'amount',
      'fee_amount',
      'net_amount',
      'provider',
      'provider_transaction_id',
      'completed_at',
    ]),
    event('payment:failed', payments, [
      'order_id',
      'transaction_id',
      'payment_method',
      'amount',
      'provider',
      'error_code',
      'error_message',
      'retry_allowed',
    ]),
    event('qr:generated', payments, ['order_id', 'qr_code_id', 'qr_code_data', 'amount', 'expires_at']),
    event('inventory:stock_updated', inventory, [
      'product_id',
      'product_name',
      'sku',
      'previous_stock',
      'new_stock',
      'change_amount',
      'change_type',
      'updated_by.id',
      'updated_by.name',
      'updated_by.type',
      'reference.type',
      'reference.id',
      'reorder_needed',
    ]),
    event('inventory:low_stock', inventory, [
      'product_id',
      'product_name',
      'sku',
      'current_stock',
      'reorder_level',
      'max_stock',
      'suggested_order_quantity',
      'last_restocked',
      'priority',
    ]),
    event('inventory:out_of_stock', inventory, [
      'product_id',
      'product_name',
      'sku',
      'auto_disabled',
      'affects_products[].product_id',
      'affects_products[].product_name',
      'affects_products[].disabled',
    ]),
    event('employee:clocked_in', employees, [
      'user_id',
      'employee_id',
      'employee_name',
      'timesheet_id',
      'clock_in_time',
      'shift_date',
      'notes',
    ]),
    event('employee:clocked_out', employees, [
      'user_id',
      'employee_id',
      'employee_name',
      'timesheet_id',
      'clock_out_time',
      'total_hours',
      'hourly_rate',
      'total_pay',
      'break_duration_minutes',
    ]),
    event('employee:drink_consumed', employees, [
      'user_id',
      'employee_name',
      'product_name',
      'quantity',
      'order_id',
      'counted_against_allowance',
      'monthly_count',
      'monthly_limit',
      'remaining_allowance',
    ]),
    event('counter:status_changed', system, [
      'counter_name',
      'previous_status',
      'new_status',
      'changed_by.id',
      'changed_by.name',
      'reason',
      'active_orders_count',
      'orders_reassigned_to',
    ]),
    event('cafe:settings_updated', system, [
      'updated_by.id',
      'updated_by.name',
      'changes.tip_suggestions.previous',
      'changes.tip_suggestions.new',
      'changes.prep_time_minutes.previous',
      'changes.prep_time_minutes.new',
    ]),
  ],
  endpoints: [
    { method: 'GET', path: '/orders', sends: ['cafe_id', 'updated_since'], source: 'settled' },
    { method: 'GET', path: '/inventory', sends: ['cafe_id', 'updated_since'], source: 'settled' },
    { method: 'GET', path: '/counters', sends: ['cafe_id', 'updated_since'], source: 'settled' },
  ],
  emits: [
    { name: 'update_order_status', fields: ['order_id', 'status', 'notes'] },
    { name: 'join_counter', fields: ['counter'] },
    { name: 'leave_counter', fields: ['counter'] },
    {
      name: 'inventory:stock_updated',
      fields: [
        'product_id',
        'product_name',
        'sku',
        'previous_stock',
        'new_stock',
        'change_amount',
        'change_type',
        'updated_by',
        'reference',
        'reorder_needed',
      ],
    },
  ],
  rules: [
    {
      says: 'Socket.IO, signed in by the handshake',
      holds: () =>
        tableTap.connection.transports.join() === 'socket-io' && tableTap.connection.auth.kind === 'handshake',
    },
    {
      says: "the connection's query names the café and the role, and nothing else",
      holds: () =>
        JSON.stringify(tableTap.connection.query?.({ cafeId, userId: 'user-1', counter: 'Counter 1' })) ===
          JSON.stringify({ cafe_id: cafeId }) &&
        every.every((role) => Object.keys(tableTap.roles.get(role)?.handshake ?? {}).join() === 'user_role'),
    },
    {
      says: 'employee and manager are the roles that the server knows',
      holds: () =>
        ['counter', 'barista', 'cashier'].every((role) => userRole(role) === 'employee') &&
        ['manager', 'back-office'].every((role) => userRole(role) === 'manager'),
    },
    {
      says: 'meta.cafe_id must be the café of the scope',
      holds: () => tableTap.dialect.name === 'meta-envelope' && tableTap.tenant?.({ cafeId }) === cafeId,
    },
    {
      says: 'no namespace has positions, and nothing can be replayed',
      holds: () =>
        [...tableTap.channels.values()].every(({ position }) => position === 'none') && tableTap.replay === undefined,
    },
    {
      says: 'an event is identified by meta.event_id or not at all',
      holds: () => [...tableTap.events.values()].every(({ identity }) => identity === undefined),
    },
    {
      says: 'rooms: the café, its orders, a counter, a role, a user',
      holds: () =>
        roomsOf({ cafeId, role: 'manager', userId: 'user-1', counter: 'Counter 1' }).join() ===
        'cafe:cafe-7,cafe:cafe-7:orders,cafe:cafe-7:counter:Counter1,cafe:cafe-7:role:manager,user:user-1',
    },
    {
      says: "a counter's room is called by its name without spaces",
      holds: () => counterRoomName('Counter 1') === 'Counter1',
    },
    {
      says: 'a new order goes to everyone in the café',
      holds: () =>
        targetRooms('order:created', { order: { id: 'o', status: 'pending' } }, { cafeId }).join() === 'cafe:cafe-7',
    },
    {
      says: 'an assignment goes to counters',
      holds: () =>
        targetRooms('order:assigned_counter', { order_id: 'o', new_counter: 'Counter 1' }, { cafeId }).join() ===
        'cafe:cafe-7:counter:Counter1',
    },
    {
      says: 'low stock goes to managers',
      holds: () =>
        targetRooms('inventory:low_stock', { product_id: 'p' }, { cafeId }).join() === 'cafe:cafe-7:role:manager' &&
        every.filter((role) => hears(role, 'inventory:low_stock')).join() === 'manager,back-office',
    },
    {
      says: 'clocking in goes to the employee',
      holds: () => targetRooms('employee:clocked_in', { user_id: 'user-1' }, { cafeId }).join() === 'user:user-1',
    },
    {
      says: 'counter hears orders and may stand at a counter',
      holds: () =>
        joinedAtStart(tableTap, tableTap.roles.get('counter') ?? { channels: [] }, { cafeId }).join() === 'orders' &&
        hears('counter', 'order:assigned_counter') &&
        tableTap.roles.get('counter')?.messages?.join() === 'join_counter,leave_counter',
    },
    {
      says: 'cashier hears orders and payments',
      holds: () => tableTap.roles.get('cashier')?.channels.join() === 'orders,payments',
    },
    {
      says: 'manager and back office hear everything, and the back office changes nothing',
      holds: () =>
        ['manager', 'back-office'].every((role) => tableTap.roles.get(role)?.events?.length === 17) &&
        tableTap.roles.get('back-office')?.mutations === undefined &&
        tableTap.roles.get('back-office')?.messages?.includes('inventory:stock_updated') === false,
    },
    {
      says: 'everyone else may set the status of an order',
      holds: () => staff.every((role) => tableTap.roles.get(role)?.mutations?.join() === 'order.updateStatus'),
    },
    {
      says: 'a refused token is refreshed, and the connection made again',
      holds: () => connectErrorRemedy('Authentication error') === 'refresh-token',
    },
    {
      says: 'error frames: PERMISSION_DENIED, INVALID_DATA, others',
      holds: () =>
        control({ type: 'PERMISSION_DENIED' })?.code === 'PERMISSION_DENIED' &&
        control({ type: 'INVALID_DATA' })?.code === 'INVALID_DATA' &&
        control({ message: 'no type' })?.type === 'error',
    },
    {
      says: 'stock changes are sent at most once a second',
      holds: () => tableTap.messages.get('inventory:stock_updated')?.coalesce?.everyMs === 1000,
    },
    {
      says: 'payments, employees and settings have no list, so a loss there is signalled',
      holds: () => {
        const covered = [...tableTap.resources.values()].flatMap(({ covers }) => covers);
        return (
          covered.join() === 'orders,inventory,system' &&
          tableTap.resources.get('counters')?.coversEvents?.join() === 'counter:status_changed'
        );
      },
    },
  ],
};
