// FAULTS F02 and F03 with a whole client and nothing set: whatever was last heard, and whenever the link dies.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { patience, runs } from '../effort.ts';
import { createKitchen, order, wire } from './kitchen.ts';

/** From the death of the link until the client no longer says that it is live. */
async function noticedAfterMs(quietMs: number, isBusy: boolean): Promise<number> {
  const kitchen = createKitchen({ latencyMs: 40 });
  kitchen.lists.set('orders', []);
  const pos = kitchen.client('pos');
  await pos.start();
  await kitchen.host.pass(5_000);
  expect(pos.status.get().word).toBe('live');
  if (isBusy) kitchen.publish(wire('orders'), 'OrderCreated', order(1));
  await kitchen.host.pass(quietMs);
  kitchen.transport.live[0]?.cut();
  const cutAtMs = kitchen.host.clock.monotonicMs();
  let noticedAtMs = Number.POSITIVE_INFINITY;
  pos.status.subscribe(({ word }) => {
    if (word !== 'live') noticedAtMs = Math.min(noticedAtMs, kitchen.host.clock.monotonicMs());
  });
  await kitchen.host.pass(30_000);
  expect([pos.status.get().word, pos.health().connection.sockets]).toEqual(['live', 2]);
  await pos.dispose();
  return noticedAtMs - cutAtMs;
}

test(
  'a half-open link is noticed within 20 s with default settings, and replaced',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 120_000 }), fc.boolean(), async (quietMs, isBusy) => {
        expect(await noticedAfterMs(quietMs, isBusy)).toBeLessThanOrEqual(20_000);
      }),
      {
        ...runs(30),
        examples: [
          [0, true],
          [14_999, true],
          [15_001, true],
          [19_999, false],
        ],
      },
    );
  },
  patience,
);
