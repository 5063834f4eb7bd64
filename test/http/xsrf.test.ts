import { afterEach, expect, test, vi } from 'vitest';
import { fetchHttp, type FetchHttpOptions } from '../../src/http/fetch-http.ts';
import { xsrfToken } from '../../src/http/xsrf.ts';

afterEach(() => void vi.unstubAllGlobals());

const withCookies = (cookie: unknown): void => void vi.stubGlobal('document', { cookie });

test.each([
  ['XSRF-TOKEN=abc', 'abc'],
  ['theme=dark; XSRF-TOKEN=eyJpdiI6%3D%3D; laravel=1', 'eyJpdiI6=='],
  ['theme=dark;XSRF-TOKEN=abc', 'abc'],
  ['MY-XSRF-TOKEN=no', undefined],
  ['xsrf-token=no', undefined],
  ['XSRF-TOKEN=', undefined],
  ['XSRF-TOKEN=%E0%A4%A', undefined],
  ['', undefined],
  [undefined, undefined],
])('of the cookies %j the token is %s', (cookie, token) => {
  withCookies(cookie);
  expect(xsrfToken()).toBe(token);
});

test('outside of a page there is none', () => {
  vi.stubGlobal('document', undefined);
  expect(xsrfToken()).toBeUndefined();
});

test.each([
  ['include', undefined, 'from-cookie'],
  ['include', 'from-app', 'from-app'],
  ['omit', undefined, undefined],
] as const)('with credentials %s and the app’s header %s, X-XSRF-TOKEN is %s', async (credentials, own, sent) => {
  withCookies('XSRF-TOKEN=from-cookie');
  const asked: RequestInit[] = [];
  const fetch: typeof globalThis.fetch = (_, init = {}) => {
    asked.push(init);
    return Promise.resolve(new Response(null, { status: 204 }));
  };
  await fetchHttp({ baseUrl: 'https://api.example.test', credentials, fetch }).send({
    method: 'POST',
    path: '/pay',
    headers: own === undefined ? {} : { 'x-xsrf-token': own },
    body: '{}',
    signal: new AbortController().signal,
  });
  expect(asked[0]?.credentials).toBe(credentials);
  expect(new Headers(asked[0]?.headers).get('x-xsrf-token') ?? undefined).toBe(sent);
});

/** Laravel, with a cookie that is given when it is asked for. */
function laravel(given: readonly string[]) {
  let cookie = 'stale';
  const asked: string[] = [];
  vi.stubGlobal('document', {
    get cookie() {
      return `XSRF-TOKEN=${cookie}`;
    },
  });
  const fetch: typeof globalThis.fetch = (address, init = {}) => {
    const sent = new Headers(init.headers).get('x-xsrf-token');
    asked.push(`${init.method} ${String(address)} ${String(sent)}`);
    if (String(address).endsWith('/csrf-cookie')) {
      cookie = given[0] ?? cookie;
      return Promise.resolve(new Response(null, { status: 204 }));
    }
    return Promise.resolve(sent === 'fresh' ? Response.json({ paid: true }) : Response.json({}, { status: 419 }));
  };
  return { asked, fetch };
}

const pay = (options: Partial<FetchHttpOptions>) =>
  fetchHttp({ baseUrl: 'https://api.example.test/api', ...options }).send({
    method: 'POST',
    path: '/pay',
    headers: {},
    body: '{}',
    signal: new AbortController().signal,
  });

test('a cookie that has run out is fetched once, and the request that was refused for it is sent again', async () => {
  const { asked, fetch } = laravel(['fresh']);
  expect(await pay({ fetch, credentials: 'include' })).toMatchObject({ status: 200, body: { paid: true } });
  expect(asked).toEqual([
    'POST https://api.example.test/api/pay stale',
    'GET https://api.example.test/sanctum/csrf-cookie stale',
    'POST https://api.example.test/api/pay fresh',
  ]);
});

test('a new cookie that is refused, too, is the end of it', async () => {
  const { asked, fetch } = laravel(['other']);
  const options = { fetch, credentials: 'include', xsrfCookiePath: '/api/csrf-cookie' } as const;
  expect(await pay(options)).toMatchObject({ kind: 'reply', status: 419 });
  expect(asked.map((line) => line.split('test')[1])).toEqual([
    '/api/pay stale',
    '/api/csrf-cookie stale',
    '/api/pay other',
  ]);
});

test('where there is no new cookie, nothing is sent again', async () => {
  const { asked, fetch } = laravel([]);
  expect(await pay({ fetch, credentials: 'include' })).toMatchObject({ status: 419 });
  expect(asked).toHaveLength(2);
});

test('without cookies 419 is an answer like any other', async () => {
  const { asked, fetch } = laravel(['fresh']);
  expect(await pay({ fetch })).toMatchObject({ status: 419 });
  expect(asked).toEqual(['POST https://api.example.test/api/pay null']);
});

test('the place of the cookie is on the same host', () => {
  expect(() => fetchHttp({ baseUrl: 'https://api.example.test', xsrfCookiePath: '//evil.test/cookie' })).toThrow(
    expect.objectContaining({ code: 'input-invalid' }),
  );
});
