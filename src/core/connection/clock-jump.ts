/** Both clocks, read together. */
export interface ClockReading {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/**
 * Did the clocks move differently between two readings? Then the device slept (on some platforms the monotonic clock
 * stops) or somebody set the time. It says nothing about the link, only that it is time to ask.
 */
export function clockJumped(before: ClockReading, after: ClockReading, toleratedMs: number): boolean {
  const wall = after.wallMs - before.wallMs;
  const monotonic = after.monotonicMs - before.monotonicMs;
  return Math.abs(wall - monotonic) > toleratedMs;
}
