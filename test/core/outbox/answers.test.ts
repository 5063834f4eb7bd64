import { describe, expect, test } from 'vitest';
import type { ApiAnswer } from '../../../src/core/api/api.ts';
import { readHttpAnswer, type Judge } from '../../../src/core/outbox/answer.ts';
import { retryDelayMs } from '../../../src/core/outbox/retry-policy.ts';
import { defaultOutboxSettings } from '../../../src/core/outbox/settings.ts';
import { createRig, define, endOf, failed, ok, parkedCodes, refused, verified, type Input, type Rig } from './rig.ts';

const judge = (change: Partial<Judge> = {}): Judge => ({ promisesBody: true, answers: {}, ...change });

/** Sends one mutation and answers it. */
async function after(answer: ApiAnswer, name = 'key', mutations?: Parameters<typeof createRig>[0]): Promise<Rig> {
  const rig = await createRig(mutations);
  await rig.enqueue(name, { n: 1 });
  rig.last().answer(answer);
  await rig.settle();
  return rig;
}

describe('done', () => {
  test('O12: 2xx with JSON is done, and tells the answer', async () => {
    const rig = await createRig();
    const handle = await rig.enqueue('key', { n: 1 });
    rig.last().answer(ok({ id: 5, more: true }));
    expect(await endOf(handle, rig)).toEqual({
      outcome: 'done',
      answer: { id: 5, more: true },
      status: 201,
      by: 'answer',
    });
    expect(rig.outbox.counts()).toEqual({ waiting: 0, inflight: 0, parked: 0, untouched: 0 });
    expect(rig.changes.map(({ state }) => state).at(-1)).toBe('acked');
  });

  test.each([undefined, { any: 'thing' }])(
    'O12: where no body is promised, 204 is done, whatever comes (%j)',
    async (body) => {
      const rig = await createRig({ mutations: { beat: define('natural', { answer: 'empty' as never }) } });
      const handle = await rig.enqueue('beat', { n: 1 });
      rig.last().answer(ok(body, 204));
      expect(await endOf(handle, rig)).toEqual({ outcome: 'done', answer: undefined, status: 204, by: 'answer' });
    },
  );

  test('O12: an answer that does not fit its schema is done, with a signal that does not say what was in it', async () => {
    const rig = await createRig();
    const handle = await rig.enqueue('key', { n: 1 });
    rig.last().answer(ok({ guest: 'secret' }));
    expect(await endOf(handle, rig)).toMatchObject({ outcome: 'done', answer: undefined });
    const [signal] = rig.signals;
    expect(signal).toMatchObject({ kind: 'answer-misfit', id: handle.id, name: 'key' });
    expect(JSON.stringify(signal)).not.toContain('secret');
  });
});

describe('retried', () => {
  test.each([408, 425, 429, 500, 501, 502, 503, 504, 599])(
    'O13: %i is sent again, for as long as it takes',
    async (status) => {
      const rig = await createRig();
      const handle = await rig.enqueue('key', { n: 1 });
      for (let attempt = 1; attempt <= 30; attempt += 1) {
        expect(rig.asked).toHaveLength(attempt);
        rig.last().answer(refused(status));
        await rig.host.pass(30_001);
      }
      rig.last().answer(ok());
      expect(await endOf(handle, rig)).toMatchObject({ outcome: 'done' });
    },
  );

  test.each(['network', 'timeout', 'unreadable', 'captive-portal', 'not-json', 'aborted'] as const)(
    'O13: %s is sent again with the same key',
    async (because) => {
      const rig = await after(failed(because, because === 'not-json' ? { status: 502 } : {}));
      for (const probe of rig.probes) probe(true);
      await rig.host.pass(1_000);
      expect(rig.asked).toHaveLength(2);
      expect(rig.asked[1]?.options.idempotencyKey).toBe(rig.asked[0]?.options.idempotencyKey);
    },
  );

  test('O13: a payment has more time than anything else', async () => {
    const rig = await createRig({ mutations: { pay: define('none', { priority: 'payment' }), key: define('key') } });
    await rig.enqueue('pay', { n: 1 });
    await rig.enqueue('key', { n: 2 });
    expect(rig.asked.map(({ options }) => options.timeoutMs)).toEqual([45_000, undefined]);
  });

  test('O14: waits are drawn from what doubles, up to a minute', () => {
    const waits = (random: number): readonly number[] =>
      [1, 2, 3, 7, 8, 9, 1_000].map((failures) =>
        retryDelayMs(failures, undefined, undefined, random, defaultOutboxSettings),
      );
    expect(waits(1)).toEqual([500, 1_000, 2_000, 32_000, 60_000, 60_000, 60_000]);
    expect(waits(0)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test('O14: the contract has a ladder of its own, whose last step repeats', () => {
    const ladder = [30_000, 60_000, 120_000];
    const waits = [1, 2, 3, 4, 99].map((failures) =>
      retryDelayMs(failures, undefined, ladder, 0.7, defaultOutboxSettings),
    );
    expect(waits).toEqual([30_000, 60_000, 120_000, 120_000, 120_000]);
    expect(retryDelayMs(1, undefined, [], 1, defaultOutboxSettings)).toBe(500);
  });

  test.each([
    [7_000, 7_250],
    [0, 250],
    [9e15, 300_250],
    [-5, 250],
    [Number.NaN, 250],
  ])('O14: Retry-After of %i ms is kept, within bounds', (retryAfterMs, waited) => {
    expect(retryDelayMs(1, retryAfterMs, [30_000], 0.5, defaultOutboxSettings)).toBe(
      Number.isNaN(retryAfterMs) || retryAfterMs < 0 ? 30_000 : waited,
    );
  });

  test('O14: no attempt comes before Retry-After has passed', async () => {
    const rig = await after(refused(503, { retryAfterMs: 20_000 }));
    await rig.host.pass(20_000);
    expect(rig.asked).toHaveLength(1);
    await rig.host.pass(500);
    expect(rig.asked).toHaveLength(2);
  });
});

describe('the token', () => {
  test.each([failed('unauthorised', { untouched: true }), refused(401), refused(419)])(
    'O15: %j stops everything, and the same item is the first to go on',
    async (answer) => {
      const mutations = { payment: define('key', { priority: 'payment' }), none: define('none') };
      const rig = await createRig({ mutations });
      const first = await rig.enqueue('none', { n: 1 });
      await rig.enqueue('none', { n: 2, lane: 'order:1' });
      rig.last().answer(answer);
      await rig.settle();
      await rig.enqueue('payment', { n: 3 });
      expect(rig.asked).toHaveLength(1);
      expect(rig.signals).toEqual([{ kind: 'stopped', because: 'unauthorised' }]);
      await rig.host.pass(5_001);
      expect(rig.asked.map(({ body }) => (body as Input).n)).toEqual([1, 1]);
      rig.last().answer(ok());
      await rig.settle();
      expect(await endOf(first, rig)).toMatchObject({ outcome: 'done' });
      expect(rig.asked.map(({ body }) => (body as Input).n)).toEqual([1, 1, 3, 2]);
      expect(rig.signals.at(-1)).toEqual({ kind: 'went-on', because: 'unauthorised' });
    },
  );

  test('O15: a client that has a token says so, and does not have to wait', async () => {
    const rig = await after(failed('unauthorised', { untouched: true }));
    rig.outbox.authorised();
    await rig.settle();
    expect(rig.asked).toHaveLength(2);
  });

  test('O15: asking grows slower, up to a minute, and drops nothing', async () => {
    const rig = await createRig({ serve: () => failed('unauthorised', { untouched: true }) });
    await rig.enqueue('none', { n: 1 });
    await rig.host.pass(3_600_000);
    const [times] = [rig.asked.map(({ atMs }) => atMs)];
    expect(times.slice(0, 6)).toEqual([0, 5_000, 15_000, 35_000, 75_000, 135_000]);
    expect(rig.outbox.pending()).toMatchObject([{ state: 'pending' }]);
    expect(rig.signals).toHaveLength(1);
  });

  test('O15: answers of requests that were under way already change nothing', async () => {
    const rig = await createRig();
    await rig.enqueue('key', { n: 1 });
    await rig.enqueue('key', { n: 2 });
    await rig.enqueue('key', { n: 3 });
    rig.asked[0]?.answer(failed('unauthorised', { untouched: true }));
    await rig.host.pass(10);
    rig.asked[1]?.answer(failed('unauthorised', { untouched: true }));
    rig.asked[2]?.answer(ok());
    await rig.host.pass(4_000);
    expect(rig.asked).toHaveLength(3);
    await rig.host.pass(1_100);
    expect(rig.asked).toHaveLength(4);
  });
});

describe('refused', () => {
  test.each([400, 403, 404, 405, 406, 410, 411, 413, 415, 418, 422, 451, 499])(
    'O16, F63: %i parks the item with its status, and the others go on',
    async (status) => {
      const rig = await createRig();
      const handle = await rig.enqueue('none', { n: 1 });
      await rig.enqueue('key', { n: 2, lane: 'order:1' });
      rig.last().answer(refused(status, { body: { error: 'secret' }, problem: 'https://x/problems/y' }));
      await rig.settle();
      expect(await endOf(handle, rig)).toMatchObject({
        outcome: 'parked',
        parked: { id: handle.id, name: 'none', code: 'refused', status, mayHaveHappened: false, attempts: 1 },
      });
      expect(rig.asked).toHaveLength(2);
      rig.last().answer(ok());
      await rig.settle();
      expect(JSON.stringify(rig.store.rows.get(handle.id))).not.toContain('secret');
      expect(rig.signals).toMatchObject([{ kind: 'parked', code: 'refused', status }]);
      await rig.host.pass(600_000);
      expect(rig.asked).toHaveLength(2);
    },
  );

  test('O16: the contract says to people what a refusal means', async () => {
    const explain = (value: Input, { status, body }: { readonly status: number; readonly body: unknown }) => ({
      message: `Table ${value.n}: ${status}`,
      remediation: String((body as { hint?: string } | undefined)?.hint),
    });
    const rig = await after(refused(422, { body: { hint: 'Ask.' } }), 'key', {
      mutations: { key: define('key', { explain }) },
    });
    expect(rig.outbox.parked()[0]?.explained).toEqual({ message: 'Table 1: 422', remediation: 'Ask.' });
  });

  test('O16: an explanation that throws is reported, and costs nothing else', async () => {
    const explain = (): never => {
      throw new Error('boom');
    };
    const rig = await after(refused(422), 'key', { mutations: { key: define('key', { explain }) } });
    expect(rig.outbox.parked()).toMatchObject([{ code: 'refused', explained: undefined }]);
    expect(rig.errors[0]).toEqual(new Error('boom'));
  });

  test('O17: 402 is declined, unless the contract calls it unclear', async () => {
    expect(parkedCodes(await after(refused(402)))).toEqual({ 1: 'declined' });
    const mutations = { pay: define('none', { answers: { 402: () => 'unclear' } }) };
    expect(parkedCodes(await after(refused(402), 'pay', { mutations }))).toEqual({ 1: 'unclear' });
  });

  test.each([409, 412])('O18: %i is a conflict', async (status) => {
    expect(parkedCodes(await after(refused(status)))).toEqual({ 1: 'conflict' });
  });

  test.each([
    'https://x.test/problems/request-in-progress',
    'urn:x:concurrent_request',
    'https://x.test/IdempotencyRequestInProgress',
    'idempotency-key-in-progress/',
  ])('O18: a 409 whose problem is %s is retried with the same key', async (problem) => {
    const rig = await after(refused(409, { problem }));
    expect(rig.outbox.counts()).toMatchObject({ waiting: 1, parked: 0 });
    await rig.host.pass(1_000);
    expect(rig.asked[1]?.options.idempotencyKey).toBe(rig.asked[0]?.options.idempotencyKey);
  });

  test.each(['in progress', 'https://x.test/not-in-progress-any-more', '', undefined, 'x'.repeat(5_000)])(
    'O18: a 409 whose problem is something else (%s) is a conflict',
    async (problem) => {
      const rig = await after(
        refused(409, { ...(problem !== undefined && { problem }), body: { detail: 'request-in-progress' } }),
      );
      expect(parkedCodes(rig)).toEqual({ 1: 'conflict' });
    },
  );

  test('O19, F65: a key that was used for something else is parked, with an alarm', async () => {
    const rig = await after(refused(422, { problem: 'https://x.test/problems/idempotency_key_reused' }));
    expect(parkedCodes(rig)).toEqual({ 1: 'key-reused' });
    expect(rig.signals).toMatchObject([
      { kind: 'config', because: 'key-reused', name: 'key' },
      { kind: 'parked', code: 'key-reused' },
    ]);
    await rig.host.pass(600_000);
    expect(rig.asked).toHaveLength(1);
  });
});

describe('somebody else', () => {
  test('O20: three pages in a row stop everything for a minute, with one signal', async () => {
    const rig = await createRig();
    for (let n = 1; n <= 3; n += 1) {
      await rig.enqueue('key', { n });
      rig.last().answer(failed('not-json', { status: 404 }));
      await rig.settle();
    }
    await rig.enqueue('key', { n: 4 });
    await rig.host.pass(59_000);
    expect(rig.asked).toHaveLength(3);
    expect(rig.signals).toMatchObject([
      { kind: 'stopped', because: 'pages-instead-of-json' },
      { kind: 'config', because: 'pages-instead-of-json', name: 'key' },
    ]);
    await rig.host.pass(1_100);
    // One goes to see.
    expect(rig.asked).toHaveLength(4);
    rig.last().answer(failed('not-json', { status: 404 }));
    await rig.host.pass(59_000);
    expect(rig.asked).toHaveLength(4);
    await rig.host.pass(1_100);
    rig.last().answer(ok());
    await rig.host.pass(1_000);
    expect(rig.asked.length).toBeGreaterThan(6);
    expect(rig.signals.at(-1)).toEqual({ kind: 'went-on', because: 'pages-instead-of-json' });
  });

  test('O20: redirects stop everything, too, before a whole queue is parked', async () => {
    const rig = await createRig({ serve: () => failed('redirect', { status: 302 }), settings: { lanesAtOnce: 1 } });
    for (let n = 1; n <= 20; n += 1) await rig.enqueue('key', { n });
    await rig.host.pass(59_000);
    expect(rig.outbox.counts()).toMatchObject({ waiting: 17, parked: 3 });
  });

  test('O20: a page between answers of the server is retried, and stops nothing', async () => {
    const rig = await createRig();
    for (let n = 1; n <= 6; n += 1) {
      await rig.enqueue('key', { n });
      rig.last().answer(n % 3 === 0 ? ok() : failed('not-json', { status: 404 }));
      await rig.settle();
    }
    expect(rig.signals).toEqual([]);
  });

  test.each([failed('captive-portal', { status: 200 }), { kind: 'success', status: 200, body: undefined } as const])(
    'O21: %j is a captive portal, and nothing is taken for done',
    async (answer) => {
      const rig = await after(answer);
      expect(rig.outbox.pending()).toMatchObject([{ state: 'pending' }]);
      expect(rig.probes).toHaveLength(1);
      rig.probes[0]?.(true);
      await rig.host.pass(1_000);
      expect(rig.asked).toHaveLength(2);
    },
  );

  test('O22: a redirect parks as something that may have happened', async () => {
    const rig = await after(failed('redirect', { status: 302 }));
    expect(rig.outbox.parked()).toMatchObject([{ code: 'redirect', status: 302, mayHaveHappened: true }]);
    await rig.host.pass(600_000);
    expect(rig.asked).toHaveLength(1);
  });

  test('O22: a redirect that was noticed before anything was sent has not happened', async () => {
    const rig = await after(failed('redirect', { untouched: true }));
    expect(rig.outbox.parked()).toMatchObject([{ code: 'redirect', mayHaveHappened: false }]);
  });
});

test.each([
  [ok(), 'server'],
  [{ kind: 'success', status: 200, body: undefined } as const, 'nobody'],
  [refused(404), 'server'],
  [refused(503), 'server'],
  [failed('network'), 'nobody'],
  [failed('timeout'), 'nobody'],
  [failed('captive-portal', { status: 200 }), 'nobody'],
  [failed('not-json', { status: 404 }), 'page'],
  [failed('not-json', { status: 399 }), 'unknown'],
  [failed('not-json', { status: 502 }), 'unknown'],
  [failed('not-json'), 'unknown'],
  [failed('redirect', { status: 302 }), 'page'],
  [failed('redirect', { untouched: true }), 'unknown'],
  [failed('aborted'), 'unknown'],
  [failed('unreadable', { status: 200 }), 'unknown'],
  [failed('unauthorised', { untouched: true }), 'unknown'],
] as const)('O20, O28: after %j it was "%s" that answered', (answer, reached) => {
  expect(readHttpAnswer(judge(), answer).reached).toBe(reached);
});

describe('what a contract says of its own answers', () => {
  test.each([
    ['done', 409, 'done'],
    ['declined', 422, 'refused'],
    ['conflict', 418, 'refused'],
    ['unclear', 500, 'unclear'],
  ] as const)('O17: %s for %i is %s', (meaning, status, kind) => {
    expect(readHttpAnswer(judge({ answers: { [status]: meaning } }), refused(status)).verdict.kind).toBe(kind);
  });

  test('O26: a function that throws at a body says that nobody knows', () => {
    const answers = {
      402: () => {
        throw new Error('unexpected');
      },
    };
    expect(readHttpAnswer(judge({ answers }), refused(402)).verdict).toMatchObject({ kind: 'unclear' });
  });

  test('O16: a status of a prototype means nothing', () => {
    const answers = Object.create({ 404: 'done' }) as Judge['answers'];
    expect(readHttpAnswer(judge({ answers }), refused(404)).verdict).toMatchObject({
      kind: 'refused',
      code: 'refused',
    });
  });

  test('O18: a conflict of a natural mutation that never was in doubt is asked of nobody', async () => {
    const mutations = { order: verified('natural', { answers: { 409: 'conflict' } }) };
    const rig = await after(refused(409), 'order', { mutations });
    expect(rig.reads).toEqual([]);
    expect(parkedCodes(rig)).toEqual({ 1: 'conflict' });
  });
});
