import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import type { Http } from '../../../src/http/http.ts';
import { orders, pay, rig } from './rig.ts';

const canary = 'canary-7f3a9c';

/** As adapters do that put the whole request into what they throw. */
class LoudError extends Error {
  readonly request: unknown;
  constructor(message: string, request: unknown) {
    super(message);
    this.request = request;
  }
}

const loud: readonly (readonly [string, Http])[] = [
  ['quotes it', { send: ({ headers }) => Promise.reject(new LoudError(headers['authorization'] ?? '', headers)) }],
  ['carries it', { send: (request) => Promise.reject(new LoudError('failed', request)) }],
  ['throws it', { send: ({ headers }) => Promise.reject(headers['authorization']) }],
  ['answers with it', { send: (request) => Promise.resolve(request as never) }],
  [
    'has it as a cause',
    { send: (request) => Promise.reject(new Error('failed', { cause: new LoudError('deep', request) })) },
  ],
];

test.each(loud)('F99: an adapter that %s does not bring the token into a report or an answer', async (_, http) => {
  const { ask, reports } = rig({ http, token: () => canary });
  for (const plan of [orders, pay]) {
    const answer = await ask(plan);
    expect(inspect(answer, { depth: 10 })).not.toContain(canary);
  }
  expect(reports).not.toHaveLength(0);
  for (const report of reports) expect(inspect(report, { depth: 10, showHidden: true })).not.toContain(canary);
});

test('F99: the token is in one header and nowhere else, whatever comes back', async () => {
  const outcomes = [
    { status: 200, body: {} },
    { status: 401 },
    { status: 302 },
    { status: 500, body: '<html>', media: 'other' },
    { kind: 'failure', because: 'network' },
    'hang',
  ] as const;
  for (const outcome of outcomes) {
    const { ask, http, reports } = rig({ token: () => canary, handle: () => outcome });
    expect(inspect(await ask(pay), { depth: 10 })).not.toContain(canary);
    expect(inspect(reports, { depth: 10 })).not.toContain(canary);
    for (const { headers, ...rest } of http.requests) {
      const { authorization, ...others } = headers;
      expect(authorization).toBe(`Bearer ${canary}`);
      expect(inspect([rest, others], { depth: 10 })).not.toContain(canary);
    }
  }
});
