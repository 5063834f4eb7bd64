import { describe, expect, test } from 'vitest';
import { createFakeHost } from '../../../src/testing/fake-host.ts';
import type { ServerSocket } from '../../../src/testing/memory-transport.ts';
import { createRig, most, type Rig } from './rig.ts';
import { like } from '../../transports/like.ts';

const clients = 1_000;
const settledMs = 60_000;

interface Outage {
  /** How the server ends its sockets. */
  readonly code: number;
  /** How long it refuses everybody. */
  readonly downMs: number;
}

/** A thousand clients that lose their server at the same moment. Moments are counted from then. */
function outage({ code, downMs }: Outage) {
  const host = createFakeHost({ seed: code + downMs });
  let down = false;
  const reached: number[] = [];
  const connected = (socket: ServerSocket): void => {
    if (down) {
      socket.refuse({ kind: 'unreachable' });
      return;
    }
    reached.push(host.clock.monotonicMs() - settledMs);
    socket.accept();
  };
  const rigs: readonly Rig[] = Array.from({ length: clients }, () =>
    createRig({ host, transport: { latencyMs: 50, capabilities: like.pusher, server: { connected } } }),
  );
  for (const rig of rigs) rig.supervisor.start();
  host.advance(settledMs);
  reached.length = 0;
  down = true;
  for (const rig of rigs) rig.server().close({ code });
  host.advance(downMs);
  down = false;
  host.advance(60_000);
  const attempts = rigs.flatMap((rig) => rig.attemptsAtMs.filter((atMs) => atMs > 0).map((atMs) => atMs - settledMs));
  const open = rigs.filter((rig) => rig.supervisor.status().word === 'open').length;
  return { reached, attempts, open };
}

const after = (momentsMs: readonly number[], part: number): number =>
  momentsMs.toSorted((a, b) => a - b)[Math.ceil(momentsMs.length * part) - 1] ?? Infinity;

describe('a thousand clients', () => {
  test('C11: after a restart (4200) no 100 ms see more than 5 % of them, and 95 % are back within 10 s (F10, F14)', () => {
    const { reached, open } = outage({ code: 4200, downMs: 0 });
    expect(open).toBe(clients);
    expect(most(reached, 100)).toBeLessThanOrEqual(clients * 0.05);
    expect(after(reached, 0.95)).toBeLessThanOrEqual(10_000);
  });

  test.each([2_000, 5_000])('C11: the same when the restart takes %i ms', (downMs) => {
    const { reached, attempts, open } = outage({ code: 4200, downMs });
    expect(open).toBe(clients);
    expect(most(reached, 100)).toBeLessThanOrEqual(clients * 0.05);
    expect(most(attempts, 100)).toBeLessThanOrEqual(clients * 0.05);
    expect(after(reached, 0.95)).toBeLessThanOrEqual(downMs + 10_000);
  });

  test.each([10_000, 30_000, 120_000])(
    'C6, C10: after a crash without a code and %i ms of outage, nobody floods the server that is back',
    (downMs) => {
      const { reached, open } = outage({ code: 1006, downMs });
      expect(open).toBe(clients);
      expect(most(reached, 100)).toBeLessThanOrEqual(clients * 0.05);
      expect(after(reached, 1)).toBeLessThanOrEqual(downMs + 40_000);
    },
  );
});
