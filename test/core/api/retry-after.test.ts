import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseHttpDate } from '../../../src/core/api/http-date.ts';
import { longestRetryAfterMs, parseRetryAfter } from '../../../src/core/api/retry-after.ts';
import { runs } from '../../effort.ts';

const nowMs = Date.UTC(2026, 10, 21, 10, 55, 39);

test.each([
  ['0', 0],
  ['7', 7000],
  [' 120 ', 120_000],
  ['1.5', 1500],
  ['300', 300_000],
  ['Sat, 21 Nov 2026 10:56:09 GMT', 30_000],
  ['Sat, 21 Nov 2026 10:55:39 GMT', 0],
])('F48: "%s" is a wait', (text, waitMs) => {
  expect(parseRetryAfter(text, nowMs)).toBe(waitMs);
});

test.each([['301'], ['86400'], ['999999999999999'], ['Sun, 21 Nov 2027 10:55:39 GMT']])(
  'F48: "%s" is absurd, and silences nobody for longer than five minutes',
  (text) => expect(parseRetryAfter(text, nowMs)).toBe(longestRetryAfterMs),
);

test('F48: a moment that is over asks for no wait', () => {
  expect(parseRetryAfter('Fri, 20 Nov 2026 10:55:39 GMT', nowMs)).toBe(0);
});

test.each([
  [undefined],
  [''],
  ['-5'],
  ['+5'],
  ['soon'],
  ['0x10'],
  ['1e9'],
  ['Infinity'],
  ['NaN'],
  ['5 seconds'],
  ['5, 10'],
  ['9999999999999999'],
  ['2026-11-21T10:56:09Z'],
  ['Sat, 21 Nov 2026 10:56:09 CET'],
  ['Sat, 32 Nov 2026 10:56:09 GMT'],
  ['Sat, 21 Nov 2026 25:56:09 GMT'],
  ['Sat, 21 Foo 2026 10:56:09 GMT'],
  ['Saturday, 21-Nov-26 10:56:09 GMT'],
  ['٣'],
])('F48: %s says nothing', (text) => {
  expect(parseRetryAfter(text, nowMs)).toBeUndefined();
});

test('F48: any text whatever gives a wait within the limits or none', () => {
  const almost = fc.tuple(fc.constantFrom('', '-', 'Sat, '), fc.nat(), fc.string()).map((parts) => parts.join(''));
  const date = fc.date({ noInvalidDate: true }).map((moment) => moment.toUTCString());
  fc.assert(
    fc.property(fc.oneof(fc.string(), almost, date), fc.double(), (text, now) => {
      const waitMs = parseRetryAfter(text, now);
      expect(waitMs === undefined || (waitMs >= 0 && waitMs <= longestRetryAfterMs)).toBe(true);
    }),
    runs(2000),
  );
});

test('every date that a server writes is read to the second', () => {
  const moments = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
  fc.assert(
    fc.property(moments, (moment) => {
      expect(parseHttpDate(moment.toUTCString())).toBe(Math.floor(moment.getTime() / 1000) * 1000);
    }),
    runs(500),
  );
});

test('a clock that was never set is no date', () => {
  expect(parseHttpDate('Mon, 01 Jan 0001 00:00:00 GMT')).toBeUndefined();
});
