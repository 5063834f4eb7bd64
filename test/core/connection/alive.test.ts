import { describe, expect, test } from 'vitest';
import { createRig, frame } from './rig.ts';

test('C24: a half-open link is noticed within 20 s and replaced (F02, F03)', () => {
  const rig = createRig({ host: { random: () => 0 } });
  rig.supervisor.start();
  rig.server().cut();
  rig.host.advance(19_999);
  expect(rig.downs).toEqual([]);
  rig.host.advance(1);
  expect(rig.downs).toMatchObject([{ generation: 1, verdict: { cause: 'silent' } }]);
  rig.host.advance(0);
  expect(rig.supervisor.status().word).toBe('open');
});

test('C24: an idle link is asked at least every 25 s, so that no proxy closes it, and is kept (F07)', () => {
  const rig = createRig({ transport: { latencyMs: 2_400 } });
  rig.supervisor.start();
  rig.host.advance(600_000);
  expect(rig.transport.sockets).toHaveLength(1);
  expect(rig.server().pings).toBeGreaterThanOrEqual(600 / 25);
});

test('C24: an answer just over the limit costs exactly one reconnect (F07)', () => {
  let slow = true;
  const rig = createRig({
    transport: {
      server: {
        pinged(socket) {
          if (slow) rig.host.schedule(5_001, () => socket.alive());
          else socket.alive();
        },
      },
    },
  });
  rig.supervisor.start();
  rig.host.advance(20_000);
  slow = false;
  rig.host.advance(600_000);
  expect(rig.transport.sockets).toHaveLength(2);
});

test('C24: any frame is an answer', () => {
  const rig = createRig({ transport: { server: { pinged: (socket) => socket.push(frame('news')) } } });
  rig.supervisor.start();
  rig.host.advance(60_000);
  expect(rig.transport.sockets).toHaveLength(1);
});

describe('late timers', () => {
  test('C25: a hidden tab whose timers come once a minute keeps its link (F86)', () => {
    const rig = createRig({ transport: { latencyMs: 50 } });
    rig.supervisor.start();
    rig.host.advance(1_000);
    // The page's timers are throttled; the network is not.
    const server = rig.server();
    let pings = server.pings;
    rig.host.throttle(60_000);
    for (let minute = 0; minute < 60; minute += 1) {
      rig.host.advance(60_000);
      if (server.pings > pings) server.alive();
      pings = server.pings;
    }
    expect(rig.transport.sockets).toHaveLength(1);
  });

  test('C25: a dead link is noticed all the same, within three late timers', () => {
    const rig = createRig();
    rig.supervisor.start();
    rig.server().cut();
    rig.host.throttle(60_000);
    rig.host.advance(15_000);
    rig.host.advance(180_000);
    expect(rig.downs).toMatchObject([{ generation: 1, verdict: { cause: 'silent' } }]);
  });

  test.each(['runs', 'stops'] as const)(
    'C25: after eight hours of sleep a live link is asked and kept, when the monotonic clock %s (F90)',
    (clock) => {
      const rig = createRig();
      rig.supervisor.start();
      rig.host.advance(14_000);
      rig.host.sleep(8 * 3_600_000, clock);
      rig.host.advance(60_000);
      expect(rig.transport.sockets).toHaveLength(1);
      expect(rig.server().pings).toBeGreaterThan(0);
    },
  );

  test.each(['runs', 'stops'] as const)(
    'C25: after a sleep in the middle of a question the link is asked again, when the monotonic clock %s',
    (clock) => {
      let answering = false;
      const rig = createRig({ transport: { server: { pinged: (socket) => answering && socket.alive() } } });
      rig.supervisor.start();
      rig.host.advance(16_000);
      expect(rig.server().pings).toBe(1);
      rig.host.sleep(3_600_000, clock);
      answering = true;
      rig.host.emit({ kind: 'resume' });
      rig.host.advance(60_000);
      expect(rig.transport.sockets).toHaveLength(1);
    },
  );
});

test('C26: a transport that cannot ask is judged by the silence that the server announced', () => {
  const rig = createRig({
    transport: {
      capabilities: { pings: false },
      server: { connected: (socket) => socket.accept({ silenceLimitMs: 30_000 }) },
    },
  });
  rig.supervisor.start();
  rig.host.advance(25_000);
  rig.server().alive();
  rig.host.advance(29_999);
  expect(rig.downs).toEqual([]);
  rig.host.advance(1);
  expect(rig.downs).toMatchObject([{ verdict: { cause: 'silent' } }]);
  expect(rig.transport.sockets[0]?.pings).toBe(0);
});
