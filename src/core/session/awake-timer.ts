import type { Host, Release } from '../../host/host.ts';

/** A timer of a page that nobody looks at may come a second late. One that is later slept. */
const lateMs = 2_000;
/** A page that is throttled for hours looks like a device that naps again and again, and must come to an end, too. */
const mostAnew = 3;

/**
 * Calls back after so long of being awake. What is measured while the device sleeps says nothing about what it waits for, so a timer
 * that comes late begins anew. Both clocks are asked, because some devices stop one of them in sleep.
 */
export function scheduleAwake(host: Host, forMs: number, callback: () => void): Release {
  let release: Release;
  let anew = 0;

  function wait(): void {
    const wallMs = host.clock.wallMs();
    const monotonicMs = host.clock.monotonicMs();
    release = host.schedule(forMs, () => {
      const tookMs = Math.max(host.clock.wallMs() - wallMs, host.clock.monotonicMs() - monotonicMs);
      const slept = tookMs > forMs + lateMs;
      if (!slept || anew >= mostAnew) return callback();
      anew += 1;
      wait();
    });
  }

  wait();
  return () => release();
}
