import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApiAnswer } from '../../../src/core/api/api.ts';
import type { Http } from '../../../src/http/http.ts';
import type { MemoryOutcome } from '../../../src/testing/memory-http.ts';
import { runs } from '../../effort.ts';
import { answered, orders, pay, rig } from './rig.ts';

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

test('F67: a server that hangs is given ten seconds', async () => {
  const { host, api, http } = rig({ handle: () => 'hang' });
  let answer: ApiAnswer | undefined;
  void api.ask(pay).then((given) => (answer = given));
  await host.pass(9999);
  expect(answer).toBeUndefined();
  await host.pass(1);
  expect(answer).toEqual({ kind: 'failure', because: 'timeout', status: undefined, retryAfterMs: undefined });
  expect(http.waiting).toBe(0);
  expect(host.pendingTimers).toBe(0);
});

test('every attempt has the whole limit', async () => {
  const { host, ask } = rig({
    token: ({ reason }) => reason,
    handle: ({ number }) =>
      new Promise((resolve) => host.schedule(8000, () => resolve(number === 1 ? { status: 401 } : { status: 204 }))),
  });
  expect(await ask()).toMatchObject({ kind: 'success' });
});

test('an adapter that ignores its signal holds nobody up', async () => {
  const deaf: Http = { send: () => new Promise(() => undefined) };
  const { host, ask } = rig({ http: deaf });
  expect(await ask(orders, { timeoutMs: 500 })).toMatchObject({ because: 'timeout' });
  const controller = new AbortController();
  const { api } = rig({ http: deaf });
  const asked = api.ask(orders, { signal: controller.signal });
  controller.abort();
  expect(await answered(host, asked, 100)).toMatchObject({ because: 'aborted' });
});

test('a caller who gives up before anything is sent knows that nothing was', async () => {
  const { ask, http } = rig();
  const answer = await ask(pay, { signal: AbortSignal.abort() });
  expect(answer).toMatchObject({ kind: 'failure', because: 'aborted', untouched: true });
  expect(http.requests).toHaveLength(0);
});

test('a caller who gives up afterwards does not', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const { host, api, http } = rig({ latencyMs: 50 });
  const asked = api.ask(pay, { signal });
  await host.pass(60);
  expect(listenersOf(signal)).toBe(1);
  controller.abort();
  const answer = await answered(host, asked, 100);
  expect(answer).toMatchObject({ kind: 'failure', because: 'aborted' });
  expect(answer).not.toHaveProperty('untouched');
  expect(http.requests).toHaveLength(1);
  expect(listenersOf(signal)).toBe(0);
});

test('a caller who gives up while the token is refreshed is obeyed at once', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const { host, api, http } = rig({
    token: ({ reason }) => (reason === 'start' ? 'old' : new Promise(() => undefined)),
    handle: () => ({ status: 401 }),
  });
  const asked = api.ask(orders, { signal });
  await host.pass(100);
  controller.abort();
  expect(await answered(host, asked, 0)).toMatchObject({ because: 'aborted', untouched: true });
  expect(http.requests).toHaveLength(1);
  expect(listenersOf(signal)).toBe(0);
});

test('a headers hook that hangs is not waited for, and what it says later is sent nowhere', async () => {
  let say: (headers: Record<string, string>) => void = () => undefined;
  let sent = 0;
  const http: Http = {
    send: () => {
      sent += 1;
      return new Promise(() => undefined);
    },
  };
  const { host, ask } = rig({ http, api: { headers: () => new Promise((resolve) => (say = resolve)) } });
  expect(await ask(pay)).toMatchObject({ because: 'timeout', untouched: true });
  say({ 'x-store': 'oran' });
  await host.pass(1000);
  expect(sent).toBe(0);
});

const statusOf = (outcome: MemoryOutcome | undefined): number | undefined =>
  typeof outcome === 'object' ? outcome.status : undefined;

test('F97: whatever happens, there is one answer, and no timer and no listener is left', async () => {
  const outcome: fc.Arbitrary<MemoryOutcome> = fc.oneof(
    fc.constant<MemoryOutcome>('hang'),
    fc.constantFrom<MemoryOutcome>(
      { kind: 'failure', because: 'network' },
      { kind: 'failure', because: 'redirect' },
      { kind: 'failure', because: 'unreadable' },
    ),
    fc.record({
      status: fc.constantFrom(200, 204, 302, 400, 401, 404, 409, 429, 500, 503),
      body: fc.jsonValue(),
      media: fc.constantFrom('json', 'problem', 'empty', 'other'),
      headers: fc.record({ 'retry-after': fc.string(), date: fc.string() }),
    }),
  );
  const situation = fc.record({
    outcomes: fc.array(outcome, { minLength: 2, maxLength: 2 }),
    weather: fc.constantFrom('clear', 'down', 'hang', 'drop-replies', 'captive-portal'),
    tokens: fc.array(fc.constantFrom('one', 'two', undefined, 'throw', 'hang'), { minLength: 1, maxLength: 3 }),
    abortAtMs: fc.integer({ min: -1, max: 30_000 }),
    latencyMs: fc.integer({ min: 0, max: 6000 }),
  });
  await fc.assert(
    fc.asyncProperty(situation, async ({ outcomes, weather, tokens, abortAtMs, latencyMs }) => {
      let asked = 0;
      const { host, api, http } = rig({
        latencyMs,
        handle: ({ number }) => outcomes[number - 1] ?? 'hang',
        token: () => {
          const token = tokens[Math.min(asked, tokens.length - 1)];
          asked += 1;
          if (token === 'throw') throw new Error('token');
          return token === 'hang' ? new Promise(() => undefined) : token;
        },
      });
      http.weather = weather;
      const controller = new AbortController();
      const { signal } = controller;
      if (abortAtMs >= 0) host.schedule(abortAtMs, () => controller.abort());
      const answer = await answered(host, api.ask(pay, { signal }), 41_000);
      const untouched = answer.kind === 'failure' && answer.untouched === true;
      const acted = http.requests.filter(({ number }) => statusOf(outcomes[number - 1]) !== 401);
      expect(untouched ? acted : []).toEqual([]);
      await host.pass(60_000);
      expect(http.requests.length).toBeLessThanOrEqual(2);
      expect(host.pendingTimers).toBe(0);
      expect(http.waiting).toBe(0);
      expect(listenersOf(signal)).toBe(0);
    }),
    runs(300),
  );
});

test('a device that slept through the limit gives up once', async () => {
  const { host, api } = rig({ handle: () => 'hang' });
  const asked = api.ask(orders);
  await host.pass(10);
  host.sleep(8 * 3_600_000, 'runs');
  expect(await answered(host, asked, 100)).toMatchObject({ because: 'timeout' });
  expect(host.pendingTimers).toBe(0);
});
