import { describe, expect, test } from 'vitest';
import { clockJumped } from '../../../src/core/connection/clock-jump.ts';
import { checked, doubted, listening, type Heard, type LinkManners } from '../../../src/core/connection/heartbeat.ts';
import { defaultConnectionSettings as settings } from '../../../src/core/connection/settings.ts';

const pinging: LinkManners = { pings: true, silenceLimitMs: 45_000 };
const mute: LinkManners = { pings: false, silenceLimitMs: 45_000 };
const heard = (count: number, atMs: number): Heard => ({ count, atMs });

describe('a link that can be asked', () => {
  const fresh = listening(heard(1, 0), pinging, settings);

  test('C24: is asked after 15 s of silence, and dead 5 s later', () => {
    const asked = checked(fresh, heard(1, 0), 15_000, pinging, settings);
    expect(asked).toMatchObject({ says: 'ping', heartbeat: { dueAtMs: 20_000 } });
    expect(checked(asked.heartbeat, heard(1, 0), 20_000, pinging, settings).says).toBe('dead');
  });

  test('C24: one millisecond earlier nothing is said', () => {
    expect(checked(fresh, heard(1, 0), 14_999, pinging, settings)).toEqual({ heartbeat: fresh, says: 'wait' });
  });

  test('C24: an answer within the millisecond of the question is an answer', () => {
    const asked = checked(fresh, heard(1, 0), 15_000, pinging, settings);
    const after = checked(asked.heartbeat, heard(2, 15_000), 20_000, pinging, settings);
    expect(after).toMatchObject({ says: 'wait', heartbeat: { kind: 'listening', dueAtMs: 30_000 } });
  });

  test('C27: frames that came meanwhile only move the moment of the next look', () => {
    const looked = checked(fresh, heard(900, 14_000), 15_000, pinging, settings);
    expect(looked).toMatchObject({ says: 'wait', heartbeat: { kind: 'listening', dueAtMs: 29_000 } });
  });

  test('C25: a timer that is a minute late asks before it condemns', () => {
    const late = checked(fresh, heard(1, 0), 75_000, pinging, settings);
    expect(late).toMatchObject({ says: 'ping', heartbeat: { dueAtMs: 77_000 } });
  });

  test('C25: a late verdict asks once more, and only once', () => {
    const asked = checked(fresh, heard(1, 0), 15_000, pinging, settings);
    const again = checked(asked.heartbeat, heard(1, 0), 60_000, pinging, settings);
    expect(again).toMatchObject({ says: 'ping', heartbeat: { repeated: true, dueAtMs: 62_000 } });
    expect(checked(again.heartbeat, heard(1, 0), 120_000, pinging, settings).says).toBe('dead');
  });

  test('C28: doubt asks at once and gives 2 s', () => {
    expect(doubted(fresh, heard(1, 0), 3_000, pinging, settings)).toMatchObject({
      says: 'ping',
      heartbeat: { dueAtMs: 5_000 },
    });
  });

  test('C32: further doubt neither repeats the question nor postpones the verdict', () => {
    const first = doubted(fresh, heard(1, 0), 3_000, pinging, settings);
    expect(doubted(first.heartbeat, heard(1, 0), 4_900, pinging, settings)).toEqual({ ...first, says: 'wait' });
  });

  test('C32: doubt shortens a question that had 5 s', () => {
    const asked = checked(fresh, heard(1, 0), 15_000, pinging, settings);
    const doubt = doubted(asked.heartbeat, heard(1, 0), 15_100, pinging, settings);
    expect(doubt).toMatchObject({ says: 'ping', heartbeat: { dueAtMs: 17_100 } });
  });
});

describe('a link that cannot be asked', () => {
  const fresh = listening(heard(1, 0), mute, settings);

  test('C26: is dead when it was silent for longer than the server allows itself', () => {
    expect(checked(fresh, heard(1, 0), 44_999, mute, settings).says).toBe('wait');
    expect(checked(fresh, heard(1, 0), 45_000, mute, settings).says).toBe('dead');
  });

  test('C26: after a late timer what is queued has 2 s to come', () => {
    const late = checked(fresh, heard(1, 0), 3_600_000, mute, settings);
    expect(late).toMatchObject({ says: 'wait', heartbeat: { kind: 'asked', dueAtMs: 3_602_000 } });
    expect(checked(late.heartbeat, heard(2, 3_600_001), 3_602_000, mute, settings).says).toBe('wait');
    expect(checked(late.heartbeat, heard(1, 0), 3_602_000, mute, settings).says).toBe('dead');
  });

  test('C26: doubt changes nothing', () => {
    expect(doubted(fresh, heard(1, 0), 3_000, mute, settings)).toEqual({ heartbeat: fresh, says: 'wait' });
  });
});

describe('two clocks', () => {
  const before = { wallMs: 1_000_000, monotonicMs: 50 };

  test.each([
    ['both move alike', 8 * 3_600_000, 8 * 3_600_000, false],
    ['the wall clock is slewed', 60_000, 59_500, false],
    ['the monotonic clock stopped in sleep', 8 * 3_600_000, 100, true],
    ['somebody set the clock forward', 3_600_000, 100, true],
    ['somebody set the clock back', -3_600_000, 100, true],
  ])('C31: %s', (_, wallMs, monotonicMs, jumped) => {
    const after = { wallMs: before.wallMs + wallMs, monotonicMs: before.monotonicMs + monotonicMs };
    expect(clockJumped(before, after, settings.clockDriftMs)).toBe(jumped);
  });
});
