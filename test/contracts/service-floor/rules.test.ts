import { describe, expect, it } from 'vitest';
import {
  createDecoder,
  encodeEvent,
  foreignTo,
  joinedAtStart,
  queryRequest,
  type Change,
  type DerivedEvent,
  type Frame,
  type HeardEvent,
  type QueryDefinition,
} from 'heard';
import { isFinished, isHandled, orderStage, serviceFloor, tableStage } from 'heard/contracts/service-floor';

const decode = createDecoder(serviceFloor);
const frame = (name: string, payload: unknown): Frame => ({ channel: '/events', name, payload });

function hear(name: string, payload: unknown): HeardEvent {
  const decoded = decode(frame(name, payload));
  if (decoded.kind !== 'event') throw new Error(`${name} was ${decoded.kind}`);
  return decoded.event;
}

const resourceOf = (name: string) => {
  const resource = serviceFloor.resources.get(name);
  if (resource === undefined) throw new Error(`no resource ${name}`);
  return resource;
};
/** Every row of this backend amounts to one event at most. */
function derivedFrom(resource: string, previous: object | undefined, row: object): DerivedEvent | undefined {
  const event = resourceOf(resource).rowToEvent?.(previous, row, {});
  if (event !== undefined && !('name' in event)) throw new Error(`${resource}: a list of events`);
  return event;
}
const turn = (resource: string, previous: object | undefined, row: object): string | undefined =>
  derivedFrom(resource, previous, row)?.name;

/** The row before, which was seen if it had a status. */
const was = <Row extends { readonly status: string | undefined }>(row: Row): Row | undefined =>
  row.status === undefined ? undefined : row;

const fed = (collection: string, name: string, payload: unknown): Change | undefined =>
  serviceFloor.collections.get(collection)?.from?.[name]?.(hear(name, payload));

const at = '2026-03-01T18:04:11.120Z';
const later = '2026-03-01T18:31:45.007Z';

describe('an event on the wire', () => {
  it('is its name and its payload, with nothing around them', () => {
    const sent = encodeEvent(serviceFloor, {
      name: 'user.created',
      data: { id: 6, username: 'floor-tablet-2', role: 'waiter' },
      channel: 'events',
      values: {},
      id: 'not-sent',
      occurredAt: Date.parse(at),
    });
    expect(sent).toEqual({
      channel: '/events',
      name: 'user.created',
      payload: { id: 6, username: 'floor-tablet-2', role: 'waiter' },
    });
    expect(hear(sent.name, sent.payload)).toMatchObject({
      name: 'user.created',
      channel: 'events',
      occurredAt: undefined,
    });
  });

  it('keeps the fields that nobody described', () => {
    expect(hear('order:created', { id: 1, loyalty: { points: 4 } }).data).toEqual({ id: 1, loyalty: { points: 4 } });
  });

  it('is never foreign: there is no store to belong to', () => {
    expect(foreignTo(serviceFloor, {}, hear('menu.updated', { id: 1, storeId: 'elsewhere' }))).toBeUndefined();
  });

  it('is passed on as it is when a later release invented it', () => {
    expect(decode(frame('order:refunded', { id: 311, amount: '8.50' }))).toMatchObject({
      kind: 'unknown',
      because: 'name',
      event: { name: 'order:refunded', channel: 'events', data: { id: 311, amount: '8.50' } },
    });
  });

  it('says what it is about', () => {
    const subjects = [
      hear('order:served', { id: 'b7d1' }),
      hear('table:forceReset', { tableNumber: 12 }),
      hear('menu.created', { id: 5 }),
      hear('menu.deleted', { id: 5 }),
      hear('user.created', { id: 6 }),
      hear('user.deleted', { id: 6 }),
      hear('messagePinned', { id: 7 }),
      hear('messageDeleted', { id: 7 }),
      hear('serviceCallHandled', { id: 8 }),
      hear('allMessagesDeleted', {}),
    ].map(({ subject }) => subject && `${subject.type} ${subject.id}`);
    expect(subjects).toEqual([
      'Order b7d1',
      'Table 12',
      'MenuItem 5',
      'MenuItem 5',
      'User 6',
      'User 6',
      'Message 7',
      'Message 7',
      'ServiceCall 8',
      undefined,
    ]);
  });

  it('waits behind the guests when it is about menu or staff', () => {
    const waiting = [...serviceFloor.events]
      .filter(([, { priority }]) => priority === 'background')
      .map(([name]) => name);
    expect(waiting).toEqual(['menu.created', 'menu.updated', 'menu.deleted', 'user.created', 'user.deleted']);
  });
});

describe('the identity of an event', () => {
  const entities = [
    'order:created',
    'order:served',
    'order:completed',
    'order:cancelled',
    'newMessage',
    'messageUpdated',
    'messagePinned',
    'serviceCall',
    'serviceCallHandled',
  ];

  it.each(entities)('of %s is its name, the entity and when that changed', (name) => {
    const { id } = hear(name, { id: 7, updatedAt: at });
    expect(id).toBe(`${name}:7@${at}`);
    expect(hear(name, { id: 7, updatedAt: at, note: 'repeated' }).id).toBe(id);
    expect(hear(name, { id: 7, updatedAt: later }).id).not.toBe(id);
    expect(hear(name, { id: 8, updatedAt: at }).id).not.toBe(id);
  });

  it.each(entities)('of %s is unknown when the entity does not say when it changed', (name) => {
    expect(hear(name, { id: 7 }).id).toBeUndefined();
    expect(hear(name, { id: 7, updatedAt: null }).id).toBeUndefined();
    expect(hear(name, { id: 7, updatedAt: '' }).id).toBeUndefined();
  });

  it('does not exist for anything else, so that a table may be activated twice a day', () => {
    const rest = [...serviceFloor.events].filter(([name]) => !entities.includes(name));
    expect(rest).toHaveLength(11);
    for (const [name] of rest) {
      expect(hear(name, { id: 7, tableNumber: 7, updatedAt: at }).id).toBeUndefined();
    }
  });
});

describe('a role', () => {
  const heardBy = (role: string): readonly string[] => serviceFloor.roles.get(role)?.events ?? [];

  it('joins the one namespace', () => {
    for (const role of serviceFloor.roles.values()) expect(joinedAtStart(serviceFloor, role, {})).toEqual(['events']);
  });

  it('on the floor hears everything but staff', () => {
    const staff = ['user.created', 'user.deleted'];
    expect([...heardBy('floor'), ...staff].sort()).toEqual([...serviceFloor.events.keys()].sort());
  });

  it('in the kitchen hears orders, menu and messages', () => {
    expect(heardBy('kitchen')).toEqual([
      'order:created',
      'order:served',
      'order:completed',
      'order:cancelled',
      'menu.created',
      'menu.updated',
      'menu.deleted',
      'newMessage',
      'messageUpdated',
      'messagePinned',
      'messageDeleted',
      'allMessagesDeleted',
    ]);
  });

  it('at the dashboard hears whatever the channel carries', () => {
    expect(serviceFloor.roles.get('dashboard')).toEqual({ channels: ['events'] });
    expect([...(serviceFloor.channels.get('events')?.events ?? [])].sort()).toEqual(
      [...serviceFloor.events.keys()].sort(),
    );
  });
});

describe('a list', () => {
  const paths = ['/orders', '/tables', '/menu', '/users', '/messages', '/service-calls'];

  it('is asked for whole', () => {
    const asked = [...serviceFloor.queries.values()].map((query) =>
      queryRequest(query as QueryDefinition<object>, {}, {}),
    );
    expect(asked).toEqual(paths.map((path) => ({ method: 'GET', path })));
    expect([...serviceFloor.resources.values()].map(({ path, search }) => [path, search])).toEqual(
      paths.map((path) => [path, undefined]),
    );
  });

  it.each([...serviceFloor.resources.keys()])(
    'of %s may be bare or in an envelope, and what it lacks is gone',
    (name) => {
      const whole = { rows: [{ id: 1 }], deleted: [], tombstones: false, complete: true };
      expect(resourceOf(name).page([{ id: 1 }])).toEqual(whole);
      expect(resourceOf(name).page({ data: [{ id: 1 }] })).toEqual(whole);
      expect(resourceOf(name).page([])).toEqual({ ...whole, rows: [] });
    },
  );

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', '<!doctype html>'],
    ['an error', { statusCode: 500, message: 'Internal server error' }],
    ['data that is no list', { data: { id: 1 } }],
    ['a list under another name', { orders: [{ id: 1 }] }],
  ])('is never read out of %s', (_, body) => {
    for (const { page } of serviceFloor.resources.values()) expect(page(body)).toBeUndefined();
  });

  it('gives its rows to a query in either form', () => {
    const answer = serviceFloor.queries.get('orders')?.answer['~standard'];
    expect(answer?.validate([{ id: 1 }])).toMatchObject({ value: [{ id: 1 }] });
    expect(answer?.validate({ data: [{ id: 1 }] })).toMatchObject({ value: { data: [{ id: 1 }] } });
    expect(answer?.validate({ data: [{}] })).toHaveProperty('issues');
  });

  it('knows its rows by id, and tables by the number that events call them by', () => {
    expect(resourceOf('orders').key({ id: 7 })).toBe('7');
    expect(resourceOf('tables').key({ id: 'row-3', tableNumber: 12 })).toBe('12');
    for (const [name, collection] of serviceFloor.collections) {
      const row = { id: 7, tableNumber: 12, updatedAt: at };
      expect(collection.resource).toBe(name);
      expect(collection.key(row)).toBe(resourceOf(name).key(row));
      const version = Date.parse(at) * 1000;
      for (const of of [collection, resourceOf(name)]) {
        expect(of.version?.(row)).toBe(version);
        expect(of.version?.({ ...row, updatedAt: Date.parse(at) })).toBe(version);
        expect(of.version?.({ ...row, updatedAt: '2026-03-01T19:04:11.120000+01:00' })).toBe(version);
      }
      expect(resourceOf(name).version?.({ id: 7, tableNumber: 7 })).toBeUndefined();
    }
  });
});

describe('what a list makes good', () => {
  const open = { id: 1, tableNumber: 1, status: 'pending' };
  const rows: Readonly<Record<string, readonly (readonly [object | undefined, object])[]>> = {
    orders: ['created', 'served', 'completed', 'cancelled'].map((status) => [
      status === 'created' ? undefined : { id: 1, status: 'created' },
      { id: 1, status },
    ]),
    tables: ['active', 'checkout', 'inactive'].map((status) => [
      { tableNumber: 1, status: 'reserved' },
      { tableNumber: 1, status },
    ]),
    menu: [
      [undefined, open],
      [open, open],
    ],
    users: [[undefined, open]],
    messages: [
      [undefined, open],
      [open, open],
      [open, { ...open, pinned: true }],
    ],
    serviceCalls: [
      [undefined, open],
      [open, { ...open, status: 'handled' }],
    ],
  };

  it.each(Object.keys(rows))('is what its rows can tell, and no more: %s', (name) => {
    const told = (rows[name] ?? []).map(([previous, row]) => turn(name, previous, row));
    expect(resourceOf(name).coversEvents).toEqual(told);
  });

  it('is not a deletion nor a reset: a loss there is signalled', () => {
    const made = [...serviceFloor.resources.values()].flatMap(({ coversEvents }) => coversEvents ?? ['all']);
    expect([...serviceFloor.events.keys()].filter((name) => !made.includes(name))).toEqual([
      'table:forceReset',
      'menu.deleted',
      'user.deleted',
      'messageDeleted',
      'allMessagesDeleted',
    ]);
  });
});

describe('an order that was read', () => {
  it.each([
    [undefined, 'created', 'order:created'],
    [undefined, undefined, 'order:created'],
    [undefined, 'PREPARING', 'order:created'],
    [undefined, 'served', 'order:served'],
    [undefined, 'completed', undefined],
    [undefined, 'cancelled', undefined],
    [undefined, 'COMPLETED', undefined],
    ['created', 'served', 'order:served'],
    ['created', 'SERVED', 'order:served'],
    ['created', 'completed', 'order:completed'],
    ['served', 'completed', 'order:completed'],
    ['created', 'cancelled', 'order:cancelled'],
    ['created', 'created', undefined],
    ['created', 'preparing', undefined],
    ['served', 'SERVED', undefined],
    ['completed', 'completed', undefined],
    ['served', 'created', undefined],
  ])('as %s before and %s now amounts to %s', (before, now, name) => {
    expect(turn('orders', was({ id: 7, status: before }), { id: 7, status: now })).toBe(name);
  });

  it('is told whole', () => {
    const row = { id: 7, status: 'served', total: '23.40', updatedAt: later };
    expect(derivedFrom('orders', { id: 7, status: 'created' }, row)).toEqual({
      name: 'order:served',
      channel: 'events',
      data: row,
      subject: { type: 'Order', id: 7 },
    });
  });

  it('is finished when it is paid or called off, not when it is on the table', () => {
    const finished = ['created', 'served', 'completed', 'Cancelled', 'constructor'].filter((status) =>
      isFinished({ id: 1, status }),
    );
    expect(finished).toEqual(['completed', 'Cancelled']);
    expect(isFinished({ id: 1 })).toBe(false);
    expect(orderStage({ id: 1, status: 'Served' })).toBe('served');
    expect(orderStage({ id: 1, status: 'created' })).toBeUndefined();
  });
});

describe('a table that was read', () => {
  it.each([
    [undefined, 'active', 'table:activated'],
    [undefined, 'checkout', 'table:checkoutStarted'],
    [undefined, 'inactive', undefined],
    [undefined, undefined, undefined],
    ['inactive', 'active', 'table:activated'],
    ['inactive', 'ACTIVE', 'table:activated'],
    ['active', 'checkout', 'table:checkoutStarted'],
    ['checkout', 'inactive', 'table:checkoutCompleted'],
    ['active', 'inactive', 'table:checkoutCompleted'],
    ['active', 'ACTIVE', undefined],
    ['inactive', 'inactive', undefined],
    ['active', 'reserved', undefined],
  ])('as %s before and %s now amounts to %s', (before, now, name) => {
    expect(turn('tables', was({ tableNumber: 4, status: before }), { tableNumber: 4, status: now })).toBe(name);
  });

  it('is told by its number alone, as the event does', () => {
    expect(derivedFrom('tables', undefined, { id: 'row-3', tableNumber: 'T-4', status: 'active', seats: 6 })).toEqual({
      name: 'table:activated',
      channel: 'events',
      data: { tableNumber: 'T-4' },
      subject: { type: 'Table', id: 'T-4' },
    });
    expect(tableStage({ tableNumber: 4, status: 'Checkout' })).toBe('checkout');
    expect(tableStage({ tableNumber: 4, status: 'reserved' })).toBeUndefined();
  });
});

describe('a dish that was read', () => {
  it('is new by id and name, or changed by id, and nothing more', () => {
    const row = { id: 41, name: 'Chickpea stew', price: '8.50', updatedAt: at };
    expect(derivedFrom('menu', undefined, row)).toEqual({
      name: 'menu.created',
      channel: 'events',
      data: { id: 41, name: 'Chickpea stew' },
      subject: { type: 'MenuItem', id: 41 },
    });
    expect(derivedFrom('menu', row, { ...row, price: '9.00' })).toEqual({
      name: 'menu.updated',
      channel: 'events',
      data: { id: 41 },
      subject: { type: 'MenuItem', id: 41 },
    });
  });
});

describe('a user that was read', () => {
  const row = { id: 6, username: 'floor-tablet-2', role: 'waiter', lastSeen: at };

  it('is told when new, by what the event tells and no more', () => {
    expect(derivedFrom('users', undefined, row)).toEqual({
      name: 'user.created',
      channel: 'events',
      data: { id: 6, username: 'floor-tablet-2', role: 'waiter' },
      subject: { type: 'User', id: 6 },
    });
  });

  it('is not told when changed: there is no event for that', () => {
    expect(derivedFrom('users', row, { ...row, role: 'manager' })).toBeUndefined();
  });
});

describe('a message that was read', () => {
  it.each([
    ['new', undefined, { id: 1 }, 'newMessage'],
    ['edited', { id: 1, content: 'a' }, { id: 1, content: 'b' }, 'messageUpdated'],
    ['pinned', { id: 1, pinned: false }, { id: 1, pinned: true }, 'messagePinned'],
    ['pinned for the first time', { id: 1 }, { id: 1, pinned: true }, 'messagePinned'],
    ['unpinned', { id: 1, pinned: true }, { id: 1, pinned: null }, 'messagePinned'],
    ['edited, and said not to be pinned', { id: 1 }, { id: 1, pinned: false, content: 'b' }, 'messageUpdated'],
    ['edited while pinned', { id: 1, pinned: true }, { id: 1, pinned: true, content: 'b' }, 'messageUpdated'],
  ])('as %s', (_, previous, row, name) => {
    expect(derivedFrom('messages', previous, row)).toEqual({
      name,
      channel: 'events',
      data: row,
      subject: { type: 'Message', id: 1 },
    });
  });
});

describe('a service call that was read', () => {
  const open = { id: 88, tableNumber: 12, status: 'pending', updatedAt: at };
  const handled = { ...open, status: 'handled', updatedAt: later };

  it.each([
    ['new', undefined, open, 'serviceCall'],
    ['new and seen to', undefined, handled, undefined],
    ['seen to', open, handled, 'serviceCallHandled'],
    ['repeated', open, { ...open, updatedAt: later }, 'serviceCall'],
    ['raised again', handled, open, 'serviceCall'],
    ['touched after it was seen to', handled, { ...handled, handledBy: 6 }, undefined],
  ])('as %s', (_, previous, row, name) => {
    expect(turn('serviceCalls', previous, row)).toBe(name);
  });

  it('is told whole', () => {
    expect(derivedFrom('serviceCalls', undefined, open)).toEqual({
      name: 'serviceCall',
      channel: 'events',
      data: open,
      subject: { type: 'ServiceCall', id: 88 },
    });
  });

  it('is seen to when its status or a time says so', () => {
    expect(isHandled({ id: 1, status: 'HANDLED' })).toBe(true);
    expect(isHandled({ id: 1, handledAt: at })).toBe(true);
    expect(isHandled({ id: 1, status: 'pending', handledAt: null })).toBe(false);
    expect(isHandled({ id: 1, handledAt: '' })).toBe(false);
    expect(isHandled({ id: 1 })).toBe(false);
  });

  it('is open work for half an hour, also when the very first read finds it', () => {
    const { openWork } = resourceOf('serviceCalls');
    expect(openWork?.is(open)).toBe(true);
    expect(openWork?.is(handled)).toBe(false);
    expect(openWork?.maxAgeMs).toBe(30 * 60_000);
    const others = [...serviceFloor.resources].filter(([name]) => name !== 'serviceCalls');
    expect(others.map(([, resource]) => resource.openWork)).toEqual(others.map(() => undefined));
  });
});

describe('every derived event', () => {
  it.each([
    ['orders', undefined, { id: 7, status: 'created', updatedAt: at }],
    ['tables', undefined, { tableNumber: 4, status: 'active' }],
    ['menu', undefined, { id: 41, name: null }],
    ['menu', { id: 41 }, { id: 41 }],
    ['users', undefined, { id: 6, username: 'floor-tablet-2' }],
    ['messages', undefined, { id: 1, content: 'a', updatedAt: at }],
    ['serviceCalls', undefined, { id: 88, updatedAt: at }],
  ])('from %s reads like the one that would have come over the socket', (resource, previous, row) => {
    const event = derivedFrom(resource, previous, row);
    if (event === undefined) throw new Error('nothing was derived');
    expect(hear(event.name, event.data)).toMatchObject({ channel: event.channel, subject: event.subject });
  });
});

describe('a collection', () => {
  it.each([
    ['orders', ['order:created', 'order:served', 'order:completed', 'order:cancelled']],
    ['messages', ['newMessage', 'messageUpdated', 'messagePinned']],
    ['serviceCalls', ['serviceCall', 'serviceCallHandled']],
  ])('of %s takes the full objects as rows', (collection, names) => {
    for (const name of names) {
      const row = { id: 7, updatedAt: at };
      expect(fed(collection, name, row)).toEqual({ kind: 'put', row });
    }
  });

  it('of tables knows one whose number is sent as text', () => {
    expect(fed('tables', 'table:activated', { tableNumber: '12' })).toEqual(
      fed('tables', 'table:activated', { tableNumber: 12 }),
    );
    expect(resourceOf('tables').key({ tableNumber: '12' })).toBe(resourceOf('tables').key({ tableNumber: 12 }));
  });

  it('of tables follows them round', () => {
    const stages = ['table:activated', 'table:checkoutStarted', 'table:checkoutCompleted', 'table:forceReset'];
    expect(stages.map((name) => fed('tables', name, { tableNumber: 12 }))).toEqual(
      ['active', 'checkout', 'inactive', 'inactive'].map((status) => ({
        kind: 'patch',
        key: '12',
        fields: { status },
      })),
    );
  });

  it('of the menu gains what is new and loses what is gone', () => {
    expect(fed('menu', 'menu.created', { id: 58, name: 'Saffron rice pudding' })).toEqual({
      kind: 'put',
      row: { id: 58, name: 'Saffron rice pudding' },
    });
    expect(fed('menu', 'menu.deleted', { id: 58 })).toEqual({ kind: 'remove', key: '58' });
  });

  it('of the menu leaves a dish as it is when all it learns is that it changed', () => {
    expect(fed('menu', 'menu.updated', { id: 58 })).toBeUndefined();
  });

  it('of users gains and loses them', () => {
    const row = { id: 6, username: 'floor-tablet-2', role: 'waiter' };
    expect(fed('users', 'user.created', row)).toEqual({ kind: 'put', row });
    expect(fed('users', 'user.deleted', { id: 6 })).toEqual({ kind: 'remove', key: '6' });
  });

  it('of messages loses one, or all', () => {
    expect(fed('messages', 'messageDeleted', { id: 'm-1' })).toEqual({ kind: 'remove', key: 'm-1' });
    expect(fed('messages', 'allMessagesDeleted', {})).toEqual({ kind: 'clear' });
    expect(fed('messages', 'allMessagesDeleted', undefined)).toEqual({ kind: 'clear' });
  });
});
