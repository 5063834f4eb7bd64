import { describe, expect, it } from 'vitest';
import {
  createDecoder,
  encodeEvent,
  extendContract,
  fromMinorUnits,
  joinedAtStart,
  queryRequest,
  resource,
  toMinorUnits,
  wireName,
  type Change,
  type DerivedEvent,
  type Frame,
  type HeardEvent,
  type MutationContext,
  type SocketCarrier,
} from 'heard';
import {
  changedSettings,
  connectErrorRemedy,
  countOf,
  counterRoomName,
  isFinished,
  mergeStockChanges,
  roomsOf,
  stockLevel,
  tableTap,
  targetRooms,
  type Order,
  type OrderStep,
  type StockChange,
  type StockRow,
  type TableTap,
} from 'heard/contracts/table-tap';
import { validate } from '../../../src/contract/schema.ts';

const cafeId = 'cafe-7';
const scope = { cafeId, userId: 'user-1', counter: 'Counter 1' };
const at = '2026-05-09T07:42:18.000Z';
const decode = createDecoder(tableTap);

type Events = TableTap['events'];
type AnyName = keyof Events;

const channelOf = (name: string): string => {
  const found = [...tableTap.channels].find(([, { events }]) => events.includes(name));
  if (found === undefined) throw new Error(`no channel carries ${name}`);
  return found[0];
};

function hear(name: AnyName, data: unknown, timestamp: string | null = at): HeardEvent {
  const frame: Frame = {
    channel: `/${channelOf(name)}`,
    name,
    payload: { event: name, data, meta: { timestamp, cafe_id: cafeId, event_id: 'evt_1' } },
  };
  const decoded = decode(frame);
  if (decoded.kind !== 'event') throw new Error(`${name} was ${decoded.kind}`);
  return decoded.event;
}

const named = <Definition>(table: ReadonlyMap<string, Definition>, name: string): Definition => {
  const found = table.get(name);
  if (found === undefined) throw new Error(`nothing is called ${name}`);
  return found;
};

function turns(of: string, previous: object | undefined, row: object, forScope: object = { cafeId }) {
  const told = named(tableTap.resources, of).rowToEvent?.(previous, row, { ...forScope }) ?? [];
  return 'name' in told ? [told] : told;
}
const names = (events: readonly DerivedEvent[]): readonly string[] => events.map(({ name }) => name);

const fed = (collection: string, name: AnyName, data: unknown, timestamp?: string | null): Change | undefined =>
  named(tableTap.collections, collection).from?.[name]?.(hear(name, data, timestamp));

const accepts = (schema: Parameters<typeof validate>[0], value: unknown): boolean => validate(schema, value).ok;

describe('money', () => {
  const totals = { subtotal: 11.4, tax_amount: 1.14, tip_amount: 2, total_amount: 14.54 };

  it('arrives as decimals and stays as it was sent', () => {
    const { data } = hear('order:created', { order: { id: 'o-1', status: 'pending', totals } });
    expect(data).toEqual({ order: { id: 'o-1', status: 'pending', totals } });
  });

  it('adds up exactly in minor units, where decimals do not', () => {
    const { subtotal, tax_amount, tip_amount, total_amount } = totals;
    expect(subtotal + tax_amount + tip_amount).not.toBe(total_amount);
    expect(toMinorUnits(subtotal) + toMinorUnits(tax_amount) + toMinorUnits(tip_amount)).toBe(
      toMinorUnits(total_amount),
    );
  });

  it.each([
    [11.0, 1100],
    [1.1, 110],
    [14.1, 1410],
    [0.45, 45],
    [13.65, 1365],
    [127.5, 12_750],
    [4.35, 435],
    [1.005e2, 10_050],
  ])('%d is %i cents', (amount, cents) => {
    expect(toMinorUnits(amount)).toBe(cents);
    expect(fromMinorUnits(cents)).toBe(amount);
  });

  it('may be text, as database drivers give it, and is kept as it was sent', () => {
    const items = [{ product_name: 'Flat white', quantity: '2', unit_price: '5.50', total_price: '11.00' }];
    const order = { id: 'o-1', status: 'pending', items, totals: { total_amount: '14.10' } };
    expect(hear('order:created', { order }).data).toEqual({ order });
    expect(toMinorUnits('14.10')).toBe(1410);
  });

  it('leaves the net of a payment when its fee is taken off', () => {
    expect(toMinorUnits(14.1) - toMinorUnits(0.45)).toBe(toMinorUnits(13.65));
  });
});

describe('an event on the wire', () => {
  it('is its name and an envelope that names it again, with the café in meta', () => {
    const sent = encodeEvent(tableTap, {
      name: 'payment:completed',
      data: { order_id: 'o-1', amount: 14.98 },
      channel: 'payments',
      values: scope,
      id: 'evt_9',
      occurredAt: Date.parse(at),
    });
    expect(sent).toEqual({
      channel: '/payments',
      name: 'payment:completed',
      payload: {
        event: 'payment:completed',
        data: { order_id: 'o-1', amount: 14.98 },
        meta: { timestamp: '2026-05-09T07:42:18.000Z', cafe_id: cafeId, event_id: 'evt_9' },
      },
    });
  });

  it('says when it happened, whose café it is and what it is about', () => {
    expect(hear('payment:failed', { order_id: 'o-1' })).toMatchObject({
      id: 'evt_1',
      occurredAt: Date.parse(at),
      tenant: cafeId,
      subject: { type: 'Order', id: 'o-1' },
      seq: undefined,
    });
  });

  it.each<[AnyName, object, object]>([
    ['order:created', { order: { id: 'o-1', status: 'pending' } }, { type: 'Order', id: 'o-1' }],
    ['order:ready', { order_id: 'o-1' }, { type: 'Order', id: 'o-1' }],
    ['qr:generated', { order_id: 'o-1', qr_code_data: 'x' }, { type: 'Order', id: 'o-1' }],
    ['inventory:low_stock', { product_id: 'p-1' }, { type: 'Product', id: 'p-1' }],
    ['employee:clocked_out', { user_id: 'u-1' }, { type: 'Employee', id: 'u-1' }],
    ['counter:status_changed', { counter_name: 'Bar', new_status: 'active' }, { type: 'Counter', id: 'Bar' }],
  ])('%s is about one thing', (name, data, subject) => {
    expect(hear(name, data).subject).toEqual(subject);
  });

  it('has no identity without its id, so that no fact is taken for a repeat', () => {
    const payload = { event: 'order:ready', data: { order_id: 'o-1' } };
    expect(decode({ channel: '/orders', name: 'order:ready', payload })).toMatchObject({
      kind: 'event',
      event: { id: undefined },
    });
  });

  it('goes first when a payment ended, and last when it can wait', () => {
    const priorityOf = (name: string) => named(tableTap.events, name).priority ?? 'normal';
    expect(['payment:completed', 'payment:failed'].map(priorityOf)).toEqual(['critical', 'critical']);
    expect(priorityOf('order:created')).toBe('normal');
    expect(
      ['employee:clocked_in', 'employee:clocked_out', 'employee:drink_consumed', 'cafe:settings_updated'].map(
        priorityOf,
      ),
    ).toEqual(['background', 'background', 'background', 'background']);
  });

  it.each<[AnyName, object]>([
    ['inventory:stock_updated', { product_id: 'p-1', new_stock: 1, reference: { type: 'order' } }],
    ['inventory:stock_updated', { product_id: 'p-1', new_stock: 1, reference: { id: 7 }, updated_by: { id: 7 } }],
    ['inventory:out_of_stock', { product_id: 'p-1', affects_products: [{ product_name: 'Latte' }] }],
    ['order:created', { order: { id: 'o-1', status: 'pending', cafe_id: 7, items: [{}], created_by: { id: 7 } } }],
    ['order:status_changed', { order_id: 'o-1', new_status: 'ready', status_history: [{ user_id: 7 }] }],
    ['payment:completed', { order_id: 'o-1', transaction_id: 7, amount: '14.10' }],
    ['payment:completed', { order_id: 'o-1', transaction_id: '' }],
  ])('%s is understood with whatever is missing inside its optional parts: %j', (name, data) => {
    expect(hear(name, data).data).toEqual(data);
  });

  it('keeps what nobody described', () => {
    expect(hear('order:ready', { order_id: 'o-1', shelf: 'B2' }).data).toEqual({ order_id: 'o-1', shelf: 'B2' });
  });
});

describe('a connection', () => {
  it('names its café and its role, and leaves the user to the token', () => {
    expect(tableTap.connection.query?.(scope)).toEqual({ cafe_id: cafeId });
    expect(named(tableTap.roles, 'manager').handshake).toEqual({ user_role: 'manager' });
    expect(named(tableTap.roles, 'barista').handshake).toEqual({ user_role: 'employee' });
  });

  it.each(['orders', 'payments', 'inventory', 'employees', 'system'])('has a namespace for %s', (name) => {
    expect(wireName(tableTap, name, scope)).toBe(`/${name}`);
  });

  it.each(['PERMISSION_DENIED', 'INVALID_DATA', 'SOMETHING_ELSE'])('reads the error %s', (type) => {
    const payload = { type, message: 'in words' };
    expect(decode({ channel: '/orders', name: 'error', payload })).toEqual({
      kind: 'control',
      control: { type: 'error', name: 'error', code: type, payload },
    });
  });

  it.each([[{}], [{ type: 7 }], [{ type: '' }], [null], [[]]])('reads an error without a type: %j', (payload) => {
    expect(tableTap.connection.control?.('error', payload)).toEqual({ type: 'error', name: 'error', payload });
  });

  it('takes no event for an error', () => {
    expect(tableTap.connection.control?.('order:created', { type: 'PERMISSION_DENIED' })).toBeUndefined();
  });

  it('asks for a new token only when the server says that this one is refused', () => {
    expect(connectErrorRemedy('Authentication error')).toBe('refresh-token');
    expect(
      ['xhr poll error', 'timeout', '', 'Authentication error: clock', 'authentication error'].map(connectErrorRemedy),
    ).toEqual(['retry', 'retry', 'retry', 'retry', 'retry']);
  });

  it('joins the counter of the scope, and none without one', () => {
    const greets = (counter?: string | null) => tableTap.connection.greets?.({ cafeId, counter });
    expect(greets('Counter 1')).toEqual([{ message: 'join_counter', input: { counter: 'Counter 1' } }]);
    for (const { message, input } of greets('Counter 1') ?? []) {
      expect(accepts(named(tableTap.messages, message).input, input)).toBe(true);
    }
    for (const none of [undefined, null, '  ']) expect(greets(none)).toEqual([]);
  });

  it('takes a café whose id is a number for the one whose id is that text', () => {
    expect(accepts(tableTap.scope, { cafeId: 7 })).toBe(true);
    expect(tableTap.tenant?.({ cafeId: 7 })).toBe('7');
    expect(tableTap.connection.query?.({ cafeId: 7 })).toEqual({ cafe_id: '7' });
    expect(named(tableTap.resources, 'orders').search?.({ scope: { cafeId: 7 } })).toMatchObject({ cafe_id: '7' });
  });

  it('refuses a scope without a café', () => {
    expect(accepts(tableTap.scope, { cafeId })).toBe(true);
    expect(accepts(tableTap.scope, { cafeId, userId: null, counter: null })).toBe(true);
    expect(accepts(tableTap.scope, { cafeId: '' })).toBe(false);
    expect(accepts(tableTap.scope, { userId: 'user-1' })).toBe(false);
  });
});

const samples: { readonly [Name in AnyName]: Events[Name] } = {
  'order:created': { order: { id: 'o-1', status: 'pending' } },
  'order:status_changed': { order_id: 'o-1', new_status: 'preparing' },
  'order:ready': { order_id: 'o-1' },
  'order:cancelled': { order_id: 'o-1' },
  'order:assigned_counter': { order_id: 'o-1', previous_counter: 'Terrace bar', new_counter: 'Counter 1' },
  'payment:processing': { order_id: 'o-1' },
  'payment:completed': { order_id: 'o-1' },
  'payment:failed': { order_id: 'o-1' },
  'qr:generated': { order_id: 'o-1', qr_code_data: 'payment://pay.example.test' },
  'inventory:stock_updated': { product_id: 'p-1', new_stock: 4 },
  'inventory:low_stock': { product_id: 'p-1' },
  'inventory:out_of_stock': { product_id: 'p-1' },
  'employee:clocked_in': { user_id: 'user-1' },
  'employee:clocked_out': { user_id: 'user-1' },
  'employee:drink_consumed': { user_id: 'user-1' },
  'counter:status_changed': { counter_name: 'Counter 1', new_status: 'active' },
  'cafe:settings_updated': { changes: {} },
};
const everyName = Object.keys(samples) as readonly AnyName[];
const roomsFor = (name: AnyName): readonly string[] => targetRooms(name, samples[name], { cafeId });

describe('a room', () => {
  it('is joined for the café, its orders, a counter, a role and a user', () => {
    expect(roomsOf({ cafeId, role: 'employee', userId: 'user-1', counter: 'Counter 1' })).toEqual([
      'cafe:cafe-7',
      'cafe:cafe-7:orders',
      'cafe:cafe-7:counter:Counter1',
      'cafe:cafe-7:role:employee',
      'user:user-1',
    ]);
  });

  it('is not joined for what is not known', () => {
    expect(roomsOf({ cafeId })).toEqual(['cafe:cafe-7', 'cafe:cafe-7:orders']);
    expect(roomsOf({ cafeId, role: null, userId: '', counter: '  ' })).toEqual(['cafe:cafe-7', 'cafe:cafe-7:orders']);
  });

  it('of a counter is called by its name without spaces', () => {
    expect(['Counter 1', 'Counter1', ' Terrace  bar '].map(counterRoomName)).toEqual([
      'Counter1',
      'Counter1',
      'Terracebar',
    ]);
  });

  it.each(['1:role:manager', 'cafe-7:orders', ':', ''])(
    'cannot be reached by a café that calls itself "%s"',
    (claimed) => {
      expect(() => roomsOf({ cafeId: claimed })).toThrow(expect.objectContaining({ code: 'scope-invalid' }));
      expect(() => targetRooms('order:created', samples['order:created'], { cafeId: claimed })).toThrow(
        expect.objectContaining({ code: 'scope-invalid' }),
      );
    },
  );

  it('of the café hears what concerns everyone', () => {
    expect(everyName.filter((name) => roomsFor(name).join() === 'cafe:cafe-7')).toEqual([
      'order:created',
      'payment:processing',
      'payment:completed',
      'payment:failed',
      'qr:generated',
      'inventory:stock_updated',
      'inventory:out_of_stock',
      'counter:status_changed',
      'cafe:settings_updated',
    ]);
  });

  it('of its orders hears what becomes of them', () => {
    expect(everyName.filter((name) => roomsFor(name).join() === 'cafe:cafe-7:orders')).toEqual([
      'order:status_changed',
      'order:ready',
      'order:cancelled',
    ]);
  });

  it('of managers hears what runs low', () => {
    expect(roomsFor('inventory:low_stock')).toEqual(['cafe:cafe-7:role:manager']);
  });

  it("of a user hears that user's hours and drinks, in whatever café", () => {
    expect(everyName.filter((name) => roomsFor(name).join() === 'user:user-1')).toEqual([
      'employee:clocked_in',
      'employee:clocked_out',
      'employee:drink_consumed',
    ]);
  });

  it('of a counter hears what it gains and what it loses, once', () => {
    const assigned = (previous_counter: string | null | undefined, new_counter: string) =>
      targetRooms('order:assigned_counter', { order_id: 'o-1', previous_counter, new_counter }, { cafeId });
    expect(assigned('Counter 1', 'Counter 2')).toEqual([
      'cafe:cafe-7:counter:Counter2',
      'cafe:cafe-7:counter:Counter1',
    ]);
    expect(assigned(null, 'Counter 2')).toEqual(['cafe:cafe-7:counter:Counter2']);
    expect(assigned('Counter2', 'Counter 2')).toEqual(['cafe:cafe-7:counter:Counter2']);
  });
});

describe('a role', () => {
  it.each([...tableTap.roles])('%s lists exactly the events that can reach it in its rooms', (_name, role) => {
    const inside = roomsOf({
      cafeId,
      role: role.handshake?.['user_role'],
      userId: 'user-1',
      counter: role.messages?.includes('join_counter') ? 'Counter 1' : undefined,
    });
    const reachable = everyName.filter(
      (name) => role.channels.includes(channelOf(name)) && roomsFor(name).some((room) => inside.includes(room)),
    );
    expect([...(role.events ?? [])].sort()).toEqual([...reachable].sort());
  });

  it.each([
    ['counter', ['orders']],
    ['barista', ['orders', 'inventory', 'employees']],
    ['cashier', ['orders', 'payments']],
    ['manager', ['orders', 'payments', 'inventory', 'employees', 'system']],
    ['back-office', ['orders', 'payments', 'inventory', 'employees', 'system']],
  ])('%s opens %j', (name, channels) => {
    expect(joinedAtStart(tableTap, named(tableTap.roles, name), scope)).toEqual(channels);
  });

  it.each([
    ['counter', ['order.updateStatus'], ['join_counter', 'leave_counter']],
    ['barista', ['order.updateStatus'], ['inventory:stock_updated']],
    ['cashier', ['order.updateStatus'], undefined],
    ['manager', ['order.updateStatus'], ['join_counter', 'leave_counter', 'inventory:stock_updated']],
    ['back-office', undefined, ['join_counter', 'leave_counter']],
  ])('%s sends %j and says %j', (name, mutations, messages) => {
    expect(named(tableTap.roles, name)).toMatchObject({
      ...(mutations && { mutations }),
      ...(messages && { messages }),
    });
    expect(named(tableTap.roles, name).mutations).toEqual(mutations);
    expect(named(tableTap.roles, name).messages).toEqual(messages);
  });
});

describe("a counter's room", () => {
  const join = named(tableTap.messages, 'join_counter');
  const leave = named(tableTap.messages, 'leave_counter');

  it('is joined and left by name, in the namespace of orders', () => {
    expect([join.message, leave.message]).toEqual(['join_counter', 'leave_counter']);
    expect([join.channel, leave.channel]).toEqual(['orders', 'orders']);
    expect(accepts(join.input, { counter: 'Counter 1' })).toBe(true);
    for (const { input } of [join, leave]) {
      expect([{}, { counter: '' }, { counter: 1 }, { counter: null }].some((value) => accepts(input, value))).toBe(
        false,
      );
    }
  });

  it('is remembered until it is left, under whichever spelling', () => {
    expect(join.remembered?.undoneBy).toBe('leave_counter');
    expect(join.remembered?.key({ counter: 'Counter 1' })).toBe(join.remembered?.key({ counter: 'Counter1' }));
    expect(join.remembered?.key({ counter: 'Counter 1' })).not.toBe(join.remembered?.key({ counter: 'Counter 2' }));
    expect(leave.remembered).toBeUndefined();
  });
});

describe('a stock change from a device', () => {
  const message = named(tableTap.messages, 'inventory:stock_updated');
  const sale: StockChange = {
    product_id: 'p-1',
    product_name: 'Cardamom syrup',
    previous_stock: 12.5,
    new_stock: 12.3,
    change_amount: -0.2,
    change_type: 'sale',
    updated_by: { id: 'till-2', type: 'automatic' },
    reference: { type: 'order', id: 'o-1' },
  };
  const next: StockChange = {
    ...sale,
    previous_stock: 12.3,
    new_stock: 12.2,
    change_amount: -0.1,
    reorder_needed: true,
  };

  it('goes out at most once a second for each product', () => {
    expect([message.message, message.channel, message.coalesce?.everyMs]).toEqual([
      'inventory:stock_updated',
      'inventory',
      1000,
    ]);
    expect(message.coalesce?.key(sale)).toBe('p-1');
  });

  it('becomes one with the next: from where the first began to where the second ended, by their sum', () => {
    expect(message.coalesce?.merge(sale, next)).toEqual({
      ...next,
      previous_stock: 12.5,
      new_stock: 12.2,
      change_amount: -0.3,
    });
  });

  it('adds up in order, however many there are', () => {
    const steps = Array.from({ length: 10 }, (_, index) => ({
      ...sale,
      previous_stock: 10 - index,
      new_stock: 9 - index,
      change_amount: -1,
    }));
    expect(steps.reduce(mergeStockChanges)).toMatchObject({ previous_stock: 10, new_stock: 0, change_amount: -10 });
  });

  it('sums what others changed in between as it was told', () => {
    const later = { ...sale, previous_stock: 20, new_stock: 19, change_amount: -1 };
    expect(mergeStockChanges(sale, later)).toMatchObject({ previous_stock: 12.5, new_stock: 19, change_amount: -1.2 });
  });

  it('is an adjustment when the two were of different kinds', () => {
    expect(mergeStockChanges(sale, next).change_type).toBe('sale');
    expect(mergeStockChanges(sale, { ...next, change_type: 'waste' }).change_type).toBe('adjustment');
  });

  it('does not blame one order or one person for both', () => {
    expect(mergeStockChanges(sale, next)).toMatchObject({ reference: sale.reference, updated_by: sale.updated_by });
    const others = {
      ...next,
      reference: { type: 'order', id: 'o-2' },
      updated_by: { id: 'till-3', type: 'automatic' },
    };
    const merged = mergeStockChanges(sale, others);
    expect('reference' in merged || 'updated_by' in merged).toBe(false);
    expect('reference' in mergeStockChanges({ ...sale, reference: null }, next)).toBe(false);
  });

  it('changes neither of the two', () => {
    const before = structuredClone([sale, next]);
    mergeStockChanges(sale, next);
    expect([sale, next]).toEqual(before);
  });

  it('must say what it changed', () => {
    expect(accepts(message.input, sale)).toBe(true);
    for (const field of ['product_id', 'previous_stock', 'new_stock', 'change_amount', 'change_type']) {
      const rest = Object.fromEntries(Object.entries(sale).filter(([name]) => name !== field));
      expect(accepts(message.input, rest), field).toBe(false);
    }
    expect(accepts(message.input, { ...sale, change_type: 'theft' })).toBe(false);
  });

  it('fits the event that it becomes', () => {
    expect(accepts(named(tableTap.events, 'inventory:stock_updated').data, sale)).toBe(true);
  });
});

describe('order.updateStatus', () => {
  const mutation = named(tableTap.mutations, 'order.updateStatus');
  const step: OrderStep = { order_id: 'o-1', status: 'preparing' };
  const context: MutationContext = { mutationId: 'm-1', createdAt: Date.parse(at), scope };
  const carrier = mutation.carrier as SocketCarrier<OrderStep>;

  it('is emitted as update_order_status in the namespace of orders', () => {
    expect([carrier.kind, carrier.channel, carrier.message]).toEqual(['socket', 'orders', 'update_order_status']);
    expect(carrier.body(step, context)).toEqual({ order_id: 'o-1', status: 'preparing' });
    expect(carrier.body({ ...step, notes: 'No foam' }, context)).toEqual({ ...step, notes: 'No foam' });
    expect(carrier.body({ ...step, notes: null }, context)).toEqual(step);
  });

  it('needs an order and a status, of any name', () => {
    expect(accepts(mutation.input, step)).toBe(true);
    expect(accepts(mutation.input, { ...step, status: 'on-the-shelf' })).toBe(true);
    expect(
      [{ ...step, order_id: '' }, { ...step, status: '' }, { order_id: 'o-1' }, { ...step, notes: 4 }].some((input) =>
        accepts(mutation.input, input),
      ),
    ).toBe(false);
  });

  it('is confirmed by an acknowledgement, or by the event of the same order and status', () => {
    const { acknowledgement, event, timeoutMs } = carrier.confirmBy;
    expect([acknowledgement, event?.name, timeoutMs]).toEqual(['perhaps', 'order:status_changed', 10_000]);
    const confirms = (data: unknown) => event?.matches(step, data);
    expect(confirms({ order_id: 'o-1', previous_status: 'pending', new_status: 'preparing' })).toBe(true);
    expect(confirms({ order_id: 'o-2', new_status: 'preparing' })).toBe(false);
    expect(confirms({ order_id: 'o-1', new_status: 'ready' })).toBe(false);
    expect(confirms({ order_id: 'o-1', previous_status: 'preparing' })).toBe(false);
    expect(confirms(null)).toBe(false);
  });

  it('promises no answer', () => {
    expect(mutation.answer).toBe('empty');
    expect(mutation.answers).toEqual({});
  });

  it('goes in the lane of its order, as a status', () => {
    expect(mutation.lane(step, context)).toBe('order:o-1');
    expect(mutation.priority).toBe('status');
  });

  it('is never repeated blindly: late, it would set back an order that others moved on', () => {
    expect(mutation.repeat).toBe('none');
    expect(mutation.verify).toBeDefined();
  });

  describe('after an unclear attempt', () => {
    const { verify } = mutation;
    const found = (asked: string, rows: readonly Partial<Order>[]) =>
      verify?.tookEffect({ ...step, status: asked }, { data: rows }, context);
    const row = (status: string) => [
      { id: 'o-2', status: 'ready' },
      { id: 'o-1', status },
    ];

    it("asks for the café's orders", () => {
      if (verify === undefined) throw new Error('nothing to verify by');
      const params = verify.params(step, context) as object;
      expect(queryRequest(verify.query as never, params, scope)).toEqual({
        method: 'GET',
        path: '/orders?cafe_id=cafe-7',
      });
    });

    it.each(['pending', 'preparing', 'ready', 'completed', 'cancelled', 'on-the-shelf'])(
      'took effect when the order is %s as asked',
      (status) => {
        expect(found(status, row(status))).toBe(true);
      },
    );

    it.each([
      ['preparing', 'pending'],
      ['ready', 'preparing'],
      ['completed', 'ready'],
      ['cancelled', 'ready'],
    ])('did not when %s was asked and the order has come no further than %s', (asked, now) => {
      expect(found(asked, row(now))).toBe(false);
    });

    it.each([
      ['preparing', 'ready'],
      ['pending', 'preparing'],
      ['preparing', 'cancelled'],
      ['completed', 'cancelled'],
      ['on-the-shelf', 'ready'],
      ['ready', 'on-the-shelf'],
    ])('is not known when %s was asked and the order is %s', (asked, now) => {
      expect(found(asked, row(now))).toBeUndefined();
    });

    it('is not known when the order is not on the list', () => {
      expect(found('preparing', [{ id: 'o-2', status: 'preparing' }])).toBeUndefined();
      expect(verify?.tookEffect(step, [], context)).toBeUndefined();
    });

    it('reads the rows alone as well', () => {
      expect(verify?.tookEffect(step, [{ id: 'o-1', status: 'preparing' }], context)).toBe(true);
    });
  });
});

describe('a list', () => {
  it.each(['orders', 'inventory', 'counters'])("is asked for /%s of the device's own café", (name) => {
    const definition = named(tableTap.queries, name);
    expect(queryRequest(definition as never, {}, scope)).toEqual({ method: 'GET', path: `/${name}?cafe_id=cafe-7` });
    const params = { updated_since: '2026-05-09T07:42:18+02:00', cursor: 'p2' };
    expect(queryRequest(definition as never, params, scope).path).toBe(
      `/${name}?cafe_id=cafe-7&updated_since=2026-05-09T07%3A42%3A18%2B02%3A00&cursor=p2`,
    );
    expect(
      queryRequest(definition as never, { updated_since: null, cafe_id: 'another', cafeId: 'another' }, scope).path,
    ).toBe(`/${name}?cafe_id=cafe-7`);
  });

  it.each(['orders', 'inventory', 'counters'])('is read by the catch-up at /%s, too', (name) => {
    const { path, search } = named(tableTap.resources, name);
    expect(path).toBe(`/${name}`);
    expect(search?.({ updatedSince: at, cursor: 'p2', scope })).toEqual({
      cafe_id: cafeId,
      updated_since: at,
      cursor: 'p2',
    });
    expect(search?.({ scope })).toEqual({ cafe_id: cafeId, updated_since: undefined, cursor: undefined });
  });

  it.each([
    ['its rows alone', [{ id: 1 }], { rows: [{ id: 1 }], complete: true }],
    ['rows in data', { data: [] }, { rows: [], complete: true }],
    ['a last page', { data: [], next_cursor: null, as_of: at }, { rows: [], complete: true, asOf: at }],
    [
      'a page before others',
      { data: [{ id: 1 }], next_cursor: 'p2' },
      { rows: [{ id: 1 }], complete: false, next: 'p2' },
    ],
    ['a page that says nothing by a text', { data: [], next_cursor: '', as_of: '' }, { rows: [], complete: true }],
  ])('may be %s', (_what, body, page) => {
    for (const { page: read } of tableTap.resources.values()) {
      expect(read(body)).toEqual({ deleted: [], tombstones: false, ...page });
    }
  });

  it.each([[null], [undefined], ['<html>'], [0], [{}], [{ data: null }], [{ data: { id: 1 } }], [{ rows: [] }]])(
    'is not %j: that is a failure and never an empty list',
    (body) => {
      for (const { page } of tableTap.resources.values()) expect(page(body)).toBeUndefined();
    },
  );

  it('has rows with a key and a version', () => {
    const told = (name: string, row: object) => {
      const { key, version } = named(tableTap.resources, name);
      return [key(row), version?.(row)];
    };
    expect(told('orders', { id: 'o-1', status: 'pending', updated_at: at })).toEqual(['o-1', Date.parse(at) * 1000]);
    expect(told('inventory', { product_id: 'p-1', updated_at: null })).toEqual(['p-1', undefined]);
    expect(told('counters', { counter_name: 'Counter 1', status: 'active' })).toEqual(['Counter 1', undefined]);
  });

  it('makes good the losses of orders, inventory and counters, and of nothing else', () => {
    const made = [...tableTap.resources.values()].flatMap(({ covers, coversEvents }) =>
      covers.flatMap((name) => coversEvents ?? named(tableTap.channels, name).events),
    );
    const lost = everyName.filter((name) => !made.includes(name));
    expect([...new Set(lost.map((name) => name.split(':')[0]))]).toEqual(['payment', 'qr', 'employee', 'cafe']);
  });
});

describe('an order that was read', () => {
  const row = {
    id: 'o-1',
    order_number: 'ORD17',
    status: 'pending',
    assigned_counter: 'Counter 1',
    customer_name: 'Guest A',
  };

  it('is a new one when it is first seen, whatever has become of it, unless nothing is left to do', () => {
    for (const status of ['pending', 'preparing', 'on-the-shelf']) {
      const order = { ...row, status };
      expect(turns('orders', undefined, order)).toEqual([
        { name: 'order:created', channel: 'orders', data: { order }, subject: { type: 'Order', id: 'o-1' } },
      ]);
    }
    for (const status of ['completed', 'cancelled']) expect(turns('orders', undefined, { ...row, status })).toEqual([]);
  });

  it('is also ready when that is how it is first seen', () => {
    expect(names(turns('orders', undefined, { ...row, status: 'ready' }))).toEqual(['order:created', 'order:ready']);
  });

  it('changed its status', () => {
    expect(turns('orders', row, { ...row, status: 'preparing', estimated_ready_at: at })).toEqual([
      {
        name: 'order:status_changed',
        channel: 'orders',
        data: {
          order_id: 'o-1',
          order_number: 'ORD17',
          previous_status: 'pending',
          new_status: 'preparing',
          estimated_ready_at: at,
        },
        subject: { type: 'Order', id: 'o-1' },
      },
    ]);
    expect(names(turns('orders', row, { ...row, status: 'completed' }))).toEqual(['order:status_changed']);
  });

  it('is also ready or cancelled, which have events of their own', () => {
    const [, ready] = turns('orders', row, { ...row, status: 'ready' });
    expect(ready).toMatchObject({
      name: 'order:ready',
      data: { order_id: 'o-1', order_number: 'ORD17', assigned_counter: 'Counter 1', customer_name: 'Guest A' },
    });
    expect(names(turns('orders', row, { ...row, status: 'cancelled' }))).toEqual([
      'order:status_changed',
      'order:cancelled',
    ]);
  });

  it('moved to another counter', () => {
    const moved = { ...row, assigned_counter: 'Counter 2' };
    expect(turns('orders', row, moved)).toEqual([
      {
        name: 'order:assigned_counter',
        channel: 'orders',
        data: { order_id: 'o-1', order_number: 'ORD17', previous_counter: 'Counter 1', new_counter: 'Counter 2' },
        subject: { type: 'Order', id: 'o-1' },
      },
    ]);
    expect(names(turns('orders', { ...row, assigned_counter: null }, row))).toEqual(['order:assigned_counter']);
    expect(turns('orders', row, { ...row, assigned_counter: null })).toEqual([]);
    expect(names(turns('orders', row, { ...moved, status: 'preparing' }))).toEqual([
      'order:status_changed',
      'order:assigned_counter',
    ]);
  });

  it('tells a counter of what it gained and lost, and of nothing else', () => {
    const moved = { ...row, assigned_counter: 'Counter 2' };
    const told = (counter: string) => names(turns('orders', row, moved, { cafeId, counter }));
    expect([told('Counter 1'), told('Counter2')]).toEqual([['order:assigned_counter'], ['order:assigned_counter']]);
    expect(told('Terrace bar')).toEqual([]);
  });

  it('rings no bell when it changed in another way, or not at all', () => {
    expect(turns('orders', row, { ...row, estimated_ready_at: at })).toEqual([]);
    expect(turns('orders', row, row)).toEqual([]);
  });

  it('is work for half an hour as long as nobody began with it', () => {
    const openWork = named(tableTap.resources, 'orders').openWork;
    expect(openWork?.maxAgeMs).toBe(1_800_000);
    expect(['pending', 'preparing', 'ready', 'cancelled'].map((status) => openWork?.is({ ...row, status }))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(named(tableTap.resources, 'inventory').openWork).toBeUndefined();
    expect(named(tableTap.resources, 'counters').openWork).toBeUndefined();
  });

  it('amounts to events that fit their own description', () => {
    const events = [
      ...turns('orders', undefined, row),
      ...turns('orders', row, { ...row, status: 'ready', assigned_counter: 'Counter 2' }),
      ...turns('orders', row, { ...row, status: 'cancelled' }),
      ...turns('inventory', { product_id: 'p-1', current_stock: 9 }, { product_id: 'p-1', current_stock: 0 }),
      ...turns('inventory', undefined, { product_id: 'p-1', current_stock: 1, reorder_level: 5 }),
      ...turns('counters', { counter_name: 'Bar', status: 'active' }, { counter_name: 'Bar', status: 'inactive' }),
    ];
    expect(new Set(names(events)).size).toBe(9);
    for (const { name, channel, data } of events) {
      expect(accepts(named(tableTap.events, name).data, data), name).toBe(true);
      expect(channel).toBe(channelOf(name));
    }
  });

  it.each(['pending', 'preparing', 'ready', 'on-the-shelf'])('is not finished while it is %s', (status) => {
    expect(isFinished(status)).toBe(false);
  });
});

describe('a stock that was read', () => {
  const row: StockRow = { product_id: 'p-1', sku: 'SYR014', current_stock: 12.5, reorder_level: 5, max_stock: 40 };
  const stocked = (current_stock: number | null): StockRow => ({ ...row, current_stock });

  it('changed by what is missing', () => {
    expect(turns('inventory', row, stocked(12.2))).toMatchObject([
      {
        name: 'inventory:stock_updated',
        channel: 'inventory',
        data: {
          product_id: 'p-1',
          sku: 'SYR014',
          previous_stock: 12.5,
          new_stock: 12.2,
          change_amount: -0.3,
          reorder_needed: false,
        },
        subject: { type: 'Product', id: 'p-1' },
      },
    ]);
  });

  it('raises an alarm when it falls past a mark, and not again below it', () => {
    expect(names(turns('inventory', row, stocked(4)))).toEqual(['inventory:stock_updated', 'inventory:low_stock']);
    expect(names(turns('inventory', stocked(4), stocked(3)))).toEqual(['inventory:stock_updated']);
    expect(names(turns('inventory', stocked(3), stocked(0)))).toEqual([
      'inventory:stock_updated',
      'inventory:out_of_stock',
    ]);
    expect(names(turns('inventory', row, stocked(0)))).toEqual(['inventory:stock_updated', 'inventory:out_of_stock']);
    expect(names(turns('inventory', stocked(0), stocked(-2)))).toEqual(['inventory:stock_updated']);
  });

  it('raises none when it rises', () => {
    expect(names(turns('inventory', stocked(0), stocked(3)))).toEqual(['inventory:stock_updated']);
    expect(names(turns('inventory', stocked(0), row))).toEqual(['inventory:stock_updated']);
  });

  it('raises one when the mark was put above it', () => {
    expect(names(turns('inventory', row, { ...row, reorder_level: 20 }))).toEqual(['inventory:low_stock']);
  });

  it('counts what is sent as text', () => {
    const text = (current_stock: string): StockRow => ({ ...row, current_stock, reorder_level: '5.0' });
    expect(names(turns('inventory', text('20'), text('4')))).toEqual([
      'inventory:stock_updated',
      'inventory:low_stock',
    ]);
    expect(turns('inventory', text('20'), text('12.5'))[0]?.data).toMatchObject({
      new_stock: 12.5,
      change_amount: -7.5,
    });
    expect(turns('inventory', text('20'), stocked(20))).toEqual([]);
    expect(hear('inventory:stock_updated', { product_id: 'p-1', new_stock: '20' }).data).toMatchObject({
      new_stock: '20',
    });
    expect(['20', ' 4.5', '', ' ', 'some', null, Number.NaN].map(countOf)).toEqual([
      20,
      4.5,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('has not changed when it is first seen, but may be short', () => {
    expect(turns('inventory', undefined, row)).toEqual([]);
    expect(turns('inventory', undefined, { ...stocked(2), disabled: false })).toMatchObject([
      { name: 'inventory:low_stock', data: { current_stock: 2, reorder_level: 5, max_stock: 40 } },
    ]);
    expect(turns('inventory', undefined, { ...stocked(0), disabled: true })).toMatchObject([
      { name: 'inventory:out_of_stock', data: { product_id: 'p-1', auto_disabled: true } },
    ]);
  });

  it('says nothing when nobody counts it, or nothing changed', () => {
    expect(turns('inventory', row, stocked(null))).toEqual([]);
    expect(turns('inventory', row, { ...row, product_name: 'Syrup' })).toEqual([]);
  });

  it('does not say whether to reorder where there is no mark', () => {
    const [changed] = turns('inventory', { ...row, reorder_level: null }, { ...stocked(1), reorder_level: null });
    expect(changed?.data).toMatchObject({ reorder_needed: undefined });
  });

  it.each([
    [5, 5, 'enough'],
    [4.9, 5, 'low'],
    [0, 5, 'out'],
    [-1, null, 'out'],
    [1, null, 'enough'],
    [null, 5, undefined],
  ])('of %j with a mark at %j is %s', (current_stock, reorder_level, level) => {
    expect(stockLevel({ product_id: 'p-1', current_stock, reorder_level })).toBe(level);
  });
});

describe('a counter that was read', () => {
  const row = { counter_name: 'Counter 1', status: 'active', active_orders_count: 2 };

  it('opened or closed', () => {
    expect(turns('counters', row, { ...row, status: 'inactive' })).toEqual([
      {
        name: 'counter:status_changed',
        channel: 'system',
        data: { counter_name: 'Counter 1', previous_status: 'active', new_status: 'inactive', active_orders_count: 2 },
        subject: { type: 'Counter', id: 'Counter 1' },
      },
    ]);
  });

  it('says nothing when it is first seen or only busier', () => {
    expect(turns('counters', undefined, row)).toEqual([]);
    expect(turns('counters', row, { ...row, active_orders_count: 9 })).toEqual([]);
  });
});

describe('a collection', () => {
  it.each(['orders', 'inventory', 'counters'])('%s is filled by the list of that name', (name) => {
    expect(named(tableTap.collections, name).resource).toBe(name);
  });

  it('of orders takes a new one whole, as old as its event', () => {
    const order = { id: 'o-1', status: 'pending', loyalty: 3 };
    expect(fed('orders', 'order:created', { order })).toEqual({ kind: 'put', row: { ...order, updated_at: at } });
    const dated = { ...order, updated_at: '2026-05-09T07:40:00Z' };
    expect(fed('orders', 'order:created', { order: dated })).toEqual({ kind: 'put', row: dated });
    expect(fed('orders', 'order:created', { order }, null)).toEqual({ kind: 'put', row: order });
  });

  it.each<[AnyName, object, object]>([
    [
      'order:status_changed',
      { new_status: 'preparing', estimated_ready_at: at },
      { status: 'preparing', estimated_ready_at: at },
    ],
    ['order:status_changed', { new_status: 'preparing', estimated_ready_at: null }, { status: 'preparing' }],
    ['order:ready', {}, { status: 'ready' }],
    ['order:cancelled', {}, { status: 'cancelled' }],
    ['order:assigned_counter', { new_counter: 'Counter 2' }, { assigned_counter: 'Counter 2' }],
  ])('of orders learns from %s %j', (name, data, fields) => {
    expect(fed('orders', name, { order_id: 'o-1', ...data })).toEqual({
      kind: 'patch',
      key: 'o-1',
      fields: { ...fields, updated_at: at },
    });
  });

  it.each<[AnyName, object, object]>([
    ['inventory:stock_updated', { new_stock: 0 }, { current_stock: 0 }],
    [
      'inventory:low_stock',
      { current_stock: 2, reorder_level: 5, max_stock: null },
      { current_stock: 2, reorder_level: 5 },
    ],
    ['inventory:low_stock', { max_stock: 40, last_restocked: at }, { max_stock: 40, last_restocked: at }],
    ['inventory:out_of_stock', { auto_disabled: true }, { current_stock: 0, disabled: true }],
    ['inventory:out_of_stock', {}, { current_stock: 0 }],
  ])('of the inventory learns from %s %j', (name, data, fields) => {
    expect(fed('inventory', name, { product_id: 'p-1', ...data })).toEqual({
      kind: 'patch',
      key: 'p-1',
      fields: { ...fields, updated_at: at },
    });
  });

  it('of counters learns who opened and closed', () => {
    const data = { counter_name: 'Counter 1', new_status: 'inactive', active_orders_count: 0 };
    expect(fed('counters', 'counter:status_changed', data)).toEqual({
      kind: 'patch',
      key: 'Counter 1',
      fields: { status: 'inactive', active_orders_count: 0, updated_at: at },
    });
  });

  it('ages a row by its moment, however the server spells that', () => {
    const change = (timestamp: string) => fed('orders', 'order:ready', { order_id: 'o-1' }, timestamp);
    expect(change('2026-05-09T09:42:18+02:00')).toMatchObject({ fields: { updated_at: at } });
    const { version } = named(tableTap.collections, 'orders');
    const aged = (updated_at: string) => version?.({ id: 'o-1', status: 'ready', updated_at });
    expect(aged('2026-05-09T09:42:18+02:00')).toBe(aged(at));
    expect(Number(aged('2026-05-09T07:42:18.000250Z')) - Number(aged(at))).toBe(250);
  });

  it('leaves the age of a row alone when the event does not say when it was', () => {
    expect(fed('orders', 'order:ready', { order_id: 'o-1' }, null)).toEqual({
      kind: 'patch',
      key: 'o-1',
      fields: { status: 'ready' },
    });
  });
});

describe('changed settings', () => {
  it('are all listed, also those that nobody described', () => {
    const { data } = hear('cafe:settings_updated', {
      changes: {
        prep_time_minutes: { previous: 15, new: 11 },
        currency: { previous: 'EUR', new: 'CHF' },
        note: 'hand-made',
      },
    });
    expect(changedSettings(data as Events['cafe:settings_updated'])).toEqual([
      { name: 'prep_time_minutes', previous: 15, next: 11 },
      { name: 'currency', previous: 'EUR', next: 'CHF' },
    ]);
  });

  it('may be none', () => {
    expect(changedSettings({ changes: {} })).toEqual([]);
    expect(changedSettings({ changes: { tip_suggestions: null } })).toEqual([]);
  });
});

describe('a list that makes good only some events of its channels', () => {
  const shifts = resource({
    path: '/shifts',
    page: () => undefined,
    row: named(tableTap.resources, 'counters').row,
    key: () => 'x',
    covers: ['employees'],
  });

  it('may name those that its channels carry', () => {
    const extended = extendContract(tableTap, {
      resources: { shifts: { ...shifts, coversEvents: ['employee:clocked_in'] } },
    });
    expect(extended.resources.get('shifts')?.coversEvents).toEqual(['employee:clocked_in']);
  });

  it.each([
    ['employee:promoted', /the event "employee:promoted", which is not defined/],
    ['order:created', /makes good "order:created", but covers no channel that carries it/],
  ])('may not name %s', (name, sentence) => {
    expect(() => extendContract(tableTap, { resources: { shifts: { ...shifts, coversEvents: [name] } } })).toThrow(
      sentence,
    );
  });
});
