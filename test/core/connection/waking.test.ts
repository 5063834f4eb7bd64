import { describe, expect, test } from 'vitest';
import type { HostEvent } from '../../../src/host/host.ts';
import { createRig } from './rig.ts';

const wakeUps: readonly HostEvent[] = [
  { kind: 'online' },
  { kind: 'offline' },
  { kind: 'visible' },
  { kind: 'pageshow', persisted: false },
  { kind: 'resume' },
  { kind: 'clock-jump' },
];

describe.each(wakeUps)('$kind', (event) => {
  test('C28: asks the link at once, and a dead one is replaced after 2 s (F87)', () => {
    const rig = createRig({ host: { random: () => 0 } });
    rig.supervisor.start();
    rig.host.advance(3_000);
    rig.host.emit(event);
    expect(rig.server().pings).toBe(1);
    rig.server().cut();
    // The memory server had answered already; the next question goes nowhere.
    rig.host.advance(2_000);
    rig.host.emit(event);
    rig.host.advance(2_000);
    expect(rig.downs).toMatchObject([{ verdict: { cause: 'silent' } }]);
  });

  test('C29: keeps a link that answers (F17)', () => {
    const rig = createRig();
    rig.supervisor.start();
    for (let second = 0; second < 60; second += 1) {
      rig.host.emit(event);
      rig.host.advance(1_000);
    }
    expect(rig.transport.sockets).toHaveLength(1);
  });

  test('C28: while waiting, attempts at once', () => {
    let refusing = true;
    const rig = createRig({
      host: { random: () => 0.999 },
      transport: {
        server: { connected: (socket) => (refusing ? socket.refuse({ kind: 'unreachable' }) : socket.accept()) },
      },
    });
    rig.supervisor.start();
    rig.host.advance(8_000);
    refusing = false;
    rig.host.emit(event);
    expect(rig.attemptsAtMs.at(-1)).toBe(8_000);
    expect(rig.supervisor.status().word).toBe('open');
  });
});

test('C28: hidden is no wake-up', () => {
  const rig = createRig();
  rig.supervisor.start();
  rig.host.emit({ kind: 'hidden' });
  expect(rig.server().pings).toBe(0);
});

test('C28: with the budget used up, a wake-up attempts out of turn, once in two minutes', () => {
  const rig = createRig({
    host: { random: () => 0 },
    transport: { server: { connected: (socket) => socket.refuse({ kind: 'unreachable' }) } },
  });
  rig.supervisor.start();
  rig.host.advance(1_000);
  expect(rig.attemptsAtMs).toHaveLength(6);
  rig.host.emit({ kind: 'visible' });
  rig.host.emit({ kind: 'visible' });
  expect(rig.attemptsAtMs).toHaveLength(7);
});

describe('a storm of online and offline', () => {
  test('C29: is one question a second, the first at once and the last not forgotten', () => {
    const rig = createRig();
    rig.supervisor.start();
    for (let count = 0; count < 50; count += 1) {
      rig.host.emit({ kind: count % 2 === 0 ? 'offline' : 'online' });
      rig.host.advance(10);
    }
    expect(rig.server().pings).toBe(1);
    rig.host.advance(500);
    expect(rig.server().pings).toBe(2);
    rig.host.advance(5_000);
    expect(rig.server().pings).toBe(2);
  });

  test('C29: the online that follows an offline within a second is what reconnects', () => {
    let refusing = true;
    const rig = createRig({
      host: { random: () => 0.999 },
      transport: {
        server: { connected: (socket) => (refusing ? socket.refuse({ kind: 'unreachable' }) : socket.accept()) },
      },
    });
    rig.supervisor.start();
    rig.host.advance(8_000);
    rig.host.emit({ kind: 'offline' });
    refusing = false;
    rig.host.emit({ kind: 'online' });
    rig.host.advance(1_000);
    expect(rig.supervisor.status().word).toBe('open');
  });
});

test('C30: out of the back/forward cache a link is dead at once, although it looks open (F88)', () => {
  const rig = createRig({ host: { random: () => 0 } });
  rig.supervisor.start();
  rig.host.advance(30_000);
  rig.host.emit({ kind: 'pageshow', persisted: true });
  expect(rig.downs).toMatchObject([{ generation: 1, verdict: { cause: 'page-restored' } }]);
  expect(rig.transport.sockets[0]?.over).toBe(true);
  rig.host.advance(0);
  expect(rig.supervisor.status().word).toBe('open');
});

test('C30: so is an attempt that was under way', () => {
  const rig = createRig({ host: { random: () => 0 }, transport: { server: { connected: () => undefined } } });
  rig.supervisor.start();
  rig.host.emit({ kind: 'pageshow', persisted: true });
  expect(rig.transport.sockets[0]?.over).toBe(true);
  rig.host.advance(0);
  expect(rig.transport.sockets).toHaveLength(2);
});

test('C31: a sleep that no event tells of is seen in the clocks, and a dead link replaced 2 s later (F90)', () => {
  const rig = createRig();
  rig.supervisor.start();
  rig.host.advance(14_999);
  rig.server().cut();
  rig.host.sleep(8 * 3_600_000, 'stops');
  rig.host.advance(1);
  rig.host.advance(2_000);
  expect(rig.downs).toMatchObject([{ verdict: { cause: 'silent' } }]);
});

test.each([3_600_000, -3_600_000])(
  'C31: a clock that is set by %i ms neither ends the link nor moves its deadlines (F91)',
  (byMs) => {
    const rig = createRig();
    rig.supervisor.start();
    rig.host.advance(5_000);
    rig.host.setWall(rig.host.clock.wallMs() + byMs);
    rig.host.advance(60_000);
    expect(rig.transport.sockets).toHaveLength(1);
    expect(rig.server().pings).toBeLessThanOrEqual(6);
  },
);

test('C32: a page that comes back with a burst of events is one question', () => {
  const rig = createRig({ transport: { latencyMs: 50 } });
  rig.supervisor.start();
  rig.host.advance(1_000);
  for (const kind of ['resume', 'visible', 'online', 'visible'] as const) rig.host.emit({ kind });
  rig.host.emit({ kind: 'pageshow', persisted: false });
  rig.host.advance(60);
  expect(rig.server().pings).toBe(1);
});

test('C32: wake-ups do not postpone the verdict', () => {
  const rig = createRig();
  rig.supervisor.start();
  rig.server().cut();
  rig.host.emit({ kind: 'visible' });
  for (let tenth = 0; tenth < 20; tenth += 1) {
    rig.host.advance(100);
    rig.host.emit({ kind: 'visible' });
  }
  expect(rig.downs).toMatchObject([{ generation: 1, verdict: { cause: 'silent' } }]);
});
