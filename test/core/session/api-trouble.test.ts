import { expect, test } from 'vitest';
import type { Api, ApiAnswer, ApiFailure } from '../../../src/core/api/api.ts';
import { watchedApi } from '../../../src/core/session/api-trouble.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';

const failure = (because: ApiFailure['because']): ApiAnswer => ({
  kind: 'failure',
  because,
  status: undefined,
  retryAfterMs: undefined,
});
const success: ApiAnswer = { kind: 'success', status: 200, body: [] };

function watch() {
  const host = createFakeHost();
  let answer = success;
  let openSinceMs: number | undefined = 0;
  const told: string[] = [];
  const api: Api = watchedApi({
    host,
    api: { ask: async () => answer },
    openSinceMs: () => openSinceMs,
    doubtMs: 20_000,
    tell: ({ because }) => void told.push(because),
  });
  async function asks(count: number, everyMs: number, gives: ApiAnswer): Promise<void> {
    answer = gives;
    for (let each = 0; each < count; each += 1) {
      await api.ask({ method: 'GET', path: '/orders' });
      host.advance(everyMs);
    }
  }
  return { asks, told, host, opened: (sinceMs: number | undefined) => void (openSinceMs = sinceMs) };
}

test('requests that fail while the socket lives longer than a dead one would are told, once', async () => {
  const { asks, told } = watch();
  await asks(20, 1_000, failure('network'));
  expect(told).toEqual([]);
  await asks(20, 1_000, failure('timeout'));
  expect(told).toEqual(['api-unreachable']);
});

test('an outage is none of it: the socket is gone, or nobody can know yet', async () => {
  const { asks, told, opened, host } = watch();
  opened(undefined);
  await asks(60, 1_000, failure('network'));
  opened(host.clock.monotonicMs());
  await asks(20, 1_000, failure('network'));
  expect(told).toEqual([]);
});

test('what answers in place of the API is told at the third time, also without a socket', async () => {
  const { asks, told, opened } = watch();
  opened(undefined);
  await asks(2, 10, failure('captive-portal'));
  expect(told).toEqual([]);
  await asks(5, 10, failure('not-json'));
  expect(told).toEqual(['api-elsewhere']);
  await asks(1, 10, failure('redirect'));
  expect(told).toEqual(['api-elsewhere', 'api-redirects']);
});

test('an answer ends it, and afterwards it is news again; what was given up counts for nothing', async () => {
  const { asks, told } = watch();
  await asks(3, 10, failure('unreadable'));
  await asks(1, 10, success);
  await asks(2, 10, failure('unreadable'));
  await asks(10, 10, failure('aborted'));
  expect(told).toEqual(['api-elsewhere']);
  await asks(1, 10, failure('unreadable'));
  expect(told).toEqual(['api-elsewhere', 'api-elsewhere']);
  await asks(2, 10, failure('unauthorised'));
  await asks(2, 10, failure('unreadable'));
  expect(told).toHaveLength(2);
});
