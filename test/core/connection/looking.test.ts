import { describe, expect, test } from 'vitest';
import { createRig, most, type Rig, type RigOptions } from './rig.ts';

/** A client whose server is lost at 20 s, for good. */
function lost(options: RigOptions = {}, code = 1006): Rig {
  let isUp = true;
  const rig = createRig({
    ...options,
    transport: {
      server: { connected: (socket) => (isUp ? socket.accept() : socket.refuse({ kind: 'unreachable' })) },
      ...options.transport,
    },
  });
  rig.supervisor.start();
  rig.host.advance(20_000);
  isUp = false;
  rig.server().close({ code });
  return rig;
}

const offlineAtMs = 28_000;
const seeds = Array.from({ length: 1_000 }, (_, at) => at + 1);

/** The longest that nobody looked, nor tried the socket, between these moments. */
function longestMs({ looksAtMs, attemptsAtMs }: Rig, fromMs: number, toMs: number): number {
  const all = [...looksAtMs, ...attemptsAtMs, fromMs, toMs].filter((atMs) => atMs >= fromMs && atMs <= toMs);
  const sorted = all.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((atMs, at) => atMs - (sorted[at - 1] ?? atMs)));
}

test('C40: who is offline looks every 3.75 s, after 12 s every third of the time that it was gone, and at least every 7.5 s', () => {
  for (const seed of seeds.slice(0, 50)) {
    const rig = lost({ host: { seed } });
    rig.host.advance(120_000);
    expect(rig.looksAtMs.filter((atMs) => atMs < offlineAtMs)).toEqual([]);
    expect(longestMs(rig, offlineAtMs, 31_250)).toBeLessThanOrEqual(3_790);
    expect(longestMs(rig, offlineAtMs, 140_000)).toBeLessThanOrEqual(7_580);
    expect(rig.looksAtMs.length).toBeLessThan(30);
  }
});

test('C40: after a restart it looks every 7.5 s from the beginning', () => {
  for (const seed of seeds.slice(0, 50)) {
    const rig = lost({ host: { seed } }, 4200);
    rig.host.advance(30_000);
    expect(longestMs(rig, offlineAtMs, 50_000)).toBeLessThanOrEqual(7_580);
    expect(rig.looksAtMs.length).toBeLessThanOrEqual(8);
  }
});

test('C40: of a thousand clients that lost the same server at most 5 % look or try in any 100 ms', () => {
  const all = seeds.flatMap((seed) => {
    const rig = lost({ host: { seed } });
    rig.host.advance(30_000);
    return [...rig.looksAtMs, ...rig.attemptsAtMs].filter((atMs) => atMs > offlineAtMs);
  });
  expect(most(all, 100)).toBeLessThanOrEqual(50);
});

test('C40: a server that has named its time is not looked for before', () => {
  const rig = createRig({
    transport: {
      server: { connected: (socket) => socket.refuse({ kind: 'http', status: 503, retryAfterMs: 30_000 }) },
    },
  });
  rig.supervisor.start();
  rig.host.advance(30_000);
  expect(rig.supervisor.status().word).toBe('offline');
  expect(rig.looksAtMs).toEqual([]);
});

describe('C39: a server that a look has found', () => {
  test('is tried at once, although the next attempt is seconds away', () => {
    const rig = lost();
    rig.host.advance(20_000);
    const before = rig.attemptsAtMs.length;
    rig.supervisor.serverReturned();
    expect(rig.attemptsAtMs.slice(before)).toEqual([rig.host.clock.monotonicMs()]);
  });

  test('is not looked for any more once the socket is open', () => {
    const rig = createRig();
    rig.supervisor.start();
    rig.host.advance(120_000);
    expect(rig.looksAtMs).toEqual([]);
  });
});
