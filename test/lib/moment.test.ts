import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../effort.ts';
import { momentPattern, parseMoment } from '../../src/lib/moment.ts';

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
