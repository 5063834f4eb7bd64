import fc from 'fast-check';
import { backends } from '../../../src/dev-server/backends/index.ts';
import { tokens as brasserieTokens } from '../../../src/dev-server/backends/brasserie/tokens.ts';
import { tokens as posTokens } from '../../../src/dev-server/backends/laravel-pos/tokens.ts';
import { cafeId, tokens as cafeTokens } from '../../../src/dev-server/backends/table-tap/tokens.ts';
import { describe, expect, test } from 'vitest';
import { patience, runs } from '../../effort.ts';
import { createStage, requestOf, seat } from './stage.ts';

type Name = keyof typeof backends;

const tokens: Readonly<Record<Name, readonly string[]>> = {
  'laravel-pos': Object.values(posTokens),
  'restaurant-os': ['anybody'],
  'table-tap': Object.values(cafeTokens),
  brasserie: Object.values(brasserieTokens),
  'service-floor': ['anybody'],
};

const order = { channel: 'pos', items: [{ item_id: 1, qty: 1 }] };
const offline = { table_id: 5, items: [{ dish_id: 12, qty: 1 }], uuid: 'u', offline_timestamp: '2026-03-14T18:20:00Z' };
const share = { order_id: 789, cover_number: 1, amount: 25.5, method: 'CB' };
const dish = { erp_order_id: 'K788', dish_name: 'Crème', table_id: 12 };

/** Places where something may be written, and what is right there. */
const places: Readonly<Record<Name, readonly (readonly [string, string, object])[]>> = {
  'laravel-pos': [
    ['POST', '/v1/orders', order],
    ['PATCH', '/v1/orders/120042', { notes: 'hot' }],
    ['POST', '/v1/orders/120042/status', { to: 'served' }],
    ['POST', '/v1/kds/tickets/98703/bump', { to: 'ready' }],
    ['POST', '/v1/kds/tickets/98702/undo', { to: 'in_preparation' }],
    ['POST', '/v1/print-jobs/5503/retry', {}],
    ['POST', '/v1/print-jobs/5503/claim', {}],
    ['POST', '/v1/print-jobs/5503/fail', { error: { code: 'no-paper' } }],
    ['POST', '/v1/devices/42/status', { status: 'online' }],
    ['POST', '/v1/devices/42/notifications', { message: 'hello' }],
    ['POST', '/v1/media', { media: { id: 1 } }],
    ['POST', '/devices/42/heartbeat', {}],
    ['POST', '/broadcasting/auth', { channel_name: 'private-store.pizza-bab-el-oued.orders', socket_id: '1.2' }],
  ],
  'restaurant-os': [
    ['POST', '/api/orders', { data: { tableNumber: 2, items: [{ name: 'Борщ', quantity: 1 }] } }],
    ['PUT', '/api/tables/3', { data: { status: 'cleaning' } }],
    ['PUT', '/api/kitchen-tickets/ticket000000000000000001', { data: { status: 'ready' } }],
    ['PUT', '/api/ingredients/ingr00000000000000000001', { data: { currentStock: 1 } }],
  ],
  'table-tap': [
    ['POST', '/orders', { items: [{ product_id: 'latte', quantity: 1 }] }],
    ['POST', '/orders/order-1/status', { status: 'ready' }],
    ['POST', '/orders/order-1/payments', { method: 'card' }],
    ['POST', '/counters/Counter%201/status', { status: 'inactive' }],
    ['PATCH', '/settings', { prep_time_minutes: 3 }],
  ],
  brasserie: [
    ['POST', '/api/orders', { table_id: 6, items: [{ wine_id: 34, qty: 1 }] }],
    ['POST', '/api/orders/sync', offline],
    ['POST', '/api/payments/split', share],
    ['POST', '/api/nf525/close', { date: '2026-03-14' }],
    ['POST', '/api/webhooks/erp/dish-ready', dish],
  ],
  'service-floor': [
    ['POST', '/orders', { tableNumber: 2, items: [{ menuItemId: 2 }] }],
    ['PATCH', '/orders/1', { status: 'served' }],
    ['POST', '/menu', { name: 'Panna cotta', price: '6.00' }],
    ['PATCH', '/menu/1', { available: false }],
    ['POST', '/users', { username: 'luca' }],
    ['POST', '/messages', { content: 'hello' }],
    ['POST', '/messages/1/pin', {}],
    ['POST', '/service-calls', { tableNumber: 3 }],
  ],
};

const fields = [
  'id',
  'to',
  'items',
  'item_id',
  'qty',
  'channel',
  'status',
  'data',
  'table_id',
  'dish_id',
  'uuid',
  'amount',
  'order_id',
  'name',
  'cover_number',
  'method',
  'tableNumber',
  'menuItemId',
  'quantity',
  'content',
  'media',
  'message',
  'error',
  'code',
  '__proto__',
  'constructor',
  'toString',
  'offline_timestamp',
  'covers',
  'product_id',
  'customization',
  'price',
  'notes',
] as const;
const likely = fc.oneof(
  fc.constantFrom(
    1,
    2,
    12,
    789,
    25.5,
    -1,
    1e308,
    '',
    'ready',
    'CB',
    'pos',
    '2026-03-14',
    '14.00',
    'latte',
    'Борщ',
    null,
    true,
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
const { body } = fc.letrec<{ body: unknown }>((tie) => ({
  body: fc.oneof(
    { maxDepth: 3 },
    fc.dictionary(fc.constantFrom(...fields), fc.oneof(likely, tie('body'), fc.array(tie('body'), { maxLength: 3 }))),
    likely,
  ),
}));
/** Nearly right, which is further in than anything else gets. */
const nearly = (right: object): fc.Arbitrary<string> =>
  fc
    .dictionary(fc.constantFrom(...fields), likely, { maxKeys: 1 })
    .map((wrong) => JSON.stringify({ ...right, ...wrong }));
const texts = fc.oneof(
  body.map((value) => JSON.stringify(value)),
  fc.string(),
  fc.constantFrom('{', '[[', '\u0000', '{"a":1}'.repeat(9), '['.repeat(5_000), `"${'x'.repeat(40_000)}"`),
);

describe.each(Object.keys(backends) as Name[])('%s', { timeout: patience }, (name) => {
  test('whatever is asked is answered, never by a fault of the server, and what is told can be understood', async () => {
    const stage = createStage(backends[name]);
    const known = places[name];
    const asked = fc.oneof(
      {
        weight: 3,
        arbitrary: fc
          .constantFrom(...known)
          .chain(([method, path, right]) => fc.tuple(fc.constant(method), fc.constant(path), nearly(right))),
      },
      fc.tuple(
        fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
        fc.constantFrom(...known.map(([, path]) => path), '/%', '/v1/orders/%E0%A4%A'),
        texts,
      ),
    );
    const media = fc.oneof(
      { weight: 4, arbitrary: fc.constant('application/json') },
      fc.constantFrom('application/x-www-form-urlencoded', 'text/plain'),
    );
    const everybody = known.flatMap(([method, path, right]) =>
      tokens[name].map((token): [[string, string, string], string, string] => [
        [method, path, JSON.stringify(right)],
        token,
        'application/json',
      ]),
    );
    const granted = new Set<string>();
    await fc.assert(
      fc.asyncProperty(asked, fc.constantFrom(...tokens[name]), media, async ([method, path, text], token, type) => {
        const isBodiless = method === 'GET' || text === '';
        const response = await stage.backend.fetch(
          requestOf(method, path, token, isBodiless ? undefined : text, { 'content-type': type }),
        );
        expect(response === undefined || response.status < 500).toBe(true);
        if (response?.ok === true) granted.add(path);
      }),
      // Examples count as tries, and none of them may be left out.
      { numRuns: Math.max(runs(300).numRuns, everybody.length), examples: everybody },
    );
    // Something was behind every door.
    expect([...granted]).toEqual(expect.arrayContaining(known.map(([, path]) => path)));
    expect(stage.published.length).toBeGreaterThan(0);
    expect(stage.decoded().filter(({ kind }) => kind !== 'event')).toEqual([]);
  });

  test('whatever is asked of lists is answered', async () => {
    const stage = createStage(backends[name]);
    const lists = [...stage.backend.contract.resources.values()].map(({ path }) => path);
    const search = fc.dictionary(
      fc.constantFrom(
        'cursor',
        'updated_since',
        'cafe_id',
        'station',
        'uuid',
        'sort[0]',
        'pagination[page]',
        'filters[x]',
      ),
      fc.oneof(fc.string(), fc.constantFrom(cafeId, '2026-03-14T18:30:00Z', '-1', '1e9', 'e30', 'updatedAt:asc')),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...lists),
        search,
        fc.constantFrom(...tokens[name]),
        async (path, asked, token) => {
          const { status } = await stage.ask('GET', `${path}?${new URLSearchParams(asked).toString()}`, { token });
          expect(status).toBeLessThan(500);
        },
      ),
      runs(100),
    );
  });

  test('whatever is said over a socket is survived', async () => {
    const stage = createStage(backends[name]);
    const { messages, mutations, channels } = stage.backend.contract;
    const said = [
      ...[...messages.values()].map(({ message }) => message),
      ...[...mutations.values()].flatMap(({ carrier }) => (carrier.kind === 'socket' ? [carrier.message] : [])),
      'nothing',
    ];
    const wires = [...channels.values()].map(({ wire }) => wire);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...said),
        fc.constantFrom(...wires),
        fc.constantFrom(...tokens[name]),
        fc.oneof(body, fc.anything()),
        async (message, wire, token, payload) => {
          const connection = seat(wire, { auth: { token }, query: { cafe_id: cafeId } });
          stage.backend.connected?.(connection);
          await stage.backend.message?.(connection, message, payload);
          stage.backend.disconnected?.(connection);
          expect(connection.heard.every((heard) => heard.name === 'error')).toBe(true);
        },
      ),
      runs(100),
    );
    expect(stage.decoded().filter(({ kind }) => kind !== 'event')).toEqual([]);
  });
});
