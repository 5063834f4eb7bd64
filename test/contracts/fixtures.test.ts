import { contractJsonSchema, createDecoder, foreignTo, type Decoded } from 'heard';
import { laravelPos } from 'heard/contracts/laravel-pos';
import { describe, expect, test } from 'vitest';
import { describeSchema } from '../../src/cli/describe-schema.ts';
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
  expect(foreign(from('mine', { store: { sku: 'theirs' }, sender: 5 }, {}))).toMatchObject({ got: 'theirs' });
});
