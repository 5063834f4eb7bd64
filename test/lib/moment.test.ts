import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../effort.ts';
import { momentPattern, momentVersion, parseMoment } from '../../src/lib/moment.ts';

const pattern = new RegExp(momentPattern);

it('reads what the platform reads', () => {
  for (const text of [
    '2025-09-26T13:59:10.321Z',
    '2025-09-26T13:59:10Z',
    '2025-09-26T13:59:10.5Z',
    '2025-09-26T13:59:10.123456Z',
    '2024-02-29T23:59:59.999+01:00',
    '2025-12-31T23:30:00-11:30',
    '0050-03-01T00:00:00Z',
  ]) {
    expect(parseMoment(text), text).toBe(Date.parse(text));
  }
});

it('is the inverse of toISOString', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
      (date) => {
        expect(parseMoment(date.toISOString())).toBe(date.getTime());
      },
    ),
    runs(5000),
  );
});

it('accepts exactly what its pattern accepts', () => {
  const part = fc.constantFrom(
    '0',
    '1',
    '2',
    '3',
    '5',
    '9',
    '-',
    ':',
    '.',
    'T',
    'Z',
    '+',
    '60',
    '24',
    '32',
    '13',
    ' ',
    '',
  );
  const near = fc
    .tuple(fc.constantFrom('2025-09-26T13:59:10.321Z', '2025-09-26T13:59:10+02:00'), fc.nat(30), fc.nat(3), part)
    .map(([text, at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut));
  fc.assert(
    fc.property(fc.oneof(near, fc.string()), (text) => {
      expect(parseMoment(text) !== undefined, text).toBe(pattern.test(text));
    }),
    runs(5000),
  );
});

it('turns moments into versions that grow with time, whatever their precision or zone', () => {
  const growing = [
    '1969-12-31T23:59:59.999999Z',
    '1970-01-01T00:00:00Z',
    '2026-02-14T19:05:00Z',
    '2026-02-14T19:05:00.000001Z',
    '2026-02-14T19:05:00.00001Z',
    '2026-02-14T19:05:00.0001Z',
    '2026-02-14T20:05:00.000200+01:00',
    '2026-02-14T19:05:00.001Z',
    '2026-02-14T19:05:00.0010019Z',
    '2026-02-14T19:05:00.1Z',
  ].map(momentVersion);
  expect(growing).toEqual([...growing].sort((one, other) => Number(one) - Number(other)));
  expect(new Set(growing).size).toBe(growing.length);
  expect(momentVersion('2026-02-14T19:05:00.000000Z')).toBe(momentVersion('2026-02-14T20:05:00+01:00'));
});

it('counts microseconds exactly', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }),
      fc.nat(999),
      (date, us) => {
        const text = date.toISOString().replace('Z', `${String(us).padStart(3, '0')}Z`);
        expect(momentVersion(text)).toBe(date.getTime() * 1000 + us);
      },
    ),
    runs(1000),
  );
});

it('gives back as a version what is no moment, and nothing for nothing', () => {
  expect(momentVersion('2026-02-14T19:05:00')).toBe('2026-02-14T19:05:00');
  expect([momentVersion(null), momentVersion(undefined)]).toEqual([undefined, undefined]);
});
