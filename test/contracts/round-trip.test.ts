import fc from 'fast-check';
import { contractJsonSchema, createDecoder, encodeEvent, type JsonSchema } from 'heard';
import { describe, expect, test } from 'vitest';
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
