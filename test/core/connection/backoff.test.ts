import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  affordableAtMs,
  fullBudget,
  refunded,
  spent,
  spentOnWaking,
} from '../../../src/core/connection/attempt-budget.ts';
import { ceilingMs, delayMs, probeDelayMs, type Trouble } from '../../../src/core/connection/backoff.ts';
import { defaultConnectionSettings as settings } from '../../../src/core/connection/settings.ts';
import { ownVerdicts, type Action, type Verdict } from '../../../src/core/connection/verdict.ts';

const verdict = (action: Action, retryAfterMs?: number): Verdict => ({
  ...ownVerdicts.silent,
  action,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});
const trouble = (count: number, restarting = false): Trouble => ({ failures: count, restarting });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const failures = fc.nat({ max: 100_000 });

describe('the wait before the next attempt', () => {
  test('C6: its ceiling doubles from half a second to half a minute', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 5_000].map((count) => ceilingMs(trouble(count), settings))).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  test('C6: it is anything between nothing and the ceiling', () => {
    fc.assert(
      fc.property(failures, random, (count, draw) => {
        const waitMs = delayMs(verdict('retry'), trouble(count), draw, settings);
        expect(waitMs).toBeGreaterThanOrEqual(0);
        expect(waitMs).toBeLessThanOrEqual(ceilingMs(trouble(count), settings));
      }),
    );
    expect(delayMs(verdict('retry'), trouble(3), 0, settings)).toBe(0);
    expect(delayMs(verdict('retry'), trouble(3), 0.5, settings)).toBe(2_000);
  });

  test('C11: after a restart of the server it is anything up to 5 s, and up to 10 s until that has succeeded', () => {
    const half = (action: Action, count: number): number =>
      delayMs(verdict(action), trouble(count, true), 0.5, settings);
    expect([half('spread', 0), half('spread', 1), half('retry', 4), half('retry', 5)]).toEqual([
      2_500, 5_000, 5_000, 8_000,
    ]);
    expect(delayMs(verdict('spread'), trouble(0, true), 0, settings)).toBe(0);
  });

  test('C12: retrying slowly is never within the first second', () => {
    expect(delayMs(verdict('retry-slowly'), trouble(0), 0, settings)).toBe(1_000);
    expect(delayMs(verdict('retry-slowly'), trouble(0), 0.5, settings)).toBe(1_250);
  });

  test('C13: what the server asks for is waited for, with jitter on top and a limit', () => {
    expect(delayMs(verdict('retry-slowly', 20_000), trouble(0), 0.5, settings)).toBe(20_250);
    expect(delayMs(verdict('retry-slowly', 1e12), trouble(0), 0, settings)).toBe(300_000);
  });

  test.each([Number.NaN, -1, -Infinity])('C13: %d is no time to wait for', (absurd) => {
    expect(delayMs(verdict('retry-slowly', absurd), trouble(0), 0.5, settings)).toBe(1_250);
  });

  test('C14: a person is given between 60 and 90 s', () => {
    expect(probeDelayMs(verdict('block'), 0, settings)).toBe(60_000);
    expect(probeDelayMs(verdict('block'), 0.5, settings)).toBe(75_000);
    expect(probeDelayMs(verdict('block', 120_000), 0.5, settings)).toBe(120_250);
  });
});

describe('the budget of attempts', () => {
  test('C9: six at once, then one every 20 s', () => {
    let budget = fullBudget(settings);
    const atMs: number[] = [];
    for (let nowMs = 0; atMs.length < 10; nowMs = affordableAtMs(budget, nowMs, settings)) {
      budget = spent(budget, nowMs, settings);
      atMs.push(Math.round(nowMs));
    }
    expect(atMs).toEqual([0, 0, 0, 0, 0, 0, 20_000, 40_000, 60_000, 80_000]);
  });

  test('C9: a wake-up is paid for in turn, or once in two minutes out of turn', () => {
    let budget = fullBudget(settings);
    for (let count = 0; count < 6; count += 1) budget = spentOnWaking(budget, 0, settings) ?? budget;
    expect(budget.wokeAtMs).toBeUndefined();
    const outOfTurn = spentOnWaking(budget, 1_000, settings);
    expect(outOfTurn?.wokeAtMs).toBe(1_000);
    expect(outOfTurn === undefined || spentOnWaking(outOfTurn, 1_001, settings)).toBeUndefined();
  });

  test('C9: whatever is asked for when, no two minutes from a full budget have more than twelve attempts', () => {
    const ask = fc.record({ afterMs: fc.nat({ max: 30_000 }), woke: fc.boolean() });
    fc.assert(
      fc.property(fc.array(ask, { minLength: 20, maxLength: 300 }), (asks) => {
        let budget = fullBudget(settings);
        let nowMs = 0;
        let made = 0;
        for (const { afterMs, woke } of asks) {
          nowMs += afterMs;
          if (nowMs >= 120_000) break;
          if (woke) {
            const paid = spentOnWaking(budget, nowMs, settings);
            if (paid !== undefined) made += 1;
            budget = paid ?? budget;
          } else if (affordableAtMs(budget, nowMs, settings) === nowMs) {
            budget = spent(budget, nowMs, settings);
            made += 1;
          }
        }
        expect(made).toBeLessThanOrEqual(12);
      }),
    );
  });

  test('C9: giving an attempt back does not make the budget larger than it was', () => {
    const full = fullBudget(settings);
    expect(refunded(full, settings)).toEqual(full);
    expect(refunded(spent(full, 0, settings), settings).level).toBe(full.level);
  });
});
