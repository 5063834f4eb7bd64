import fc from 'fast-check';
import { backends } from '../../../src/dev-server/backends/index.ts';
import { tokens as brasserieTokens } from '../../../src/dev-server/backends/brasserie/tokens.ts';
import { tokens as posTokens } from '../../../src/dev-server/backends/laravel-pos/tokens.ts';
import { cafeId, tokens as cafeTokens } from '../../../src/dev-server/backends/table-tap/tokens.ts';
import { describe, expect, test } from 'vitest';
import { runs } from '../../effort.ts';
import { createStage, requestOf, seat } from './stage.ts';

type Name = keyof typeof backends;

const tokens: Readonly<Record<Name, readonly string[]>> = {
  'laravel-pos': Object.values(posTokens),
  'restaurant-os': ['anybody'],
  'table-tap': Object.values(cafeTokens),
  brasserie: Object.values(brasserieTokens),
  'service-floor': ['anybody'],
};

/** Places where something may be written, with ids that exist and ids that do not. */
const paths: Readonly<Record<Name, readonly string[]>> = {
  'laravel-pos': [
    '/v1/orders',
    '/v1/orders/120042',
    '/v1/orders/120042/status',
    '/v1/kds/tickets/98703/bump',
    '/v1/kds/tickets/98702/undo',
    '/v1/print-jobs/5503/retry',
    '/v1/print-jobs/5503/fail',
    '/v1/devices/42/status',
    '/v1/devices/42/notifications',
    '/v1/media',
    '/devices/42/heartbeat',
    '/broadcasting/auth',
    '/v1/events/since',
  ],
  'restaurant-os': [
    '/api/orders',
    '/api/tables/3',
    '/api/kitchen-tickets/ticket000000000000000001',
    '/api/ingredients/x',
  ],
  'table-tap': [
    '/orders',
    '/orders/order-1/status',
    '/orders/order-1/payments',
    '/counters/Counter%201/status',
    '/settings',
  ],
  brasserie: [
    '/api/orders',
    '/api/orders/sync',
    '/api/payments/split',
    '/api/nf525/close',
    '/api/webhooks/erp/dish-ready',
  ],
  'service-floor': [
    '/orders',
    '/orders/1',
    '/menu',
    '/menu/1',
    '/users',
    '/messages',
    '/messages/1/pin',
    '/service-calls',
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
const texts = fc.oneof(
  body.map((value) => JSON.stringify(value)),
  fc.string(),
  fc.constantFrom('{', '[[', '\u0000', '{"a":1}'.repeat(9), '['.repeat(5_000), `"${'x'.repeat(40_000)}"`),
);

describe.each(Object.keys(backends) as Name[])('%s', (name) => {
  test('whatever is asked is answered, never by a fault of the server, and what is told can be understood', async () => {
    const stage = createStage(backends[name]);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
        fc.constantFrom(...paths[name], '/%', '/v1/orders/%E0%A4%A'),
        fc.constantFrom(...tokens[name], undefined),
        texts,
        fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain'),
        async (method, path, token, text, media) => {
          const isBodiless = method === 'GET' || text === '';
          const response = await stage.backend.fetch(
            requestOf(method, path, token, isBodiless ? undefined : text, { 'content-type': media }),
          );
          expect(response === undefined || response.status < 500).toBe(true);
        },
      ),
      runs(600),
    );
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
      runs(150),
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
      runs(200),
    );
    expect(stage.decoded().filter(({ kind }) => kind !== 'event')).toEqual([]);
  });
});
