import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { fetchHttp, type FetchHttpOptions } from '../../src/http/fetch-http.ts';
import type { HttpAnswer, HttpRequest } from '../../src/http/http.ts';
import { isHeardError } from '../../src/errors.ts';
import { serve } from './server.ts';

type Respond = Parameters<typeof serve>[0];

const request = (changes: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  path: '/v1/orders',
  headers: { accept: 'application/json' },
  body: undefined,
  signal: new AbortController().signal,
  ...changes,
});

/** One answer of one server. */
async function answerOf(respond: Respond, options: Partial<FetchHttpOptions> = {}): Promise<HttpAnswer> {
  await using server = await serve(respond);
  return await fetchHttp({ baseUrl: server.url, ...options }).send(request());
}

const json = { 'content-type': 'application/json; charset=utf-8' };

test('what is asked arrives as it is, and the answer is parsed', async () => {
  await using server = await serve((_, response) => {
    response.writeHead(201, { 'content-type': 'application/json', 'retry-after': '7', 'x-marker': 'yes' });
    response.end('{"id":1,"__proto__":{"admin":true}}');
  });
  const http = fetchHttp({ baseUrl: `${server.url}/api` });
  const answer = await http.send(
    request({
      method: 'POST',
      path: '/pay?x=%2F',
      headers: { authorization: 'Bearer t', 'x-a': '1' },
      body: '{"a": 1}',
    }),
  );
  expect(server.requests).toMatchObject([
    { method: 'POST', url: '/api/pay?x=%2F', body: '{"a": 1}', headers: { authorization: 'Bearer t', 'x-a': '1' } },
  ]);
  expect(server.requests[0]?.headers).not.toHaveProperty('cookie');
  expect(server.requests[0]?.headers).not.toHaveProperty('referer');
  if (answer.kind !== 'reply') throw new Error('no reply');
  expect(answer).toMatchObject({ status: 201, media: 'json' });
  expect(Object.hasOwn(answer.body as object, '__proto__')).toBe(true);
  expect(answer.body).not.toHaveProperty('admin');
  expect(answer.header('retry-after')).toBe('7');
  expect(answer.header('missing')).toBeUndefined();
});

test.each(['PUT', 'PATCH', 'DELETE'] as const)('%s is sent with its body', async (method) => {
  await using server = await serve((_, response) => void response.writeHead(204).end());
  const answer = await fetchHttp({ baseUrl: server.url }).send(request({ method, body: '[]' }));
  expect(server.requests).toMatchObject([{ method, body: '[]' }]);
  expect(answer).toMatchObject({ status: 204, media: 'empty', body: undefined });
});

test.each([
  ['application/json', 'json'],
  ['APPLICATION/JSON;charset=UTF-8', 'json'],
  ['application/vnd.api+json', 'json'],
  ['application/problem+json', 'problem'],
  ['text/html', 'other'],
  ['text/plain', 'other'],
  ['application/jsonp', 'other'],
  ['text/javascript', 'other'],
])('a content type of %s is %s', async (type, media) => {
  const answer = await answerOf((_, response) => void response.writeHead(200, { 'content-type': type }).end('{"a":1}'));
  expect(answer).toMatchObject({ kind: 'reply', media, body: media === 'other' ? undefined : { a: 1 } });
});

test('a body without a type is no JSON', async () => {
  const answer = await answerOf((_, response) => void response.writeHead(200).end('{}'));
  expect(answer).toMatchObject({ kind: 'reply', media: 'other' });
});

test.each(['application/json', 'text/html; charset=UTF-8', undefined])(
  'no body is empty, whatever it calls itself (%s)',
  async (type) => {
    const headers = type === undefined ? {} : { 'content-type': type };
    const answer = await answerOf((_, response) => void response.writeHead(200, headers).end());
    expect(answer).toMatchObject({ kind: 'reply', status: 200, media: 'empty' });
  },
);

test.each([301, 302, 303, 307, 308])('F75: %i is told and not followed, and the token stays', async (status) => {
  await using elsewhere = await serve((_, response) => void response.end());
  await using server = await serve(
    (_, response) => void response.writeHead(status, { location: `${elsewhere.url}/x` }).end(),
  );
  const answer = await fetchHttp({ baseUrl: server.url }).send(
    request({ method: 'POST', body: '{}', headers: { authorization: 'Bearer t' } }),
  );
  expect(answer).toEqual({ kind: 'failure', because: 'redirect', status });
  expect(elsewhere.requests).toHaveLength(0);
});

test('F75: a platform that follows redirects all the same is found out', async () => {
  const followed =
    (url: string, redirected: boolean): typeof fetch =>
    () => {
      const response = Response.json({});
      Object.defineProperties(response, { url: { value: url }, redirected: { value: redirected } });
      return Promise.resolve(response);
    };
  const base = 'https://api.example.test';
  for (const fetch of [
    followed('https://evil.test/v1', false),
    followed(`${base}/login`, true),
    followed(`${base}.evil.test/`, false),
  ]) {
    expect(await fetchHttp({ baseUrl: base, fetch }).send(request())).toEqual({ kind: 'failure', because: 'redirect' });
  }
});

test('F75: a redirect as browsers show it has no status', async () => {
  const fetch = (): Promise<Response> => {
    const response = Response.error();
    Object.defineProperty(response, 'type', { value: 'opaqueredirect' });
    return Promise.resolve(response);
  };
  const answer = await fetchHttp({ baseUrl: 'https://api.example.test', fetch }).send(request());
  expect(answer).toEqual({ kind: 'failure', because: 'redirect' });
});

const unreadable: readonly (readonly [string, Respond])[] = [
  [
    'gzip garbage',
    (_, response) => void response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end('not gzip at all'),
  ],
  [
    'gzip that is cut short',
    (_, response) => {
      const whole = gzipSync(JSON.stringify(Array.from({ length: 500 }, (_, id) => ({ id, name: Math.sin(id) }))));
      response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(whole.subarray(0, whole.length >> 1));
    },
  ],
  [
    'a body shorter than promised',
    (_, response, socket) => {
      response.writeHead(200, { ...json, 'content-length': '100' });
      response.write('{"a":1');
      response.write('}', () => socket.end());
    },
  ],
  [
    'chunks that stop in the middle',
    (_, response, socket) => {
      response.writeHead(200, json);
      response.write('[1,2,', () => socket.destroy());
    },
  ],
  ['JSON that is cut short', (_, response) => void response.writeHead(200, json).end('{"orders":[{"id":1},')],
  ['HTML that calls itself JSON', (_, response) => void response.writeHead(200, json).end('<html></html>')],
  [
    'bytes that are no UTF-8',
    (_, response) => void response.writeHead(200, json).end(Buffer.from([0x22, 0xff, 0xfe, 0x22])),
  ],
  [
    'JSON that is too deep',
    (_, response) => void response.writeHead(200, json).end('['.repeat(10_000) + ']'.repeat(10_000)),
  ],
];

test.each(unreadable)('F49: %s is unreadable, and never an empty answer', async (_, respond) => {
  expect(await answerOf(respond)).toEqual({ kind: 'failure', because: 'unreadable', status: 200 });
});

test.each(unreadable)('F67: %s above 500 keeps the status', async (_, respond) => {
  const answer = await answerOf((request, response, socket) => {
    const { writeHead } = response;
    response.writeHead = ((_status: number, headers: Record<string, string>) =>
      writeHead.call(response, 503, { ...headers, 'retry-after': '3' })) as typeof writeHead;
    respond(request, response, socket);
  });
  expect(answer).toMatchObject({ kind: 'reply', status: 503, media: 'other', body: undefined });
  expect(answer.kind === 'reply' && answer.header('retry-after')).toBe('3');
});

test('F38: a body that never ends is left when it is too large', async () => {
  let written = 0;
  await using server = await serve((_, response) => {
    response.writeHead(200, json);
    const more = (): void => {
      if (response.destroyed) return;
      written += 65_536;
      response.write(`"${'a'.repeat(65_534)}`, () => more());
    };
    more();
  });
  const answer = await fetchHttp({ baseUrl: server.url, maxBodyBytes: 1_000_000 }).send(request());
  expect(answer).toEqual({ kind: 'failure', because: 'unreadable', status: 200 });
  expect(written).toBeLessThan(50_000_000);
});

test('F38: a small body that unpacks to a huge one is left, too', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000, 0x20));
  const answer = await answerOf(
    (_, response) => void response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb),
  );
  expect(answer).toEqual({ kind: 'failure', because: 'unreadable', status: 200 });
});

test('a body of just the allowed size is read', async () => {
  const body = JSON.stringify('a'.repeat(98));
  const respond: Respond = (_, response) => void response.writeHead(200, json).end(body);
  expect(await answerOf(respond, { maxBodyBytes: 100 })).toMatchObject({ kind: 'reply', body: 'a'.repeat(98) });
  expect(await answerOf(respond, { maxBodyBytes: 99 })).toMatchObject({ because: 'unreadable' });
});

test('F16: a web page that never ends is known by its first byte', async () => {
  const answer = await answerOf((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.write('<html>');
  });
  expect(answer).toMatchObject({ kind: 'reply', status: 200, media: 'other', body: undefined });
});

test('F67: a server that closes without a word, and one that is not there, are the network', async () => {
  expect(await answerOf((_, __, socket) => void socket.destroy())).toEqual({ kind: 'failure', because: 'network' });
  expect(await answerOf((_, __, socket) => void socket.end('not HTTP\r\n\r\n'))).toEqual({
    kind: 'failure',
    because: 'network',
  });
  const gone = await serve(() => undefined);
  await gone[Symbol.asyncDispose]();
  expect(await fetchHttp({ baseUrl: gone.url }).send(request())).toEqual({ kind: 'failure', because: 'network' });
});

test.each(['before', 'after'])(
  'a request that is given up %s its headers came is aborted, and its connection closed',
  async (when) => {
    const controller = new AbortController();
    await using server = await serve((_, response) => {
      if (when === 'after') response.writeHead(200, json).write('[1,');
      else controller.abort();
    });
    const fetch: typeof globalThis.fetch = async (...all) => {
      const response = await globalThis.fetch(...all);
      setImmediate(() => controller.abort());
      return response;
    };
    const answer = await fetchHttp({ baseUrl: server.url, fetch }).send(request({ signal: controller.signal }));
    expect(answer).toEqual({ kind: 'failure', because: 'aborted' });
    await expect.poll(() => server.open).toBe(0);
  },
);

test('a request that was given up before is not sent', async () => {
  await using server = await serve((_, response) => void response.end());
  const answer = await fetchHttp({ baseUrl: server.url }).send(request({ signal: AbortSignal.abort() }));
  expect(answer).toEqual({ kind: 'failure', because: 'aborted' });
  expect(server.requests).toHaveLength(0);
});

test('a kept connection that the server resets costs one answer, and the next one is made anew', async () => {
  let count = 0;
  await using server = await serve((_, response, socket) => {
    count += 1;
    if (count === 2) socket.resetAndDestroy();
    else response.writeHead(200, json).end('{}');
  });
  const http = fetchHttp({ baseUrl: server.url });
  const send = () => http.send(request({ method: 'POST', body: '{}' }));
  expect(await send()).toMatchObject({ kind: 'reply', status: 200 });
  expect(await send()).toEqual({ kind: 'failure', because: 'network' });
  expect(await send()).toMatchObject({ kind: 'reply', status: 200 });
  // Nobody but the outbox may decide to send a mutation again.
  expect(server.requests).toHaveLength(3);
});

test('answers that are not read to their end leave no connection open', async () => {
  await using server = await serve(
    (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).write('<html>'),
  );
  const http = fetchHttp({ baseUrl: server.url });
  for (let count = 0; count < 20; count += 1) expect(await http.send(request())).toMatchObject({ media: 'other' });
  await expect.poll(() => server.open).toBe(0);
});

test('F100: a path that leads away is refused, and nothing is sent', async () => {
  await using server = await serve((_, response) => void response.end());
  for (const path of ['//evil.test/x', 'https://evil.test', '/\\evil.test', '/a/../../b']) {
    const refused: unknown = await fetchHttp({ baseUrl: server.url })
      .send(request({ path }))
      .catch((error: unknown) => error);
    expect(isHeardError(refused) && refused.code).toBe('input-invalid');
  }
  expect(server.requests).toHaveLength(0);
});

test('the platform’s fetch is looked up when it is needed, and asked for nothing of its own accord', async () => {
  const asked: RequestInit[] = [];
  const original = globalThis.fetch;
  const http = fetchHttp({ baseUrl: 'https://api.example.test' });
  globalThis.fetch = (_, init = {}) => {
    asked.push(init);
    return Promise.resolve(new Response(null, { status: 204 }));
  };
  try {
    await http.send(request());
  } finally {
    globalThis.fetch = original;
  }
  expect(asked).toMatchObject([
    { redirect: 'manual', credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store', body: null },
  ]);
});

test.each([
  [
    'throws at once',
    () => {
      throw new TypeError('invalid header value "Bearer canary"');
    },
  ],
  ['rejects', () => Promise.reject(new TypeError('Bearer canary'))],
])('F99: a fetch that %s is the network, without its words', async (_, fetch) => {
  const http = fetchHttp({ baseUrl: 'https://api.example.test', fetch });
  const answer = await http.send(request());
  expect(answer).toEqual({ kind: 'failure', because: 'network' });
});

test('where there are no streams, a body is read whole', async () => {
  const fetch = (text: string, headers: Record<string, string>) => (): Promise<Response> => {
    const response = new Response(text, { headers });
    Object.defineProperty(response, 'body', { value: undefined });
    return Promise.resolve(response);
  };
  const send = (text: string, headers: Record<string, string> = json) =>
    fetchHttp({ baseUrl: 'https://api.example.test', fetch: fetch(text, headers), maxBodyBytes: 10 }).send(request());
  expect(await send('[1,2]')).toMatchObject({ kind: 'reply', body: [1, 2] });
  expect(await send('[1,2,3,4,5,6]')).toMatchObject({ because: 'unreadable' });
  expect(await send('<html>', { 'content-type': 'text/html' })).toMatchObject({ media: 'other' });
  expect(await send('', { 'content-type': 'text/html' })).toMatchObject({ media: 'empty' });
});
