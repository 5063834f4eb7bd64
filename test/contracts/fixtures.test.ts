import {
  barePayload,
  channel,
  contractJsonSchema,
  createDecoder,
  defineContract,
  event,
  foreignTo,
  payloadEnvelope,
  type ContractData,
  type Decoded,
  type Frame,
  type Schema,
} from 'heard';
import { laravelPos } from 'heard/contracts/laravel-pos';
import { tableTap } from 'heard/contracts/table-tap';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { describeSchema } from '../../src/cli/describe-schema.ts';
import { validate } from '../../src/contract/schema.ts';
import { all, fixturesOf } from './all.ts';
import type { Fixture } from './fixture.ts';
import { isPlainThroughout, payloadValue, textsIn } from './payload.ts';

/** What a fixture says of a result, taken out of the result. */
function seen(decoded: Decoded, expected: Fixture['expect']): unknown {
  if (decoded.kind === 'event') {
    const { name, channel, id, seq } = decoded.event;
    return {
      kind: 'event',
      name,
      channel,
      ...('id' in expected && { id }),
      ...('seq' in expected && { seq }),
    };
  }
  if (decoded.kind === 'unknown') return { kind: 'unknown', because: decoded.because };
  if (decoded.kind === 'control') return { kind: 'control' };
  return {
    kind: 'invalid',
    because: decoded.because,
    ...('path' in expected && { path: decoded.mismatches[0]?.path }),
  };
}

const withoutForeign = (expected: Fixture['expect']): unknown =>
  Object.fromEntries(Object.entries(expected).filter(([name]) => name !== 'foreign'));

describe.each(all)('$name', (proven) => {
  const { contract, fixtures } = proven;
  const every = fixturesOf(proven);
  const decode = createDecoder(contract);

  test.each(every)('reads $says', ({ frame, expect: expected }) => {
    expect(seen(decode(frame), expected)).toEqual(withoutForeign(expected));
  });

  test.each([...contract.events.keys()])('has a good frame of %s', (name) => {
    expect(fixtures.good.some(({ expect: it }) => it.kind === 'event' && it.name === name)).toBe(true);
  });

  test('tells the events of others, and no others', () => {
    const told = every.flatMap(({ says, frame, expect: expected }) => {
      const decoded = decode(frame);
      if (decoded.kind !== 'event') return [];
      const isForeign = foreignTo(contract, fixtures.scope, decoded.event) !== undefined;
      const isMeant = expected.kind === 'event' && expected.foreign === true;
      return isForeign === isMeant ? [] : [says];
    });
    expect(told).toEqual([]);
  });

  test('keeps every payload out of what it says about an invalid one', () => {
    const ownWords = new Set(textsIn(contractJsonSchema(contract, describeSchema)));
    for (const { says, frame } of every) {
      const decoded = decode(frame);
      if (decoded.kind !== 'invalid') continue;
      const told = JSON.stringify(decoded.mismatches);
      const repeated = textsIn(payloadValue(frame.payload) ?? String(frame.payload)).filter(
        (text) => text.length > 3 && !ownWords.has(text) && told.includes(text),
      );
      expect(repeated, says).toEqual([]);
    }
  });

  test('makes plain data of every key', () => {
    for (const { says, frame } of every) {
      const decoded = decode(frame);
      const data = decoded.kind === 'event' ? decoded.event.data : undefined;
      expect(isPlainThroughout(data), says).toBe(true);
    }
  });
});

test('the id and the position of a broken event are all that is kept of it', () => {
  const [{ contract, fixtures }] = all as [(typeof all)[number]];
  const decode = createDecoder(contract);
  const bad = fixtures.bad.find(({ says }) => says === 'an order whose id is text');
  const decoded = bad && decode(bad.frame);
  expect(decoded).toEqual({
    kind: 'invalid',
    because: 'data',
    mismatches: [{ path: 'order.id', because: 'expected number, got string' }],
    frameName: 'OrderCreated',
    wireChannel: 'private-store.trattoria-du-port.orders',
    digest: expect.stringMatching(/^[0-9a-f]{16}$/),
    bytes: JSON.stringify(bad?.frame.payload).length,
    event: {
      channel: 'orders',
      params: { sku: 'trattoria-du-port' },
      tenant: 'trattoria-du-port',
      name: 'OrderCreated',
      id: '5b0c7f3e-64b1-4b8e-9a57-2d1c0f7a9e10',
      seq: 12_873,
    },
  });
});

test('equal payloads have equal digests, and others have others', () => {
  const [{ contract }] = all as [(typeof all)[number]];
  const decode = createDecoder(contract);
  const digestOf = (payload: unknown) => {
    const decoded = decode({ channel: 'private-store.x.orders', name: 'OrderCreated', payload });
    return decoded.kind === 'invalid' ? decoded.digest : undefined;
  };
  expect(digestOf('{"a":1}')).toBeDefined();
  expect(digestOf('{"a":1}')).toBe(digestOf(new TextEncoder().encode('{"a":1}')));
  expect(digestOf('{"a":1}')).not.toBe(digestOf('{"a":2}'));
  expect(digestOf('x'.repeat(2_000_000))).not.toBe(digestOf('x'.repeat(2_000_001)));
});

test('a broken event of another store is told from one’s own, so that it moves no position', () => {
  const decode = createDecoder(laravelPos);
  const scope = { sku: 'mine', deviceId: 1 };
  const from = (channelSku: string, store: object, data: object) =>
    decode({
      channel: `private-store.${channelSku}.kds`,
      name: 'KdsTicketUpdated',
      payload: { v: 1, event: 'KdsTicketUpdated', event_id: 'a', seq: 7, ...store, data },
    });
  const foreign = (decoded: Decoded) =>
    decoded.kind === 'invalid' && decoded.event !== undefined && foreignTo(laravelPos, scope, decoded.event);
  expect(foreign(from('mine', { store: { sku: 'mine' } }, {}))).toBeUndefined();
  expect(foreign(from('mine', { store: { sku: 'theirs' } }, {}))).toMatchObject({ field: 'tenant', got: 'theirs' });
  expect(foreign(from('theirs', {}, {}))).toMatchObject({ field: 'sku', got: 'theirs' });
  // The envelope itself is broken, and says whose it is all the same.
  expect(foreign(from('mine', { store: { sku: 'theirs' }, event_id: [] }, {}))).toMatchObject({ got: 'theirs' });
});

test('a broken frame of every dialect says whose it is, as far as it can be read', () => {
  const foreign = (contract: ContractData, scope: object, frame: Frame) => {
    const decoded = createDecoder(contract as ReturnType<typeof defineContract>)(frame);
    expect(decoded).toMatchObject({ kind: 'invalid', because: 'envelope' });
    return decoded.kind === 'invalid' && decoded.event !== undefined && foreignTo(contract, scope, decoded.event);
  };
  const meta = { cafe_id: 'theirs', event_id: 'a' };
  for (const payload of [
    { event: 7, data: {}, meta },
    { data: {}, meta: { ...meta, event_id: [] } },
  ]) {
    const frame = { channel: '/orders', name: 'order:ready', payload };
    expect(foreign(tableTap, { cafeId: 'mine' }, frame)).toMatchObject({ field: 'tenant', got: 'theirs' });
  }
  for (const dialect of [barePayload({ idField: 'event_id' }), payloadEnvelope]) {
    const contract = defineContract({
      name: 'devices',
      scope: z.object({ device: z.string() }),
      dialect,
      connection: { transports: ['websocket'], auth: { kind: 'none' } },
      events: { told: event({ data: z.looseObject({}) }) },
      channels: { own: channel({ wire: 'device-{device}', events: ['told'], position: 'none' }) },
      roles: {},
    });
    const frame = { channel: 'device-2', name: 'told', payload: { payload: {}, event_id: [] } };
    expect(foreign(contract, { device: '1' }, frame)).toMatchObject({ field: 'device', got: '2' });
    expect(foreign(contract, { device: '2' }, frame)).toBeUndefined();
  }
});

test('the keys of a map stay out of what is told, be they numbers or names', () => {
  const schema = z.record(z.string(), z.object({ seats: z.number() }));
  for (const key of ['+33 6 12 34 56 78', '0612345678', 'tel:0612345678', 'Marguerite', 'Marguerite Duval', 'é']) {
    const checked = validate(schema, { [key]: { seats: 'two' } });
    expect(checked).toEqual({ ok: false, mismatches: [{ path: '*.seats', because: 'expected number, got string' }] });
  }
  const byNumber: Schema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: () => ({ issues: [{ message: '', path: ['guests', 612_345_678] }] }),
    },
  };
  expect(validate(byNumber, {})).toMatchObject({ mismatches: [{ path: 'guests.*' }] });
  expect(validate(z.object({ order_items: z.array(schema) }), { order_items: [{}, 5] })).toMatchObject({
    mismatches: [{ path: 'order_items[1]' }],
  });
});
