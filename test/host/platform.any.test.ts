// In Node and in Chromium: what is asked of the machine that heard runs on.
import { expect, test } from 'vitest';
import type { HostEvent } from '../../src/host/host.ts';
import { platformHost } from '../../src/host/platform.ts';

const soon = (host = platformHost(), ms = 1): Promise<number> =>
  new Promise((resolve) => host.schedule(ms, () => resolve(host.clock.monotonicMs())));

test('both clocks go on, and the monotonic one never back', async () => {
  const host = platformHost();
  const before = host.clock.monotonicMs();
  expect(host.clock.wallMs()).toBeGreaterThan(1_700_000_000_000);
  expect(await soon(host)).toBeGreaterThan(before);
});

test('a timer that was released does not run, and releasing twice does nothing', async () => {
  const host = platformHost();
  const ran: string[] = [];
  const release = host.schedule(0, () => void ran.push('released'));
  release();
  release();
  host.schedule(-5, () => void ran.push('overdue'));
  host.schedule(Number.MAX_SAFE_INTEGER, () => void ran.push('in 285 000 years'))();
  const never = host.schedule(2 ** 31 + 5, () => void ran.push('overflowed'));
  await soon(host, 5);
  never();
  expect(ran).toEqual(['overdue']);
});

test('random numbers are from 0 up to 1', () => {
  const host = platformHost();
  for (let count = 0; count < 100; count += 1) {
    const drawn = host.random();
    expect(drawn >= 0 && drawn < 1).toBe(true);
  }
});

test('what happens to the page is told until it is let go of', () => {
  const host = platformHost();
  const heard: HostEvent['kind'][] = [];
  const release = host.onEvent(({ kind }) => void heard.push(kind));
  const inPage = typeof window !== 'undefined';
  if (inPage) for (const name of ['online', 'offline', 'pageshow', 'pagehide']) window.dispatchEvent(new Event(name));
  if (inPage) document.dispatchEvent(new Event('resume'));
  expect(heard).toEqual(inPage ? ['online', 'offline', 'pageshow', 'hidden', 'resume'] : []);
  release();
  release();
  if (inPage) window.dispatchEvent(new Event('online'));
  expect(heard).toHaveLength(inPage ? 5 : 0);
});
