import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../../../src/testing/fake-host.ts';
import type { HostEvent } from '../../../src/host/host.ts';
import type { ServerSocket } from '../../../src/testing/memory-transport.ts';
import { createRig, most, type Rig } from './rig.ts';
import { patience, runs } from '../../effort.ts';
import { like } from '../../transports/like.ts';

const hour = 3_600_000;

function expectNothingLeft({ host, transport }: Rig): void {
  expect(transport.live).toEqual([]);
  expect(host.pendingTimers).toBe(0);
  expect(host.listeners).toBe(0);
}

test('C9: a link that is up for a second and down for a second is bounded, and gets through again and again (F15)', () => {
  let up = true;
  const rig = createRig({
    transport: { server: { connected: (socket) => (up ? socket.accept() : socket.refuse({ kind: 'unreachable' })) } },
  });
  rig.supervisor.start();
  for (let second = 0; second < 600; second += 1) {
    rig.host.advance(1_000);
    up = !up;
    if (!up) for (const socket of rig.transport.live) socket.close({ code: 1006 });
    rig.host.emit({ kind: up ? 'online' : 'offline' });
  }
  expect(rig.attemptsAtMs.filter((atMs) => atMs < 120_000).length).toBeLessThanOrEqual(12);
  expect(most(rig.attemptsAtMs, 60_000)).toBeLessThanOrEqual(11);
  expect(rig.links.length).toBeGreaterThan(10);
  expect(rig.host.pendingTimers).toBeLessThanOrEqual(1);
});

test.each([1, 2, 3])(
  'C33: a day on a flapping network leaks no timer and no listener (seed %i, F15)',
  { timeout: patience },
  (seed) => {
    const draw = seededRandom(seed * 7_919);
    let mood = 0;
    const rig = createRig({
      host: { seed },
      transport: {
        latencyMs: 20,
        talksAfterClose: true,
        server: {
          connected(socket) {
            if (mood < 0.6) socket.accept();
            else if (mood < 0.8) socket.refuse({ kind: 'unreachable' });
            else if (mood < 0.9) socket.refuse({ kind: 'http', status: 503 });
          },
        },
      },
    });
    rig.supervisor.start();
    let most_ = 0;
    while (rig.host.clock.monotonicMs() < 24 * hour) {
      rig.host.advance(draw() * 20_000);
      mood = draw();
      for (const socket of rig.transport.live) {
        const fate = draw();
        if (fate < 0.2) socket.close({ code: 1006 });
        else if (fate < 0.3) socket.cut();
      }
      if (draw() < 0.3) rig.host.emit({ kind: draw() < 0.5 ? 'online' : 'offline' });
      // One timer of ours; the others are frames under way in the memory transport.
      most_ = Math.max(most_, rig.host.pendingTimers);
      expect(rig.transport.live.length).toBeLessThanOrEqual(1);
      expect(rig.host.listeners).toBe(1);
    }
    expect(most_).toBeLessThanOrEqual(6);
    expect(rig.links.length).toBeGreaterThan(1_000);
    expect(rig.downs.length).toBeGreaterThanOrEqual(rig.links.length - 1);
    rig.supervisor.dispose();
    rig.host.advance(1_000);
    expectNothingLeft(rig);
  },
);

test('C9: a link that breaks after every eleven seconds is replaced each time, for it gives its attempt back', () => {
  const rig = createRig();
  rig.supervisor.start();
  for (let round = 0; round < 60; round += 1) {
    rig.host.advance(11_000);
    rig.server().alive();
    rig.server().close({ code: 1006 });
    rig.host.advance(500);
  }
  expect(rig.links).toHaveLength(61);
  expect(most(rig.attemptsAtMs, 60_000)).toBeLessThanOrEqual(6);
});

type Deed = (rig: Rig, server: ServerSocket | undefined) => void;

const events: readonly HostEvent[] = [
  { kind: 'online' },
  { kind: 'offline' },
  { kind: 'visible' },
  { kind: 'hidden' },
  { kind: 'resume' },
  { kind: 'clock-jump' },
  { kind: 'pageshow', persisted: false },
  { kind: 'pageshow', persisted: true },
];

const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.nat({ max: 30_000 }).map(
    (ms): Deed =>
      (rig) =>
        rig.host.advance(ms),
  ),
  fc.nat({ max: 300_000 }).map(
    (ms): Deed =>
      (rig) =>
        rig.host.advance(ms),
  ),
  fc.constantFrom(...events).map(
    (event): Deed =>
      (rig) =>
        rig.host.emit(event),
  ),
  fc.constantFrom('runs' as const, 'stops' as const).map(
    (clock): Deed =>
      (rig) =>
        rig.host.sleep(hour, clock),
  ),
  fc.integer({ min: -hour, max: hour }).map(
    (ms): Deed =>
      (rig) =>
        rig.host.setWall(rig.host.clock.wallMs() + ms),
  ),
  fc.constantFrom(0, 1_000, 60_000).map(
    (ms): Deed =>
      (rig) =>
        rig.host.throttle(ms),
  ),
  fc.constantFrom(1000, 1001, 1006, 1011, 4001, 4009, 4100, 4200, 4301).map(
    (code): Deed =>
      (_, server) =>
        server?.close({ code }),
  ),
  fc.constantFrom(4009, 4301).map(
    (code): Deed =>
      (_, server) =>
        server?.warn(code),
  ),
  fc.constantFrom<Deed>(
    (rig) => rig.supervisor.start(),
    (rig) => rig.supervisor.start(),
    (rig) => rig.supervisor.stop(),
    (_, server) => server?.accept(),
    (_, server) => server?.accept(),
    (_, server) => server?.alive(),
    (_, server) => server?.cut(),
    (_, server) => server?.mend(),
    (_, server) => server?.refuse({ kind: 'unknown' }),
    (_, server) => server?.push({ channel: 'c', name: 'n', payload: 1 }),
  ),
);

test(
  'C1, C2, C33: whatever device and server do to each other, one socket at most, and nothing left after dispose',
  { timeout: patience },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(deed, { minLength: 1, maxLength: 80, size: 'max' }),
        fc.nat({ max: 1_000_000 }),
        fc.constantFrom(0, 30),
        fc.boolean(),
        async (deeds, seed, latencyMs, withToken) => {
          const draw = seededRandom(seed);
          const rig = createRig({
            host: { seed },
            ...(withToken && { token: () => (draw() < 0.3 ? Promise.reject(new Error('down')) : `token ${draw()}`) }),
            transport: {
              latencyMs,
              talksAfterClose: true,
              capabilities: { ...like.pusher, pings: draw() < 0.8 },
              server: { connected: (socket) => draw() < 0.5 && socket.accept() },
            },
          });
          rig.supervisor.start();
          for (const act of deeds) {
            // Also sockets that were given up long ago.
            const { sockets } = rig.transport;
            act(rig, draw() < 0.7 ? sockets.at(-1) : sockets[Math.floor(draw() * sockets.length)]);
            await rig.host.pass(0);
            expect(rig.transport.live.length).toBeLessThanOrEqual(1);
            expect(rig.links.length - rig.downs.length).toBe(rig.supervisor.status().word === 'open' ? 1 : 0);
          }
          rig.supervisor.dispose();
          rig.host.throttle(0);
          await rig.host.pass(120_000);
          expectNothingLeft(rig);
        },
      ),
      runs(600),
    );
  },
);

test(
  'C8: once server and network are well again, every history ends with an open link (F08, F90)',
  { timeout: patience },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(deed, { minLength: 1, maxLength: 60, size: 'max' }),
        fc.nat({ max: 1_000_000 }),
        async (deeds, seed) => {
          let well = false;
          const draw = seededRandom(seed);
          const rig = createRig({
            host: { seed },
            token: () => `token ${draw()}`,
            transport: {
              capabilities: like.pusher,
              server: { connected: (socket) => (well || draw() < 0.5) && socket.accept() },
            },
          });
          rig.supervisor.start();
          for (const act of deeds) {
            act(rig, rig.transport.sockets.at(-1));
            await rig.host.pass(0);
          }
          well = true;
          rig.host.throttle(0);
          rig.supervisor.start();
          // The longest that anything waits: 90 s of being blocked, and what a slow token and the budget add.
          await rig.host.pass(150_000);
          expect(rig.supervisor.status().word).toBe('open');
        },
      ),
      runs(600),
    );
  },
);
