import { createHash, createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import Pusher from 'pusher';
import { createEmitter, pusherPublisher, type Publication } from 'heard/emit';
import { restaurantOs } from 'heard/contracts/restaurant-os';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serve, type TestServer } from '../http/server.ts';

interface Answer {
  readonly status?: number;
  readonly body?: string;
}

const ok: Answer = { body: '{"ok":true}' };
const secret = 'app-secret';

/** An event server's HTTP API that answers as it is told; the last answer is repeated. */
async function apiThat(
  ...answers: readonly Answer[]
): Promise<{ readonly server: TestServer; readonly pusher: Pusher }> {
  let asked = 0;
  const server = await serve((_request, response: ServerResponse) => {
    const { status = 200, body = '{}' } = answers[Math.min(asked, answers.length - 1)] ?? ok;
    asked += 1;
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const pusher = new Pusher({ appId: '1', key: 'app-key', secret, host: '127.0.0.1', port: new URL(server.url).port });
  return { server, pusher };
}

const publication = (channel: string, id: number, name = 'OrderCreated'): Publication => ({
  channel,
  name,
  payload: { v: 1, data: { id } },
});

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('pusherPublisher with the official library', () => {
  test('sends several events as one signed batch, each as dense JSON', async () => {
    const { server, pusher } = await apiThat(ok);
    await pusherPublisher(pusher).publish([publication('private-a', 1), publication('private-b', 2)]);
    const [request] = server.requests;
    const url = new URL(request?.url ?? '', server.url);
    expect([server.requests.length, request?.method, url.pathname]).toEqual([1, 'POST', '/apps/1/batch_events']);
    expect(JSON.parse(request?.body ?? '')).toEqual({
      batch: [
        { channel: 'private-a', name: 'OrderCreated', data: '{"v":1,"data":{"id":1}}' },
        { channel: 'private-b', name: 'OrderCreated', data: '{"v":1,"data":{"id":2}}' },
      ],
    });
    const told = url.searchParams;
    expect(told.get('body_md5')).toBe(
      createHash('md5')
        .update(request?.body ?? '')
        .digest('hex'),
    );
    const signature = told.get('auth_signature');
    told.delete('auth_signature');
    told.sort();
    const signed = createHmac('sha256', secret).update(`POST\n${url.pathname}\n${told.toString()}`).digest('hex');
    expect(signature).toBe(signed);
  });

  test('sends one event for several channels once, with all their names', async () => {
    const { server, pusher } = await apiThat(ok);
    await createEmitter(restaurantOs, { publisher: pusherPublisher(pusher) }).emit('order.created', {
      scope: {},
      channels: [{ channel: 'orders' }, { channel: 'table', params: { number: 5 } }],
      data: { documentId: 'a', tableNumber: 5 },
      id: 'e1',
      occurredAt: 0,
    });
    expect(server.requests.map(({ url, body }) => [url.split('?')[0], JSON.parse(body)])).toEqual([
      [
        '/apps/1/events',
        {
          name: 'order.created',
          channels: ['orders', 'table-5'],
          data: '{"payload":{"documentId":"a","tableNumber":5},"event_id":"e1","timestamp":"1970-01-01T00:00:00.000Z"}',
        },
      ],
    ]);
  });

  test('leaves the text to the library where it encrypts', async () => {
    const { server } = await apiThat(ok);
    const pusher = new Pusher({
      appId: '1',
      key: 'app-key',
      secret,
      host: '127.0.0.1',
      port: new URL(server.url).port,
      encryptionMasterKeyBase64: Buffer.alloc(32, 7).toString('base64'),
    });
    await pusherPublisher(pusher).publish([publication('private-encrypted-a', 1)]);
    const { batch } = JSON.parse(server.requests[0]?.body ?? '') as { batch: { data: string }[] };
    expect(Object.keys(JSON.parse(batch[0]?.data ?? '') as object)).toEqual(['nonce', 'ciphertext']);
  });

  test.each<[string, Answer]>([
    ['an object', { body: '{}' }],
    ['Soketi’s', ok],
    ['a batch', { body: '{"batch":[{},{}]}' }],
    ['plain text', { body: 'OK' }],
    ['202 and nothing', { status: 202, body: '' }],
    ['an error that is null', { body: '{"error":null}' }],
  ])('takes %s for a yes', async (_, answer) => {
    const { server, pusher } = await apiThat(answer);
    await pusherPublisher(pusher).publish([publication('a', 1)]);
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, Answer, string, RegExp]>([
    [
      'HTTP 200 with the real code in the body (Soketi): wrong key',
      { body: '{"error":"The app key is wrong","code":401}' },
      'publish-refused',
      /401: The app key is wrong/,
    ],
    [
      'HTTP 200 with 413 in the body (Soketi): too large',
      { body: '{"error":"The event data should be less than 100 KB.","code":413}' },
      'publish-refused',
      /413: The event data/,
    ],
    [
      'HTTP 200 with 404 in the body',
      { body: '{"error":"The app does not exist","code":404}' },
      'publish-refused',
      /404/,
    ],
    [
      'HTTP 200 with 429 in the body: too many, which passes',
      { body: '{"error":"Too many requests","code":429}' },
      'publish-failed',
      /429/,
    ],
    ['HTTP 200 with 500 in the body', { body: '{"error":"broken","code":500}' }, 'publish-failed', /500: broken/],
    ['HTTP 200 with an error and no code', { body: '{"error":{"why":1}}' }, 'publish-failed', /200: no reason/],
    ['HTTP 200 with a web page', { body: '<html>Please log in</html>' }, 'publish-failed', /a web page/],
    ['401', { status: 401, body: 'Invalid signature' }, 'publish-refused', /401/],
    ['413', { status: 413, body: 'The data content of this event exceeds the maximum' }, 'publish-refused', /413/],
    ['429', { status: 429 }, 'publish-failed', /429/],
    ['503 with a page', { status: 503, body: '<html>' }, 'publish-failed', /503/],
  ])('takes %s for a no', async (_, answer, code, message) => {
    const { pusher } = await apiThat(answer);
    const failure = await failureOf(pusherPublisher(pusher).publish([publication('a', 1), publication('b', 2)]));
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  test('a name that the library does not allow is refused and not tried again', async () => {
    const { server, pusher } = await apiThat(ok);
    const failure = await failureOf(pusherPublisher(pusher).publish([publication('a channel', 1)]));
    expect(failure).toMatchObject({
      code: 'publish-refused',
      message: expect.stringContaining('Invalid channel name') as string,
    });
    expect(server.requests).toEqual([]);
  });

  test('a server that is not there is the network’s trouble', async () => {
    const { server, pusher } = await apiThat(ok);
    await server[Symbol.asyncDispose]();
    const failure = await failureOf(pusherPublisher(pusher).publish([publication('a', 1)]));
    expect(failure).toMatchObject({ name: 'PusherRequestError' });
  });

  test('an event for some rooms is not told to everybody', async () => {
    const { server, pusher } = await apiThat(ok);
    const failure = await failureOf(pusherPublisher(pusher).publish([{ ...publication('a', 1), rooms: ['waiters'] }]));
    expect(failure).toMatchObject({ code: 'publish-refused' });
    expect(server.requests).toEqual([]);
  });

  test('an emitter over it tries again what may pass, and gives up what will not', async () => {
    const { server, pusher } = await apiThat({ status: 503 }, { body: '{"error":"busy","code":429}' }, ok);
    const publisher = pusherPublisher(pusher);
    const emitter = createEmitter(restaurantOs, { publisher, retryDelaysMs: [1, 1, 1] });
    const event = { scope: {}, channels: [{ channel: 'orders' }], data: { documentId: 'a' } } as const;
    await emitter.emit('order.created', event);
    expect(server.requests).toHaveLength(3);
    const closed = await apiThat({ status: 403 });
    const other = createEmitter(restaurantOs, { publisher: pusherPublisher(closed.pusher), retryDelaysMs: [1, 1] });
    expect(await failureOf(other.emit('order.created', event))).toMatchObject({
      code: 'publish-failed',
      cause: { code: 'publish-refused', remediation: expect.stringContaining('quota') as string },
    });
    expect(closed.server.requests).toHaveLength(1);
  });

  test('the limit is hosted Pusher’s unless another one is told', () => {
    const pusher = new Pusher({ appId: '1', key: 'a', secret, cluster: 'eu' });
    expect(pusherPublisher(pusher).mostBytes).toBe(10_240);
    expect(pusherPublisher(pusher, { mostBytes: 102_400 }).mostBytes).toBe(102_400);
  });
});
