import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createApi } from '../../src/core/api/create-api.ts';
import { createServerClock } from '../../src/core/api/server-clock.ts';
import { createCredentials, type TokenCallback } from '../../src/core/connection/credentials.ts';
import { fetchHttp } from '../../src/http/fetch-http.ts';
import { createFakeHost } from '../../src/testing/fake-host.ts';
import { serve } from './server.ts';

/** The whole way, with a device whose time stands still. */
function apiTo(baseUrl: string, token: TokenCallback) {
  const host = createFakeHost();
  const reports: unknown[] = [];
  const serverClock = createServerClock(host);
  const api = createApi({
    host,
    http: fetchHttp({ baseUrl }),
    credentials: createCredentials({ host, token }),
    headerNames: { idempotency: 'Idempotency-Key' },
    serverClock,
    report: (error) => void reports.push(error),
  });
  return { host, api, reports, serverClock };
}

const pay = { method: 'POST', path: '/v1/pay', body: { amount: 1200 } } as const;

test('F62: a refused token is replaced over the wire, with the same key and the same bytes', async () => {
  await using server = await serve((request, response) => {
    const ok = request.headers.authorization === 'Bearer rejected';
    response.writeHead(ok ? 200 : 401, { 'content-type': 'application/json' }).end(ok ? '{"paid":true}' : '{}');
  });
  const { host, api, reports, serverClock } = apiTo(server.url, ({ reason }) => reason);
  const answer = await api.ask(pay, { idempotencyKey: 'k-1', bodyText: '{"amount": 1200}' });
  expect(answer).toEqual({ kind: 'success', status: 200, body: { paid: true } });
  expect(server.requests.map(({ body, headers }) => [body, headers['idempotency-key']])).toEqual([
    ['{"amount": 1200}', 'k-1'],
    ['{"amount": 1200}', 'k-1'],
  ]);
  expect(reports).toEqual([]);
  expect(serverClock.offsetMs()).toBeTypeOf('number');
  expect(host.pendingTimers).toBe(0);
});

test('F67: a server that hangs is given up, and its connection is closed', async () => {
  let arrived: () => void = () => undefined;
  const hasArrived = new Promise<void>((resolve) => (arrived = resolve));
  await using server = await serve(() => arrived());
  const { host, api } = apiTo(server.url, () => 'good');
  const asked = api.ask(pay);
  await hasArrived;
  host.advance(10_000);
  expect(await asked).toMatchObject({ kind: 'failure', because: 'timeout' });
  await expect.poll(() => server.open).toBe(0);
});

test('F100: a path that leads away is reported and answered as a redirect', async () => {
  await using server = await serve((_, response) => void response.end());
  const { api, reports } = apiTo(server.url, () => 'good');
  expect(await api.ask({ method: 'GET', path: '//evil.test/next' })).toMatchObject({
    because: 'redirect',
    untouched: true,
  });
  expect(reports).toEqual([expect.objectContaining({ code: 'input-invalid' })]);
  expect(server.requests).toHaveLength(0);
});

test('F99: the token is in one header, and in no address, report or answer', async () => {
  const canary = 'canary-51be';
  const statuses = [200, 302, 401, 404, 419, 500];
  for (const status of statuses) {
    await using server = await serve(
      (_, response) => void response.writeHead(status, { location: '/login' }).end('<html>'),
    );
    const { api, reports } = apiTo(server.url, () => canary);
    const answer = await api.ask(pay);
    expect(inspect([answer, reports], { depth: 10 })).not.toContain(canary);
    for (const { url, body, headers } of server.requests) {
      const { authorization, ...others } = headers;
      expect(authorization).toBe(`Bearer ${canary}`);
      expect(inspect([url, body, others])).not.toContain(canary);
    }
  }
});
