import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/testing/fake-host.ts';
import { patience } from '../../effort.ts';
import { createRig, orders } from './rig.ts';

const dayMs = 86_400_000;

describe('a day on a network that comes and goes', () => {
  test(
    'leaks nothing, does not storm the server, and gets on whenever it is up',
    async () => {
      const rig = createRig();
      const { host, transport, http, pos } = rig;
      const random = seededRandom(24);
      const told: number[] = [];
      let stuck = 0;
      let ups = 0;
      pos.on('OrderCreated', ({ seq }) => void told.push(seq ?? 0));
      await pos.start();
      let ids = 0;
      while (host.clock.monotonicMs() < dayMs) {
        // Down for seconds or minutes, in half of the cases without HTTP, too; sometimes nobody says so.
        rig.isDown = true;
        http.weather = random() < 0.5 ? 'down' : 'clear';
        if (random() < 0.8) for (const socket of transport.live) socket.close({ code: 1006 });
        else for (const socket of transport.live) socket.cut();
        rig.say(orders, 'OrderCreated', { order: { id: (ids += 1), status: 'accepted' } });
        await host.pass(2_000 + random() ** 3 * 240_000);
        rig.isDown = false;
        http.weather = 'clear';
        const cursor = pos.health().channels.find(({ channel }) => channel === 'orders')?.front ?? 0;
        const upMs = 3_000 + random() ** 2 * 240_000;
        await host.pass(upMs);
        // A connection that died unnoticed is called live for 20 s.
        if (upMs > 25_000 && pos.status.get().word === 'live') {
          ups += 1;
          const after = pos.health().channels.find(({ channel }) => channel === 'orders')?.front ?? 0;
          if (after <= cursor && after < ids) stuck += 1;
        }
      }
      await host.pass(120_000);
      expect(pos.status.get().word).toBe('live');
      expect(told).toEqual(Array.from({ length: ids }, (_, index) => index + 1));
      expect(ups).toBeGreaterThan(100);
      expect(stuck).toBe(0);
      // 12 in the first two minutes, and later one in 20 s, with those out of turn.
      expect(transport.sockets.length / (dayMs / 60_000)).toBeLessThan(6);
      expect(host.pendingTimers).toBeLessThan(30);
      expect(transport.live.length).toBe(1);
      await pos.dispose();
      await host.pass(10_000);
      expect({ timers: host.pendingTimers, listeners: host.listeners, waiting: http.waiting }).toEqual({
        timers: 0,
        listeners: 0,
        waiting: 0,
      });
      expect(transport.live.length).toBe(0);
    },
    patience,
  );
});
