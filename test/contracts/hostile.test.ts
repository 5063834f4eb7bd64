import fc from 'fast-check';
import { barePayload, channel, createDecoder, defineContract, event, type Decoded, type Frame } from 'heard';
import { laravelPos } from 'heard/contracts/laravel-pos';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { isRecord } from '../../src/lib/json.ts';
import { all, fixturesOf } from './all.ts';
import { patience, runs } from '../effort.ts';
import { hostileKeys, mutated, mutation } from './arbitrary.ts';
import { isPlainThroughout, payloadValue } from './payload.ts';
import { watchPrototypes } from './prototypes.ts';

/** All that the envelopes of the five contracts ask for. */
const minimal = { v: 1, event: 'nobody', event_id: 'e1', seq: 1 };

const kinds: readonly string[] = ['event', 'unknown', 'control', 'invalid'] satisfies readonly Decoded['kind'][];

test('the watch over the prototypes notices a new key, a lost one and a replaced one', () => {
  const untouched = watchPrototypes();
  expect(untouched()).toEqual([]);
  const objects: object = Object.prototype;
  const lists: object = Array.prototype;
  const at = Reflect.getOwnPropertyDescriptor(lists, 'at');
  Reflect.defineProperty(objects, 'polluted', { value: 1, configurable: true });
  expect(untouched()).toContain('polluted');
  Reflect.deleteProperty(objects, 'polluted');
  expect(untouched()).toEqual([]);
  Reflect.defineProperty(lists, 'at', { ...at, value: () => 'mine' });
  expect(untouched()).toContain('at');
  Reflect.defineProperty(lists, 'at', at ?? {});
  expect(untouched()).toEqual([]);
});

const strangeNumbers = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  5e-324,
  10n ** 30n,
];
const strangeNames = fc.oneof(
  fc.constantFrom(
    ...hostileKeys,
    'pusher:error',
    'pusher_internal:subscription_succeeded',
    'client-x',
    'App\\Events\\',
    '*',
    '\u0000',
  ),
  fc.string({ unit: 'binary' }),
);

describe.each(all)('$name', (proven) => {
  const { contract } = proven;
  const decode = createDecoder(contract);
  const every = fixturesOf(proven).filter(({ frame }) => JSON.stringify(frame.payload)?.length < 10_000);
  const untouched = watchPrototypes();

  /** What is wrong with how a frame was taken: nothing, whatever the frame. */
  function wrongWith(frame: Frame): readonly string[] {
    const result = decode(frame);
    return [
      ...(kinds.includes(result.kind) ? [] : [`a fifth kind: ${result.kind}`]),
      ...untouched().map((key) => `${key} of a prototype changed`),
    ];
  }

  /** The same for what JSON can say: there, no object may have a prototype of its own either. */
  function wrongWithJson(frame: Frame): readonly string[] {
    const result = decode(frame);
    const isPlain = result.kind !== 'event' || isPlainThroughout(result.event.data);
    return [...wrongWith(frame), ...(isPlain ? [] : ['a prototype from the wire'])];
  }

  const names = fc.oneof(fc.constantFrom(...contract.events.keys()), strangeNames);
  const channels = fc.oneof(fc.constantFrom(...every.map(({ frame }) => frame.channel)), strangeNames);

  test(
    'any bytes, text or value on any channel under any name is one of four things',
    () => {
      const payloads = fc.oneof(
        fc.uint8Array(),
        fc.uint8Array().map(({ buffer }) => buffer),
        fc.string({ unit: 'binary' }),
        fc.json(),
        fc.jsonValue(),
        fc.constantFrom(...strangeNumbers),
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withNullPrototype: true,
          withTypedArray: true,
          withSparseArray: true,
          withObjectString: true,
        }),
      );
      fc.assert(
        fc.property(channels, names, payloads, (on, name, payload) => {
          expect(wrongWith({ channel: on, name, payload })).toEqual([]);
        }),
        runs(600),
      );
    },
    patience,
  );

  test(
    'a frame that was damaged anywhere is one of four things, as text, bytes and value',
    () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...every),
          fc.array(mutation, { minLength: 1, maxLength: 4 }),
          fc.constantFrom('value', 'text', 'bytes', 'twice'),
          ({ frame }, mutations, as) => {
            const value = mutated(payloadValue(frame.payload) ?? null, mutations);
            const text = JSON.stringify(value);
            const payload = { value, text, bytes: new TextEncoder().encode(text), twice: JSON.stringify(text) }[as];
            expect(wrongWithJson({ ...frame, payload })).toEqual([]);
          },
        ),
        runs(600),
      );
    },
    patience,
  );

  test(
    'a text that was cut or spoilt is one of four things',
    () => {
      const texts = every.map(({ frame }) => ({
        ...frame,
        payload: JSON.stringify(payloadValue(frame.payload) ?? null),
      }));
      fc.assert(
        fc.property(
          fc.constantFrom(...texts),
          fc.nat(),
          fc.nat(3),
          fc.string({ unit: 'binary', maxLength: 3 }),
          (frame, at, dropped, put) => {
            const position = at % (frame.payload.length + 1);
            expect(
              wrongWithJson({
                ...frame,
                payload: frame.payload.slice(0, position) + put + frame.payload.slice(position + dropped),
              }),
            ).toEqual([]);
          },
        ),
        runs(400),
      );
    },
    patience,
  );

  test(
    'bytes that are cut or flipped are one of four things',
    () => {
      const bytes = every.map(({ frame }) => ({
        ...frame,
        payload: new TextEncoder().encode(JSON.stringify(payloadValue(frame.payload) ?? null)),
      }));
      fc.assert(
        fc.property(fc.constantFrom(...bytes), fc.nat(), fc.nat(255), (frame, at, byte) => {
          const spoilt = Uint8Array.from(frame.payload);
          if (spoilt.length > 0) spoilt[at % spoilt.length] = byte;
          expect(wrongWithJson({ ...frame, payload: spoilt })).toEqual([]);
        }),
        runs(300),
      );
    },
    patience,
  );

  test('a name of the protocol never reaches a handler, on a frame or inside an envelope', () => {
    const reserved = [
      'pusher:error',
      'pusher:',
      'pusher_internal:x',
      'client-',
      'client-order',
      'App\\Events\\pusher:error',
    ];
    for (const { frame } of every) {
      for (const name of reserved) {
        const value = payloadValue(frame.payload);
        const results = [decode({ ...frame, name })];
        if (isRecord(value)) {
          results.push(
            decode({ ...frame, payload: { ...value, event: name } }),
            decode({ ...frame, payload: { ...value, event: name, v: 2 } }),
          );
        }
        for (const result of results) {
          const told = result.kind === 'event' || result.kind === 'unknown' ? result.event.name : '';
          expect(told).not.toMatch(/^(?:pusher:|pusher_internal:|client-)/);
        }
      }
    }
  });

  test('what is too large or too deep is refused before anybody walks it', () => {
    const [first] = every as [(typeof every)[number]];
    const { frame } = first;
    const name = [...contract.events.keys()][0] ?? '';
    const nested = (open: string, close: string) => open.repeat(10_000) + close.repeat(10_000);
    const manyKeys = Object.fromEntries(
      Array.from({ length: 50_000 }, (_, index) => [`${index}`.padStart(90, 'k'), 0]),
    );
    let deep: unknown = 1;
    for (let level = 0; level < 10_000; level += 1) deep = level % 2 === 0 ? [deep] : { data: deep };
    const faultOf = (payload: unknown, bytes?: number) => {
      const hostile = { ...frame, name, payload, ...(bytes !== undefined && { bytes }) };
      expect(wrongWith(hostile)).toEqual([]);
      const result = decode(hostile);
      return result.kind === 'invalid' ? result.because : result.kind;
    };
    expect(faultOf('x'.repeat(5_000_000))).toBe('too-large');
    expect(faultOf(`{"data":"${'x'.repeat(5_000_000)}"}`)).toBe('too-large');
    expect(faultOf(new Uint8Array(5_000_000).fill(0x20))).toBe('too-large');
    expect(faultOf({ a: 1 }, 5_000_000)).toBe('too-large');
    expect(faultOf({ ['k'.repeat(5_000_000)]: 1 })).toBe('too-large');
    expect(faultOf({ data: manyKeys })).toBe('too-large');
    for (const reserved of ['pusher:ping', 'pusher_internal:x', 'client-x']) {
      const result = decode({ ...frame, name: reserved, payload: 'x'.repeat(6_000_000) });
      expect(result).toMatchObject({ kind: 'invalid', because: 'too-large' });
    }
    expect(faultOf(nested('[', ']'))).toBe('too-deep');
    expect(faultOf(nested('{"data":', '}').replace('}', '1}'))).toBe('too-deep');
    expect(faultOf(new TextEncoder().encode(nested('[', ']')))).toBe('too-deep');
    expect(faultOf(deep)).toBe('too-deep');
    expect(faultOf([[[deep]]])).toBe('too-deep');
  });

  test('depth is measured alike in text, bytes and values, and by the limits that were given', () => {
    const [{ frame }] = every as [(typeof every)[number]];
    const name = [...contract.events.keys()][0] ?? '';
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    const wrapped = (depth: number) => JSON.stringify(nested(depth));
    for (const [decoder, most] of [
      [decode, 64],
      [createDecoder(contract, { maxLength: 1_000_000, maxDepth: 4 }), 4],
    ] as const) {
      const faultOf = (payload: unknown) => {
        const result = decoder({ ...frame, name, payload });
        return result.kind === 'invalid' ? result.because : result.kind;
      };
      for (const text of [nested(most + 1), nested(200), `{"a":${nested(most)}}`]) {
        expect(faultOf(text)).toBe('too-deep');
        expect(faultOf(new TextEncoder().encode(text))).toBe('too-deep');
        expect(faultOf(JSON.parse(text))).toBe('too-deep');
      }
      expect(faultOf(nested(most))).not.toBe('too-deep');
      expect(faultOf(JSON.parse(nested(most)))).not.toBe('too-deep');
      // Openings within a text are no depth.
      expect(faultOf(JSON.stringify(['['.repeat(200)]))).not.toBe('too-deep');
      // What was encoded twice stays the text that it is, and so does data that was.
      const inside = { ...minimal, data: nested(most + 1), payload: nested(most + 1) };
      const result = decoder({ ...frame, name: 'nobody', payload: inside });
      expect(JSON.stringify(result.kind === 'unknown' && result.event.data)).toContain(wrapped(most + 1));
      expect(faultOf(wrapped(most + 1))).toMatch(/^(?:data|envelope)$/);
    }
  });

  test('what JSON cannot say is no data, whatever fits around it', () => {
    const [{ frame }] = every as [(typeof every)[number]];
    const exotic = [
      new SharedArrayBuffer(5_000_000),
      new Map([['a', 1]]),
      new Set([1]),
      new Date(0),
      /x/,
      new (class Order {
        readonly id = 1;
      })(),
      () => 1,
      Symbol('x'),
    ];
    const data = [...exotic, new Uint8Array(8), new Float64Array(2), new DataView(new ArrayBuffer(8))];
    for (const payload of [...exotic, ...data.flatMap((item) => [{ ...minimal, data: item }, [item]])]) {
      expect(decode({ ...frame, payload })).toMatchObject({ kind: 'invalid', because: 'not-json' });
    }
    const text = new TextEncoder().encode('{"v":');
    for (const bytes of [new DataView(text.buffer), new DataView(new SharedArrayBuffer(5_000_000))]) {
      expect(decode({ ...frame, payload: bytes }).kind).toBe('invalid');
    }
    const event = every.find(({ expect: it, frame: { payload } }) => it.kind === 'event' && isRecord(payload));
    const encoded = new TextEncoder().encode(JSON.stringify(event?.frame.payload));
    expect(event && decode({ ...event.frame, payload: new DataView(encoded.buffer) }).kind).toBe('event');
  });

  test('what breaks whoever touches it is invalid, and what it throws is not told', () => {
    const [{ frame }] = every as [(typeof every)[number]];
    const spent = new Uint8Array([0x7b, 0x7d]);
    structuredClone(spent.buffer, { transfer: [spent.buffer] });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const secret = (): never => {
      throw Object.assign(new Error('Marguerite Duval'), { name: 'Marguerite Duval' });
    };
    const payloads = [
      spent,
      spent.buffer,
      proxy,
      { data: proxy },
      new Proxy({}, { getPrototypeOf: secret }),
      new Proxy({}, { ownKeys: secret }),
      new Proxy({ a: 1 }, { get: secret }),
      Object.defineProperty({}, 'data', { get: secret, enumerable: true }),
    ];
    for (const payload of payloads) {
      for (const name of [frame.name, 'pusher:x']) {
        const result = decode({ ...frame, name, payload });
        expect(result.kind).toBe(name === 'pusher:x' ? 'control' : 'invalid');
        const told = result.kind === 'invalid' ? JSON.stringify(result) : '';
        expect(told).not.toContain('Marguerite');
      }
    }
  });

  test('the names in what is told of an invalid frame are cut', () => {
    const long = 'n'.repeat(1_000_000);
    expect(decode({ channel: long, name: long, payload: '{' })).toMatchObject({
      frameName: 'n'.repeat(200),
      wireChannel: 'n'.repeat(200),
    });
  });

  test(
    'long texts in every place are read in one pass',
    () => {
      // Each of these would take hours if any pattern tried its choices again for every character.
      const hard = [
        'a'.repeat(900_000),
        '-'.repeat(900_000),
        `${'0'.repeat(900_000)}x`,
        `2026-02-14T19:04:10.${'1'.repeat(900_000)}`,
        '\\'.repeat(450_000),
        'a-'.repeat(400_000),
      ];
      for (const { frame } of every.slice(0, 3)) {
        const value = payloadValue(frame.payload);
        for (const text of hard) {
          expect(wrongWith({ ...frame, channel: `${frame.channel}${text}` })).toEqual([]);
          expect(wrongWith({ ...frame, name: text })).toEqual([]);
          expect(wrongWith({ ...frame, payload: text })).toEqual([]);
          if (!isRecord(value)) continue;
          for (const field of Object.keys(value)) {
            expect(wrongWith({ ...frame, payload: { ...value, [field]: text } })).toEqual([]);
          }
        }
      }
    },
    patience,
  );

  test(
    'the work grows with the payload and not with its square',
    () => {
      /** How often decoding asks for anything in a payload with a list and a map of `size` each. */
      function questions(sample: object, size: number): number {
        let count = 0;
        const counted = <T extends object>(target: T): T =>
          new Proxy(target, {
            get(item, key): unknown {
              count += 1;
              const value: unknown = Reflect.get(item, key);
              return typeof value === 'object' && value !== null ? counted(value) : value;
            },
            ownKeys(item) {
              const keys = Reflect.ownKeys(item);
              count += keys.length;
              return keys;
            },
            getOwnPropertyDescriptor(item, key) {
              count += 1;
              return Reflect.getOwnPropertyDescriptor(item, key);
            },
            has(item, key) {
              count += 1;
              return Reflect.has(item, key);
            },
          });
        const grown = grow(structuredClone(sample), size) as object;
        // Under every name, so that what is one event's data is also every other one's broken data.
        const ways = new Map(every.map(({ frame }) => [`${frame.channel} ${frame.name}`, frame]));
        for (const frame of [...ways.values()].slice(0, 12)) decode({ ...frame, payload: counted(grown) });
        return count;
      }

      /** Every object gets more keys and every list more items. */
      function grow(value: unknown, size: number): unknown {
        if (Array.isArray(value))
          return Array.from({ length: size }, (_, index) => value[index % Math.max(1, value.length)] as unknown);
        if (!isRecord(value)) return value;
        const more = Array.from({ length: size }, (_, index) => [`extra${index}`, index] as const);
        return {
          ...Object.fromEntries(Object.entries(value).map(([key, child]) => [key, grow(child, size)])),
          ...Object.fromEntries(more),
        };
      }

      const samples = every
        .map(({ frame }) => payloadValue(frame.payload))
        .filter(isRecord)
        .slice(0, 5);
      for (const sample of samples) {
        const some = questions(sample, 50);
        const many = questions(sample, 200);
        expect(some).toBeGreaterThan(0);
        expect(many / some).toBeLessThan(5);
      }
    },
    patience,
  );
});

test(
  'a million keys, items or mismatches are only many',
  () => {
    const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 0]));
    const decode = createDecoder(laravelPos);
    const decoded = (data: unknown, as: (payload: unknown) => unknown) =>
      decode({
        channel: 'private-store.x.kds',
        name: 'KdsTicketCreated',
        payload: as({ v: 1, event: 'KdsTicketCreated', event_id: 'a', seq: 1, data }),
      });
    const asValue = (payload: unknown): unknown => payload;
    const ticket = { id: 1, order_id: 1, items: [], status: 'ready' };
    const lists = (count: number) => ({ ticket: { ...ticket, items: Array.from({ length: count }, () => null) } });

    expect(decoded(keys(1_000_000), asValue)).toMatchObject({ kind: 'invalid', because: 'too-large' });
    expect(decoded(lists(1_000_000), asValue)).toMatchObject({ kind: 'invalid', because: 'too-large' });
    // As many as the limit lets through.
    const broken = decoded(lists(200_000), JSON.stringify);
    expect(broken).toMatchObject({ kind: 'invalid', because: 'data' });
    expect(broken.kind === 'invalid' && broken.mismatches.length <= 5).toBe(true);
    expect(decoded({ ticket: { ...ticket, ...keys(80_000) } }, JSON.stringify)).toMatchObject({ kind: 'event' });
  },
  patience,
);

describe('the envelope of laravel-pos', () => {
  const decode = createDecoder(laravelPos);
  const frame = (parts: object): Frame => ({
    channel: 'private-store.x.orders',
    name: 'OrderStatusChanged',
    payload: {
      v: 1,
      event: 'OrderStatusChanged',
      event_id: 'e1',
      seq: 5,
      data: { order_id: 1, to: 'ready' },
      ...parts,
    },
  });

  test(
    'a position is a whole number that can be counted with, or nothing is',
    () => {
      fc.assert(
        fc.property(fc.oneof(fc.double(), fc.constantFrom(...strangeNumbers), fc.string(), fc.jsonValue()), (seq) => {
          const result = decode(frame({ seq }));
          const isPosition =
            (typeof seq === 'number' && Number.isSafeInteger(seq) && seq >= 0) ||
            (typeof seq === 'string' && /^(?:0|[1-9]\d{0,14})$/.test(seq));
          expect(result.kind).toBe(isPosition ? 'event' : 'invalid');
          // -0 is a way to write 0.
          expect(result).toMatchObject({ event: isPosition ? { seq: Math.abs(Number(seq)) } : {} });
        }),
        runs(300),
      );
    },
    patience,
  );

  test(
    'a version that is not known yet is passed on with its position, whatever else it holds',
    () => {
      fc.assert(
        fc.property(fc.integer({ min: 2 }), fc.jsonValue(), fc.jsonValue(), (v, data, meta) => {
          const result = decode(frame({ v, data, meta, subject: meta, store: data }));
          expect(result).toMatchObject({
            kind: 'unknown',
            because: 'version',
            event: { name: 'OrderStatusChanged', seq: 5, id: 'e1' },
          });
        }),
        runs(100),
      );
    },
    patience,
  );

  test('an envelope that is broken elsewhere still tells its position, so that it leaves no hole', () => {
    expect(decode(frame({ event: 7 }))).toMatchObject({
      kind: 'invalid',
      because: 'envelope',
      event: { id: 'e1', seq: 5 },
    });
    expect(decode(frame({ event_id: null }))).toMatchObject({ kind: 'invalid', event: { id: undefined, seq: 5 } });
    expect(decode(frame({ data: {} }))).toMatchObject({
      kind: 'invalid',
      because: 'data',
      event: { id: 'e1', seq: 5 },
    });
    // A hole that is read again and found just as broken would otherwise be read again for ever.
    for (const v of ['1', undefined, null, 0]) {
      expect(decode(frame({ v, store: { sku: 'x' } }))).toMatchObject({
        kind: 'invalid',
        because: 'envelope',
        event: { id: 'e1', seq: 5, tenant: 'x' },
      });
    }
  });

  test('a channel name that no server would give is nobody’s, even where a pattern fits it', () => {
    const payload = frame({}).payload;
    const on = (sku: string) => decode({ channel: `private-store.${sku}.orders`, name: 'OrderStatusChanged', payload });
    expect(on('x'.repeat(150))).toMatchObject({ kind: 'event' });
    // 21 characters are the pattern's own.
    expect(on('x'.repeat(479))).toMatchObject({ kind: 'event' });
    expect(on('x'.repeat(480))).toMatchObject({ kind: 'unknown', because: 'channel' });
  });

  test('whose it is: by its name in the envelope, and the number that the backend has for it', () => {
    expect(decode(frame({ store: { id: 7, sku: 'x' } }))).toMatchObject({ event: { tenant: 'x', tenantId: 7 } });
    expect(decode(frame({ store: { id: 's-7', sku: 7 } }))).toMatchObject({ event: { tenant: '7', tenantId: 's-7' } });
    expect(decode(frame({ store: { id: [7], sku: 'x' } }))).toMatchObject({ event: { tenantId: undefined } });
    const sealed = laravelPos.dialect.seal({ name: 'a', data: {}, tenant: 'x', tenantId: 7 });
    expect(sealed.payload).toMatchObject({ store: { id: 7, sku: 'x' } });
  });

  test('what it can do without is dropped where it cannot be read', () => {
    const unreadable = {
      occurred_at: 5,
      sender: { device_id: [1], device_type: 'POS' },
      subject: 'x',
      correlation_id: {},
      meta: { epoch: '', prev_seq: -1, head_seq: 'x', replay: 1 },
    };
    const result = decode(frame(unreadable));
    expect(result).toMatchObject({
      kind: 'event',
      event: {
        occurredAt: undefined,
        sender: { deviceType: 'POS' },
        correlationId: undefined,
        epoch: undefined,
        previousSeq: undefined,
        headSeq: undefined,
        replayed: false,
      },
    });
  });

  test('a time that the calendar does not have is no reason to lose an event', () => {
    const result = decode(frame({ occurred_at: '2026-02-30T10:00:00Z' }));
    expect(result.kind).toBe('event');
    expect(result).not.toMatchObject({ event: { occurredAt: Number.NaN } });
  });
});

describe('a contract of names that are also keys of prototypes', () => {
  const events = Object.fromEntries(
    hostileKeys
      .filter((name) => name !== '')
      .map((name) => [name, event({ data: z.looseObject({ [name]: z.int() }) })]),
  );
  const names = Object.keys(events);
  const odd = defineContract({
    name: 'odd',
    scope: z.object({}),
    dialect: barePayload(),
    connection: { transports: ['websocket'], auth: { kind: 'none' } },
    events,
    channels: { constructor: channel({ wire: '__proto__', events: names, position: 'none' }) },
    roles: {},
  });
  const decode = createDecoder(odd);

  test.each(names.filter((name) => name !== '__proto__'))('%s is an event like any other', (name) => {
    const payload = `{${JSON.stringify(name)}:7}`;
    const result = decode({ channel: '__proto__', name, payload });
    const data = result.kind === 'event' ? result.event.data : {};
    expect(result).toMatchObject({ kind: 'event', event: { name, channel: 'constructor' } });
    expect(Object.getOwnPropertyDescriptor(data, name)?.value).toBe(7);
    expect(decode({ channel: '__proto__', name, payload: '{}' }).kind).toBe('invalid');
  });

  test('what nobody defined is unknown, even where every object has it', () => {
    for (const name of ['valueOf', 'isPrototypeOf', '__defineGetter__', '__lookupSetter__']) {
      expect(decode({ channel: '__proto__', name, payload: '{}' })).toMatchObject({ kind: 'unknown', because: 'name' });
      expect(decode({ channel: name, name: 'constructor', payload: '{"constructor":1}' })).toMatchObject({
        kind: 'unknown',
        because: 'channel',
      });
    }
  });
});

describe('a contract whose own functions throw', () => {
  const fault = (): never => {
    throw new TypeError('Marguerite Duval ordered 12 oysters');
  };
  const faulty = (parts: object, control?: () => never) =>
    createDecoder(
      defineContract({
        name: 'faulty',
        scope: z.object({}),
        dialect: barePayload(),
        connection: { transports: ['websocket'], auth: { kind: 'none' }, ...(control && { control }) },
        events: { told: event({ data: z.looseObject({}), ...parts }) },
        channels: { all: channel({ wire: 'all', events: ['told'], position: 'none' }) },
        roles: {},
      }),
    )({ channel: 'all', name: 'told', payload: '{}' });

  test('control: the frame is invalid, and the stream goes on', () => {
    expect(faulty({}, fault)).toMatchObject({
      kind: 'invalid',
      mismatches: [{ path: '', because: 'the contract threw TypeError' }],
    });
  });

  test.each([
    ['subject', () => faulty({ subject: fault })],
    ['identity', () => faulty({ identity: fault })],
  ])('%s: the event is told without it, and its position is no hole', (_, decodeOne) => {
    expect(decodeOne()).toMatchObject({ kind: 'event', event: { name: 'told', id: undefined, subject: undefined } });
  });
});
