import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import type { HttpAnswer, HttpRequest } from '../../src/http/http.ts';
import { createFakeHost } from '../../src/testing/fake-host.ts';
import {
  createMemoryHttp,
  type MemoryHttp,
  type MemoryHttpOptions,
  type Weather,
} from '../../src/testing/memory-http.ts';

function wired(handle: MemoryHttpOptions['handle'] = () => ({ status: 200, body: { ok: true } }), latencyMs = 10) {
  const host = createFakeHost();
  const http = createMemoryHttp({ host, latencyMs, handle });
  return { host, http };
}

function send(http: MemoryHttp, signal: AbortSignal = new AbortController().signal) {
  const request: HttpRequest = { method: 'POST', path: '/pay', headers: { 'x-a': '1' }, body: '{}', signal };
  const seen: { answer: HttpAnswer | undefined } = { answer: undefined };
  void http.send(request).then((answer) => (seen.answer = answer));
  return seen;
}

test('a request travels there and back', async () => {
  const { host, http } = wired();
  const seen = send(http);
  await host.pass(19);
  expect(seen.answer).toBeUndefined();
  expect(http.waiting).toBe(1);
  await host.pass(1);
  expect(seen.answer).toMatchObject({ kind: 'reply', status: 200, media: 'json', body: { ok: true } });
  expect(http.requests).toEqual([
    { method: 'POST', path: '/pay', headers: { 'x-a': '1' }, body: '{}', number: 1, arrivedAtMs: 10 },
  ]);
  expect(http.waiting).toBe(0);
});

test('nobody shares an object with the server', async () => {
  const rows = [{ id: 1, note: undefined }];
  const { host, http } = wired(() => ({ status: 200, body: rows }));
  const seen = send(http);
  await host.pass(20);
  expect(seen.answer).toMatchObject({ body: [{ id: 1 }] });
  expect(seen.answer !== undefined && 'body' in seen.answer && seen.answer.body).not.toBe(rows);
});

test('headers are found by their small name, and nothing else is', async () => {
  const { host, http } = wired(() => ({ status: 204, headers: { 'retry-after': '5' } }));
  const seen = send(http);
  await host.pass(20);
  if (seen.answer?.kind !== 'reply') throw new Error('no reply');
  expect(seen.answer.header('retry-after')).toBe('5');
  expect(seen.answer.header('toString')).toBeUndefined();
  expect(seen.answer.media).toBe('empty');
});

const told = (answer: HttpAnswer | undefined): string | undefined =>
  answer?.kind === 'reply' ? `${answer.status} ${answer.media}` : answer?.because;

test.each<readonly [Weather, number, string | undefined]>([
  ['down', 0, 'network'],
  ['hang', 0, undefined],
  ['drop-replies', 1, 'network'],
  ['captive-portal', 0, '200 other'],
])('%s: the server sees %i requests', async (weather, requests, answer) => {
  const { host, http } = wired();
  http.weather = weather;
  const seen = send(http);
  await host.pass(1000);
  expect(http.requests).toHaveLength(requests);
  expect(told(seen.answer)).toEqual(answer);
});

test('weather that turns while the reply travels takes the reply', async () => {
  for (const weather of ['down', 'hang'] as const) {
    const { host, http } = wired();
    const seen = send(http);
    await host.pass(15);
    http.weather = weather;
    await host.pass(15);
    expect(http.requests).toHaveLength(1);
    expect(told(seen.answer)).toBe(weather === 'down' ? 'network' : undefined);
  }
});

test('what was sent arrives, also when its sender has given up', async () => {
  const { host, http } = wired();
  const controller = new AbortController();
  const seen = send(http, controller.signal);
  await host.pass(5);
  controller.abort();
  await host.pass(0);
  expect(seen.answer).toEqual({ kind: 'failure', because: 'aborted' });
  await host.pass(100);
  expect(http.requests).toHaveLength(1);
  expect(http.waiting).toBe(0);
});

test('who has given up before sends nothing', async () => {
  const { host, http } = wired();
  const seen = send(http, AbortSignal.abort());
  await host.pass(100);
  expect(seen.answer).toEqual({ kind: 'failure', because: 'aborted' });
  expect(http.requests).toHaveLength(0);
});

test('what is answered listens to nobody any more', async () => {
  const { host, http } = wired();
  const { signal } = new AbortController();
  send(http, signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await host.pass(20);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('a server that is slow keeps its client waiting, and one that hangs for ever', async () => {
  const { host, http } = wired(({ number }) =>
    number === 1 ? 'hang' : new Promise((resolve) => host.schedule(500, () => resolve({ status: 204 }))),
  );
  const first = send(http);
  const second = send(http);
  await host.pass(519);
  expect(second.answer).toBeUndefined();
  await host.pass(1);
  expect(second.answer).toMatchObject({ status: 204 });
  await host.pass(1_000_000);
  expect(first.answer).toBeUndefined();
});

test('without latency the server has acted before the call returns', () => {
  const { http } = wired(undefined, 0);
  send(http);
  expect(http.requests).toHaveLength(1);
});

test.each(['at once', 'later'])('a mistake of a test (%s) is not taken for a server’s answer', async (when) => {
  const mistake = new Error('mistake');
  const { http } = wired(() => {
    if (when === 'at once') throw mistake;
    return Promise.reject(mistake);
  }, 0);
  const request: HttpRequest = {
    method: 'GET',
    path: '/',
    headers: {},
    body: undefined,
    signal: new AbortController().signal,
  };
  await expect(http.send(request)).rejects.toBe(mistake);
  expect(http.waiting).toBe(0);
});
