// Once with the clock on the wall and the settings that everybody has: what the other scenarios show on a clock that is moved.
import { describe, expect, test, vi } from 'vitest';
import { createClient } from '../../src/client.ts';
import { serverTime } from '../../src/emit/server-time.ts';
import { platformHost } from '../../src/host/platform.ts';
import type { Scenario } from '../../src/testing/scenarios/scenario.ts';
import { createBackstage } from './backstage.ts';
import { scope, transportOf } from './device.ts';
import { houseContract, wires } from './house.ts';

const scenario: Scenario = { name: 'half-open in real time', faults: ['F02'], steps: [] };
/** Ping after 15 s, pong within 5 s, and a busy machine. */
const noticedWithinMs = 21_000;

describe.concurrent('in real time', () => {
  test.each(wires)(
    '%s: half-open is noticed within 20 s with the settings of every day (F02)',
    async (wire) => {
      const pass = (): Promise<void> => Promise.resolve();
      const backstage = await createBackstage({ wire, scenario, network: platformHost(), time: serverTime, pass });
      const client = createClient(houseContract(wire, true), {
        role: 'pos',
        scope,
        token: () => 'dev-pos',
        transport: transportOf(wire, backstage.url),
        api: { baseUrl: `${backstage.url}/laravel-pos` },
      });
      const told: unknown[] = [];
      client.on('OrderCreated', ({ data }) => void told.push(data.order.id));
      const word = (): string => client.status.get().word;
      await client.start();
      await vi.waitFor(() => expect(word()).toBe('live'), { timeout: 10_000 });
      await backstage.act({ do: 'half-open', way: 'both' });
      const silentAt = performance.now();
      await backstage.publish(['e1']);
      await vi.waitFor(() => expect(word()).not.toBe('live'), { timeout: 60_000 });
      const tookMs = performance.now() - silentAt;
      console.log(`${wire}: half-open is noticed after ${Math.round(tookMs)} ms`);
      expect(tookMs).toBeLessThan(noticedWithinMs);
      await vi.waitFor(() => expect([word(), told.length]).toEqual(['live', 1]), { timeout: 20_000 });
      await client.dispose();
      await backstage.close();
    },
    90_000,
  );
});
