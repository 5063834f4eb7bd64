import { describe, expect, test } from 'vitest';
import type { Failure } from '../../../src/transports/transport.ts';
import { createRig, most } from './rig.ts';
import { like } from '../../transports/like.ts';

const down = (failure: Failure = { kind: 'unreachable' }) => ({
  transport: { server: { connected: (socket: { refuse(failure: Failure): void }) => socket.refuse(failure) } },
});

test('C6: each failure doubles how long the next wait may be', () => {
  // Always half of what is possible: 0.25, 0.5, 1, 2, 4 s.
  const rig = createRig({ ...down(), host: { random: () => 0.5 } });
  rig.supervisor.start();
  rig.host.advance(8_000);
  expect(rig.attemptsAtMs).toEqual([0, 250, 750, 1_750, 3_750, 7_750]);
});

test('C7: a link that opens and breaks at once is a failure like any other (F05)', () => {
  const rig = createRig({
    host: { random: () => 0.5 },
    transport: { server: { connected: (socket) => (socket.accept(), socket.close({ code: 1006 })) } },
  });
  rig.supervisor.start();
  rig.host.advance(8_000);
  expect(rig.attemptsAtMs).toEqual([0, 250, 750, 1_750, 3_750, 7_750]);
});

test('C7: failures are forgotten after a link was heard for 10 s', () => {
  let refusing = true;
  const rig = createRig({
    host: { random: () => 0.5 },
    transport: {
      server: { connected: (socket) => (refusing ? socket.refuse({ kind: 'unreachable' }) : socket.accept()) },
    },
  });
  rig.supervisor.start();
  rig.host.advance(3_000);
  refusing = false;
  rig.host.advance(1_000);
  expect(rig.attemptsAtMs.at(-1)).toBe(3_750);
  rig.host.advance(10_000);
  rig.server().alive();
  rig.server().close({ code: 1006 });
  rig.host.advance(250);
  expect(rig.attemptsAtMs.at(-1)).toBe(14_250);
});

test('C7: a link that was dead from the beginning was not stable, however late that was noticed', () => {
  const rig = createRig({
    host: { random: () => 0.5 },
    transport: { server: { connected: (socket) => (socket.accept(), socket.cut()) } },
  });
  rig.supervisor.start();
  rig.host.advance(20_250);
  expect(rig.attemptsAtMs).toEqual([0, 20_250]);
  rig.host.advance(20_500);
  expect(rig.attemptsAtMs).toEqual([0, 20_250, 40_750]);
});

test('C8: after a day of refusals it still tries, about twice a minute', () => {
  const rig = createRig(down());
  rig.supervisor.start();
  rig.host.advance(24 * 3_600_000);
  const before = rig.attemptsAtMs.length;
  rig.host.advance(600_000);
  expect(rig.attemptsAtMs.length - before).toBeGreaterThanOrEqual(10);
  expect(most(rig.attemptsAtMs, 60_000)).toBeLessThanOrEqual(9);
});

test.each(Array.from({ length: 50 }, (_, seed) => seed + 1))(
  'C9: at most 12 attempts in the first two minutes (seed %i)',
  (seed) => {
    const rig = createRig({ ...down(), host: { seed } });
    rig.supervisor.start();
    for (let second = 0; second < 120; second += 1) {
      if (second % 7 === seed % 7) rig.host.emit({ kind: 'online' });
      if (second % 11 === seed % 11) rig.host.emit({ kind: 'visible' });
      rig.host.advance(1_000);
    }
    expect(rig.attemptsAtMs.filter((atMs) => atMs < 120_000).length).toBeLessThanOrEqual(12);
  },
);

test('C9: an app that stops and starts in a loop is bounded like a link that flaps', () => {
  const rig = createRig();
  for (let second = 0; second < 119; second += 1) {
    rig.supervisor.start();
    rig.host.advance(500);
    rig.supervisor.stop();
    rig.host.advance(500);
  }
  expect(rig.attemptsAtMs.length).toBeLessThanOrEqual(12);
  expect(rig.statuses.some(({ verdict }) => verdict?.cause === 'started-often')).toBe(true);
});

test('C10: who waits for the budget is spread over 10 s', () => {
  const seventhAtMs = (random: number): number => {
    // The first six as fast as they can be, the seventh limited.
    let draws = 0;
    const rig = createRig({ ...down(), host: { random: () => ((draws += 1) <= 6 ? 0 : random) } });
    rig.supervisor.start();
    rig.host.advance(30_000);
    return rig.attemptsAtMs[6] ?? Number.NaN;
  };
  expect(seventhAtMs(0)).toBe(20_000);
  expect(seventhAtMs(0.5)).toBe(25_000);
});

test('C11: a server that restarts is met again within 5 s, and never by everybody at once (F10)', () => {
  const backAtMs = [0, 0.25, 0.5, 0.99].map((random) => {
    const rig = createRig({ host: { random: () => random }, transport: { capabilities: like.pusher } });
    rig.supervisor.start();
    rig.host.advance(60_000);
    rig.server().close({ code: 4200 });
    rig.host.advance(5_000);
    return (rig.attemptsAtMs[1] ?? Number.NaN) - 60_000;
  });
  expect(backAtMs).toEqual([0, 1_250, 2_500, 4_950]);
});

test('C13: a wake-up does not shorten a wait that the server asked for (F14)', () => {
  const rig = createRig({ ...down({ kind: 'http', status: 503, retryAfterMs: 30_000 }), host: { random: () => 0 } });
  rig.supervisor.start();
  rig.host.advance(10_000);
  rig.host.emit({ kind: 'online' });
  rig.host.emit({ kind: 'visible' });
  rig.host.advance(19_999);
  expect(rig.attemptsAtMs).toEqual([0]);
  rig.host.advance(1);
  expect(rig.attemptsAtMs).toEqual([0, 30_000]);
});

describe('blocked', () => {
  const disabled = () =>
    createRig({
      host: { random: () => 0.5 },
      transport: { capabilities: like.pusher, server: { connected: (socket) => socket.close({ code: 4003 }) } },
    });

  test('C14: a disabled app is asked about every 75 s, for ever (F08)', () => {
    const rig = disabled();
    rig.supervisor.start();
    expect(rig.supervisor.status()).toMatchObject({
      word: 'blocked',
      verdict: { cause: 'app-disabled', fault: 'configuration' },
    });
    rig.host.advance(10 * 75_000);
    expect(rig.attemptsAtMs).toEqual(Array.from({ length: 11 }, (_, count) => count * 75_000));
  });

  test('C14: no event makes that sooner', () => {
    const rig = disabled();
    rig.supervisor.start();
    for (let second = 0; second < 74; second += 1) {
      for (const kind of ['online', 'offline', 'visible', 'resume', 'clock-jump'] as const) rig.host.emit({ kind });
      rig.host.emit({ kind: 'pageshow', persisted: true });
      rig.host.advance(1_000);
    }
    expect(rig.attemptsAtMs).toEqual([0]);
  });

  test('C15: the word stays blocked while it is asked about, and a mended server opens', () => {
    let mended = false;
    const rig = createRig({
      host: { random: () => 0 },
      transport: {
        latencyMs: 100,
        capabilities: like.pusher,
        server: { connected: (socket) => (mended ? socket.accept() : socket.close({ code: 4001 })) },
      },
    });
    rig.supervisor.start();
    rig.host.advance(130_000);
    expect(rig.words()).toEqual(['connecting', 'blocked']);
    mended = true;
    rig.host.advance(61_000);
    expect(rig.words()).toEqual(['connecting', 'blocked', 'open']);
  });
});

test('C16: without a socket to be had there is no attempt and no timer', () => {
  const rig = createRig(down({ kind: 'no-socket' }));
  rig.supervisor.start();
  expect(rig.supervisor.status()).toMatchObject({ word: 'offline', verdict: { cause: 'no-socket' } });
  rig.host.emit({ kind: 'online' });
  rig.host.advance(600_000);
  expect(rig.attemptsAtMs).toEqual([0]);
  expect(rig.host.pendingTimers).toBe(0);
});

test('C35: a short interruption is connecting, one that lasts is offline, and a link is open', () => {
  let refusing = false;
  const rig = createRig({
    host: { random: () => 0.5 },
    transport: { server: { connected: (socket) => (refusing ? socket.refuse({ kind: 'dns' }) : socket.accept()) } },
  });
  rig.supervisor.start();
  refusing = true;
  rig.server().close({ code: 1006 });
  rig.host.advance(7_999);
  expect(rig.supervisor.status()).toMatchObject({ word: 'connecting', verdict: { cause: 'name-not-found' } });
  rig.host.advance(1);
  expect(rig.supervisor.status().word).toBe('offline');
  refusing = false;
  rig.host.advance(40_000);
  expect(rig.supervisor.status()).toEqual({ word: 'open', verdict: undefined });
  expect([...new Set(rig.words())]).toEqual(['open', 'connecting', 'offline']);
});
