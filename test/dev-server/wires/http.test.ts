// What answers HTTP: limits, CORS, whose path it is, and that nothing hangs.
import { request as httpRequest } from 'node:http';
import { connect as tcpConnect } from 'node:net';
import { expect, test } from 'vitest';
import { brasserie } from '../../../src/contracts/brasserie/index.ts';
import { contractBackend, developmentToken } from '../../../src/dev-server/contract-backend.ts';
import type { CreateBackend } from '../../../src/dev-server/backend.ts';
import { createDevServer } from '../../../src/dev-server/dev-server.ts';
import { createFakeTime } from './fake-time.ts';
import { device, start, until } from './rig.ts';

const till = 'https://till.example.test';

/** Bytes on a socket, and all that comes back. */
function raw(url: string, text: string): Promise<string> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve) => {
    let heard = '';
    const socket = tcpConnect(Number(port), hostname, () => socket.write(text));
    socket.on('data', (data) => (heard += data.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });
}

test('answers come as the backend gave them, cookies and all, and a HEAD has no body', async () => {
  const { url, traffic } = await start();
  const answer = await fetch(`${url}/cookies`);
  expect([await answer.text(), answer.headers.getSetCookie()]).toEqual(['two', ['a=1', 'b=2']]);
  const head = await fetch(`${url}/orders?cafe_id=c1&token=secret-word`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  await until(() => traffic.filter(({ kind }) => kind === 'request').length === 2);
  expect(traffic.at(-1)).toMatchObject({ kind: 'request', method: 'HEAD', path: '/orders?cafe_id&token', status: 200 });
  await fetch(`${url}/orders?secret-word&limit=1&secret-word%20too=1`);
  await until(() => traffic.filter(({ kind }) => kind === 'request').length === 3);
  expect(traffic.at(-1)).toMatchObject({ path: '/orders?…&limit' });
  expect(JSON.stringify(traffic)).not.toContain('secret-word');
});

test('a backend that fails is a 500, one that never answers a 504, and a path of nobody’s a 404 that says whose there are', async () => {
  const time = createFakeTime();
  const { url, traffic } = await start({ time });
  expect((await fetch(`${url}/boom`)).status).toBe(500);
  expect(traffic.find(({ kind }) => kind === 'trouble')).toMatchObject({
    what: expect.stringContaining('on fire') as unknown,
  });
  let status = 0;
  const waiting = fetch(`${url}/never`).then((answer) => void (status = answer.status));
  const passing = until(() => {
    time.pass(30_000);
    return status !== 0;
  });
  await Promise.all([waiting, passing]);
  expect(status).toBe(504);
  const nothing = await fetch(`${url}/nothing`);
  expect([nothing.status, await nothing.json()]).toMatchObject([404, { backends: ['/table-tap/'] }]);
});

test('backends with the same paths are told apart by their names, else by whose token comes along', async () => {
  const second: CreateBackend = (seams) => ({
    ...contractBackend(brasserie)(seams),
    fetch: async (request) =>
      new URL(request.url).pathname === '/orders' ? Response.json({ from: 'brasserie' }) : undefined,
  });
  const rig = await start();
  const { url } = await start({ backends: [rig.cafe.create, second] });
  const from = async (path: string, token?: string): Promise<unknown> =>
    (await fetch(`${url}${path}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })).json();
  const cafe = { data: [] };
  expect(await from('/orders')).toEqual(cafe);
  expect(await from('/orders', developmentToken)).toEqual({ from: 'brasserie' });
  expect(await from('/table-tap/orders', developmentToken)).toEqual(cafe);
  expect(await from('/brasserie/orders?x=1')).toEqual({ from: 'brasserie' });
  expect(await from('/brasserie')).toMatchObject({ message: expect.stringContaining('/brasserie') as unknown });
});

test('a body over the limit is a 413, said beforehand or not', async () => {
  const { url, cafe } = await start();
  const said = await fetch(`${url}/orders`, { method: 'POST', body: 'x'.repeat(1_048_577) }).then(
    ({ status }) => status,
    // The server may hang up while the rest is still on its way.
    () => 413,
  );
  const chunked = await new Promise<number>((resolve) => {
    const request = httpRequest(`${url}/orders`, { method: 'POST' }, (answer) => resolve(answer.statusCode ?? 0));
    request.on('error', () => resolve(413));
    for (let n = 0; n < 20; n += 1) request.write('x'.repeat(100_000));
    request.end();
  });
  expect([said, chunked, cafe.orders]).toEqual([413, 413, []]);
});

test.each([
  ['no HTTP', 'hello\r\n\r\n', '400'],
  [
    'an address of another server',
    'GET http://evil.example.test/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    '400',
  ],
  ['a star', 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', '400'],
  ['a method that nobody should have', 'TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', '405'],
  [
    'an upgrade to nothing',
    'GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    '404',
  ],
  ['half a WebSocket', 'GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', '400'],
])('%s is answered, and the connection ended', async (_, text, status) => {
  const { url } = await start();
  expect(await raw(url, text)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect((await fetch(`${url}/orders`)).status).toBe(200);
});

test('a path that looks like another host stays on this one', async () => {
  const { url } = await start();
  expect(await raw(url, 'GET //evil.example.test/orders HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(
    / 404 /,
  );
});

test('who goes away in the middle of a body is nobody’s trouble', async () => {
  const { url, traffic, server } = await start();
  const { port, hostname } = new URL(url);
  await new Promise<void>((resolve) => {
    const socket = tcpConnect(Number(port), hostname, () => {
      socket.write('POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf', () => {
        socket.resetAndDestroy();
        resolve();
      });
    });
  });
  await until(() => traffic.some((entry) => entry.kind === 'request' && entry.status === 'none'));
  expect(traffic.filter(({ kind }) => kind === 'trouble')).toEqual([]);
  expect(server.url).toBe(url);
});

const preflight = (url: string, origin: string, headers: string) =>
  fetch(`${url}/orders`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': headers,
    },
  });
const permission = ({ headers }: Response, name: string): string | null => headers.get(`access-control-${name}`);

test('by default, pages of this machine may everything, and others nothing', async () => {
  const { url, traffic, ws } = await start();
  for (const origin of ['http://localhost:5173', 'http://127.0.0.1:3000', 'http://kitchen.localhost']) {
    const asked = await preflight(url, origin, 'idempotency-key, authorization');
    expect([permission(asked, 'allow-origin'), permission(asked, 'allow-credentials')]).toEqual([origin, 'true']);
    expect(permission(asked, 'allow-headers')).toContain('idempotency-key');
    const answer = await fetch(`${url}/orders`, { headers: { origin } });
    expect([permission(answer, 'allow-origin'), permission(answer, 'expose-headers')]).toEqual([
      origin,
      'Date, ETag, Retry-After',
    ]);
  }
  for (const origin of ['https://evil.example.test', 'null', 'http://localhost.evil.test']) {
    expect(permission(await preflight(url, origin, 'authorization'), 'allow-origin')).toBe(null);
    expect(permission(await fetch(`${url}/orders`, { headers: { origin } }), 'allow-origin')).toBe(null);
    expect((await fetch(`${url}/_dev/faults`, { method: 'DELETE', headers: { origin } })).status).toBe(403);
    await expect(device(`${ws}/socket`, { origin })).rejects.toThrow('403');
  }
  expect(traffic.filter(({ kind }) => kind === 'cors')).toHaveLength(12);
  expect(traffic.find(({ kind }) => kind === 'cors')).toMatchObject({
    what: 'refused https://evil.example.test: the preflight of POST /orders (only pages of this machine may; start with --cors and the origin)',
  });
});

test('as strict as a real deployment: listed origins only, listed headers only, and nothing is exposed', async () => {
  const { url, ws, traffic } = await start({ cors: { origins: [till] } });
  const asked = await preflight(url, till, 'authorization, idempotency-key');
  expect([asked.status, permission(asked, 'allow-origin'), permission(asked, 'allow-credentials')]).toEqual([
    204,
    till,
    'true',
  ]);
  // The browser refuses the rest, and calls it a network error.
  expect(permission(asked, 'allow-headers')).toBe(
    'accept, authorization, content-type, x-requested-with, x-xsrf-token',
  );
  expect(traffic.at(-2)).toMatchObject({
    kind: 'cors',
    what: expect.stringContaining(`${till} may not send idempotency-key`) as unknown,
  });
  const answer = await fetch(`${url}/orders`, { headers: { origin: till } });
  expect([
    permission(answer, 'allow-origin'),
    permission(answer, 'expose-headers'),
    answer.headers.get('vary'),
  ]).toEqual([till, null, 'Origin']);
  expect(
    permission(await fetch(`${url}/orders`, { headers: { origin: 'http://localhost:5173' } }), 'allow-origin'),
  ).toBe(null);
  await expect(device(`${ws}/socket`, { origin: 'http://localhost:5173' })).rejects.toThrow('403');
  // Programs that are no browsers have no origin.
  await device(`${ws}/socket`, { origin: till });
  await device(`${ws}/socket`);
});

test('a port that is taken is an error that says what to do, and a server that was closed frees its own', async () => {
  const { server, url } = await start();
  const port = Number(new URL(url).port);
  await expect(createDevServer({ backends: [], port }).listen()).rejects.toMatchObject({
    code: 'options-invalid',
    message: `Port ${port} is taken.`,
    remediation: expect.stringContaining(`--port ${port + 1}`) as unknown,
  });
  await server.close();
  const next = createDevServer({ backends: [], port });
  expect(await next.listen()).toBe(url);
  expect(await (await fetch(url)).json()).toMatchObject({ heard: 'dev', addresses: next.addresses });
  await next.close();
  expect(() => next.url).toThrow('does not listen');
});

test('payloads are shown when they are asked for, and tokens never', async () => {
  const { url, ws, traffic } = await start({ payloads: true });
  await fetch(`${url}/nothing`, {
    method: 'POST',
    headers: { authorization: 'Bearer token-mia' },
    body: '{"name":"Ada","token":"secret-1","deep":[{"password":"secret-2"}]}',
  });
  const mia = await device(`${ws}/socket?cafe_id=c1&token=secret-3`);
  mia.say({ type: 'auth', version: 1, token: 'token-mia' });
  mia.say({ type: 'subscribe', channel: '/orders' });
  mia.say({
    type: 'send',
    channel: '/orders',
    name: 'join_counter',
    id: 1,
    payload: { counter: 'Ada', token: 'secret-4' },
  });
  await mia.frames(4);
  await until(() => traffic.some(({ kind }) => kind === 'request'));
  const text = JSON.stringify(traffic);
  expect(text).toContain('Ada');
  expect(text).not.toMatch(/secret-\d|token-mia/);

  const silent = await start();
  await fetch(`${silent.url}/orders`, { method: 'POST', body: 'Ada' });
  await until(() => silent.traffic.some(({ kind }) => kind === 'request'));
  expect(JSON.stringify(silent.traffic)).not.toContain('Ada');
});
