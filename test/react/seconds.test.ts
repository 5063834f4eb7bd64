import { expect, test } from 'vitest';
import { createSeconds } from '../../src/react/seconds.ts';
import { createFakeHost } from '../../src/testing/fake-host.ts';

test('on a device without a page, its host alone says when nobody looks', () => {
  const host = createFakeHost();
  const seconds = createSeconds(host.clock.wallMs, host);
  const told: number[] = [];
  const end = seconds.subscribe((nowMs) => told.push(nowMs));
  told.length = 0;
  host.emit({ kind: 'hidden' });
  host.advance(10_000);
  expect(told).toEqual([]);
  expect(seconds.get() % 1_000).toBe(0);
  host.emit({ kind: 'visible' });
  host.advance(1_000);
  expect(told).toHaveLength(2);
  end();
  expect([host.pendingTimers, host.listeners]).toEqual([0, 0]);
});

test('a clock that becomes known better is followed at the next second', () => {
  const host = createFakeHost();
  let offsetMs = 0;
  const seconds = createSeconds(() => host.clock.wallMs() + offsetMs, host);
  const told: number[] = [];
  seconds.subscribe((nowMs) => told.push(nowMs));
  told.length = 0;
  const startedMs = seconds.get();
  offsetMs = 250;
  host.advance(1_000);
  host.advance(749);
  expect(told.map((nowMs) => nowMs - startedMs)).toEqual([1_000]);
  host.advance(1);
  expect(told.map((nowMs) => nowMs - startedMs)).toEqual([1_000, 2_000]);
});
