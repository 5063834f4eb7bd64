import fc from 'fast-check';
import {
  barePayload,
  channel,
  contractJsonSchema,
  createDecoder,
  defineContract,
  encodeEvent,
  event,
  isHeardError,
  metaEnvelope,
  payloadEnvelope,
  type Dialect,
  type JsonSchema,
} from 'heard';
import { laravelPos } from 'heard/contracts/laravel-pos';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { describeSchema } from '../../src/cli/describe-schema.ts';
import { placeholdersOf } from '../../src/contract/channel.ts';
import { all, type Proven } from './all.ts';
import { patience, runs } from '../effort.ts';
import { fitting } from './arbitrary.ts';

/** Which of an event's words a dialect has room for; the rest is lost on the wire, and that is no fault. */
const room: Readonly<Record<string, readonly string[]>> = {
  'laravel-envelope-v1': [
    'id',
    'seq',
    'epoch',
    'previousSeq',
    'headSeq',
    'occurredAt',
    'subject',
    'sender',
    'correlationId',
    'tenant',
    'tenantId',
    'replayed',
  ],
  'meta-envelope': ['id', 'occurredAt', 'tenant'],
  'payload-envelope': ['id', 'occurredAt'],
  'bare-payload': [],
};

const id = fc.stringMatching(/^[ -~]{1,200}$/);
const seq = fc.maxSafeNat();
const key = fc.oneof(fc.string({ unit: 'binary' }), fc.maxSafeInteger());
const words = fc.record(
  {
    id,
    seq,
    epoch: id,
    previousSeq: seq,
    headSeq: seq,
    occurredAt: fc
      .date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
      .map(Number),
    subject: fc.record({ type: fc.string({ unit: 'binary' }), id: key }),
    sender: fc.record({ deviceId: key, deviceType: fc.string({ unit: 'binary' }) }, { requiredKeys: [] }),
    correlationId: fc.string({ unit: 'binary' }),
    tenantId: key,
    replayed: fc.boolean(),
  },
  { requiredKeys: ['id', 'seq', 'occurredAt'] },
);

/** Every event on every channel that carries it, with a value for each parameter. */
function routes({
  contract,
  fixtures,
}: Proven): readonly fc.Arbitrary<{ name: string; channel: string; values: Record<string, unknown> }>[] {
  return [...contract.channels].flatMap(([channel, { wire, events }]) =>
    events.map((name) => {
      const open = placeholdersOf(wire).filter((place) => !(place in fixtures.scope));
      const params = fc.record(
        Object.fromEntries(open.map((place) => [place, fc.stringMatching(/^[\w\-=@,;]{1,20}$/)])),
      );
      return params.map((given) => ({ name, channel, values: { ...fixtures.scope, ...given } }));
    }),
  );
}

describe.each(all)('$name', (proven) => {
  const { contract } = proven;
  const definitions = contractJsonSchema(contract, describeSchema)['$defs'] as Readonly<Record<string, JsonSchema>>;
  const decode = createDecoder(contract);
  const carried = room[contract.dialect.name] ?? [];
  const form = fc.constantFrom<(payload: unknown) => unknown>(
    (payload) => JSON.stringify(payload),
    (payload) => new TextEncoder().encode(JSON.stringify(payload)),
    (payload) => JSON.parse(JSON.stringify(payload)) as unknown,
    // Only what is an object or a list is known again when it was encoded twice.
    (payload) => (payload === null ? 'null' : JSON.stringify(JSON.stringify(payload))),
  );

  const cases = fc
    .oneof(...routes(proven))
    .chain((route) => fc.tuple(fc.constant(route), fitting(definitions[`data.${route.name}`] as JsonSchema)));

  test(
    'what was encoded comes back, in whatever form it travels',
    () => {
      fc.assert(
        fc.property(cases, words, form, ([{ name, channel, values }, data], said, as) => {
          const frame = encodeEvent(contract, { ...said, name, channel, values, data });
          const decoded = decode({ ...frame, payload: as(frame.payload) });
          if (decoded.kind !== 'event') throw new Error(JSON.stringify(decoded));
          const back: Readonly<Record<string, unknown>> = { ...decoded.event };
          const tenant = contract.tenant?.(values);
          const sent: Readonly<Record<string, unknown>> = {
            replayed: false,
            ...said,
            ...(tenant !== undefined && { tenant }),
          };

          // Where an id has no envelope to travel in, it travels in the data.
          const wireData = contract.dialect.name === 'bare-payload' ? frame.payload : data;
          expect(back['data']).toEqual(JSON.parse(JSON.stringify(wireData)));
          expect(back['data']).toMatchObject(JSON.parse(JSON.stringify(data)) as object);
          expect({ name: back['name'], channel: back['channel'] }).toEqual({ name, channel });
          for (const field of carried) {
            // Without one of its own, an event has the subject that its data tells.
            if (field === 'subject' && said.subject === undefined) continue;
            expect({ [field]: back[field] }).toEqual({ [field]: sent[field] });
          }
        }),
        runs(400),
      );
    },
    patience,
  );

  test(
    'an event that is sent on again is the same event',
    () => {
      fc.assert(
        fc.property(cases, words, ([{ name, channel, values }, data], said) => {
          const frame = encodeEvent(contract, { ...said, name, channel, values, data });
          const first = decode(frame);
          if (first.kind !== 'event') throw new Error(JSON.stringify(first));
          const { data: seen, params, name: _, channel: __, ...rest } = first.event;
          const again = encodeEvent(contract, { ...rest, name, channel, values: { ...values, ...params }, data: seen });
          expect(decode(again)).toEqual(first);
        }),
        runs(150),
      );
    },
    patience,
  );
});

describe('what would not be read as it was given is not sent', () => {
  const noted = (dialect: Dialect) =>
    defineContract({
      name: 'notes',
      scope: z.object({}),
      dialect,
      connection: { transports: ['websocket'], auth: { kind: 'none' } },
      events: { noted: event({ data: z.unknown() }) },
      channels: { notes: channel({ wire: 'notes', events: ['noted'], position: 'none' }) },
      roles: {},
    });
  const dialects = [barePayload({ idField: 'id' }), payloadEnvelope, metaEnvelope({ tenantField: 'cafe' })];
  const wayBack = (dialect: Dialect, data: unknown, id?: string): unknown => {
    const contract = noted(dialect);
    try {
      const frame = encodeEvent(contract, { name: 'noted', channel: 'notes', values: {}, data, id });
      const decoded = createDecoder(contract)({ ...frame, payload: JSON.stringify(frame.payload) });
      return decoded.kind === 'event' ? decoded.event.data : decoded;
    } catch (error) {
      return isHeardError(error) ? error.code : error;
    }
  };
  let deep: unknown = [];
  for (let level = 0; level < 100; level += 1) deep = [deep];

  test.each(dialects.map((dialect) => [dialect.name, dialect] as const))('%s', (_, dialect) => {
    for (const text of ['{"a":1}', '[]', '["x"]']) expect(wayBack(dialect, text)).toBe('input-invalid');
    for (const data of ['{', 'hello', '"x"', 5, null, [], { a: '{"a":1}' }]) {
      expect(wayBack(dialect, data)).toEqual(data);
    }
    for (const data of [deep, 'x'.repeat(2_000_000), 5n]) expect(wayBack(dialect, data)).toBe('input-invalid');
  });

  test('data that is read as an envelope, or says another id than the event', () => {
    expect(wayBack(barePayload({ idField: 'id' }), { id: 'a' }, 'b')).toBe('input-invalid');
    expect(wayBack(barePayload({ idField: 'id' }), { id: 5 }, '5')).toEqual({ id: 5 });
    expect(wayBack(payloadEnvelope, undefined, 'a')).toBe('input-invalid');
  });

  test.each([
    ['epoch', ''],
    ['previousSeq', -1],
    ['headSeq', Number.NaN],
  ])('%s that a reader would drop', (field, value) => {
    const data = { order_id: 1, to: 'ready' } as never;
    const said = {
      id: 'a',
      seq: 1,
      name: 'OrderStatusChanged',
      channel: 'orders',
      values: { sku: 'x' },
      data,
    } as const;
    expect(() => encodeEvent(laravelPos, said)).not.toThrow();
    expect(() => encodeEvent(laravelPos, { ...said, [field]: value })).toThrow(new RegExp(field));
  });
});
