import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  idempotent,
  memoryIdempotency,
  type Handler,
  type IdempotencyOptions,
  type IdempotencyStore,
} from 'heard/emit';
import { sqliteIdempotency } from 'heard/emit/sqlite-idempotency';
import { afterEach, describe, expect, test } from 'vitest';
import { readHttpAnswer } from '../../../src/core/outbox/answer.ts';
import { testTime } from '../rig.ts';

const answering =
  (status: number, body: unknown = {}): Handler =>
  async () =>
    Response.json(body, { status });

interface Sent {
  readonly key?: string;
  readonly body?: string;
  readonly path?: string;
  readonly by?: string;
  readonly method?: string;
}

const posting = ({
  key = 'k1',
  body = '{"item":7}',
  path = '/v1/orders',
  by = 'device 1',
  method = 'POST',
}: Sent = {}) =>
  new Request(`https://api.example.test${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', by, ...(key !== '' && { 'Idempotency-Key': key }) },
    ...(method !== 'GET' && { body }),
  });

const principal = (request: Request): string | undefined => request.headers.get('by') ?? undefined;

/** What the outbox of a device makes of an answer. */
async function verdictOf(answer: Response): Promise<unknown> {
  const body = (await answer.json()) as { type?: string };
  const kind = { kind: 'refusal', status: answer.status, body, problem: body.type, retryAfterMs: 1_000 } as const;
  return readHttpAnswer({ answers: {}, promisesBody: false }, kind).verdict;
}

describe.each([
  ['memory', () => ({ store: memoryIdempotency(), close: () => undefined })],
  [
    'SQLite',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'heard-keys-'));
      const store = sqliteIdempotency({ file: join(folder, 'deep', 'keys.db') });
      return {
        store,
        close: () => {
          void store.close();
          rmSync(folder, { recursive: true });
        },
      };
    },
  ],
] satisfies [string, () => { store: IdempotencyStore; close: () => void }][])('idempotent, kept in %s', (_, open) => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  function rig(handle?: Handler, options: Partial<IdempotencyOptions> = {}) {
    const { store, close } = open();
    closing.push(close);
    const time = testTime();
    let runs = 0;
    const counted: Handler = async (request) => {
      runs += 1;
      if (handle !== undefined) return handle(request);
      const { item } = (await request.json()) as { item: number };
      return Response.json({ order: runs, item }, { status: 201, headers: { Location: `/v1/orders/${runs}` } });
    };
    const handler = idempotent(counted, { store, principal, time, ...options });
    return { store, time, handler, runs: () => runs };
  }

  test('the same request again gets the same answer, and is done once', async () => {
    const { handler, runs } = rig();
    const first = await handler(posting());
    const again = await handler(posting());
    expect([first.status, again.status, runs()]).toEqual([201, 201, 1]);
    expect(again.headers.get('location')).toBe('/v1/orders/1');
    expect(await again.text()).toBe(await first.text());
    expect([first, again].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true']);
  });

  test('the cookie of an answer goes to the one who asked first, and to nobody who repeats it', async () => {
    const { handler } = rig(
      async () => new Response('{}', { status: 201, statusText: 'Made', headers: { 'Set-Cookie': 'session=1' } }),
    );
    const first = await handler(posting());
    const again = await handler(posting());
    expect([first.headers.getSetCookie(), again.headers.getSetCookie()]).toEqual([['session=1'], []]);
    expect([first.statusText, await first.text()]).toEqual(['Made', '{}']);
  });

  test.each([500, 503, 401, 402, 403, 404, 408, 409, 419, 422, 425, 429])(
    '%i is not remembered: nothing was done, and the next time it may be',
    async (status) => {
      let isReady = false;
      const { handler, runs } = rig(async () => (isReady ? Response.json({}) : Response.json({}, { status })));
      expect((await handler(posting())).status).toBe(status);
      isReady = true;
      expect((await handler(posting())).status).toBe(200);
      await handler(posting());
      expect(runs()).toBe(2);
    },
  );

  test('an answer without a body, and one of bytes', async () => {
    const empty = rig(async () => new Response(null, { status: 204 }));
    await empty.handler(posting());
    const again = await empty.handler(posting());
    expect([again.status, await again.text()]).toEqual([204, '']);
    const bytes = Uint8Array.from([0, 255, 128, 10]);
    const binary = rig(async () => new Response(bytes));
    await binary.handler(posting());
    expect(new Uint8Array(await (await binary.handler(posting())).arrayBuffer())).toEqual(bytes);
  });

  test('while it runs, 409 with Retry-After, which a device understands as "wait"', async () => {
    let letGo = (): void => undefined;
    const { handler, runs } = rig(async () => {
      await new Promise<void>((resolve) => (letGo = resolve));
      return Response.json({});
    });
    const first = handler(posting());
    while (runs() === 0) await new Promise((resolve) => setImmediate(resolve));
    const meanwhile = await handler(posting());
    expect([meanwhile.status, meanwhile.headers.get('retry-after')]).toEqual([409, '1']);
    expect(await verdictOf(meanwhile)).toMatchObject({ kind: 'retry', fault: { code: 'in-progress' } });
    const other = await handler(posting({ body: '{"item":8}' }));
    expect(other.status).toBe(422);
    letGo();
    expect((await first).status).toBe(200);
    expect([(await handler(posting())).status, runs()]).toEqual([200, 1]);
  });

  test('of a hundred at once, one is done', async () => {
    const { handler, runs } = rig();
    const answers = await Promise.all(Array.from({ length: 100 }, () => handler(posting())));
    expect(runs()).toBe(1);
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThan(0);
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
  });

  test.each<[string, Sent]>([
    ['another body', { body: '{"item":8}' }],
    ['another path', { path: '/v1/payments' }],
    ['another search', { path: '/v1/orders?dry=1' }],
    ['another method', { method: 'PUT' }],
  ])('%s under the same key is 422, which a device understands as "this key is used"', async (_, sent) => {
    const { handler, runs } = rig();
    await handler(posting());
    const answer = await handler(posting(sent));
    expect([answer.status, runs()]).toEqual([422, 1]);
    expect(await verdictOf(answer)).toMatchObject({ kind: 'refused', code: 'key-reused' });
  });

  test('a key is its principal’s', async () => {
    const { handler, runs } = rig();
    const [one, other] = [await handler(posting()), await handler(posting({ by: 'device 2' }))];
    expect([await one.json(), await other.json(), runs()]).toEqual([{ order: 1, item: 7 }, { order: 2, item: 7 }, 2]);
    const [a, b] = [posting({ by: 'a', key: 'b,c' }), posting({ by: 'a,b', key: 'c' })];
    expect([(await handler(a)).status, (await handler(b)).status]).toEqual([201, 201]);
  });

  test('quotation marks around a key are no part of it', async () => {
    const { handler, runs } = rig();
    await handler(posting({ key: '"k1"' }));
    await handler(posting({ key: 'k1' }));
    expect(runs()).toBe(1);
  });

  test('after the retention it is another request', async () => {
    const { handler, time, runs } = rig(undefined, { retentionMs: 60_000 });
    await handler(posting());
    await time.pass(59_999);
    await handler(posting());
    expect(runs()).toBe(1);
    await time.pass(1);
    await handler(posting());
    expect(runs()).toBe(2);
  });

  test('a slow attempt keeps its key for as long as it takes', async () => {
    let letGo = (): void => undefined;
    const slow: Handler = async () => {
      await new Promise<void>((resolve) => (letGo = resolve));
      return Response.json({});
    };
    const { handler, time, runs } = rig(slow, { abandonedAfterMs: 3_000 });
    const first = handler(posting());
    while (runs() === 0) await new Promise((resolve) => setImmediate(resolve));
    for (let minute = 0; minute < 10; minute += 1) {
      await time.pass(2_000);
      expect((await handler(posting())).status).toBe(409);
    }
    letGo();
    expect((await first).status).toBe(200);
    expect(runs()).toBe(1);
  });

  test('a key whose process died is free again after a while', async () => {
    const { store, handler, time, runs } = rig(undefined, { abandonedAfterMs: 3_000 });
    const nowMs = time.now();
    const dead = { id: 'the dead', digest: 'x', nowMs, untilMs: nowMs + 3_000 };
    await store.begin(JSON.stringify(['device 1', 'k1']), dead);
    expect((await handler(posting())).status).toBe(422);
    await time.pass(3_000);
    expect([(await handler(posting())).status, runs()]).toEqual([201, 1]);
  });

  test('an attempt that was given up cannot speak for the one after it', async () => {
    const { store } = rig();
    const attempt = (id: string, nowMs: number) => ({ id, digest: 'd', nowMs, untilMs: nowMs + 100 });
    const answer = { status: 201, headers: [['location', '/1']], body: Uint8Array.from([1]) } as const;
    expect((await store.begin('k', attempt('dead', 0))).kind).toBe('run');
    expect((await store.begin('k', attempt('alive', 100))).kind).toBe('run');
    await store.finish('k', 'dead', { ...answer, status: 500 }, 999);
    await store.release('k', 'dead');
    await store.prolong('k', 'dead', 0);
    expect(await store.begin('k', attempt('third', 150))).toEqual({ kind: 'running', digest: 'd' });
    await store.prolong('k', 'alive', 300);
    expect(await store.begin('k', attempt('third', 250))).toEqual({ kind: 'running', digest: 'd' });
    await store.finish('k', 'alive', answer, 400);
    await store.release('k', 'alive');
    await store.finish('k', 'alive', { ...answer, status: 500 }, 999);
    expect(await store.begin('k', attempt('third', 399))).toEqual({ kind: 'answered', digest: 'd', answer });
    expect((await store.begin('k', attempt('third', 400))).kind).toBe('run');
  });

  test('a handler that throws is 503, told to the backend, and not remembered', async () => {
    const told: unknown[] = [];
    let isBroken = true;
    const { handler } = rig(
      async () => {
        if (isBroken) throw new Error('no database');
        return Response.json({});
      },
      { failed: (error) => void told.push(error) },
    );
    expect((await handler(posting())).status).toBe(503);
    expect(told).toMatchObject([{ message: 'no database' }]);
    isBroken = false;
    expect((await handler(posting())).status).toBe(200);
  });

  test('what changes nothing, what has no key, and what nobody sends is passed on', async () => {
    const { handler, runs } = rig(answering(200));
    for (const sent of [{ method: 'GET' }, { key: '' }] satisfies Sent[])
      for (const _ of [1, 2]) expect((await handler(posting(sent))).status).toBe(200);
    const anonymous = rig(answering(200), { principal: () => undefined });
    for (const _ of [1, 2]) await anonymous.handler(posting());
    expect([runs(), anonymous.runs()]).toEqual([4, 2]);
  });

  test('a missing or unusable key is 400 where one is required, and a large body 413', async () => {
    const { handler, runs } = rig(answering(200), { required: true, mostBodyBytes: 100 });
    expect((await handler(posting({ key: '' }))).status).toBe(400);
    for (const key of ['x'.repeat(256), 'two words', '""', 'a"b'])
      expect((await handler(posting({ key }))).status).toBe(400);
    expect((await handler(posting({ body: 'x'.repeat(101) }))).status).toBe(413);
    expect(runs()).toBe(0);
  });

  test('another header, where the backend has its own', async () => {
    const { handler, runs } = rig(answering(200), { header: 'X-Request-Key' });
    for (const _ of [1, 2]) {
      const request = posting({ key: '' });
      request.headers.set('X-Request-Key', 'k1');
      await handler(request);
    }
    expect(runs()).toBe(1);
  });
});

describe('a store that fails', () => {
  const broken: IdempotencyStore = {
    ...memoryIdempotency(),
    begin: () => Promise.reject(new Error('disk full')),
  };

  test('before anything is done: 503, and nothing is done', async () => {
    let runs = 0;
    const handler = idempotent(
      async () => {
        runs += 1;
        return Response.json({});
      },
      { store: broken, principal },
    );
    expect([(await handler(posting())).status, runs]).toEqual([503, 0]);
  });

  test('afterwards: what happened has happened, and is answered', async () => {
    const told: unknown[] = [];
    const store: IdempotencyStore = { ...memoryIdempotency(), finish: () => Promise.reject(new Error('disk full')) };
    const handler = idempotent(answering(201), {
      store,
      principal,
      failed: (error) => {
        told.push(error);
        throw error;
      },
    });
    expect((await handler(posting())).status).toBe(201);
    expect(told).toMatchObject([{ message: 'disk full' }]);
  });
});

describe('memory', () => {
  test('the oldest answers make room, and what runs is never forgotten', async () => {
    const store = memoryIdempotency({ most: 3 });
    const begin = (key: string) => store.begin(key, { id: key, digest: 'd', nowMs: 0, untilMs: 1_000 });
    const answer = { status: 200, headers: [], body: new Uint8Array() };
    await begin('running');
    for (const key of ['a', 'b', 'c']) {
      await begin(key);
      await store.finish(key, key, answer, 1_000);
    }
    expect((await begin('running')).kind).toBe('running');
    expect((await begin('c')).kind).toBe('answered');
    expect((await begin('a')).kind).toBe('run');
  });

  test('forgets everything when asked to, and an attempt that then ends is not remembered', async () => {
    const store = memoryIdempotency();
    const begin = (key: string) => store.begin(key, { id: key, digest: 'd', nowMs: 0, untilMs: 1_000 });
    const answer = { status: 200, headers: [], body: new Uint8Array() };
    for (const key of ['answered', 'running']) await begin(key);
    await store.finish('answered', 'answered', answer, 1_000);
    store.forget();
    await store.finish('running', 'running', answer, 1_000);
    for (const key of ['answered', 'running']) expect((await begin(key)).kind).toBe('run');
  });
});

describe('SQLite', () => {
  test('remembers over a restart, and for another process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heard-keys-'));
    const file = join(folder, 'keys.db');
    const stores = [sqliteIdempotency({ file }), sqliteIdempotency({ file })];
    const handlers = stores.map((store) => idempotent(answering(201, { order: 1 }), { store, principal }));
    expect(await Promise.all(handlers.map(async (handler) => (await handler(posting())).status))).toContain(201);
    for (const store of stores) await store.close();
    const again = sqliteIdempotency({ file });
    const answer = await idempotent(answering(500), { store: again, principal })(posting());
    expect([answer.status, await answer.json()]).toEqual([201, { order: 1 }]);
    await again.close();
    rmSync(folder, { recursive: true });
  });
});
