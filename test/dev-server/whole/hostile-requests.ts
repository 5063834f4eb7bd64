// What nobody should ask, and somebody will: signed and unsigned, at every door of the five backends, and at none.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { developmentApp as app } from '../../../src/dev-server/signature.ts';
import { anything, channel, json, sign } from './hostile-frames.ts';
import { brasserieTokens, cafeId, cafeTokens, posTokens, store } from './whole.ts';

/** A request as bytes: HTTP libraries refuse to send most of what is interesting. */
export type RawRequest = string | Uint8Array;

function requestText(method: string, path: string, headers: readonly string[], body: string): string {
  const length = new TextEncoder().encode(body).length;
  return [`${method} ${path} HTTP/1.1`, 'Host: a', ...headers, `Content-Length: ${length}`, '', body].join('\r\n');
}

const apiBody = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .record(
        {
          name: fc.oneof(fc.constant('OrderCreated'), anything),
          channel: fc.oneof(channel, anything),
          channels: anything,
          data: fc.oneof(fc.constant('{}'), anything),
          socket_id: anything,
        },
        { requiredKeys: [] },
      )
      .map(json),
  },
  { weight: 1, arbitrary: fc.record({ batch: fc.oneof(fc.array(anything, { maxLength: 12 }), anything) }).map(json) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.nat(2_000).map((depth) => '['.repeat(depth)) },
);
const apiDoor = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(['POST', 'events'] as const, ['POST', 'batch_events'] as const) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ['GET', 'channels'] as const,
      ['GET', 'channels/orders'] as const,
      ['GET', 'channels/presence-x/users'] as const,
      ['POST', 'users/1/terminate_connections'] as const,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom('POST', 'GET', 'PUT'),
      fc.oneof(
        fc.constantFrom('channels/%', 'channels/__proto__', 'nothing', ''),
        fc.string({ maxLength: 20 }).map((text) => encodeURIComponent(text)),
      ),
    ),
  },
);
const apiRequest: fc.Arbitrary<RawRequest> = fc
  .record({
    door: apiDoor,
    body: apiBody,
    isSigned: fc.boolean(),
  })
  .map(({ door: [method, path], body, isSigned }) => {
    const address = `/apps/${app.id}/${path}`;
    const hasBody = method !== 'GET';
    const query = [
      `auth_key=${app.key}`,
      `auth_timestamp=${Math.floor(Date.now() / 1_000)}`,
      'auth_version=1.0',
      ...(hasBody ? [`body_md5=${createHash('md5').update(body).digest('hex')}`] : []),
    ].join('&');
    const signature = isSigned ? sign([method, address, query].join('\n')) : 'x';
    const type = 'Content-Type: application/json';
    return requestText(method, `${address}?${query}&auth_signature=${signature}`, [type], hasBody ? body : '');
  });

/** Doors of the five backends, and what is right there. */
const doors: readonly (readonly [method: string, path: string, body: object])[] = [
  ['POST', '/laravel-pos/v1/orders', { channel: 'pos', items: [{ item_id: 1, qty: 1 }] }],
  ['PATCH', '/laravel-pos/v1/orders/120042', { notes: 'hot' }],
  ['POST', '/laravel-pos/v1/orders/120042/status', { to: 'served' }],
  ['POST', '/laravel-pos/v1/kds/tickets/98703/bump', { to: 'ready' }],
  ['POST', '/laravel-pos/v1/kds/tickets/98702/undo', { to: 'in_preparation' }],
  ['POST', '/laravel-pos/v1/print-jobs/5503/retry', {}],
  ['POST', '/laravel-pos/v1/print-jobs/5503/claim', {}],
  ['POST', '/laravel-pos/v1/print-jobs/5503/fail', { error: { code: 'no-paper' } }],
  ['POST', '/laravel-pos/v1/devices/13/status', { status: 'online' }],
  ['POST', '/laravel-pos/v1/media', { media: { id: 1 } }],
  ['POST', '/laravel-pos/broadcasting/auth', { channel_name: `private-store.${store.sku}.orders`, socket_id: '1.2' }],
  ['GET', `/laravel-pos/v1/events/since?channel=private-store.${store.sku}.orders&seq=0`, {}],
  ['GET', '/laravel-pos/v1/orders?cursor=e30', {}],
  ['POST', '/restaurant-os/api/orders', { data: { tableNumber: 2, items: [{ name: 'Борщ', quantity: 1 }] } }],
  ['PUT', '/restaurant-os/api/tables/3', { data: { status: 'cleaning' } }],
  ['PUT', '/restaurant-os/api/kitchen-tickets/ticket000000000000000001', { data: { status: 'ready' } }],
  ['PUT', '/restaurant-os/api/ingredients/ingr00000000000000000001', { data: { currentStock: 1 } }],
  ['GET', '/restaurant-os/api/tables?pagination[page]=2&sort[0]=updatedAt:asc', {}],
  ['POST', '/table-tap/orders', { items: [{ product_id: 'latte', quantity: 1 }] }],
  ['POST', '/table-tap/orders/order-1/status', { status: 'ready' }],
  ['POST', '/table-tap/orders/order-1/payments', { method: 'card' }],
  ['POST', '/table-tap/counters/Counter%201/status', { status: 'inactive' }],
  ['PATCH', '/table-tap/settings', { prep_time_minutes: 3 }],
  ['GET', `/table-tap/orders?cafe_id=${cafeId}&updated_since=x`, {}],
  ['POST', '/brasserie/api/orders', { table_id: 6, items: [{ wine_id: 34, qty: 1 }] }],
  ['POST', '/brasserie/api/payments/split', { order_id: 789, cover_number: 1, amount: 25.5, method: 'CB' }],
  ['POST', '/brasserie/api/webhooks/erp/dish-ready', { erp_order_id: 'K788', dish_name: 'Crème', table_id: 12 }],
  ['POST', '/brasserie/api/nf525/close', { date: '2026-03-14' }],
  ['POST', '/service-floor/orders', { tableNumber: 2, items: [{ menuItemId: 2 }] }],
  ['PATCH', '/service-floor/orders/1', { status: 'served' }],
  ['POST', '/service-floor/messages', { content: 'hello' }],
  ['POST', '/service-floor/service-calls', { tableNumber: 3 }],
];
const tokensOf: Readonly<Record<string, readonly string[]>> = {
  'laravel-pos': [...Object.values(posTokens), 'dev-kds~2'],
  'table-tap': Object.values(cafeTokens),
  brasserie: Object.values(brasserieTokens),
};
const allTokens = ['forged', ...Object.values(tokensOf).flat()];
/** Mostly of somebody whom that backend knows. */
const tokenFor = (path: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...(tokensOf[path.split('/')[1] ?? ''] ?? allTokens)) },
    { weight: 1, arbitrary: fc.constantFrom(...allTokens) },
  );
const field = fc.constantFrom('id', 'to', 'items', 'qty', 'status', 'data', 'amount', 'method', 'price', '__proto__');
const odd = fc.oneof(fc.constantFrom<unknown>(1, -1, 1e308, '', 'ready', null, true, [], {}), anything);
const restBody = (right: object): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.dictionary(field, odd, { maxKeys: 2 }).map((wrong) => json({ ...right, ...wrong })) },
    { weight: 2, arbitrary: fc.json({ maxDepth: 3 }) },
    { weight: 1, arbitrary: fc.constantFrom('{', '[['.repeat(5_000), '\u0000', '', `"${'x'.repeat(20_000)}"`) },
  );
const jsonType = 'Content-Type: application/json';
const restHeaders = fc.oneof(
  { weight: 5, arbitrary: fc.constant([jsonType]) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('Idempotency-Key: once', 'Origin: null', 'Origin: https://evil.example.test', 'X-Correlation-Id: ~')
      .map((more) => [jsonType, more]),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data', '~')
      .map((type) => [`Content-Type: ${type}`]),
  },
);
const restRequest: fc.Arbitrary<RawRequest> = fc
  .constantFrom(...doors)
  .chain(([method, path, right]) =>
    fc
      .tuple(
        fc.oneof(
          { weight: 9, arbitrary: fc.constant(method) },
          { weight: 1, arbitrary: fc.constantFrom('DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'BREW') },
        ),
        fc.oneof(
          { weight: 8, arbitrary: fc.constant(path) },
          { weight: 2, arbitrary: fc.constantFrom(path.slice(path.indexOf('/', 1)), `${path}/%E0%A4%A`) },
        ),
        tokenFor(path),
        restHeaders,
        method === 'GET' ? fc.constant('') : restBody(right),
      )
      .map(([verb, address, token, headers, body]) =>
        requestText(verb, address, [`Authorization: Bearer ${token}`, ...headers], body),
      ),
  );
const wildRequest: fc.Arbitrary<RawRequest> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .tuple(
      fc.constantFrom('GET', 'POST', 'DELETE', 'CONNECT', 'BREW', ''),
      fc.oneof(
        fc.constantFrom('/_dev/faults/1', '/_dev/faults', '/socket', '/ws', '/app/x', '//', '/%', '*', '/app'),
        fc.constantFrom('/socket.io/?EIO=x&sid=%00', '/socket.io/?EIO=4&transport=polling&sid=none', '/socket.io/'),
        fc.webPath(),
      ),
      fc.constantFrom(
        'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13',
        'Connection: Upgrade\r\nUpgrade: h2c',
        'Transfer-Encoding: chunked',
        'Expect: 100-continue',
        'Content-Length: x',
        'X: y',
      ),
      fc.oneof(fc.string({ maxLength: 100 }), fc.constant('{"kind":"answer","status":700}')),
    )
    .map(([method, path, header, body]) => requestText(method, path, [header], body)),
);

export const requests: Readonly<Record<'api' | 'rest' | 'wild', fc.Arbitrary<RawRequest>>> = {
  api: apiRequest,
  rest: restRequest,
  wild: wildRequest,
};
