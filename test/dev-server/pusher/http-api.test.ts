// SERVERS.md, Soketi, “HTTP API”, asked by hand: the official library would hide some of it.
import PusherLibrary from 'pusher';
import { expect, test } from 'vitest';
import { app, host, type Hosted } from './hosting.ts';

interface Asking {
  readonly method?: string;
  readonly body?: string;
  readonly params?: Record<string, string>;
  readonly key?: string;
  readonly secret?: string;
  /** What is sent in place of the body that was signed. */
  readonly sent?: string;
}

/** A request with the signature that the official library makes. */
async function ask({ port }: Hosted, path: string, asking: Asking = {}) {
  const { method = 'POST', body, sent = body, params, key = app.key, secret = app.secret } = asking;
  const library = new PusherLibrary({ appId: app.id, key, secret, host: '127.0.0.1' });
  const query = library.createSignedQueryString({ method, path, ...(body && { body }), ...(params && { params }) });
  const response = await fetch(`http://127.0.0.1:${port}${path}?${query}`, { method, ...(sent && { body: sent }) });
  const text = await response.text();
  return { status: response.status, body: text === '' ? '' : (JSON.parse(text) as unknown) };
}

const events = '/apps/app-id/events';
const batchEvents = '/apps/app-id/batch_events';
const incorrect = { status: 200, body: { error: 'The received data is incorrect', code: 400 } };
const unsigned = { status: 200, body: { error: 'The secret authentication failed', code: 401 } };

const event = (more: object = {}) =>
  JSON.stringify({ name: 'OrderCreated', channels: ['orders'], data: '{"id":7}', ...more });

test('an event is answered with ok', async () => {
  expect(await ask(await host(), events, { body: event() })).toEqual({ status: 200, body: { ok: true } });
});

test('HTTP 200 with 401 in the body: a wrong secret, another body, another path, no signature at all', async () => {
  const hosted = await host();
  expect(await ask(hosted, events, { body: event(), secret: 'wrong' })).toEqual(unsigned);
  expect(await ask(hosted, events, { body: event(), key: 'wrong' })).toEqual({ status: 200, body: { ok: true } });
  expect(await ask(hosted, events, { body: event(), sent: event({ name: 'Other' }) })).toEqual(unsigned);
  const bare = await fetch(`http://127.0.0.1:${hosted.port}${events}`, { method: 'POST', body: event() });
  expect([bare.status, await bare.json()]).toEqual([200, unsigned.body]);
  const signed = hosted.library.createSignedQueryString({ method: 'GET', path: '/apps/app-id/channels' });
  const elsewhere = await fetch(`http://127.0.0.1:${hosted.port}/apps/app-id/channels/orders?${signed}`);
  expect(await elsewhere.json()).toEqual(unsigned.body);
});

test('the time of a request is signed, and its age is nobody’s business', async () => {
  const hosted = await host();
  hosted.time.advance(10 * 365 * 86_400_000);
  expect(await ask(hosted, events, { body: event() })).toMatchObject({ body: { ok: true } });
});

test('HTTP 200 with 404 in the body for an unknown app; a real 404 for an unknown path or method', async () => {
  const hosted = await host();
  expect(await ask(hosted, '/apps/other/events', { body: event() })).toEqual({
    status: 200,
    body: { error: 'The app other could not be found.', code: 404 },
  });
  for (const [method, path] of [
    ['GET', events],
    ['POST', '/apps/app-id/channels'],
    ['GET', '/apps/app-id/channels/orders/users/more'],
    ['GET', '/apps/app-id'],
    ['DELETE', '/apps/app-id/channels'],
    ['OPTIONS', events],
  ] as const) {
    expect(await ask(hosted, path, { method })).toEqual({ status: 404, body: '' });
  }
});

test('a path that is not under /apps/ is not its business', async () => {
  const { server } = await host();
  expect(await server.fetch(new Request('http://localhost/api/orders'))).toBeUndefined();
});

test('413 in the body over 100 KB of data, and not a byte earlier', async () => {
  const hosted = await host();
  expect(await ask(hosted, events, { body: event({ data: 'x'.repeat(102_401) }) })).toEqual({
    status: 200,
    body: { error: 'The event data should be less than 100 KB.', code: 413 },
  });
  // Two bytes each: bytes count, not characters.
  expect(await ask(hosted, events, { body: event({ data: 'ä'.repeat(51_201) }) })).toMatchObject({
    body: { code: 413 },
  });
  expect(await ask(hosted, events, { body: event({ data: 'x'.repeat(102_400) }) })).toMatchObject({
    body: { ok: true },
  });
});

test('the 10 KB of hosted Pusher is a setting', async () => {
  const hosted = await host({ limits: { eventKb: 10 } });
  expect(await ask(hosted, events, { body: event({ data: 'x'.repeat(10_241) }) })).toEqual({
    status: 200,
    body: { error: 'The event data should be less than 10 KB.', code: 413 },
  });
  expect(hosted.server.publisherOf(app.id).mostBytes).toBe(10_240);
});

test('400 in the body: more than 100 channels, more than 10 events, a name of more than 200 characters', async () => {
  const hosted = await host();
  const channels = Array.from({ length: 101 }, (_, index) => `orders-${index}`);
  expect(await ask(hosted, events, { body: event({ channels }) })).toEqual({
    status: 200,
    body: { error: 'Cannot broadcast to more than 100 channels at once', code: 400 },
  });
  expect(await ask(hosted, events, { body: event({ channels: channels.slice(1) }) })).toMatchObject({
    body: { ok: true },
  });
  const batch = Array.from({ length: 11 }, () => ({ name: 'OrderCreated', channel: 'orders', data: '{}' }));
  expect(await ask(hosted, batchEvents, { body: JSON.stringify({ batch }) })).toEqual({
    status: 200,
    body: { error: 'Cannot batch-send more than 10 messages at once', code: 400 },
  });
  expect(await ask(hosted, batchEvents, { body: JSON.stringify({ batch: batch.slice(1) }) })).toMatchObject({
    body: { ok: true },
  });
  expect(await ask(hosted, events, { body: event({ name: 'x'.repeat(201) }) })).toEqual({
    status: 200,
    body: { error: 'Event name is too long. Maximum allowed size is 200.', code: 400 },
  });
});

test('a batch with one bad event sends none', async () => {
  const hosted = await host();
  const connected = await hosted.device();
  connected.say({ event: 'pusher:subscribe', data: { channel: 'orders' } });
  await connected.next();
  const good = { name: 'OrderCreated', channel: 'orders', data: '{}' };
  const batch = [good, { ...good, data: 'x'.repeat(102_401) }];
  expect(await ask(hosted, batchEvents, { body: JSON.stringify({ batch }) })).toMatchObject({ body: { code: 413 } });
  expect(await connected.settled()).toEqual([]);
});

test('400 in the body for an event without a name, a channel or data; an empty text is no data', async () => {
  const hosted = await host();
  for (const body of [
    event({ name: '' }),
    event({ name: undefined }),
    event({ name: 7 }),
    event({ data: '' }),
    event({ data: undefined }),
    event({ channels: undefined }),
    event({ channels: undefined, channel: '' }),
  ]) {
    expect(await ask(hosted, events, { body })).toEqual(incorrect);
  }
  expect(hosted.hazards).toEqual([]);
});

test('what Soketi would not survive or never answers is a 400, and reported', async () => {
  const hosted = await host();
  for (const [path, body] of [
    [events, 'null'],
    [events, '[]'],
    [events, event({ channels: 'orders' })],
    [events, event({ channels: [7] })],
    [events, `{"name":"a","channel":"b","data":${'['.repeat(600)}${']'.repeat(600)}}`],
    [batchEvents, '{}'],
    [batchEvents, '{"batch":{}}'],
    [batchEvents, '{"batch":[null]}'],
  ] as const) {
    expect(await ask(hosted, path, { body })).toEqual(incorrect);
  }
  expect(hosted.hazards).toHaveLength(8);
  expect(new Set(hosted.hazards.map(({ hazard, app }) => `${hazard} ${app}`))).toEqual(
    new Set(['malformed-request app-id']),
  );
});

test('a body that is not JSON has no right signature', async () => {
  const hosted = await host();
  expect(await ask(hosted, events, { body: '{"name":' })).toEqual(unsigned);
});

test('data that is not a text goes out as it came in', async () => {
  const hosted = await host();
  const connected = await hosted.device();
  connected.say({ event: 'pusher:subscribe', data: { channel: 'orders' } });
  await connected.next();
  await ask(hosted, events, { body: event({ data: { id: 7 } }) });
  expect(await connected.next()).toEqual({ event: 'OrderCreated', channel: 'orders', data: { id: 7 } });
});

test('429 in the body over the rate of an app, for events by channels and for reads', async () => {
  const hosted = await host({ limits: { eventsPerSecond: 3, readsPerSecond: 1 } });
  const tooMany = { status: 200, body: { error: 'Too many requests.', code: 429 } };
  expect(await ask(hosted, events, { body: event({ channels: ['a', 'b'] }) })).toMatchObject({ body: { ok: true } });
  expect(await ask(hosted, events, { body: event({ channels: ['a', 'b'] }) })).toEqual(tooMany);
  const channels = '/apps/app-id/channels';
  expect(await ask(hosted, channels, { method: 'GET' })).toMatchObject({ body: { channels: {} } });
  expect(await ask(hosted, `${channels}/orders`, { method: 'GET' })).toEqual(tooMany);
  hosted.time.advance(1000);
  expect(await ask(hosted, events, { body: event() })).toMatchObject({ body: { ok: true } });
  expect(await ask(hosted, channels, { method: 'GET' })).toMatchObject({ body: { channels: {} } });
});

test('members are asked for on presence channels only', async () => {
  expect(await ask(await host(), '/apps/app-id/channels/orders/users', { method: 'GET' })).toEqual({
    status: 200,
    body: { error: 'The channel must be a presence channel.', code: 400 },
  });
});
