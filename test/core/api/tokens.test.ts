import { expect, test } from 'vitest';
import type { TokenReason } from '../../../src/core/connection/credentials.ts';
import { isHeardError } from '../../../src/errors.ts';
import type { ServedRequest } from '../../../src/testing/memory-http.ts';
import { answered, orders, pay, rig } from './rig.ts';

const bearer = ({ headers }: ServedRequest): string | undefined => headers['authorization'];

/** A server that lets one token in, and an app that has them in order. */
function doorkeeper(...tokens: readonly (string | undefined)[]) {
  const reasons: TokenReason[] = [];
  const door = { lets: '' };
  return {
    reasons,
    door,
    handle: (request: ServedRequest) =>
      bearer(request) === `Bearer ${door.lets}` ? { status: 200, body: { ok: true } } : { status: 401, body: {} },
    token: ({ reason }: { readonly reason: TokenReason }) => {
      reasons.push(reason);
      return tokens[Math.min(reasons.length, tokens.length) - 1];
    },
  };
}

test('without a callback there is no header', async () => {
  const { ask, http } = rig();
  await ask();
  expect(http.requests.map(bearer)).toEqual([undefined]);
});

test('the first request asks for a token, and the next ones use it', async () => {
  const { handle, token, reasons, door } = doorkeeper('one');
  door.lets = 'one';
  const { ask, http } = rig({ handle, token });
  await ask();
  await ask();
  expect(http.requests.map(bearer)).toEqual(['Bearer one', 'Bearer one']);
  expect(reasons).toEqual(['start']);
});

test('F62: a refused token is replaced once, and the same request is sent again', async () => {
  const { handle, token, reasons, door } = doorkeeper('old', 'new');
  door.lets = 'new';
  const { ask, http } = rig({ handle, token });
  expect(await ask(pay, { bodyText: '{"amount": 1200}' })).toMatchObject({ kind: 'success' });
  expect(http.requests.map(bearer)).toEqual(['Bearer old', 'Bearer new']);
  expect(new Set(http.requests.map(({ method, path, body }) => [method, path, body].join(' '))).size).toBe(1);
  expect(reasons).toEqual(['start', 'rejected']);
});

test('F62: many refused at once ask for one token', async () => {
  const { handle, token, reasons, door } = doorkeeper('old', 'new');
  const { host, api, ask, http } = rig({ handle, token });
  door.lets = 'old';
  await ask();
  door.lets = 'new';
  const all = Array.from({ length: 10 }, () => answered(host, api.ask(orders), 60_000));
  for (const answer of await Promise.all(all)) expect(answer.kind).toBe('success');
  expect(reasons).toEqual(['start', 'rejected']);
  expect(http.requests).toHaveLength(21);
});

test('F62: a new token that is refused, too, is the end of it', async () => {
  const { handle, token, reasons } = doorkeeper('old', 'new', 'newer');
  const { ask, http } = rig({ handle, token });
  expect(await ask()).toEqual({
    kind: 'failure',
    because: 'unauthorised',
    status: 401,
    retryAfterMs: undefined,
    untouched: true,
  });
  expect(http.requests).toHaveLength(2);
  expect(reasons).toEqual(['start', 'rejected']);
});

test.each([
  ['none', undefined],
  ['the same', 'old'],
])('F62: a callback that gives %s in place of the refused one ends it without another request', async (_, next) => {
  const { handle, token } = doorkeeper('old', next);
  const { ask, http } = rig({ handle, token });
  expect(await ask()).toMatchObject({ because: 'unauthorised', status: 401, untouched: true });
  expect(http.requests).toHaveLength(1);
});

test('401 without a callback has nobody to ask', async () => {
  const { ask, http } = rig({ handle: () => ({ status: 401 }) });
  expect(await ask()).toMatchObject({ because: 'unauthorised', status: 401 });
  expect(http.requests).toHaveLength(1);
});

test('an app that has no token sends nothing', async () => {
  const { ask, http } = rig({ token: () => undefined });
  expect(await ask()).toMatchObject({ because: 'unauthorised', status: undefined, untouched: true });
  expect(http.requests).toHaveLength(0);
});

test('a gateway says 401 in plain text, and means the token all the same', async () => {
  const { ask, http } = rig({
    token: ({ reason }) => reason,
    handle: (request) =>
      bearer(request) === 'Bearer rejected'
        ? { status: 200, body: {} }
        : { status: 401, body: 'Jwt is expired', media: 'other' },
  });
  expect(await ask()).toMatchObject({ kind: 'success' });
  expect(http.requests).toHaveLength(2);
});

test('the second attempt can fail like any other, and then nobody knows', async () => {
  const { ask } = rig({
    token: ({ reason }) => reason,
    handle: ({ number }) => (number === 1 ? { status: 401 } : { kind: 'failure', because: 'network' }),
  });
  const answer = await ask(pay);
  expect(answer).toMatchObject({ kind: 'failure', because: 'network' });
  expect(answer).not.toHaveProperty('untouched');
});

test.each(['throws', 'rejects'])(
  'a callback that %s is reported, and is asked again by the next request',
  async (how) => {
    let calls = 0;
    const { ask, http, reports } = rig({
      token: () => {
        calls += 1;
        if (calls > 1) return 'good';
        if (how === 'throws') throw new Error('offline');
        return Promise.reject(new Error('offline'));
      },
    });
    expect(await ask()).toMatchObject({ kind: 'failure', because: 'network', untouched: true });
    expect(reports).toEqual([new Error('offline')]);
    expect(http.requests).toHaveLength(0);
    expect(await ask()).toMatchObject({ kind: 'success' });
  },
);

test('a callback that hangs is waited for no longer than one attempt, and its late answer is used', async () => {
  let answer: (token: string) => void = () => undefined;
  const { host, api, ask, http } = rig({ token: () => new Promise((resolve) => (answer = resolve)) });
  const asked = api.ask(orders, { timeoutMs: 3000 });
  expect(await answered(host, asked, 3100)).toMatchObject({ because: 'timeout', untouched: true });
  expect(http.requests).toHaveLength(0);
  expect(host.pendingTimers).toBe(0);
  answer('late');
  await ask();
  expect(http.requests.map(bearer)).toEqual(['Bearer late']);
});

test('the wait for a token does not shorten the attempt', async () => {
  const { host, ask, http } = rig({
    token: () => new Promise((resolve) => host.schedule(9000, () => resolve('slow'))),
    latencyMs: 4000,
  });
  expect(await ask()).toMatchObject({ kind: 'success' });
  expect(http.requests).toHaveLength(1);
});

test.each(['tok en', 'abc\n', 'Bearer\tabc', 'کلید', 'abc\u0000'])(
  'F99: a token that no header can carry (%j) is reported without being quoted, and not sent',
  async (token) => {
    const { ask, http, reports } = rig({ token: () => token });
    expect(await ask()).toMatchObject({ because: 'unauthorised', untouched: true });
    expect(http.requests).toHaveLength(0);
    expect(reports.map((report) => isHeardError(report) && report.code)).toEqual(['input-invalid']);
    expect(String(reports[0])).not.toContain(token);
  },
);

test('F22: who has to judge a refusal gets it as it is, for the token that was sent', async () => {
  let asked = 0;
  const { ask, http } = rig({
    handle: () => ({ status: 401, body: { message: 'Unauthenticated.' } }),
    token: () => `token-${(asked += 1)}`,
  });
  expect(await ask(pay, { renewsToken: false, token: 'the-one-in-question' })).toMatchObject({
    kind: 'refusal',
    status: 401,
  });
  expect(http.requests.map(({ headers }) => headers['authorization'])).toEqual(['Bearer the-one-in-question']);
  expect(asked).toBe(0);
});
