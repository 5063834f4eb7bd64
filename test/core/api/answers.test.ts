import { expect, test } from 'vitest';
import type { Http, HttpAnswer } from '../../../src/http/http.ts';
import type { MemoryOutcome } from '../../../src/testing/memory-http.ts';
import { isHeardError } from '../../../src/errors.ts';
import { orders, pay, rig } from './rig.ts';

const answerTo = (outcome: MemoryOutcome) => rig({ handle: () => outcome }).ask();

test('2xx with JSON is a success with its body', async () => {
  expect(await answerTo({ status: 201, body: { id: 7 } })).toEqual({ kind: 'success', status: 201, body: { id: 7 } });
});

test('F49: 2xx without a body is a success without one, which is no empty list', async () => {
  expect(await answerTo({ status: 204 })).toEqual({ kind: 'success', status: 204, body: undefined });
});

test('F16: a web page with 2xx is somebody else', async () => {
  expect(await answerTo({ status: 200, body: '<html>', media: 'other' })).toMatchObject({
    kind: 'failure',
    because: 'captive-portal',
    status: 200,
  });
});

test('F16: 511 is the network asking for a person', async () => {
  expect(await answerTo({ status: 511, body: '<html>', media: 'other' })).toMatchObject({ because: 'captive-portal' });
});

test.each([400, 403, 404, 409, 410, 422, 429])('%i with JSON is the server saying no', async (status) => {
  expect(await answerTo({ status, body: { message: 'no' } })).toEqual({
    kind: 'refusal',
    status,
    body: { message: 'no' },
    problem: undefined,
    retryAfterMs: undefined,
  });
});

test('4xx without a body is the server saying no', async () => {
  expect(await answerTo({ status: 404 })).toMatchObject({ kind: 'refusal', status: 404, body: undefined });
});

test('4xx with a web page is a proxy, or the wrong host', async () => {
  expect(await answerTo({ status: 404, body: '<html>', media: 'other' })).toMatchObject({
    kind: 'failure',
    because: 'not-json',
    status: 404,
  });
});

test.each(['json', 'other', 'empty'] as const)(
  'F67: 503 with %s content keeps its status and its wait',
  async (media) => {
    const answer = await answerTo({ status: 503, body: { a: 1 }, media, headers: { 'retry-after': '9' } });
    expect(answer).toMatchObject({ kind: 'refusal', status: 503, retryAfterMs: 9000 });
    expect('body' in answer && answer.body).toEqual(media === 'json' ? { a: 1 } : undefined);
  },
);

test('F64: a problem is known by its type, and only where it is one', async () => {
  const type = 'https://errors.example.test/in-progress';
  expect(await answerTo({ status: 409, body: { type }, media: 'problem' })).toMatchObject({ problem: type });
  for (const body of [{ type: 'about:blank' }, { type: 7 }, { type: '' }, [], null, 'text']) {
    expect(await answerTo({ status: 409, body, media: 'problem' })).toMatchObject({ problem: undefined });
  }
  expect(await answerTo({ status: 409, body: { type } })).toMatchObject({ problem: undefined });
});

test.each([300, 301, 302, 304, 307, 308])(
  'F75: a reply with %i is a redirect, and nothing is followed',
  async (status) => {
    expect(await answerTo({ status })).toMatchObject({ kind: 'failure', because: 'redirect', status });
  },
);

test.each([0, 100, 199, 600, -1, Number.NaN])('a status of %d is none', async (status) => {
  expect(await answerTo({ status, body: {} })).toMatchObject({ kind: 'failure', because: 'unreadable' });
});

test.each(['network', 'redirect', 'unreadable'] as const)('what the seam calls %s is told as that', async (because) => {
  const answer = await answerTo({ kind: 'failure', because, status: 302 });
  expect(answer).toMatchObject({ kind: 'failure', because, status: 302 });
  expect(answer).not.toHaveProperty('untouched');
});

test('F49: JSON that is promised and missing is unreadable with 2xx and 4xx', async () => {
  for (const status of [200, 422]) {
    expect(await answerTo({ status, media: 'json' })).toMatchObject({ kind: 'failure', because: 'unreadable', status });
  }
});

test('F48: a date in Retry-After is judged by the date of the same reply, whatever the device believes', async () => {
  const answer = await answerTo({
    status: 429,
    body: {},
    headers: { date: 'Sat, 21 Nov 2020 10:00:00 GMT', 'retry-after': 'Sat, 21 Nov 2020 10:00:20 GMT' },
  });
  expect(answer).toMatchObject({ retryAfterMs: 20_000 });
});

test('F48: without one it is judged by what the clock of the server was known to be', async () => {
  const { ask, host } = rig({
    handle: ({ number }) =>
      number === 1
        ? { status: 200, body: {}, headers: { date: 'Sat, 21 Nov 2020 10:00:00 GMT' } }
        : { status: 429, body: {}, headers: { 'retry-after': 'Sat, 21 Nov 2020 10:01:00 GMT' } },
  });
  await ask();
  host.setWall(0);
  const answer = await ask();
  expect('retryAfterMs' in answer && answer.retryAfterMs).toBeGreaterThan(58_000);
  expect('retryAfterMs' in answer && answer.retryAfterMs).toBeLessThan(60_000);
});

test.each([
  ['a web page', { status: 200, body: '<html>', media: 'other' }, {}],
  ['a stored reply', { status: 200, body: {} }, { age: '1200' }],
] as const)('F55: %s does not tell the time', async (_, reply, headers) => {
  const { ask, clock } = rig({
    handle: () => ({ ...reply, headers: { date: 'Sat, 21 Nov 2020 10:00:00 GMT', ...headers } }),
  });
  await ask();
  expect(clock.offsetMs()).toBeUndefined();
});

const hostile: readonly (readonly [string, () => unknown])[] = [
  [
    'throws at once',
    () => {
      throw new Error('at once');
    },
  ],
  ['rejects', () => Promise.reject(new Error('later'))],
  ['rejects with nothing', () => Promise.reject(undefined)],
  ['answers with nothing', () => Promise.resolve(undefined)],
  ['answers with null', () => Promise.resolve(null)],
  ['answers with a number', () => Promise.resolve(7)],
  ['answers without headers', () => Promise.resolve({ kind: 'reply', status: 200, media: 'json', body: {} })],
  [
    'throws when asked for a header',
    () =>
      Promise.resolve({
        kind: 'reply',
        status: 200,
        media: 'json',
        body: {},
        header: () => {
          throw new Error('no headers');
        },
      }),
  ],
];

test.each(hostile)('an adapter that %s is reported, and costs an answer but no exception', async (_, send) => {
  const http: Http = { send: () => send() as Promise<HttpAnswer> };
  const { ask, reports, host } = rig({ http });
  expect(await ask()).toMatchObject({ kind: 'failure' });
  expect(reports.map((report) => isHeardError(report) && report.code)).toEqual(['http-failed']);
  expect(host.pendingTimers).toBe(0);
});

test('a report that throws, too, changes nothing', async () => {
  const http: Http = { send: () => Promise.reject(new Error('broken')) };
  const report = (): never => {
    throw new Error('nobody listens');
  };
  expect(await rig({ http, api: { report } }).ask(pay)).toMatchObject({ kind: 'failure', because: 'network' });
});

test('a listener of the clock that throws costs no answer', async () => {
  const serverClock = {
    nowMs: () => 0,
    offsetMs: () => 0,
    heard: () => undefined,
    sample: () => {
      throw new Error('listener');
    },
  };
  const handle = () => ({ status: 200, body: { paid: true }, headers: { date: 'Sat, 21 Nov 2020 10:00:00 GMT' } });
  const { ask, reports } = rig({ handle, api: { serverClock } });
  expect(await ask(orders)).toEqual({ kind: 'success', status: 200, body: { paid: true } });
  expect(reports).toHaveLength(1);
});
