import fc from 'fast-check';
import {
  barePayload,
  channel,
  createDecoder,
  defineContract,
  event,
  foreignTo,
  isHeardError,
  joinedAtStart,
  metaEnvelope,
  wireName,
  type ContractData,
  type ErrorCode,
  type HeardEvent,
  type RoleDefinition,
  type Schema,
} from 'heard';
import { describe, expect, it } from 'vitest';
import { accessOf, channelMatcher, exactness, fillChannel, placeholdersOf } from '../../src/contract/channel.ts';
import { createRouter } from '../../src/contract/routing.ts';

/** The code of what is thrown, if it is ours. */
function refusal(run: () => unknown): ErrorCode | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (isHeardError(error)) return error.code;
    throw error;
  }
}

const wordSigns = 'abcXYZ019_-=@,;'.split('');
const word = fc.string({ unit: fc.constantFrom(...wordSigns), minLength: 1, maxLength: 40 });
const dottedWord = fc.string({ unit: fc.constantFrom(...wordSigns, '.'), minLength: 1, maxLength: 40 });
const names = fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty');

const dotted = 'private-store.{sku}.kds.station.{station}';

const anything: Schema<object> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as object }) },
};
const happened = event({ data: anything });

describe('a channel name', () => {
  it('comes back from the wire as it was put together', () => {
    const values = fc.record({ sku: fc.oneof(word, names), station: fc.oneof(word, names) });
    fc.assert(
      fc.property(values, (given) => {
        expect(channelMatcher(dotted)(fillChannel(dotted, given))).toEqual(given);
      }),
    );
  });

  it('may hold dots where it has none of its own', () => {
    fc.assert(
      fc.property(dottedWord, (number) => {
        expect(channelMatcher('table-{number}')(fillChannel('table-{number}', { number }))).toEqual({ number });
      }),
    );
  });

  it('refuses a dot that would move its parts', () => {
    fc.assert(
      fc.property(word, word, (before, behind) => {
        for (const sku of [`${before}.${behind}`, `.${before}`, `${before}.`, '.', '..']) {
          expect(refusal(() => fillChannel(dotted, { sku, station: 'grill' }))).toBe('scope-invalid');
          expect(refusal(() => fillChannel(dotted, { sku: 'harbour', station: sku }))).toBe('scope-invalid');
        }
      }),
    );
    const [store, order] = ['private-store.{sku}', 'private-store.{sku}.orders'];
    expect(refusal(() => fillChannel(store, { sku: 'harbour.orders' }))).toBe('scope-invalid');
    expect(channelMatcher(store)(fillChannel(order, { sku: 'harbour' }))).toBeUndefined();
  });

  it('never means two things, whatever stands between its values', () => {
    const pattern = fc.constantFrom(
      '{area}-{table}',
      'x-{area}--{table}',
      '{area}{table}',
      '{area}.{table}',
      '{area}/{table}',
    );
    const pair = fc.record({ area: dottedWord, table: dottedWord });
    fc.assert(
      fc.property(pattern, pair, (wire, given) => {
        if (refusal(() => fillChannel(wire, given)) === 'scope-invalid') return;
        expect(channelMatcher(wire)(fillChannel(wire, given))).toEqual(given);
      }),
    );
    expect(fillChannel('{area}-{table}', { area: 'terrace', table: 5 })).toBe('terrace-5');
    expect(fillChannel('{area}-{table}', { area: 'roof-east', table: 5 })).toBe('roof-east-5');
    expect(refusal(() => fillChannel('{area}-{table}', { area: 'roof', table: 'east-5' }))).toBe('scope-invalid');
  });

  it('is taken literally outside its braces', () => {
    const literal = fc.string({ unit: fc.constantFrom(...'.*+?^$()|[]\\/-#!:ab'.split('')), maxLength: 12 });
    fc.assert(
      fc.property(literal, literal, word, (before, behind, value) => {
        const wire = `${before}{value}${behind}`;
        const filled = fillChannel(wire, { value });
        expect(filled).toBe(before + value + behind);
        expect(channelMatcher(wire)(filled)).toEqual({ value });
        expect(channelMatcher(wire)(`${filled}~`)).toBeUndefined();
        expect(channelMatcher(wire)(`~${filled}`)).toBeUndefined();
      }),
    );
    expect(channelMatcher('a.{x}')('ab5')).toBeUndefined();
    expect(channelMatcher('/events')('/events')).toEqual({});
    expect(channelMatcher('/events')('/Events')).toBeUndefined();
  });

  it('takes numbers as they are written', () => {
    expect(fillChannel('private-device.{deviceId}.notifications', { deviceId: 42 })).toBe(
      'private-device.42.notifications',
    );
    expect(fillChannel('table-{number}', { number: 0 })).toBe('table-0');
    expect(fillChannel('table-{number}', { number: 1.5 })).toBe('table-1.5');
    expect(refusal(() => fillChannel('a.{number}', { number: 1.5 }))).toBe('scope-invalid');
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty text', ''],
    ['a space', ' '],
    ['a space inside', 'a b'],
    ['a slash', 'a/b'],
    ['a colon', 'a:b'],
    ['a wildcard', '*'],
    ['a sign of the protocol', '#a'],
    ['a percent sign', '%2e'],
    ['braces', '{sku}'],
    ['a replacement pattern', '$&'],
    ['a backslash', 'a\\b'],
    ['a line break behind', 'a\n'],
    ['a zero byte', 'a\u0000'],
    ['letters beyond ASCII', 'café'],
    ['digits beyond ASCII', '٤'],
    ['not a number', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['minus infinity', Number.NEGATIVE_INFINITY],
    ['a number with a plus sign', 1e21],
    ['true', true],
    ['a big integer', 5n],
    ['an object', { toString: () => 'a' }],
    ['a list', ['a']],
    ['a function', () => 'a'],
  ])('refuses %s as a value', (_, value) => {
    expect(refusal(() => fillChannel('table-{value}', { value }))).toBe('scope-invalid');
    expect(refusal(() => fillChannel('a.{value}.b', { value }))).toBe('scope-invalid');
  });

  it('takes no value from a prototype', () => {
    expect(refusal(() => fillChannel('x-{constructor}', {}))).toBe('scope-invalid');
    expect(refusal(() => fillChannel('x-{sku}', Object.create({ sku: 'harbour' })))).toBe('scope-invalid');
    expect(fillChannel('x-{constructor}', { constructor: 'own' })).toBe('x-own');
  });

  it('gives values back as plain data, whatever they are called', () => {
    const read = channelMatcher('x-{__proto__}')('x-admin');
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(Object.entries(read ?? {})).toEqual([['__proto__', 'admin']]);
  });

  it('does not fit with anything before, behind or in place of its parts', () => {
    const match = channelMatcher('private-store.{sku}.orders');
    expect(match('private-store.harbour.orders')).toEqual({ sku: 'harbour' });
    for (const wire of [
      '',
      'private-store..orders',
      'private-store.harbour.orders.more',
      'private-store.harbour.kds',
      'private-store.a.b.orders',
      'private-store.har bour.orders',
      'private-store.harbour.orders\n',
      '\nprivate-store.harbour.orders',
      'xprivate-store.harbour.orders',
      'private-store-harbour-orders',
      'private-store.{sku}.orders ',
      'PRIVATE-STORE.harbour.orders',
      '__proto__',
    ]) {
      expect(match(wire), wire).toBeUndefined();
    }
  });

  it('cannot be long enough to stall whoever reads it', () => {
    const endless = `${'-'.repeat(300_000)}!`;
    expect(channelMatcher('{area}-{table}')(endless)).toBeUndefined();
    expect(refusal(() => fillChannel('table-{number}', { number: '9'.repeat(10_000) }))).toBe('scope-invalid');
    const long = 'x'.repeat(160);
    expect(channelMatcher('table-{number}')(fillChannel('table-{number}', { number: long }))).toEqual({ number: long });
  });

  it('is read without trying anything twice, however many values it has', () => {
    const pattern = '{a}-{b}-{c}-{d}!';
    expect(channelMatcher(pattern)('-'.repeat(500))).toBeUndefined();
    expect(channelMatcher(pattern)(`${'-'.repeat(250)} ${'-'.repeat(249)}!`)).toBeUndefined();
    expect(channelMatcher(pattern)('1-2-3-4-5!')).toEqual({ a: '1-2', b: '3', c: '4', d: '5' });
    expect(channelMatcher('{a}--{b}')('x---y')).toEqual({ a: 'x-', b: 'y' });
  });

  it('is read as a greedy pattern would read it', () => {
    const pattern = fc.array(fc.constantFrom('{', '-', '-', '.', 'a', 'ab', '/'), { minLength: 1, maxLength: 7 });
    const wire = fc.string({ unit: fc.constantFrom('-', '.', 'a', 'b', '/'), maxLength: 12 });
    fc.assert(
      fc.property(pattern, wire, (parts, name) => {
        const wirePattern = parts.map((part, index) => (part === '{' ? `{p${index}}` : part)).join('');
        const sign = wirePattern.includes('.') ? '[ab-]' : '[ab.-]';
        const source = parts.map((part) => (part === '{' ? `(${sign}+)` : part.replace('.', '\\.'))).join('');
        const greedy = new RegExp(`^${source}$`).exec(name);
        const read = channelMatcher(wirePattern)(name);
        expect(read && Object.values(read)).toEqual(greedy?.slice(1));
      }),
      { numRuns: 20_000 },
    );
  });

  it('tells what is missing and what to do', () => {
    for (const station of [undefined, null]) {
      expect(() => fillChannel(dotted, { sku: 'harbour', station })).toThrow(/needs a value for "station"/);
    }
    expect(() => fillChannel(dotted, { sku: 'a.b', station: 'grill' })).toThrow(
      expect.objectContaining({ remediation: expect.stringContaining('a dot would change which channel is meant') }),
    );
    expect(() => fillChannel('table-{number}', { number: 'a b' })).toThrow(
      expect.objectContaining({ remediation: expect.not.stringContaining('a dot would') }),
    );
    // The value may be a secret that was put in the wrong place.
    expect(() => fillChannel('table-{number}', { number: 'hush hush' })).toThrow(/^(?!.*hush)/);
  });
});

describe('the placeholders of a name', () => {
  it('are found in their order', () => {
    expect(placeholdersOf(dotted)).toEqual(['sku', 'station']);
    expect(placeholdersOf('/events')).toEqual([]);
    expect(placeholdersOf('a{b')).toEqual([]);
    expect(placeholdersOf('{a}{b}')).toEqual(['a', 'b']);
    expect(placeholdersOf('{}')).toEqual(['']);
  });

  it('do not count towards how exact it is', () => {
    expect(exactness('table-{number}')).toBe('table-'.length);
    expect(exactness('/events')).toBe('/events'.length);
    expect(exactness('{everything}')).toBe(0);
  });
});

describe('who may hear a channel', () => {
  it.each([
    ['orders', undefined, 'public'],
    ['private-store.1', undefined, 'private'],
    ['presence-store.1', undefined, 'presence'],
    ['my-private-room', undefined, 'public'],
    ['/orders', 'private', 'private'],
    ['private-store.1', 'public', 'public'],
  ] as const)('%s, said to be %s, is %s', (wire, access, expected) => {
    expect(accessOf({ wire, events: [], position: 'none', ...(access && { access }) })).toBe(expected);
  });
});

const wires = {
  all: '{everything}',
  station: 'station-{type}',
  grill: 'station-grill',
  cold: 'station-{type}-cold',
  store: 'private-store.{sku}.orders',
  area: 'area.{area}.table.{number}',
} as const;

/** A contract whose channels stand in the given order. */
const contractOf = (order: readonly (keyof typeof wires)[]): ContractData =>
  defineContract({
    name: 'routes',
    scope: anything,
    dialect: barePayload(),
    connection: { transports: ['websocket'], auth: { kind: 'none' } },
    events: { happened },
    channels: Object.fromEntries(
      order.map((name) => [name, channel({ wire: wires[name], events: ['happened'], position: 'none' })]),
    ),
    roles: {},
  });

const every = Object.keys(wires) as (keyof typeof wires)[];
const anyOrder = fc.shuffledSubarray(every, { minLength: every.length });

describe('the router', () => {
  it('finds the channel and the values that a name was made from', () => {
    const values = fc.record({ sku: word, area: word, number: word });
    fc.assert(
      fc.property(anyOrder, values, (order, given) => {
        const contract = contractOf(order);
        const route = createRouter(contract);
        const { sku, area, number } = given;
        expect(route(wireName(contract, 'store', given))).toMatchObject({ name: 'store', params: { sku } });
        expect(route(wireName(contract, 'area', given))).toMatchObject({ name: 'area', params: { area, number } });
      }),
      { numRuns: 50 },
    );
  });

  it('takes the most exact of several that fit, in whatever order they are listed', () => {
    fc.assert(
      fc.property(anyOrder, (order) => {
        const route = createRouter(contractOf(order));
        expect(route('station-grill')).toMatchObject({ name: 'grill', params: {} });
        expect(route('station-wok')).toMatchObject({ name: 'station', params: { type: 'wok' } });
        expect(route('station-grill-cold')).toMatchObject({ name: 'cold', params: { type: 'grill' } });
        expect(route('tables')).toMatchObject({ name: 'all', params: { everything: 'tables' } });
      }),
    );
  });

  it('knows no channel for a name that nothing fits', () => {
    const route = createRouter(contractOf(['station', 'store']));
    for (const wire of [
      '',
      'station-',
      'station',
      '__proto__',
      'constructor',
      'toString',
      'private-store..orders',
      'a b',
    ]) {
      expect(route(wire), wire).toBeUndefined();
    }
  });

  it('takes the most hostile name for a value and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), names, word), (wire) => {
        const found = createRouter(contractOf(every))(wire);
        if (found === undefined) return;
        expect(fillChannel(found.definition.wire, found.params)).toBe(wire);
        expect(Object.getPrototypeOf(found.params)).toBe(Object.prototype);
      }),
    );
  });
});

describe('a wire name', () => {
  const contract = contractOf(every);

  it('is refused for a channel that the contract lacks, with those that it has', () => {
    for (const name of ['kds', '__proto__', 'constructor', 'toString', '']) {
      expect(refusal(() => wireName(contract, name, {}))).toBe('unknown-name');
    }
    expect(() => wireName(contract, 'kds', {})).toThrow(
      expect.objectContaining({ remediation: expect.stringContaining('station, grill') }),
    );
  });

  it('needs its values', () => {
    expect(wireName(contract, 'grill', {})).toBe('station-grill');
    expect(refusal(() => wireName(contract, 'station', {}))).toBe('scope-invalid');
  });
});

const cafe: ContractData = defineContract({
  name: 'cafe',
  scope: anything as Schema<{ cafeId: string; counter?: string | number | null; deviceId?: string | number }>,
  dialect: metaEnvelope({ tenantField: 'cafe_id' }),
  connection: { transports: ['socket-io'], auth: { kind: 'handshake' } },
  tenant: ({ cafeId }) => cafeId,
  events: { happened },
  channels: {
    orders: channel({ wire: '/orders', events: ['happened'], position: 'none' }),
    device: channel({ wire: 'device-{deviceId}', events: ['happened'], position: 'none' }),
    counter: channel({ wire: 'counter-{counter}', events: ['happened'], position: 'none' }),
    table: channel({ wire: 'table-{number}', events: ['happened'], position: 'none' }),
    inherited: channel({ wire: 'x-{constructor}', events: ['happened'], position: 'none' }),
    screens: channel({ wire: 'presence-screens-{cafeId}', events: [], position: 'none' }),
    colleagues: channel({ wire: '/colleagues', events: [], position: 'none', access: 'presence' }),
  },
  roles: {},
});

const decode = createDecoder(cafe as ReturnType<typeof defineContract>);
function heardOn(wire: string, cafeId?: string): HeardEvent {
  const payload = { event: 'happened', data: {}, meta: { cafe_id: cafeId } };
  const decoded = decode({ channel: wire, name: 'happened', payload });
  if (decoded.kind !== 'event') throw new Error(decoded.kind);
  return decoded.event;
}

describe('an event of somebody else', () => {
  const scope = { cafeId: 'harbour', deviceId: 42 };

  it('is known by the store that it names', () => {
    expect(foreignTo(cafe, scope, heardOn('/orders', 'harbour'))).toBeUndefined();
    expect(foreignTo(cafe, scope, heardOn('/orders', 'station'))).toEqual({
      field: 'tenant',
      expected: 'harbour',
      got: 'station',
    });
    expect(foreignTo(cafe, scope, heardOn('/orders', 'Harbour'))).toBeDefined();
    expect(foreignTo(cafe, scope, heardOn('/orders', ''))).toBeDefined();
  });

  it('is nobody else’s when it names no store, or the contract has none', () => {
    expect(foreignTo(cafe, scope, heardOn('/orders'))).toBeUndefined();
    expect(foreignTo({ ...cafe, tenant: undefined }, scope, heardOn('/orders', 'station'))).toBeUndefined();
  });

  it('is known by the channel that it came in on', () => {
    expect(foreignTo(cafe, scope, heardOn('device-42', 'harbour'))).toBeUndefined();
    expect(foreignTo(cafe, { ...scope, deviceId: '42' }, heardOn('device-42'))).toBeUndefined();
    expect(foreignTo(cafe, scope, heardOn('device-43'))).toEqual({ field: 'deviceId', expected: '42', got: '43' });
    expect(foreignTo(cafe, scope, heardOn('device-042'))).toBeDefined();
  });

  it('is not suspected for a parameter that the scope says nothing of', () => {
    expect(foreignTo(cafe, scope, heardOn('table-5'))).toBeUndefined();
    expect(foreignTo(cafe, { ...scope, counter: null }, heardOn('counter-bar'))).toBeUndefined();
    expect(foreignTo(cafe, scope, heardOn('x-own'))).toBeUndefined();
    expect(foreignTo(cafe, Object.create(scope), heardOn('device-43'))).toBeUndefined();
  });
});

describe('a role at its start', () => {
  const joined = (channels: readonly string[], scope: object, more: Partial<RoleDefinition> = {}) =>
    joinedAtStart(cafe, { channels, ...more }, scope);
  const channels = [...cafe.channels.keys()];

  it('joins the channels whose names its scope completes, and lists no screens unasked', () => {
    expect(joined(channels, { cafeId: 'harbour' })).toEqual(['orders']);
    expect(joined(channels, { cafeId: 'harbour', deviceId: 0, counter: 'bar' })).toEqual([
      'orders',
      'device',
      'counter',
    ]);
  });

  it('takes null for absent, as optional values of a scope may be', () => {
    expect(joined(['counter', 'orders'], { cafeId: 'harbour', counter: null })).toEqual(['orders']);
    expect(joined(['counter', 'orders'], { cafeId: 'harbour', counter: undefined })).toEqual(['orders']);
  });

  it('takes nothing from a prototype', () => {
    expect(joined(['inherited'], { cafeId: 'harbour' })).toEqual([]);
    expect(joined(['inherited'], { constructor: 'own' })).toEqual(['inherited']);
  });

  it('joins what it says itself, where it says so', () => {
    expect(joined(channels, { cafeId: 'harbour' }, { joins: () => ['screens'] })).toEqual(['screens']);
  });

  it('passes over channels that do not exist', () => {
    expect(joined(['orders', 'gone', '__proto__'], { cafeId: 'harbour' })).toEqual(['orders']);
  });

  it('can open everything that it joins', () => {
    const value = fc.option(fc.oneof(word, fc.nat()), { nil: null });
    const scopes = fc.record({ cafeId: word, deviceId: value, counter: value }, { requiredKeys: ['cafeId'] });
    fc.assert(
      fc.property(scopes, (scope) => {
        for (const name of joined(channels, scope)) expect(refusal(() => wireName(cafe, name, scope))).toBeUndefined();
      }),
    );
  });
});
