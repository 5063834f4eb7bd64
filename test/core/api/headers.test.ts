import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HeaderQuestion, HeadersHook } from '../../../src/core/api/request-headers.ts';
import { isHeardError } from '../../../src/errors.ts';
import { runs } from '../../effort.ts';
import { orders, pay, rig, type RigOptions } from './rig.ts';

const headersOf = async (options: RigOptions, ...ask: Parameters<ReturnType<typeof rig>['ask']>) => {
  const made = rig(options);
  const answer = await made.ask(...ask);
  return { answer, headers: made.http.requests[0]?.headers, reports: made.reports };
};

test('a question says what it wants, and no more', async () => {
  expect((await headersOf({})).headers).toEqual({ accept: 'application/json' });
});

test('a body is sent as JSON, the frozen one byte for byte', async () => {
  const { http, ask } = rig();
  await ask(pay);
  await ask(pay, { bodyText: '{ "amount":1200 }' });
  await ask({ method: 'DELETE', path: '/v1/orders/7' });
  expect(http.requests.map(({ body }) => body)).toEqual(['{"amount":1200}', '{ "amount":1200 }', undefined]);
  expect(http.requests.map(({ headers }) => headers['content-type'])).toEqual([
    'application/json',
    'application/json',
    undefined,
  ]);
});

test('a question has no body, because fetch would refuse it', async () => {
  const { http, ask } = rig();
  await ask({ method: 'GET', path: '/v1/orders', body: { a: 1 } });
  expect(http.requests[0]?.body).toBeUndefined();
});

test('correlation and key are sent under the names that are configured, and without a name not at all', async () => {
  const ids = { correlationId: 'c-1', idempotencyKey: 'k-1' };
  expect((await headersOf({}, pay, ids)).headers).not.toMatchObject({ 'idempotency-key': 'k-1' });
  expect(Object.values((await headersOf({}, pay, ids)).headers ?? {})).not.toContain('c-1');
  const headerNames = { correlation: 'X-Correlation-Id', idempotency: 'Idempotency-Key' };
  const { headers } = await headersOf({ api: { headerNames } }, pay, ids);
  expect(headers).toMatchObject({ 'x-correlation-id': 'c-1', 'idempotency-key': 'k-1' });
  const without = await headersOf({ api: { headerNames } });
  expect(without.headers).toEqual({ accept: 'application/json' });
});

test('a name that no header can have is refused before the first request', () => {
  for (const name of ['', 'Idempotency Key', 'X-Key:', 'X\r\nY', 'Schlüssel']) {
    expect(() => rig({ api: { headerNames: { idempotency: name } } })).toThrow(
      expect.objectContaining({ code: 'options-invalid' }),
    );
  }
});

test('the app adds headers of its own, knowing the request', async () => {
  const questions: HeaderQuestion[] = [];
  const headers: HeadersHook = (question) => {
    questions.push(question);
    return Promise.resolve({ 'X-Store': 'oran', Accept: 'application/vnd.api+json' });
  };
  const sent = await headersOf({ api: { headers } }, pay);
  expect(sent.headers).toMatchObject({ 'x-store': 'oran', accept: 'application/vnd.api+json' });
  expect(questions).toEqual([{ method: 'POST', path: '/v1/pay', body: '{"amount":1200}' }]);
});

test('the app’s headers cannot replace the token or the key', async () => {
  const headers = () => ({ Authorization: 'Basic abc', 'IDEMPOTENCY-KEY': 'other' });
  const sent = await headersOf(
    { token: () => 'good', api: { headers, headerNames: { idempotency: 'Idempotency-Key' } } },
    pay,
    { idempotencyKey: 'k-1' },
  );
  expect(sent.headers).toMatchObject({ authorization: 'Bearer good', 'idempotency-key': 'k-1' });
  expect(Object.keys(sent.headers ?? {}).map((name) => name.toLowerCase())).toHaveLength(
    new Set(Object.keys(sent.headers ?? {}).map((name) => name.toLowerCase())).size,
  );
});

test('a header that is undefined is not sent', async () => {
  const headers = () => ({ 'X-Store': undefined }) as unknown as Record<string, string>;
  expect((await headersOf({ api: { headers } })).headers).toEqual({ accept: 'application/json' });
});

test('F36: a header called __proto__ is a header', async () => {
  const headers = () => JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, string>;
  const { headers: sent = {} } = await headersOf({ api: { headers } });
  expect(Object.getPrototypeOf(sent)).toBe(Object.prototype);
  expect(Object.entries(sent)).toEqual(
    expect.arrayContaining([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]),
  );
});

test.each([
  ['a line break', { 'X-Store': 'a\r\nX-Admin: 1' }],
  ['a name with a blank', { 'X Store': 'a' }],
  ['a number', { 'X-Store': 7 }],
  ['a character beyond Latin-1', { 'X-Store': 'وهران' }],
  ['no object', 'X-Store: a'],
  ['a list', [['X-Store', 'a']]],
])('what no header can carry (%s) is reported without its value, and nothing is sent', async (_, given) => {
  const { answer, headers, reports } = await headersOf({ api: { headers: () => given as Record<string, string> } });
  expect(answer).toMatchObject({ kind: 'failure', because: 'network', untouched: true });
  expect(headers).toBeUndefined();
  expect(reports.map((report) => isHeardError(report) && report.code)).toEqual(['input-invalid']);
  expect(String(reports[0])).not.toContain('X-Admin');
});

test('a key that no header can carry is not left out: nothing is sent', async () => {
  const api = { headerNames: { idempotency: 'Idempotency-Key' } };
  const { answer, headers } = await headersOf({ api }, pay, { idempotencyKey: 'k\n1' });
  expect(answer).toMatchObject({ kind: 'failure', untouched: true });
  expect(headers).toBeUndefined();
});

test.each([
  [
    'throws',
    () => {
      throw new Error('hook');
    },
  ],
  ['rejects', () => Promise.reject(new Error('hook'))],
])('a headers hook that %s is reported, and nothing is sent', async (_, headers) => {
  const { answer, headers: sent, reports } = await headersOf({ api: { headers } });
  expect(answer).toMatchObject({ kind: 'failure', because: 'network', untouched: true });
  expect(sent).toBeUndefined();
  expect(reports).toEqual([new Error('hook')]);
});

test('a body that cannot be encoded is reported, and nothing is sent', async () => {
  const circle: Record<string, unknown> = {};
  circle['circle'] = circle;
  for (const body of [circle, 7n]) {
    const { answer, reports } = await headersOf({}, { method: 'POST', path: '/x', body });
    expect(answer).toMatchObject({ kind: 'failure', untouched: true });
    expect(reports).toHaveLength(1);
  }
});

test('whatever a hook returns, there is an answer and no timer is left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.anything(), async (given) => {
      const { ask, host } = rig({ api: { headers: () => given as Record<string, string> } });
      expect(['success', 'failure']).toContain((await ask(orders)).kind);
      expect(host.pendingTimers).toBe(0);
    }),
    runs(200),
  );
});
