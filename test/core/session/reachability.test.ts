// Which of a client's requests tells the socket that its server is back.
import { expect, test } from 'vitest';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import type { ApiAnswer } from '../../../src/core/api/api.ts';
import { createReachability } from '../../../src/core/session/reachability.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';

const lost: ApiAnswer = { kind: 'failure', because: 'network', status: undefined, retryAfterMs: undefined };
const refused: ApiAnswer = { ...lost, because: 'not-json' };

test('C39: a look does, once for each time that it was lost; another request that is answered leaves it to the next look', async () => {
  const role = laravelPos.roles.get('kiosk');
  if (role === undefined) throw new Error('No kiosk');
  let answer = lost;
  let returns = 0;
  const reach = createReachability({
    host: createFakeHost(),
    api: { ask: () => Promise.resolve(answer) },
    contract: laravelPos,
    role,
    scope: { sku: 'corner', deviceId: 1 },
    correlationId: 'c',
    changed: () => undefined,
    returned: () => (returns += 1),
    report: (error) => expect.unreachable(String(error)),
  });
  for (let outage = 1; outage <= 2; outage += 1) {
    answer = lost;
    expect(await reach.probe()).toBe(false);
    answer = refused;
    await reach.reading.ask({ method: 'GET', path: '/v1/orders' });
    expect(reach.isAnswering).toBe(true);
    expect(reach.isLost).toBe(true);
    expect(returns).toBe(outage - 1);
    expect(await reach.probe()).toBe(true);
    expect(await reach.probe()).toBe(true);
    expect(reach.isLost).toBe(false);
    expect(returns).toBe(outage);
  }
});
