import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRecord, encodeRecord, type OutboxRecord } from '../../../src/core/outbox/record.ts';
import { parentsOf, referredValue, withReferences } from '../../../src/core/outbox/reference.ts';
import type { StoredValue } from '../../../src/storage/store.ts';
import { runs } from '../../effort.ts';

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const ms = fc.integer({ min: -1, max: 2 ** 45 });
const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<StoredValue>;

const record: fc.Arbitrary<OutboxRecord> = fc
  .record({
    version: fc.constant(1 as const),
    id: fc.uuid({ version: 4 }),
    name: fc.string(),
    formerly: maybe(fc.array(fc.uuid(), { maxLength: 2 })),
    principal: fc.string(),
    order: ms,
    lane: fc.string(),
    input: json,
    request: maybe(
      fc.oneof(
        fc.record({
          carrier: fc.constant('http' as const),
          method: fc.constantFrom('POST' as const, 'PUT' as const, 'PATCH' as const, 'DELETE' as const),
          path: fc.string(),
        }),
        fc.record({
          carrier: fc.constant('socket' as const),
          channel: fc.string(),
          message: fc.string(),
          body: fc.string(),
        }),
      ),
    ),
    createdAt: ms,
    expiresAt: ms,
    attempts: fc.nat(),
    failures: fc.nat(),
    nextAttemptAt: ms,
    state: fc.constantFrom('pending', 'inflight', 'unclear', 'parked', 'acked'),
    doubt: maybe(fc.constantFrom('silence', 'answer')),
    fault: maybe(fc.record({ code: fc.constantFrom('network', 'refused'), status: fc.nat() })),
    question: maybe(fc.boolean()),
    answer: maybe(json),
    answeredAt: maybe(ms),
  })
  // As stores give it back: what is undefined is not there.
  .map((made) => JSON.parse(JSON.stringify(made)) as OutboxRecord);

test('O33: what was written is read as it was', () => {
  fc.assert(
    fc.property(record, (made) => {
      const stored: unknown = JSON.parse(JSON.stringify(encodeRecord(made)));
      expect(decodeRecord(made.id, stored)).toEqual({ kind: 'record', record: made });
    }),
    runs(500),
  );
});

test('O33: reading is total, and nobody reads a record under another key', () => {
  fc.assert(
    fc.property(fc.string(), fc.anything(), (key, value) => {
      expect(['record', 'corrupt', 'newer']).toContain(decodeRecord(key, value).kind);
    }),
    runs(1_000),
  );
  fc.assert(
    fc.property(record, (made) => {
      expect(decodeRecord(`${made.id}x`, made).kind).toBe('corrupt');
      expect(decodeRecord(made.id, { ...made, version: 2 }).kind).toBe('newer');
    }),
    runs(200),
  );
});

const sound = {
  version: 1,
  id: 'id',
  name: 'n',
  principal: 'p',
  order: 1,
  lane: 'l',
  input: {},
  createdAt: 0,
  expiresAt: 0,
  attempts: 0,
  failures: 0,
  nextAttemptAt: 0,
  state: 'pending',
};
const http = { carrier: 'http', method: 'POST', path: '/x', body: '{}' };
const bySocket = { carrier: 'socket', channel: 'c', message: 'm', body: '{}' };

test.each([
  {},
  { request: http },
  { request: { ...http, body: undefined } },
  { request: bySocket },
  { fault: { code: 'network' } },
  { doubt: 'answer', question: true, formerly: ['x'], answeredAt: 1, answer: null },
])('O33: %j belongs to a sound record', (more) => {
  expect(decodeRecord('id', { ...sound, ...more }).kind).toBe('record');
});

test.each([
  ...Object.keys(sound).flatMap((field) => [
    { [field]: undefined },
    ...(field === 'input' ? [] : [{ [field]: null }, { [field]: {} }, { [field]: Number.NaN }]),
  ]),
  { version: 0 },
  { state: 'adding' },
  { request: null },
  { request: { ...http, carrier: 'pigeon' } },
  { request: { ...http, method: 'GET' } },
  { request: { ...http, path: 5 } },
  { request: { ...http, body: {} } },
  { request: { ...bySocket, channel: 5 } },
  { request: { ...bySocket, message: undefined } },
  { request: { ...bySocket, body: undefined } },
  { fault: 'network' },
  { fault: { code: 5 } },
  { fault: { code: 'network', status: 'x' } },
  { fault: { code: 'network', problem: 5 } },
  { fault: { code: 'network', digest: 5 } },
  { doubt: 'some' },
  { question: 'yes' },
  { formerly: 'x' },
  { formerly: [5] },
  { answeredAt: 'then' },
  { input: new Date(0) },
])('O33: a record with %j is corrupt', (damage) => {
  expect(decodeRecord('id', { ...sound, ...damage }).kind).toBe('corrupt');
});

test('O8: references are found wherever they stand, and nothing else is touched', () => {
  const input = { a: [{ $ref: 'x' }, { $ref: 'y', path: 'p.q' }], b: { $ref: 1 }, c: { $ref: 'z', other: 1 }, d: null };
  expect(parentsOf(input)).toEqual(['x', 'y']);
  expect(withReferences(input, ({ $ref, path }) => `${$ref}/${path}`)).toEqual({
    ...input,
    a: ['x/undefined', 'y/p.q'],
  });
  expect(withReferences(input, () => undefined)).toBeUndefined();
});

test('O8: without references a value stays what it is, prototypes included', () => {
  fc.assert(
    fc.property(json, (value) => {
      fc.pre(parentsOf(value).length === 0);
      expect(JSON.stringify(withReferences(value, () => 'never'))).toBe(JSON.stringify(value));
    }),
    runs(500),
  );
  const hostile = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') as StoredValue;
  const copy = withReferences(hostile, () => null);
  expect(JSON.stringify(copy)).toBe(JSON.stringify(hostile));
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test.each([
  [undefined, undefined],
  [null, undefined],
  ['text', undefined],
  [{ id: '' }, undefined],
  [{ id: { deeper: 1 } }, undefined],
  [{ id: null, data: { id: 3 } }, 3],
  [{ id: 0 }, 0],
  [[{ id: 1 }], undefined],
])('O8: the answer %j gives %s', (answer, value) => {
  expect(referredValue({ $ref: 'x' }, answer)).toBe(value);
});

test('O8: a path reaches nothing that the answer does not have itself', () => {
  for (const path of ['constructor.name', '__proto__.x', 'toString.length', '', '.', 'a..b']) {
    expect(referredValue({ $ref: 'x', path }, { a: { b: 1 } })).toBeUndefined();
  }
});
