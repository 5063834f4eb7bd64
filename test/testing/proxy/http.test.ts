// Each fault of a request, with the platform's own `fetch`.
import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { createFakeHost } from '../../../src/testing/fake-host.ts';
import { createFaultProxy, type FaultRule } from '../../../src/testing/proxy/index.ts';
import { answer, guest, house, until } from './house.ts';

const post = (url: string): Promise<Response> => fetch(`${url}/orders?table=7`, { method: 'POST', body: 'soup' });

test('without faults requests and answers pass as they are, and the server thinks it was asked itself', async () => {
  const { url, acted, proxy } = await house();
  const response = await post(url);
  expect([response.status, response.headers.get('x-house')]).toEqual([200, 'one']);
  const said = (await response.json()) as { host: string };
  expect(said).toMatchObject(answer);
  expect(url).not.toContain(said.host);
  expect(acted).toEqual(['POST /orders?table=7 soup']);
  expect(proxy.log).toEqual([]);
});

test('http-respond: in the server’s place, which never hears of it; only what matches, and as often as told (F19, F20, F21)', async () => {
  const { url, acted, proxy } = await house();
  const rule = proxy.add({
    match: { method: 'post', path: '/ord*' },
    action: { kind: 'http-respond', status: 429, headers: { 'retry-after': '7' }, body: { message: 'slow' } },
    times: 2,
  });
  expect((await fetch(`${url}/orders`)).status).toBe(200);
  const first = await post(url);
  expect([first.status, first.headers.get('retry-after'), await first.json()]).toEqual([429, '7', { message: 'slow' }]);
  expect([(await post(url)).status, (await post(url)).status]).toEqual([429, 200]);
  expect([acted.length, rule.fired]).toEqual([2, 2]);
  rule.remove();
});

test('http-html: a web page where JSON was promised (F16)', async () => {
  const { url, acted, proxy } = await house();
  proxy.add({ action: { kind: 'http-html' }, match: { on: 'request' } });
  const response = await post(url);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(await response.text()).toContain('<!doctype html>');
  expect(acted).toEqual([]);
});

test('http-drop-reply: the server has acted, and the client never hears so (F59)', async () => {
  const { url, acted, proxy } = await house();
  const rule = proxy.add({ match: { path: '/orders' }, action: { kind: 'http-drop-reply' } });
  await expect(post(url)).rejects.toThrow('fetch failed');
  expect([acted, rule.fired]).toEqual([['POST /orders?table=7 soup'], 1]);
  expect((await post(url)).status).toBe(200);
});

test('http-delay: the server acts at once, and its answer comes when the time has passed', async () => {
  const host = createFakeHost();
  const { url, acted, proxy } = await house({ host });
  proxy.add({ match: { on: 'request' }, action: { kind: 'http-delay', ms: 20_000 } });
  let isAnswered = false;
  const asked = post(url).then((response) => {
    isAnswered = true;
    return response.json();
  });
  await until(() => acted.length === 1 && host.pendingTimers === 1);
  host.advance(19_999);
  expect([isAnswered, host.pendingTimers]).toEqual([false, 1]);
  host.advance(1);
  expect(await asked).toMatchObject(answer);
});

test('rst and fin: at once, or after a part of the answer (F01, F44)', async () => {
  const { url, acted, proxy } = await house();
  for (const kind of ['rst', 'fin'] as const) {
    proxy.add({ match: { on: 'request' }, action: { kind } });
    await expect(post(url)).rejects.toThrow('fetch failed');
  }
  expect(acted).toEqual([]);
  for (const kind of ['rst', 'fin'] as const) {
    proxy.add({ match: { on: 'request' }, action: { kind, afterBytes: 10 } });
    const response = await post(url);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('terminated');
  }
  expect(acted).toHaveLength(2);
});

test('halfopen and blackholes: nobody answers and nobody hangs up; only s2c lets the server act', async () => {
  const { url, acted, proxy } = await house();
  for (const kind of ['halfopen', 'blackhole-c2s', 'blackhole-s2c'] as const) {
    proxy.add({ match: { on: 'request', path: `/${kind}` }, action: { kind } });
    const giveUp = new AbortController();
    const asked = fetch(`${url}/${kind}`, { signal: giveUp.signal });
    const said = asked.catch((error: unknown) => String(error));
    await until(() => proxy.log.at(-1)?.path === `/${kind}`);
    if (kind === 'blackhole-s2c') await until(() => acted.length === 1);
    // Another request shows that there was time enough for an answer.
    expect((await fetch(`${url}/other`)).status).toBe(200);
    giveUp.abort();
    expect(await said).toContain('aborted');
    acted.splice(0, acted.length, ...acted.filter((one) => !one.endsWith('/other')));
  }
  expect(acted).toEqual(['GET /blackhole-s2c']);
});

test('corrupt and slicer: an answer that breaks off in its JSON, and one that comes byte by byte', async () => {
  const { url, proxy } = await house();
  proxy.add({ match: { on: 'request' }, action: { kind: 'corrupt' } });
  await expect((await post(url)).json()).rejects.toThrow(SyntaxError);
  proxy.add({ match: { on: 'request' }, action: { kind: 'slicer', bytes: 3 } });
  expect(await (await post(url)).json()).toMatchObject(answer);
  expect(proxy.log.map(({ kind }) => kind)).toEqual(['corrupt', 'slicer']);
});

test('refuse resets a connection before it has said anything; halfopen takes it and never speaks', async () => {
  const { url, acted, proxy } = await house();
  proxy.add({ action: { kind: 'refuse' } });
  await expect(post(url)).rejects.toThrow('fetch failed');
  proxy.add({ match: { on: 'connection' }, action: { kind: 'halfopen' } });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  expect((await post(url)).status).toBe(200);
  expect([socket.bytesRead, acted.length]).toEqual([0, 1]);
});

test('down and up: everybody is reset, and then somebody answers at the same address', async () => {
  const place = await house();
  const { ended } = await guest(place);
  const { url, proxy } = place;
  proxy.down();
  expect(await ended).toBe(1006);
  const refused = await post(url).catch((error: unknown) => error);
  expect((refused as { cause?: { code?: string } }).cause?.code).toBe('ECONNRESET');
  proxy.up();
  expect((await post(url)).status).toBe(200);
  expect(proxy.url).toBe(url);
});

test('a server that is gone is gone for the client, too, and no status is made up', async () => {
  const proxy = createFaultProxy({ target: 'http://127.0.0.1:1' });
  const url = await proxy.listen();
  onTestFinished(() => proxy.stop());
  await expect(post(url)).rejects.toThrow('fetch failed');
  await expect(guest({ proxy } as never)).rejects.toThrow('ECONNRESET');
});

test('chance is drawn by the seed, for each rule of its own', async () => {
  const drawn = async (seed: number, other: boolean): Promise<readonly number[]> => {
    const { url, proxy } = await house({ seed });
    const rule: FaultRule = {
      match: { on: 'request' },
      action: { kind: 'http-respond', status: 503 },
      chance: 0.5,
      times: Infinity,
    };
    proxy.add(rule);
    if (other) proxy.add({ ...rule, match: { on: 'request', path: '/elsewhere' } });
    const statuses: number[] = [];
    for (let at = 0; at < 20; at += 1) statuses.push((await fetch(url)).status);
    return statuses;
  };
  const first = await drawn(3, false);
  expect(new Set(first)).toEqual(new Set([200, 503]));
  expect(await drawn(3, true)).toEqual(first);
  expect(await drawn(4, false)).not.toEqual(first);
});

test('onFault hears of each, and clear() ends all that are still to come', async () => {
  const told: string[] = [];
  const { url, proxy } = await house({ onFault: ({ kind, path }) => told.push(`${kind} ${path}`) });
  proxy.add({ match: { on: 'request' }, action: { kind: 'http-respond', status: 500 }, times: Infinity });
  expect((await post(url)).status).toBe(500);
  proxy.clear();
  expect((await post(url)).status).toBe(200);
  expect(told).toEqual(['http-respond /orders']);
});

test('stop ends everything that it holds, answers and messages that wait included, and can be said twice', async () => {
  const host = createFakeHost();
  const place = await house({ host });
  place.proxy.add({ match: { on: 'request' }, action: { kind: 'http-delay', ms: 60_000 } });
  place.proxy.add({ match: { on: 'upgrade', path: '/late' }, action: { kind: 'http-delay', ms: 60_000 } });
  place.proxy.add({ match: { direction: 's2c' }, action: { kind: 'latency', ms: 60_000 } });
  place.proxy.add({ match: { direction: 's2c' }, action: { kind: 'reorder', heldMs: 60_000 } });
  const lost = [post(place.url), guest(place, '/late')].map((one) => one.catch(() => 'lost'));
  const { socket } = await guest(place);
  socket.send('one');
  socket.send('two');
  await until(() => host.pendingTimers === 4);
  const { ended } = await guest(place);
  await place.proxy.stop();
  expect(await ended).toBe(1006);
  await place.proxy.stop();
  expect(await Promise.all(lost)).toEqual(['lost', 'lost']);
  await until(() => host.pendingTimers === 0);
  expect(() => place.proxy.url).toThrow('does not listen');
});

test.each<[string, FaultRule, RegExp, RegExp]>([
  ['an action that is none', { action: { kind: 'explode' } as never }, /no action "explode"/, /http-drop-reply/],
  ['a moment that is not clear', { action: { kind: 'rst' } }, /not clear when "rst"/, /\{ on: 'request' \}/],
  [
    'a moment at which it cannot be',
    { match: { on: 'request' }, action: { kind: 'drop' } },
    /not clear/,
    /\{ on: 'message' \}/,
  ],
  [
    'a look at what is not there',
    { match: { on: 'message', method: 'GET' }, action: { kind: 'drop' } },
    /"method" is not known/,
    /path, direction, frame, text/,
  ],
  [
    'a code that cannot be sent',
    { match: { on: 'message' }, action: { kind: 'close', code: 1006 } },
    /1006 is no code/,
    /"rst" or "fin"/,
  ],
  ['a share that is none', { action: { kind: 'drop' }, chance: 2 }, /"chance" is 2/, /from 0 to 1/],
])('%s is refused, and it is said what to write instead', async (_, rule, why, what) => {
  const { proxy } = await house();
  const refused = (() => {
    try {
      return proxy.add(rule);
    } catch (error) {
      return error;
    }
  })();
  expect(refused).toMatchObject({
    code: 'options-invalid',
    message: expect.stringMatching(why) as string,
    remediation: expect.stringMatching(what) as string,
  });
});

test('what cannot be told to open connections, targets that are none, and a taken port are refused', async () => {
  const { proxy, url } = await house();
  expect(() => proxy.now({ kind: 'drop' })).toThrow('cannot happen to an open connection');
  for (const target of ['127.0.0.1', 'https://example.test', 'http://127.0.0.1:3001/api']) {
    expect(() => createFaultProxy({ target })).toThrow(/has no target/);
  }
  const second = createFaultProxy({ target: url, port: Number(new URL(url).port) });
  await expect(second.listen()).rejects.toMatchObject({ code: 'options-invalid' });
});
