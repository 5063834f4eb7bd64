import { expect, test } from 'vitest';
import { createFakeHost } from '../../src/testing/fake-host.ts';

test('timers run at their moment, in the order of their moments and then of their setting', () => {
  const host = createFakeHost();
  const ran: string[] = [];
  const note = (name: string) => () => void ran.push(`${name} at ${host.clock.monotonicMs()}`);
  host.schedule(30, note('late'));
  host.schedule(10, note('first'));
  host.schedule(10, note('second'));
  host.schedule(20, note('released'))();
  host.schedule(-5, note('overdue'));
  host.advance(29);
  expect(ran).toEqual(['overdue at 0', 'first at 10', 'second at 10']);
  expect(host.pendingTimers).toBe(1);
  host.advance(1);
  expect(ran.at(-1)).toBe('late at 30');
});

test('a timer that is set by a timer runs in the same advance when its moment is within it', () => {
  const host = createFakeHost();
  let ticks = 0;
  const tick = (): void => {
    ticks += 1;
    host.schedule(10, tick);
  };
  tick();
  host.advance(100);
  expect(ticks).toBe(11);
});

test('a thousand timers set in any order run in the order of time', () => {
  const host = createFakeHost({ seed: 7 });
  const ran: number[] = [];
  for (let count = 0; count < 1_000; count += 1)
    host.schedule(host.random() * 1_000, () => ran.push(host.clock.monotonicMs()));
  host.advance(1_000);
  expect(ran).toHaveLength(1_000);
  expect(ran).toEqual(ran.toSorted((a, b) => a - b));
});

test.each([
  ['runs', 3_600_000],
  ['stops', 0],
] as const)('in sleep no timer runs, and the monotonic clock %s', (clock, monotonicMs) => {
  const host = createFakeHost({ wallMs: 0 });
  let ranAtMs: number | undefined;
  host.schedule(1_000, () => (ranAtMs = host.clock.monotonicMs()));
  host.sleep(3_600_000, clock);
  expect(host.clock.wallMs()).toBe(3_600_000);
  expect(host.clock.monotonicMs()).toBe(monotonicMs);
  expect(ranAtMs).toBeUndefined();
  host.advance(1_000);
  expect(ranAtMs).toBe(Math.max(1_000, monotonicMs));
});

test('setting the clock moves no timer', () => {
  const host = createFakeHost();
  let ran = false;
  host.schedule(100, () => (ran = true));
  host.setWall(0);
  host.advance(99);
  expect([ran, host.clock.wallMs(), host.clock.monotonicMs()]).toEqual([false, 99, 99]);
});

test('a throttled page runs its timers once a minute', () => {
  const host = createFakeHost();
  const ran: number[] = [];
  host.throttle(60_000);
  host.schedule(1_000, () => ran.push(host.clock.monotonicMs()));
  host.schedule(61_000, () => ran.push(host.clock.monotonicMs()));
  host.advance(600_000);
  expect(ran).toEqual([60_000, 120_000]);
});

test('pass lets promises settle before the next timer', async () => {
  const host = createFakeHost();
  const seen: string[] = [];
  host.schedule(10, () => void Promise.resolve().then(() => seen.push('promise')));
  host.schedule(11, () => seen.push('timer'));
  await host.pass(20);
  expect(seen).toEqual(['promise', 'timer']);
});

test('the same seed gives the same numbers, from 0 up to 1', () => {
  const draw = (seed: number): readonly number[] => {
    const { random } = createFakeHost({ seed });
    return Array.from({ length: 1_000 }, random);
  };
  expect(draw(5)).toEqual(draw(5));
  expect(draw(5)).not.toEqual(draw(6));
  expect(Math.min(...draw(5))).toBeGreaterThanOrEqual(0);
  expect(Math.max(...draw(5))).toBeLessThan(1);
});

test('one function that listens twice is two listeners, and each leaves for itself', () => {
  const host = createFakeHost();
  let heard = 0;
  const listener = (): void => void (heard += 1);
  const leave = host.onEvent(listener);
  host.onEvent(listener);
  leave();
  leave();
  host.emit({ kind: 'online' });
  expect([heard, host.listeners]).toEqual([1, 1]);
});
