// Handlers behind Node's own server, asked over real sockets.
import { once } from 'node:events';
import { createServer, request as ask, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { memoryLog, replayHandler } from 'heard/emit';
import { nodeListener, type NodeListenerOptions } from 'heard/emit/node-listener';
import { laravelPos } from 'heard/contracts/laravel-pos';
import { afterEach, expect, test } from 'vitest';
import { rig, sku } from './rig.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serving(
  handle: (request: Request) => Response | Promise<Response>,
  options?: NodeListenerOptions,
): Promise<string> {
  const server = createServer(nodeListener(handle, options));
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Bytes as they are, and everything that comes back. */
async function raw(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(bytes);
  let answer = '';
  for await (const chunk of socket as AsyncIterable<Uint8Array>) answer += new TextDecoder().decode(chunk);
  return answer;
}

const said = async (request: Request): Promise<Response> =>
  Response.json({
    method: request.method,
    path: new URL(request.url).pathname,
    search: new URL(request.url).search,
    token: request.headers.get('authorization'),
    body: await request.text(),
  });

test('a handler is asked as it is anywhere else: method, address, headers and body', async () => {
  const url = await serving(said);
  const answer = await fetch(`${url}/v1/orders?since=1`, {
    method: 'POST',
    body: '{"name":"Crème brûlée"}',
    headers: { authorization: 'Bearer till', 'content-type': 'application/json' },
  });
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(await answer.json()).toEqual({
    method: 'POST',
    path: '/v1/orders',
    search: '?since=1',
    token: 'Bearer till',
    body: '{"name":"Crème brûlée"}',
  });
  expect(await (await fetch(url)).json()).toMatchObject({ method: 'GET', body: '' });
});

test('the handlers of this package are served: what was missed is replayed', async () => {
  const log = memoryLog();
  const { emitter } = rig({ log });
  await emitter.emit('OrderCreated', { scope: { sku }, data: { order: { id: 7, status: 'new' } } });
  const url = await serving(replayHandler(laravelPos, { log, mayRead: () => true }));
  const answer = await fetch(`${url}/v1/events/since?channel=private-store.${sku}.orders&seq=0`);
  expect(await answer.json()).toMatchObject({ head_seq: 1, events: [{ seq: 1 }] });
});

test('two cookies are two headers, an empty answer has no body, and HEAD has none either', async () => {
  const url = await serving((request) => {
    const headers = new Headers();
    headers.append('set-cookie', 'a=1');
    headers.append('set-cookie', 'b=2');
    return request.method === 'HEAD' ? new Response('never seen') : new Response(null, { status: 204, headers });
  });
  const empty = await fetch(url);
  expect(empty.status).toBe(204);
  expect(empty.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(await (await fetch(url, { method: 'HEAD' })).text()).toBe('');
});

test('what is larger than it may be is refused, whether it says so beforehand or not, and nobody is asked', async () => {
  let asked = 0;
  const url = await serving(
    (request) => {
      asked += 1;
      return said(request);
    },
    { mostBodyBytes: 10 },
  );
  const length = await raw(url, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n');
  expect(length).toMatch(/^HTTP\/1\.1 413 /);
  const chunked = await raw(
    url,
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n',
  );
  expect(chunked).toMatch(/^HTTP\/1\.1 413 [^]*body-too-large/);
  expect(asked).toBe(0);
  expect((await fetch(url, { method: 'POST', body: '0123456789' })).status).toBe(200);
});

test('a handler that throws is a 503 to whoever asks, and told to the app; the next one is answered', async () => {
  const failures: unknown[] = [];
  const mistake = new Error('the database is away');
  const url = await serving(
    ({ method }) => {
      if (method === 'POST') throw mistake;
      return new Response('well');
    },
    { failed: (error) => void failures.push(error) },
  );
  const answer = await fetch(url, { method: 'POST' });
  expect(answer.status).toBe(503);
  expect(await answer.text()).not.toContain('database');
  expect(failures).toEqual([mistake]);
  expect(await (await fetch(url)).text()).toBe('well');
});

test.each([
  ['an address that is none', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['an address of another server', 'GET http://elsewhere.test/ HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['a method that no Request has', 'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n', 405],
])('%s is refused', async (_, bytes, status) => {
  const url = await serving(said);
  expect(await raw(url, bytes)).toContain(`HTTP/1.1 ${status} `);
});

test('whoever goes away in the middle, of the question or of the answer, disturbs nobody', async () => {
  const failures: unknown[] = [];
  let isAsked = (): void => {};
  const asked = new Promise<void>((resolve) => (isAsked = resolve));
  let goOn = (): void => {};
  const gone = new Promise<void>((resolve) => (goOn = resolve));
  const url = await serving(
    async ({ method }) => {
      if (method !== 'DELETE') return new Response('well');
      isAsked();
      await gone;
      return new Response('x'.repeat(1_000_000));
    },
    { failed: (error) => void failures.push(error) },
  );
  const half = connect(Number(new URL(url).port), '127.0.0.1');
  half.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
  await once(half, 'ready');
  half.destroy();
  const impatient = ask(url, { method: 'DELETE' });
  impatient.on('error', () => undefined);
  const isGone = new Promise((resolve) => impatient.on('close', resolve));
  impatient.end();
  await asked;
  impatient.destroy();
  await isGone;
  goOn();
  expect(await (await fetch(url)).text()).toBe('well');
  expect(failures).toEqual([]);
});
