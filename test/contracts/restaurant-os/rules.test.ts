import {
  createDecoder,
  encodeEvent,
  joinedAtStart,
  queryRequest,
  wireName,
  type Change,
  type DerivedEvent,
  type HeardEvent,
  type QueryDefinition,
  type ResourceDefinition,
  type RoleDefinition,
} from 'heard';
import {
  CHANNELS,
  chooseConnection,
  concernsIngredient,
  destinations,
  freePlan,
  isLowStock,
  isOpenOrder,
  isOpenTicket,
  isPusherEnabled,
  isWaitingTicket,
  PUSHER_EVENTS,
  pusherCredentials,
  restaurantOs,
  tableNumberOf,
} from 'heard/contracts/restaurant-os';
import { describe, expect, it } from 'vitest';

const decode = createDecoder(restaurantOs);

const heard = (channel: string, name: string, payload: unknown): HeardEvent => {
  const decoded = decode({ channel, name, payload });
  if (decoded.kind !== 'event') throw new Error(`${name} on ${channel} is ${decoded.kind}`);
  return decoded.event;
};

const found = <Definition>(definitions: ReadonlyMap<string, Definition>, name: string): Definition => {
  const definition = definitions.get(name);
  if (definition === undefined) throw new Error(`${name} is not there`);
  return definition;
};

describe('the words', () => {
  it('name every channel that is not dynamic, as it is on the wire', () => {
    const fixed = [...restaurantOs.channels.values()].map(({ wire }) => wire).filter((wire) => !wire.includes('{'));
    expect(Object.values(CHANNELS).toSorted()).toEqual(fixed.toSorted());
  });

  it('name every event', () => {
    expect(Object.values(PUSHER_EVENTS).toSorted()).toEqual([...restaurantOs.events.keys()].toSorted());
  });

  it('are literal types', () => {
    const channels: readonly ['alerts', 'kitchen'] = [CHANNELS.ALERTS, CHANNELS.KITCHEN];
    const name: 'timer.sla_warning' = PUSHER_EVENTS.TIMER_SLA_WARNING;
    expect([...channels, name]).toEqual(['alerts', 'kitchen', 'timer.sla_warning']);
  });
});

describe('channels', () => {
  it('of a table and of a station are opened by number and by type', () => {
    expect(wireName(restaurantOs, 'table', { number: 5 })).toBe('table-5');
    expect(wireName(restaurantOs, 'station', { type: 'grill' })).toBe('station-grill');
  });

  it('of a table and of a station say which one an event came from', () => {
    expect(heard('table-12', 'order.created', { documentId: 'o' }).params).toEqual({ number: '12' });
    expect(heard('station-cold-kitchen', 'ticket.created', { documentId: 't' }).params).toEqual({
      type: 'cold-kitchen',
    });
  });

  it('that are dynamic are not joined by a role before somebody opens them', () => {
    const joined = (role: string) => joinedAtStart(restaurantOs, found<RoleDefinition>(restaurantOs.roles, role), {});
    expect(joined('floor')).toEqual(['orders', 'tables']);
    expect(joined('kitchen')).toEqual(['kitchen', 'alerts']);
    expect(joined('stock')).toEqual(['inventory', 'alerts']);
    expect(joined('manager')).toEqual(['orders', 'kitchen', 'inventory', 'tables', 'alerts']);
  });
});

describe('the identity of an event', () => {
  const order = { documentId: 'o', status: 'new' };

  it('is its event_id, also when it comes on two channels', () => {
    const payload = { payload: order, event_id: 'e-1' };
    expect(heard('orders', 'order.created', payload).id).toBe('e-1');
    expect(heard('table-5', 'order.created', payload).id).toBe('e-1');
  });

  it('is unknown without one, so that no event is taken for a repetition', () => {
    expect(heard('orders', 'order.created', { payload: order }).id).toBeUndefined();
    expect(heard('orders', 'order.created', order).id).toBeUndefined();
    for (const [name, definition] of restaurantOs.events) expect(definition.identity, name).toBeUndefined();
  });

  it('leaves a ticket one piece of work, whichever channels bring it', () => {
    const { work } = found(restaurantOs.events, 'ticket.created');
    expect(work?.step).toBe('opens');
    expect(work?.key({ documentId: 't-1', station: 'grill' })).toBe('t-1');
  });
});

describe('an event', () => {
  it('tells when it happened only where the envelope does', () => {
    const payload = { payload: { documentId: 'o' }, timestamp: '2026-02-02T18:04:05.120Z' };
    expect(heard('orders', 'order.created', payload).occurredAt).toBe(Date.UTC(2026, 1, 2, 18, 4, 5, 120));
    expect(heard('orders', 'order.created', { documentId: 'o' }).occurredAt).toBeUndefined();
  });

  it.each([
    ['orders', 'order.created', { documentId: 'o' }, { type: 'order', id: 'o' }],
    ['orders', 'order.updated', { documentId: 'o', status: 'ready' }, { type: 'order', id: 'o' }],
    ['orders', 'order.cancelled', { documentId: 'o' }, { type: 'order', id: 'o' }],
    ['orders', 'order.item_status_changed', { orderId: 'o', itemId: 'i', status: 'ready' }, { type: 'order', id: 'o' }],
    ['kitchen', 'ticket.created', { documentId: 't' }, { type: 'ticket', id: 't' }],
    ['kitchen', 'ticket.status_changed', { documentId: 't', status: 'ready' }, { type: 'ticket', id: 't' }],
    ['inventory', 'storage.low_stock', { ingredientName: 'Salt', ingredientId: 's' }, { type: 'ingredient', id: 's' }],
    ['inventory', 'storage.low_stock', { ingredientName: 'Salt' }, undefined],
    [
      'inventory',
      'storage.batch_received',
      { ingredientName: 'Salt', ingredientId: 's' },
      { type: 'ingredient', id: 's' },
    ],
    ['tables', 'table.status_changed', { tableNumber: 5, status: 'free' }, { type: 'table', id: 5 }],
    ['alerts', 'timer.sla_warning', { type: 'ticket', resourceId: 't', message: 'late' }, { type: 'ticket', id: 't' }],
  ])('is about something: %s %s %j', (channel, name, payload, subject) => {
    expect(heard(channel, name, payload).subject).toEqual(subject);
  });

  it('that warns goes first, a batch goes last', () => {
    const priority = (name: string) => found(restaurantOs.events, name).priority ?? 'normal';
    expect(priority('timer.sla_warning')).toBe('critical');
    expect(priority('ticket.created')).toBe('normal');
    expect(priority('storage.batch_received')).toBe('background');
  });

  it('survives being encoded, with its id and its time', () => {
    const data = { documentId: 'o', orderNumber: 'A-118', tableNumber: 5, status: 'new' };
    const frame = encodeEvent(restaurantOs, {
      name: 'order.created',
      channel: 'table',
      values: { number: 5 },
      data,
      id: 'e-1',
      occurredAt: 0,
    });
    expect(frame).toEqual({
      channel: 'table-5',
      name: 'order.created',
      payload: { payload: data, event_id: 'e-1', timestamp: '1970-01-01T00:00:00.000Z' },
    });
    expect(heard(frame.channel, frame.name, frame.payload)).toMatchObject({ data, id: 'e-1', occurredAt: 0 });
  });
});

describe('where an event goes', () => {
  const orders = { channel: 'orders', params: {} };

  it('an order to all orders and to its table', () => {
    const both = [orders, { channel: 'table', params: { number: 5 } }];
    expect(destinations('order.created', { documentId: 'o', tableNumber: 5 })).toEqual(both);
    expect(destinations('order.updated', { documentId: 'o', tableNumber: 5, status: 'ready' })).toEqual(both);
    expect(destinations('order.cancelled', { documentId: 'o', tableNumber: 5 })).toEqual(both);
    expect(
      destinations('order.item_status_changed', { orderId: 'o', itemId: 'i', status: 'ready', tableNumber: 5 }),
    ).toEqual(both);
  });

  it('an order without a table to all orders alone, and table 0 is a table', () => {
    expect(destinations('order.created', { documentId: 'o' })).toEqual([orders]);
    expect(destinations('order.created', { documentId: 'o', tableNumber: null })).toEqual([orders]);
    expect(destinations('order.created', { documentId: 'o', tableNumber: 0 })).toHaveLength(2);
  });

  it('a ticket to the kitchen and to its station', () => {
    const kitchen = { channel: 'kitchen', params: {} };
    const grill = { channel: 'station', params: { type: 'grill' } };
    expect(destinations('ticket.created', { documentId: 't', station: 'grill' })).toEqual([kitchen, grill]);
    expect(destinations('ticket.status_changed', { documentId: 't', status: 'ready', station: 'grill' })).toEqual([
      kitchen,
      grill,
    ]);
    expect(destinations('ticket.created', { documentId: 't', station: '' })).toEqual([kitchen]);
  });

  it('a table to all tables and to its own channel', () => {
    expect(destinations('table.status_changed', { tableNumber: 5, status: 'free' })).toEqual([
      { channel: 'tables', params: {} },
      { channel: 'table', params: { number: 5 } },
    ]);
  });

  it('low stock to the inventory and among the alerts, a batch to the inventory alone', () => {
    const names = (to: readonly { readonly channel: string }[]) => to.map(({ channel }) => channel);
    expect(names(destinations('storage.low_stock', { ingredientName: 'Salt' }))).toEqual(['inventory', 'alerts']);
    expect(names(destinations('storage.batch_received', { ingredientName: 'Salt' }))).toEqual(['inventory']);
  });

  it('only to channels that carry it', () => {
    const data = {
      documentId: 'x',
      orderId: 'x',
      itemId: 'x',
      status: 'x',
      ingredientName: 'x',
      tableNumber: 5,
      station: 'grill',
      type: 'ticket',
      resourceId: 'x',
      message: 'x',
    };
    for (const name of Object.values(PUSHER_EVENTS)) {
      for (const { channel } of destinations(name, data)) {
        expect(found(restaurantOs.channels, channel).events, `${name} on ${channel}`).toContain(name);
      }
    }
  });
});

describe('choosing the connection', () => {
  const pusher = { NEXT_PUBLIC_PUSHER_KEY: 'key', NEXT_PUBLIC_PUSHER_CLUSTER: 'eu' };

  it('takes Pusher when its key and its cluster are set, whatever else is', () => {
    const choice = { kind: 'pusher', key: 'key', cluster: 'eu' };
    expect(chooseConnection(pusher)).toEqual(choice);
    expect(chooseConnection({ ...pusher, NEXT_PUBLIC_WS_URL: '' })).toEqual(choice);
    expect(chooseConnection({ ...pusher, NEXT_PUBLIC_WS_URL: 'ws://kitchen.example.test/ws' })).toEqual(choice);
  });

  it('does not mind spaces around a value that was pasted', () => {
    expect(chooseConnection({ NEXT_PUBLIC_PUSHER_KEY: ' key\n', NEXT_PUBLIC_PUSHER_CLUSTER: 'eu ' })).toEqual({
      kind: 'pusher',
      key: 'key',
      cluster: 'eu',
    });
  });

  it('takes the plain WebSocket without Pusher, by default the local one', () => {
    expect(chooseConnection({})).toEqual({ kind: 'websocket', url: 'ws://localhost:3001/ws' });
    expect(chooseConnection({ NEXT_PUBLIC_WS_URL: 'wss://kitchen.example.test/ws' })).toEqual({
      kind: 'websocket',
      url: 'wss://kitchen.example.test/ws',
    });
  });

  it.each([
    { NEXT_PUBLIC_PUSHER_KEY: 'key' },
    { NEXT_PUBLIC_PUSHER_CLUSTER: 'eu' },
    { ...pusher, NEXT_PUBLIC_PUSHER_KEY: '' },
    { ...pusher, NEXT_PUBLIC_PUSHER_CLUSTER: '  ' },
  ])('does not take half of Pusher: %j', (env) => {
    expect(chooseConnection(env).kind).toBe('websocket');
    expect(isPusherEnabled(env)).toBe(false);
  });

  it('takes nothing when the address is empty, and says what is missing', () => {
    expect(chooseConnection({ NEXT_PUBLIC_WS_URL: '' })).toEqual({
      kind: 'disabled',
      reason: 'Pusher is not configured, and NEXT_PUBLIC_WS_URL is empty.',
    });
    expect(chooseConnection({ NEXT_PUBLIC_PUSHER_KEY: 'key', NEXT_PUBLIC_WS_URL: ' ' })).toEqual({
      kind: 'disabled',
      reason: 'Pusher lacks NEXT_PUBLIC_PUSHER_CLUSTER, and NEXT_PUBLIC_WS_URL is empty.',
    });
  });

  it.each(['https://kitchen.example.test/ws', 'localhost:3001', 'ws://', 'wss:///ws', 'wss://a b'])(
    'takes nothing when the address is none for a WebSocket: %s',
    (url) => {
      const choice = chooseConnection({ NEXT_PUBLIC_PUSHER_CLUSTER: 'eu', NEXT_PUBLIC_WS_URL: url });
      expect(choice).toEqual({
        kind: 'disabled',
        reason: 'Pusher lacks NEXT_PUBLIC_PUSHER_KEY, and NEXT_PUBLIC_WS_URL is no ws:// or wss:// address.',
      });
    },
  );

  it('knows whether Pusher is what it takes', () => {
    expect(isPusherEnabled(pusher)).toBe(true);
    expect(isPusherEnabled({})).toBe(false);
  });

  it('never looks at what belongs to the backend', () => {
    const server = { PUSHER_APP_ID: '1', PUSHER_KEY: 'key', PUSHER_SECRET: 'secret', PUSHER_CLUSTER: 'eu' };
    const choice = chooseConnection({ ...server, NEXT_PUBLIC_PUSHER_KEY: undefined });
    expect(choice).toEqual({ kind: 'websocket', url: 'ws://localhost:3001/ws' });
    expect(JSON.stringify(chooseConnection({ ...pusher, ...server }))).not.toContain('secret');
  });
});

describe('the credentials of a backend', () => {
  const env = { PUSHER_APP_ID: '1', PUSHER_KEY: 'key', PUSHER_SECRET: 'secret', PUSHER_CLUSTER: 'eu' };

  it('are read from its four variables', () => {
    expect(pusherCredentials(env)).toEqual({ appId: '1', key: 'key', secret: 'secret', cluster: 'eu' });
  });

  it.each(Object.keys(env))('are none without %s', (name) => {
    expect(pusherCredentials({ ...env, [name]: undefined })).toBeUndefined();
    expect(pusherCredentials({ ...env, [name]: ' ' })).toBeUndefined();
  });
});

it('an event may be as large as the free plan allows: 10 KB', () => {
  expect(freePlan).toEqual({ messagesPerDay: 200_000, connections: 100, eventBytes: 10_240 });
  expect(restaurantOs.connection.limits?.eventBytes).toBe(freePlan.eventBytes);
});

const decoded = (search: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> =>
  Object.fromEntries(Object.entries(search ?? {}).filter(([, value]) => value !== undefined));

const firstPage = {
  'sort[0]': 'updatedAt:asc',
  'sort[1]': 'documentId:asc',
  'pagination[page]': 1,
  'pagination[pageSize]': 100,
};
const withTable = { 'populate[table][fields][0]': 'number' };

describe('a list that is asked for', () => {
  const request = (name: string, params: object) =>
    queryRequest(found(restaurantOs.queries, name) as QueryDefinition<object>, params, {});

  it.each([
    ['orders', '/api/orders', withTable],
    ['tickets', '/api/kitchen-tickets', {}],
    ['tables', '/api/tables', {}],
    ['ingredients', '/api/ingredients', {}],
  ])('%s', (name, path, more) => {
    const { method, path: asked } = request(name, {});
    const url = new URL(asked, 'https://api.example.test');
    expect(method).toBe('GET');
    expect(url.pathname).toBe(path);
    const texts = Object.entries({ ...firstPage, ...more }).map(([key, value]) => [key, String(value)]);
    expect(Object.fromEntries(url.searchParams)).toEqual(Object.fromEntries(texts));
  });

  it('can begin at a change and at a page', () => {
    const { path } = request('tickets', { updatedSince: '2026-02-02T18:00:00.000Z', page: 3, pageSize: 25 });
    expect(path).toBe(
      '/api/kitchen-tickets?filters%5BupdatedAt%5D%5B%24gte%5D=2026-02-02T18%3A00%3A00.000Z&sort%5B0%5D=updatedAt%3Aasc' +
        '&sort%5B1%5D=documentId%3Aasc&pagination%5Bpage%5D=3&pagination%5BpageSize%5D=25',
    );
  });

  it.each(['page', 'pageSize'])('has no %s before the first', (name) => {
    const { params } = found(restaurantOs.queries, 'orders');
    expect(params['~standard'].validate({ [name]: 0 })).toHaveProperty('issues', [expect.anything()]);
    expect(params['~standard'].validate({ [name]: 1 })).not.toHaveProperty('issues', [expect.anything()]);
  });
});

describe('reading a list', () => {
  const tickets = found(restaurantOs.resources, 'tickets');
  const at = (minute: number) => `2026-02-02T18:${String(minute).padStart(2, '0')}:00.000Z`;
  const body = (updatedAt: readonly string[], page: number, pageCount: number) => ({
    data: updatedAt.map((when, index) => ({ documentId: `t${index}`, updatedAt: when })),
    meta: { pagination: { page, pageSize: 100, pageCount, total: 100 * pageCount } },
  });
  const search = (question: { readonly updatedSince?: string; readonly cursor?: string }) =>
    decoded(tickets.search?.({ ...question, scope: {} }));

  it('begins with the oldest change', () => {
    expect(search({})).toEqual(firstPage);
    expect(search({ updatedSince: at(0) })).toEqual({ 'filters[updatedAt][$gte]': at(0), ...firstPage });
    expect(decoded(found(restaurantOs.resources, 'orders').search?.({ scope: {} }))).toEqual({
      ...firstPage,
      ...withTable,
    });
  });

  it('is complete with its last page, and knows deletions by absence alone', () => {
    const page = tickets.page(body([at(1), at(2)], 1, 1), { scope: {} });
    expect(page).toEqual({
      rows: body([at(1), at(2)], 1, 1).data,
      deleted: [],
      tombstones: false,
      complete: true,
    });
    expect(tickets.page(body([], 1, 0), { scope: {} })).toMatchObject({ rows: [], complete: true });
  });

  it('goes on at the last change, so that a row that moves to the back pulls no other out of sight', () => {
    const next = tickets.page(body([at(1), at(2)], 1, 3), { scope: {} });
    expect(next?.complete).toBe(false);
    expect(search({ cursor: next?.next ?? '' })).toEqual({ 'filters[updatedAt][$gte]': at(2), ...firstPage });
  });

  it('counts pages among changes of the same moment, and then goes on', () => {
    const first = tickets.page(body([at(1), at(1)], 1, 3), { updatedSince: at(1), scope: {} });
    const question = { updatedSince: at(1), cursor: first?.next ?? '' };
    expect(search(question)).toEqual({ 'filters[updatedAt][$gte]': at(1), ...firstPage, 'pagination[page]': 2 });

    const second = tickets.page(body([at(1), at(4)], 2, 3), { ...question, scope: {} });
    expect(search({ updatedSince: at(1), cursor: second?.next ?? '' })).toEqual({
      'filters[updatedAt][$gte]': at(4),
      ...firstPage,
    });
  });

  it('goes through every row of a server whose rows change while it reads', () => {
    let clock = 0;
    const now = () => new Date(Date.UTC(2026, 1, 2) + (clock += 1)).toISOString();
    // 260 rows were imported in one moment, 200 came one by one.
    const imported = now();
    const rows = Array.from({ length: 460 }, (_, index) => ({
      documentId: `t${String(index).padStart(3, '0')}`,
      updatedAt: index < 260 ? imported : now(),
    }));
    const answer = (asked: Readonly<Record<string, unknown>>) => {
      const since = String(asked['filters[updatedAt][$gte]'] ?? '');
      const size = Number(asked['pagination[pageSize]']);
      const page = Number(asked['pagination[page]']);
      const sorted = rows
        .filter((row) => row.updatedAt >= since)
        .toSorted((a, b) => (a.updatedAt + a.documentId < b.updatedAt + b.documentId ? -1 : 1));
      return {
        data: sorted.slice((page - 1) * size, page * size).map((row) => ({ ...row })),
        meta: {
          pagination: { page, pageSize: size, pageCount: Math.ceil(sorted.length / size), total: sorted.length },
        },
      };
    };
    const seen = new Set<unknown>();
    let cursor: string | undefined;
    let pages = 0;
    do {
      const question = { scope: {}, ...(cursor !== undefined && { cursor }) };
      const page = tickets.page(answer(decoded(tickets.search?.(question))), question);
      for (const row of page?.rows ?? []) seen.add((row as { readonly documentId: string }).documentId);
      cursor = page?.next;
      pages += 1;
      // A row among those that were read already changes, and everything behind it moves up.
      const moved = pages > 3 ? rows[260 + pages] : undefined;
      if (moved !== undefined) moved.updatedAt = now();
    } while (cursor !== undefined && pages < 50);
    expect(seen.size).toBe(460);
    expect(pages).toBeLessThan(10);
  });

  it('counts pages where nobody says what was asked', () => {
    const { next } = tickets.page(body([at(1), at(2)], 1, 2)) ?? {};
    expect(search({ updatedSince: at(0), cursor: next ?? '' })).toEqual({
      'filters[updatedAt][$gte]': at(0),
      ...firstPage,
      'pagination[page]': 2,
    });
  });

  it('counts pages where rows do not say when they changed', () => {
    const silent = { data: [{ documentId: 't' }], meta: { pagination: { page: 1, pageCount: 2 } } };
    const { next } = tickets.page(silent, { scope: {} }) ?? {};
    expect(search({ cursor: next ?? '' })).toEqual({ ...firstPage, 'pagination[page]': 2 });
  });

  it('begins anew with a cursor that is none', () => {
    for (const cursor of ['', 'x', '/0', '/-1', '/1e9', 'a/b']) expect(search({ cursor })).toEqual(firstPage);
  });

  it.each([
    ['nothing', undefined],
    ['a page of a captive portal', '<html>'],
    ['an error', { data: null, error: { status: 403, name: 'ForbiddenError' } }],
    ['rows alone', [{ documentId: 't' }]],
    ['rows without paging: there may be more', { data: [{ documentId: 't' }] }],
    ['rows with paging by offset', { data: [], meta: { pagination: { start: 0, limit: 25, total: 300 } } }],
    ['a page that is no number', { data: [], meta: { pagination: { page: '1', pageCount: 1 } } }],
    ['half a page', { data: [], meta: { pagination: { page: 1.5, pageCount: 2 } } }],
  ])('refuses %s', (_, alien) => {
    expect(tickets.page(alien, { scope: {} })).toBeUndefined();
  });

  it('knows a row by its document id, a table by its number, and both by their last change', () => {
    const row = { documentId: 'd', number: 5, name: 'Salt', updatedAt: at(1) };
    const version = Date.parse(at(1)) * 1000;
    for (const name of ['orders', 'tickets', 'ingredients']) {
      const listed = found(restaurantOs.resources, name);
      expect([listed.key(row), listed.version?.(row)], name).toEqual(['d', version]);
      const kept = found(restaurantOs.collections, name);
      expect([kept.key(row), kept.version?.(row), kept.resource], name).toEqual(['d', version, name]);
      expect(kept.version?.({ ...row, updatedAt: '2026-02-02T19:01:00.000000+01:00' })).toBe(version);
    }
    const tables = found(restaurantOs.resources, 'tables');
    const kept = found(restaurantOs.collections, 'tables');
    expect([tables.key(row), tables.version?.(row), kept.key(row), kept.version?.(row), kept.resource]).toEqual([
      '5',
      version,
      '5',
      version,
      'tables',
    ]);
    expect(tables.version?.({ number: 5, updatedAt: null })).toBeUndefined();
  });

  it('makes good what its rows can tell, on every channel; the loss of anything else is signalled', () => {
    const resources = [...restaurantOs.resources.values()];
    const lost = [...restaurantOs.channels].map(([channel, { events }]) => {
      const made = resources
        .filter(({ covers }) => covers.includes(channel))
        .flatMap(({ coversEvents }) => coversEvents ?? events);
      return [channel, events.filter((name) => !made.includes(name))];
    });
    expect(Object.fromEntries(lost)).toEqual({
      orders: ['order.item_status_changed'],
      kitchen: ['timer.sla_warning'],
      inventory: ['storage.batch_received'],
      tables: [],
      alerts: ['timer.sla_warning'],
      table: ['order.item_status_changed'],
      station: [],
    });
  });
});

describe('a row that was missed becomes the event that told of it', () => {
  const deriveAll = (resource: string, previous: object | undefined, row: object): readonly DerivedEvent[] => {
    const definition: ResourceDefinition = found(restaurantOs.resources, resource);
    const made = [definition.rowToEvent?.(previous, row, {}) ?? []].flat();
    for (const { name, channel, params, data, subject } of made) {
      // Whatever is derived must fit the event and its channel as if the server had sent it.
      expect(heard(wireName(restaurantOs, channel, params ?? {}), name, data).subject).toEqual(subject);
      expect(definition.coversEvents).toContain(name);
      expect(definition.covers).toContain(channel);
    }
    return made;
  };
  /** The first one, without its place; all of them are one fact. */
  const derive = (resource: string, previous: object | undefined, row: object) => {
    const [first, ...others] = deriveAll(resource, previous, row);
    if (first === undefined) return undefined;
    const { name, channel, data, subject } = first;
    for (const other of others) expect(other).toMatchObject({ name, data, subject });
    return { name, channel, data, subject };
  };
  const places = (resource: string, previous: object | undefined, row: object) =>
    deriveAll(resource, previous, row).map(({ channel, params = {} }) => wireName(restaurantOs, channel, params));

  it('on every channel that the server would have sent it to', () => {
    const row = { documentId: 'x', number: 5, tableNumber: 5, station: 'grill', status: 'a' };
    for (const previous of [undefined, { ...row, status: 'b' }]) {
      expect(places('orders', previous, row)).toEqual(['orders', 'table-5']);
      expect(places('tickets', previous, row)).toEqual(['kitchen', 'station-grill']);
    }
    expect(places('orders', { ...row, tableNumber: 4 }, { ...row, status: 'cancelled' })).toEqual([
      'orders',
      'table-5',
    ]);
    expect(places('tables', { ...row, status: 'b' }, row)).toEqual(['tables', 'table-5']);
    expect(places('ingredients', undefined, { documentId: 's', name: 'Salt', currentStock: 1, minStock: 2 })).toEqual([
      'inventory',
      'alerts',
    ]);
  });

  it('on no channel whose name could not be spelt', () => {
    expect(places('orders', undefined, { documentId: 'o', tableNumber: 'Terrace 4' })).toEqual(['orders']);
    expect(places('tickets', undefined, { documentId: 't', station: 'cold kitchen' })).toEqual(['kitchen']);
    expect(places('orders', undefined, { documentId: 'o' })).toEqual(['orders']);
  });

  it('for a table whose number is text, as for one whose number is a number', () => {
    expect(places('orders', undefined, { documentId: 'o', table: { number: '5' } })).toEqual(['orders', 'table-5']);
    const { key } = found(restaurantOs.resources, 'tables');
    expect(key({ number: '5' })).toBe(key({ number: 5 }));
    expect(heard('tables', 'table.status_changed', { tableNumber: '5', status: 'free' }).subject?.id).toBe('5');
  });

  const order = { documentId: 'o', orderNumber: 'A-118', status: 'new', table: { number: 5 }, updatedAt: 'now' };
  const facts = { documentId: 'o', orderNumber: 'A-118', tableNumber: 5, updatedAt: 'now' };

  it('a new order is created, with the number of its table', () => {
    expect(derive('orders', undefined, order)).toMatchObject({
      name: 'order.created',
      channel: 'orders',
      data: { ...facts, status: 'new' },
    });
  });

  it('an order that ended before anybody saw it is nothing', () => {
    expect(derive('orders', undefined, { ...order, status: 'paid' })).toBeUndefined();
    expect(derive('orders', undefined, { ...order, status: 'cancelled' })).toBeUndefined();
  });

  it('an order that changed is updated, from what to what', () => {
    expect(derive('orders', order, { ...order, status: 'ready' })).toEqual({
      name: 'order.updated',
      channel: 'orders',
      data: { ...facts, status: 'ready', previousStatus: 'new' },
      subject: { type: 'order', id: 'o' },
    });
    expect(derive('orders', order, { ...order, status: 'paid' })?.name).toBe('order.updated');
  });

  it('an order that was cancelled is cancelled, once', () => {
    const cancelled = { ...order, status: 'cancelled' };
    expect(derive('orders', order, cancelled)).toEqual({
      name: 'order.cancelled',
      channel: 'orders',
      data: facts,
      subject: { type: 'order', id: 'o' },
    });
    expect(derive('orders', cancelled, cancelled)?.name).toBe('order.updated');
  });

  it('an order that does not say its status says nothing', () => {
    expect(derive('orders', order, { ...order, status: null })).toBeUndefined();
  });

  const ticket = { documentId: 't', station: 'grill', status: 'queued', items: [{ name: 'Trout' }], updatedAt: 'now' };

  it('a new ticket is created, with its dishes', () => {
    expect(derive('tickets', undefined, ticket)).toMatchObject({
      name: 'ticket.created',
      channel: 'kitchen',
      data: { items: [{ name: 'Trout' }] },
    });
    expect(derive('tickets', undefined, { ...ticket, status: 'ready' })?.name).toBe('ticket.created');
    expect(derive('tickets', undefined, { ...ticket, status: 'served' })).toBeUndefined();
    expect(derive('tickets', undefined, { ...ticket, status: 'cancelled' })).toBeUndefined();
  });

  it('a ticket in another status has changed it; in the same, nothing is told', () => {
    expect(derive('tickets', ticket, { ...ticket, status: 'served' })).toMatchObject({
      name: 'ticket.status_changed',
      channel: 'kitchen',
      data: { documentId: 't', station: 'grill', status: 'served', previousStatus: 'queued', updatedAt: 'now' },
    });
    expect(derive('tickets', ticket, { ...ticket, updatedAt: 'later' })).toBeUndefined();
    expect(derive('tickets', ticket, { ...ticket, status: null })).toBeUndefined();
  });

  it('a table in another status has changed it; a new table has not', () => {
    const table = { number: 5, status: 'free', updatedAt: 'now' };
    expect(derive('tables', table, { ...table, status: 'occupied' })).toMatchObject({
      name: 'table.status_changed',
      channel: 'tables',
      data: { tableNumber: 5, status: 'occupied', previousStatus: 'free' },
    });
    expect(derive('tables', table, { ...table, updatedAt: 'later' })).toBeUndefined();
    expect(derive('tables', undefined, table)).toBeUndefined();
  });

  it('stock that became low is an alert; stock that stays low is not', () => {
    const much = { documentId: 's', name: 'Salt', currentStock: 9, minStock: 2, unit: 'kg' };
    const little = { ...much, currentStock: 2 };
    const alert = {
      name: 'storage.low_stock',
      channel: 'inventory',
      data: { ingredientName: 'Salt', ingredientId: 's', currentStock: 2, minStock: 2, unit: 'kg' },
    };
    expect(derive('ingredients', much, little)).toMatchObject(alert);
    expect(derive('ingredients', undefined, little)).toMatchObject(alert);
    expect(derive('ingredients', little, { ...little, currentStock: 1 })).toBeUndefined();
    expect(derive('ingredients', little, much)).toBeUndefined();
    expect(derive('ingredients', undefined, { documentId: 's', name: 'Salt' })).toBeUndefined();
  });
});

describe('open work', () => {
  it('is a ticket that nobody has begun, for four hours', () => {
    const openWork = found(restaurantOs.resources, 'tickets').openWork;
    expect(openWork?.maxAgeMs).toBe(4 * 60 * 60_000);
    expect(openWork?.is({ documentId: 't', status: 'queued' })).toBe(true);
    expect(openWork?.is({ documentId: 't' })).toBe(true);
    for (const status of ['in_progress', 'ready', 'served', 'cancelled', 'on_hold']) {
      expect(openWork?.is({ documentId: 't', status }), status).toBe(false);
    }
  });

  it('is nothing else', () => {
    const others = [...restaurantOs.resources].filter(([, { openWork }]) => openWork !== undefined);
    expect(others.map(([name]) => name)).toEqual(['tickets']);
  });
});

describe('what an event does to a table of rows', () => {
  const change = (collection: string, event: HeardEvent): Change | undefined => {
    const definition = found(restaurantOs.collections, collection);
    return definition.from?.[event.name]?.(event);
  };

  it('an order is put, then patched, then marked as cancelled', () => {
    const order = { documentId: 'o', orderNumber: 'A-118', tableNumber: 5, status: 'new', totalAmount: 412.5 };
    expect(change('orders', heard('orders', 'order.created', order))).toEqual({ kind: 'put', row: order });
    expect(
      change('orders', heard('orders', 'order.updated', { documentId: 'o', status: 'ready', tableNumber: 7 })),
    ).toEqual({ kind: 'patch', key: 'o', fields: { status: 'ready', tableNumber: 7 } });
    expect(change('orders', heard('orders', 'order.cancelled', { documentId: 'o', updatedAt: 'now' }))).toEqual({
      kind: 'patch',
      key: 'o',
      fields: { status: 'cancelled', updatedAt: 'now' },
    });
  });

  it('null in an update leaves the row as it was', () => {
    const update = { documentId: 'o', status: 'ready', tableNumber: null, orderNumber: null, updatedAt: null };
    expect(change('orders', heard('orders', 'order.updated', update))).toEqual({
      kind: 'patch',
      key: 'o',
      fields: { status: 'ready' },
    });
  });

  it('the time of the envelope is no version of the row', () => {
    const payload = { payload: { documentId: 'o', status: 'ready' }, timestamp: '2026-02-02T18:04:05.120Z' };
    expect(change('orders', heard('orders', 'order.updated', payload))).toMatchObject({ fields: { status: 'ready' } });
    expect(change('orders', heard('orders', 'order.updated', payload))).not.toHaveProperty('fields.updatedAt');
  });

  it('a ticket is put, then patched, from whichever channel', () => {
    const ticket = { documentId: 't', station: 'grill', status: 'queued' };
    expect(change('tickets', heard('station-grill', 'ticket.created', ticket))).toEqual({ kind: 'put', row: ticket });
    expect(
      change(
        'tickets',
        heard('kitchen', 'ticket.status_changed', { documentId: 't', status: 'ready', station: 'pass' }),
      ),
    ).toEqual({ kind: 'patch', key: 't', fields: { status: 'ready', station: 'pass' } });
  });

  it('a table is patched by its number', () => {
    expect(change('tables', heard('tables', 'table.status_changed', { tableNumber: 5, status: 'free' }))).toEqual({
      kind: 'patch',
      key: '5',
      fields: { status: 'free' },
    });
  });

  it('stock is patched by the id of its ingredient, and left alone where only a name is told', () => {
    const low = { ingredientName: 'Salt', ingredientId: 's', currentStock: 1, minStock: 2, unit: 'kg' };
    const batch = { ingredientName: 'Salt', ingredientId: 's', quantity: 5, currentStock: 6 };
    expect(change('ingredients', heard('inventory', 'storage.low_stock', low))).toEqual({
      kind: 'patch',
      key: 's',
      fields: { currentStock: 1, minStock: 2, unit: 'kg' },
    });
    expect(change('ingredients', heard('inventory', 'storage.batch_received', batch))).toEqual({
      kind: 'patch',
      key: 's',
      fields: { currentStock: 6 },
    });
    expect(change('ingredients', heard('inventory', 'storage.low_stock', { ingredientName: 'Salt' }))).toBeUndefined();
  });
});

describe('words for a screen', () => {
  it('an order is open until it is paid or cancelled, also in a status that is new to us', () => {
    const open = ['new', 'confirmed', 'in_progress', 'ready', 'served', 'waiting_for_delivery', null, undefined];
    for (const status of open) expect(isOpenOrder({ documentId: 'o', status }), String(status)).toBe(true);
    for (const status of ['paid', 'cancelled']) expect(isOpenOrder({ documentId: 'o', status })).toBe(false);
  });

  it('the table of an order is found in an event and in a list', () => {
    expect(tableNumberOf({ documentId: 'o', tableNumber: 5 })).toBe(5);
    expect(tableNumberOf({ documentId: 'o', table: { number: 5 } })).toBe(5);
    expect(tableNumberOf({ documentId: 'o', tableNumber: 7, table: { number: 5 } })).toBe(7);
    expect(tableNumberOf({ documentId: 'o', tableNumber: null, table: null })).toBeUndefined();
  });

  it('a ticket is open until it is served or cancelled, and waits until somebody begins', () => {
    for (const status of ['queued', 'in_progress', 'ready', 'on_hold', null]) {
      expect(isOpenTicket({ documentId: 't', status }), String(status)).toBe(true);
    }
    for (const status of ['served', 'cancelled']) expect(isOpenTicket({ documentId: 't', status })).toBe(false);
    expect(isWaitingTicket({ documentId: 't', status: 'queued' })).toBe(true);
    expect(isWaitingTicket({ documentId: 't', status: 'ready' })).toBe(false);
  });

  it('stock is low at its threshold and below; without a threshold or a count it is not', () => {
    expect(isLowStock({ currentStock: 2, minStock: 2 })).toBe(true);
    expect(isLowStock({ currentStock: 0, minStock: 0 })).toBe(true);
    expect(isLowStock({ currentStock: 2.1, minStock: 2 })).toBe(false);
    expect(isLowStock({ currentStock: 0 })).toBe(false);
    expect(isLowStock({ currentStock: null, minStock: 2 })).toBe(false);
  });

  it('a screen of one ingredient shows its events, and those that do not say which ingredient by id', () => {
    expect(concernsIngredient({ ingredientName: 'Salt', ingredientId: 's' }, 's')).toBe(true);
    expect(concernsIngredient({ ingredientName: 'Salt', ingredientId: 's' }, 'p')).toBe(false);
    expect(concernsIngredient({ ingredientName: 'Salt' }, 'p')).toBe(true);
    expect(concernsIngredient({ ingredientName: 'Salt', ingredientId: 's' }, undefined)).toBe(true);
  });
});
