import { expect, test } from 'vitest';
import { createCredentials, type TokenReason } from '../../../src/core/connection/credentials.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';

/** A callback whose answers a test gives when it likes. */
function questions() {
  const open: { readonly reason: TokenReason; answer: (token: string | undefined) => void }[] = [];
  const token = ({ reason }: { readonly reason: TokenReason }): Promise<string | undefined> =>
    new Promise((answer) => void open.push({ reason, answer }));
  return { open, token };
}

test('C21: everybody who asks at once gets the answer to one question', async () => {
  const { open, token } = questions();
  const credentials = createCredentials({ host: createFakeHost(), token });
  const answers = [credentials.obtain('start'), credentials.obtain('rejected'), credentials.obtain('expired')];
  open[0]?.answer('first');
  expect(await Promise.all(answers)).toEqual(['first', 'first', 'first']);
  expect(open).toHaveLength(1);
  expect(credentials.current()).toBe('first');
});

test('C21: who was refused with an older token gets the newest without a question', async () => {
  const { open, token } = questions();
  const credentials = createCredentials({ host: createFakeHost(), token });
  const asked = credentials.obtain('start');
  open[0]?.answer('second');
  await asked;
  expect(await credentials.obtain('rejected', 'first')).toBe('second');
  expect(open).toHaveLength(1);
  void credentials.obtain('rejected', 'second');
  expect(open.map(({ reason }) => reason)).toEqual(['start', 'rejected']);
});

test('C21: a question that was open for a minute is given up, and its late answer does not replace a newer one', async () => {
  const { open, token } = questions();
  const host = createFakeHost();
  const credentials = createCredentials({ host, token });
  const hung = credentials.obtain('start');
  host.advance(59_999);
  void credentials.obtain('start');
  expect(open).toHaveLength(1);
  host.advance(1);
  const fresh = credentials.obtain('start');
  expect(open).toHaveLength(2);
  open[1]?.answer('new');
  await fresh;
  open[0]?.answer('old');
  await hung;
  expect(credentials.current()).toBe('new');
});

test('C20: a callback that throws at once or later rejects, and the next question is asked anew', async () => {
  let calls = 0;
  const credentials = createCredentials({
    host: createFakeHost(),
    token: () => {
      calls += 1;
      if (calls === 1) throw new Error('at once');
      return calls === 2 ? Promise.reject(new Error('later')) : 'good';
    },
  });
  await expect(credentials.obtain('start')).rejects.toThrow('at once');
  await expect(credentials.obtain('start')).rejects.toThrow('later');
  expect(await credentials.obtain('start')).toBe('good');
});

test.each([null, '', 42, { access: 'x' }, { token: '', expiresAt: 1 }])('C19: %j is no token', async (answer) => {
  const credentials = createCredentials({ host: createFakeHost(), token: () => answer as string });
  expect(await credentials.obtain('start')).toBeUndefined();
  expect(credentials.current()).toBeUndefined();
});

test('C18: without a callback there is nobody to ask', async () => {
  const credentials = createCredentials({ host: createFakeHost(), token: undefined });
  expect(credentials.available).toBe(false);
  expect(await credentials.obtain('rejected')).toBeUndefined();
});

test('C38: a token whose end is known is renewed after four fifths of its life, while the old one still serves', async () => {
  const host = createFakeHost();
  const reasons: string[] = [];
  let changes = 0;
  const credentials = createCredentials({
    host,
    token: ({ reason }) => {
      reasons.push(reason);
      return { token: `token-${reasons.length}`, expiresAt: host.clock.wallMs() + 100_000 };
    },
    changed: () => (changes += 1),
  });
  expect(await credentials.obtain('start')).toBe('token-1');
  await host.pass(79_000);
  expect(credentials.current()).toBe('token-1');
  await host.pass(2_000);
  expect([credentials.current(), credentials.current()]).toEqual(['token-1', 'token-1']);
  await host.pass(0);
  expect(credentials.current()).toBe('token-2');
  expect(reasons).toEqual(['start', 'expired']);
  expect(changes).toBe(2);
  expect(host.pendingTimers).toBe(0);
});

test('C38: a renewal that fails leaves the old token, and is not repeated at every use', async () => {
  const host = createFakeHost();
  let asked = 0;
  const credentials = createCredentials({
    host,
    token: () => {
      asked += 1;
      if (asked > 1) throw new Error('the session server is down');
      return { token: 'token-1', expiresAt: host.clock.wallMs() + 20_000 };
    },
  });
  await credentials.obtain('start');
  for (let second = 0; second < 60; second += 1) {
    expect(credentials.current()).toBe('token-1');
    await host.pass(1_000);
  }
  expect(asked).toBeLessThanOrEqual(6);
});
