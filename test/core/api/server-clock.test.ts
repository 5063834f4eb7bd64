import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createServerClock, type ClockVerdict } from '../../../src/core/api/server-clock.ts';
import { createFakeHost, type FakeHost } from '../../../src/testing/fake-host.ts';
import { runs } from '../../effort.ts';

const day = 86_400_000;

/** A server whose clock is right, and a device that believes something else. */
function apart(aheadMs: number) {
  const host = createFakeHost();
  const told: ClockVerdict[] = [];
  const clock = createServerClock(host, (verdict) => void told.push(verdict));
  /** Server time as it is, whatever happens to the device. */
  const base = host.clock.wallMs() + aheadMs;
  let slept = 0;
  const serverMs = (): number => base + host.clock.monotonicMs() + slept;
  return {
    host,
    clock,
    told,
    serverMs,
    error: () => clock.nowMs() - serverMs(),
    sleep(ms: number, monotonic: 'runs' | 'stops') {
      if (monotonic === 'stops') slept += ms;
      host.sleep(ms, monotonic);
    },
    /** A request whose reply is stamped on the way, in whole seconds. */
    reply(roundTripMs = 40, oddMs = 0) {
      const sentAtMs = host.clock.monotonicMs();
      host.advance(roundTripMs / 2);
      const header = Math.floor(serverMs() / 1000) * 1000 + oddMs;
      host.advance(roundTripMs / 2);
      clock.sample(header, sentAtMs, host.clock.monotonicMs());
    },
    event(latencyMs = 80, oddMs = 0) {
      const occurredAtMs = serverMs() + oddMs;
      host.advance(latencyMs);
      clock.heard(occurredAtMs);
    },
  };
}

const passing = (host: FakeHost, ms: number): void => host.advance(ms);

test('F55: as long as nothing is known, it is the device’s time', () => {
  const { host, clock, told } = apart(day);
  expect(clock.nowMs()).toBe(host.clock.wallMs());
  expect(clock.offsetMs()).toBeUndefined();
  expect(told).toEqual([]);
});

test.each([day, -day, 0, 61_000])(
  'F55: one reply tells a device that is %i ms off the time, to about half a second',
  (ahead) => {
    const { clock, error, reply } = apart(ahead);
    reply();
    expect(Math.abs(error())).toBeLessThanOrEqual(520);
    expect(Math.abs((clock.offsetMs() ?? Number.NaN) - ahead)).toBeLessThanOrEqual(520);
  },
);

test.each([0, 250, 500, 750, 999])('F55: a header leaves out %i ms, and the error stays half a second', (ms) => {
  const { host, error, reply } = apart(day);
  passing(host, ms);
  reply();
  expect(Math.abs(error())).toBeLessThanOrEqual(520);
});

test('F55: where two say so and two say otherwise, it stays what it was', () => {
  const { host, error, reply } = apart(0);
  for (const odd of [day, 0, 0, day]) {
    reply(40, odd);
    passing(host, 1000);
  }
  expect(Math.abs(error())).toBeLessThanOrEqual(520);
});

test('F55: several replies tell it better than one', () => {
  const { host, error, reply } = apart(day);
  for (let count = 0; count < 5; count += 1) {
    reply();
    passing(host, 1190);
  }
  expect(Math.abs(error())).toBeLessThanOrEqual(150);
});

test('F55: somebody sets the clock, and the server’s time stays what it was', () => {
  const { host, clock, error, reply } = apart(0);
  reply();
  for (const wall of [0, host.clock.wallMs() + day, host.clock.wallMs() - 3_600_000]) {
    const before = clock.nowMs();
    host.setWall(wall);
    expect(clock.nowMs()).toBe(before);
    reply();
    expect(Math.abs(error())).toBeLessThanOrEqual(520);
    expect(clock.offsetMs()).toBe(clock.nowMs() - wall - 40);
  }
});

test.each(['runs', 'stops'] as const)(
  'F90: after a night in which the monotonic clock %s, one reply puts it right',
  (how) => {
    const { host, sleep, reply, error } = apart(3000);
    for (let count = 0; count < 5; count += 1) {
      reply();
      passing(host, 60_000);
    }
    sleep(8 * 3_600_000, how);
    reply();
    expect(Math.abs(error())).toBeLessThanOrEqual(520);
  },
);

test('F55: one odd reply moves nothing, three do', () => {
  const { host, clock, error, reply, told } = apart(0);
  for (let count = 0; count < 5; count += 1) {
    reply();
    passing(host, 1000);
  }
  for (const odd of [day, -day, 5000]) {
    reply(40, odd);
    expect(Math.abs(error())).toBeLessThanOrEqual(520);
    passing(host, 1000);
    for (let count = 0; count < 4; count += 1) reply();
  }
  expect(told).toEqual([]);
  for (let count = 0; count < 3; count += 1) reply(40, day);
  expect(clock.offsetMs()).toBeGreaterThan(day - 1000);
  expect(told).toHaveLength(1);
});

test('a slow reply does not spoil what a fast one told', () => {
  const { host, error, reply } = apart(day);
  reply(20);
  const known = error();
  passing(host, 5000);
  reply(9000);
  expect(Math.abs(error())).toBeLessThanOrEqual(Math.max(Math.abs(known), 510));
});

test('old replies are forgotten when a new one comes, and not before', () => {
  const { host, clock, reply, error } = apart(0);
  for (let count = 0; count < 5; count += 1) reply(40, 5000);
  passing(host, 3 * 3_600_000);
  expect(clock.offsetMs()).toBeGreaterThan(4000);
  reply();
  expect(Math.abs(error())).toBeLessThanOrEqual(520);
});

test('F55: live events tell it where headers cannot be read, after three of them', () => {
  const { host, clock, event, error } = apart(-day);
  for (const latency of [900, 120]) {
    event(latency);
    passing(host, 2000);
    expect(clock.offsetMs()).toBeUndefined();
  }
  event(300);
  expect(error()).toBeLessThanOrEqual(0);
  expect(error()).toBeGreaterThanOrEqual(-120);
});

test('F55: an event that a device stamped with a wrong clock moves nothing', () => {
  const { host, event, error } = apart(day);
  for (const odd of [0, 0, 3 * day, 0, -day, 0, 0]) {
    event(100, odd);
    passing(host, 2000);
  }
  expect(error()).toBeLessThanOrEqual(0);
  expect(error()).toBeGreaterThanOrEqual(-100);
});

test('a burst of late events counts once', () => {
  const { clock, serverMs } = apart(day);
  for (let count = 0; count < 1000; count += 1) clock.heard(serverMs() - 30_000);
  expect(clock.offsetMs()).toBeUndefined();
});

test('headers are believed before events', () => {
  const { host, event, reply, error } = apart(0);
  reply();
  const before = error();
  for (let count = 0; count < 10; count += 1) {
    passing(host, 2000);
    event(100, day);
  }
  expect(error()).toBeCloseTo(before, 6);
});

test('after a night without readable headers, events put it right', () => {
  const { host, sleep, event, error } = apart(0);
  for (let count = 0; count < 5; count += 1) {
    event();
    passing(host, 2000);
  }
  sleep(8 * 3_600_000, 'stops');
  for (let count = 0; count < 5; count += 1) {
    event();
    passing(host, 2000);
  }
  expect(Math.abs(error())).toBeLessThanOrEqual(80);
});

test.each(['a night', 'a quarter of an hour'])('headers that stopped coming are not believed for ever: %s', (how) => {
  const { host, clock, sleep, event, reply, serverMs } = apart(0);
  for (let count = 0; count < 5; count += 1) reply(40, -5000);
  if (how === 'a night') sleep(8 * 3_600_000, 'stops');
  else passing(host, 16 * 60_000);
  for (let count = 0; count < 5; count += 1) {
    event(50);
    passing(host, 2000);
  }
  expect(Math.abs(clock.nowMs() - serverMs())).toBeLessThanOrEqual(50);
});

test('F55: a clock that is wrong by more than a minute is told once, and so is one that was put right', () => {
  const { host, told, reply } = apart(90_000);
  for (let count = 0; count < 5; count += 1) {
    reply();
    passing(host, 1000);
  }
  expect(told).toHaveLength(1);
  expect(told[0]?.wrong).toBe(true);
  expect(told[0]?.offsetMs).toBeGreaterThan(89_000);
  host.setWall(host.clock.wallMs() + 90_000);
  for (let count = 0; count < 3; count += 1) reply();
  expect(told.map(({ wrong }) => wrong)).toEqual([true, false]);
});

test('a clock that is wrong by just a minute is not told again and again', () => {
  const { host, clock, told, reply } = apart(62_000);
  reply();
  for (const slower of [3000, -3000, 3000, -3000, 3000]) {
    host.setWall(host.clock.wallMs() + slower);
    reply();
  }
  expect(Math.abs(clock.offsetMs() ?? 0)).toBeLessThan(60_000);
  expect(told.map(({ wrong }) => wrong)).toEqual([true]);
  host.setWall(host.clock.wallMs() + 4500);
  reply();
  expect(told.map(({ wrong }) => wrong)).toEqual([true, false]);
});

test('what is no time is not taken', () => {
  const { clock } = apart(0);
  for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    clock.sample(odd, 0, 10);
    clock.sample(0, odd, 10);
    clock.heard(odd);
  }
  // A reply from before its request.
  clock.sample(0, 5000, 10);
  expect(clock.offsetMs()).toBeUndefined();
});

test('F55: however the device’s clock is set and however it sleeps, a reply later it is right again', () => {
  const happening = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), toMs: fc.integer({ min: 0, max: 4_000_000_000_000 }) }),
    fc.record({
      kind: fc.constant('sleep' as const),
      ms: fc.integer({ min: 6000, max: day }),
      how: fc.constantFrom('runs' as const, 'stops' as const),
    }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 120_000 }) }),
    fc.record({ kind: fc.constant('reply' as const), roundTripMs: fc.integer({ min: 1, max: 2000 }) }),
  );
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 30 }), fc.integer({ min: -day, max: day }), (happenings, ahead) => {
      const { host, sleep, reply, error } = apart(ahead);
      for (const happens of happenings) {
        if (happens.kind === 'set') host.setWall(happens.toMs);
        else if (happens.kind === 'sleep') {
          sleep(happens.ms, happens.how);
          // What the host would tell: nothing else happens before the next reply.
          reply(50);
        } else if (happens.kind === 'pass') passing(host, happens.ms);
        else reply(happens.roundTripMs);
      }
      reply(50);
      expect(Math.abs(error())).toBeLessThanOrEqual(1550);
    }),
    runs(300),
  );
});
