import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import {
  barePayload,
  channel,
  createDecoder,
  defineContract,
  event,
  role,
  type EventData,
  type Schema,
  type SpecOf,
} from 'heard';
import * as z from 'zod';
import * as mini from 'zod/mini';

const define = <Data>(data: Schema<Data>) =>
  defineContract({
    name: 'tapas-bar',
    scope: z.object({}),
    dialect: barePayload(),
    connection: { transports: ['websocket'], auth: { kind: 'none' } },
    events: { dish: event({ data }) },
    channels: { floor: channel({ wire: 'floor', events: ['dish'], position: 'none' }) },
    roles: { screen: role({ channels: ['floor'] }) },
  });
const frame = (payload: unknown) => ({ channel: 'floor', name: 'dish', payload });

describe("a user's own schema", () => {
  const classic = define(
    z.object({ table: z.number().int(), guest: z.string().optional(), at: z.string().default('now') }),
  );
  const valibot = define(
    v.object({
      table: v.pipe(v.number(), v.integer()),
      guest: v.optional(v.string()),
      at: v.optional(v.string(), 'now'),
    }),
  );

  test.each([
    ['zod', classic],
    ['valibot', valibot],
  ])('of %s decides what an event is', (_, contract) => {
    const decode = createDecoder(contract);
    expect(decode(frame('{"table":4}'))).toMatchObject({ kind: 'event', event: { data: { table: 4, at: 'now' } } });
    const refused = decode(frame({ table: 'Marguerite Duval', guest: 7 }));
    expect(refused).toMatchObject({
      kind: 'invalid',
      because: 'data',
      mismatches: [{ path: 'table' }, { path: 'guest' }],
    });
    expect(JSON.stringify(refused)).not.toContain('Marguerite');
  });

  test('of either gives the data its type', () => {
    type OfZod = EventData<SpecOf<typeof classic>, 'dish'>;
    type OfValibot = EventData<SpecOf<typeof valibot>, 'dish'>;
    expectTypeOf<OfZod['table']>().toEqualTypeOf<number>();
    expectTypeOf<OfValibot['table']>().toEqualTypeOf<number>();
    expectTypeOf<OfZod['at']>().toEqualTypeOf<string>();
    expectTypeOf<OfValibot['at']>().toEqualTypeOf<string>();
  });
});

const handmade = (validate: (value: unknown) => unknown): Schema =>
  ({ '~standard': { version: 1, vendor: 'handmade', validate } }) as Schema;

/** What libraries with promises of their own return. */
const thenable = (value: unknown): object => ({
  // oxlint-disable-next-line unicorn/no-thenable -- the very thing that is to be recognised
  then: (resolve: (result: unknown) => void) => resolve({ value }),
});

describe('an asynchronous schema is refused at definition', () => {
  const isKnown = async (): Promise<boolean> => true;
  const nested = z.looseObject({ items: z.array(z.looseObject({ sku: z.string().refine(isKnown) })) });
  test.each<[string, Schema]>([
    ['an async refinement of zod', z.string().refine(isKnown)],
    ['one deep inside an object', nested],
    ['one behind a union, an option and a default', z.union([z.number(), nested.optional()])],
    ['one behind a lazy schema', z.lazy(() => z.looseObject({ sku: z.string().refine(isKnown) }))],
    ['an async transform of zod', z.object({ sku: z.string().transform(async (text) => text) })],
    ['an async check of zod/mini', mini.looseObject({ sku: mini.string().check(mini.refine(isKnown)) })],
    ['a promise that zod awaits', z.promise(z.string())],
    ['an async object of valibot', v.objectAsync({ sku: v.string() })],
    ['an async check of valibot, nested', v.objectAsync({ sku: v.pipeAsync(v.string(), v.checkAsync(isKnown)) })],
    ['a validator that answers with a promise', handmade(async (value) => ({ value }))],
    [
      'one that does so for objects only',
      handmade((value) => (typeof value === 'object' ? Promise.resolve({ value }) : { value })),
    ],
    ['one whose promise fails', handmade(() => Promise.reject(new Error('no')))],
    ['one that answers with something like a promise', handmade((value) => thenable(value))],
  ])('%s', (_, schema) => {
    expect(() => define(schema)).toThrow('the event "dish" has an asynchronous schema; an event cannot wait for one');
  });

  test.each<[string, Schema]>([
    ['that is plain', z.looseObject({ table: z.number() })],
    [
      'that throws at what it does not expect',
      handmade((value) => ({ value: (value as { table: { id: number } }).table.id })),
    ],
    [
      'of zod that throws at what it does not expect',
      z.unknown().refine((value) => (value as { table: { id: number } }).table.id > 0),
    ],
    [
      'that refers to itself',
      z.looseObject({
        get parts() {
          return z.array(z.looseObject({}));
        },
      }),
    ],
  ])('a synchronous one is not: one %s', (_, schema) => {
    expect(() => define(schema)).not.toThrow();
  });
});

describe('what slips through', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  beforeEach(() => void process.on('unhandledRejection', note));
  afterEach(() => void process.off('unhandledRejection', note));

  const special = (answer: () => unknown): Schema =>
    handmade((value) => ((value as { table?: number } | null)?.table === 13 ? answer() : { value }));

  test.each<[string, Schema, string]>([
    ['a promise', special(() => Promise.resolve({ value: 1 })), 'the schema is asynchronous'],
    ['a promise that fails', special(() => Promise.reject(new Error('late'))), 'the schema is asynchronous'],
    ['something like a promise', special(() => thenable(1)), 'the schema is asynchronous'],
    [
      'an exception',
      special(() => {
        throw new Error('Marguerite Duval');
      }),
      'the schema threw',
    ],
    ['nothing', special(() => undefined), 'the schema gave no result'],
    ['a text', special(() => 'fine'), 'the schema gave no result'],
    [
      'an async refinement that only some values reach',
      z.looseObject({ table: z.number().refine((table) => (table === 13 ? (Promise.resolve(true) as never) : true)) }),
      'the schema is asynchronous',
    ],
  ])('%s is an invalid event and no rejection', async (_, schema, because) => {
    const decode = createDecoder(define(schema));
    expect(decode(frame({ table: 4 })).kind).toBe('event');
    expect(decode(frame({ table: 13 }))).toMatchObject({
      kind: 'invalid',
      because: 'data',
      mismatches: [{ path: '', because }],
    });
    // Node reports a rejection that nobody took once the microtasks are done, before the next turn of the loop.
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });
});
