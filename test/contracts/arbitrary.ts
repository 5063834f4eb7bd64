import fc from 'fast-check';
import type { JsonSchema } from 'heard';
import { isRecord } from '../../src/lib/json.ts';

/** Keys that hurt whoever merges or looks up carelessly. */
export const hostileKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'length',
  '',
] as const;

/** -0 is 0 in JSON text. */
const plainNumber = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);

/** Values that fit a JSON Schema as zod writes them. A keyword that is not known here is an error, not a wider guess. */
export function fitting(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { $comment: _, ...rest } = schema;
  const keywords = Object.keys(rest);
  if (keywords.length === 0) return fc.jsonValue({ maxDepth: 2 });
  if ('const' in rest) return fc.constant(rest['const']);
  if (Array.isArray(rest['enum'])) return fc.constantFrom(...(rest['enum'] as unknown[]));
  const choices = (rest['anyOf'] ?? rest['oneOf']) as readonly JsonSchema[] | undefined;
  if (choices !== undefined) return fc.oneof(...choices.map(fitting));
  if (Array.isArray(rest['type'])) return fc.oneof(...rest['type'].map((type: unknown) => fitting({ ...rest, type })));
  switch (rest['type']) {
    case 'string':
      return string(rest);
    case 'integer':
      return fc.maxSafeInteger().filter((value) => within(value, rest));
    case 'number':
      return plainNumber.filter((value) => within(value, rest));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(fitting((rest['items'] ?? {}) as JsonSchema), {
        minLength: Number(rest['minItems'] ?? 0),
        maxLength: Number(rest['minItems'] ?? 0) + 3,
      });
    case 'object':
      return object(rest);
    default:
      throw new Error(`No arbitrary for ${JSON.stringify(schema)}`);
  }
}

function string(schema: JsonSchema): fc.Arbitrary<string> {
  if (typeof schema['pattern'] === 'string') return fc.stringMatching(new RegExp(schema['pattern'], 'u'));
  return fc.string({ unit: 'binary', minLength: Number(schema['minLength'] ?? 0), maxLength: 30 });
}

const within = (value: number, schema: JsonSchema): boolean =>
  value >= Number(schema['minimum'] ?? Number.NEGATIVE_INFINITY) &&
  value <= Number(schema['maximum'] ?? Number.POSITIVE_INFINITY) &&
  value > Number(schema['exclusiveMinimum'] ?? Number.NEGATIVE_INFINITY);

function object(schema: JsonSchema): fc.Arbitrary<unknown> {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
  const required = (schema['required'] ?? []) as string[];
  const known = fc.record(Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, fitting(part)])), {
    requiredKeys: required,
  });
  if (schema['additionalProperties'] === undefined) return known;
  const more = fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 });
  return fc.tuple(more, known).map(([unknown, it]) => ({
    // No field that the schema knows may come in by the back door.
    ...Object.fromEntries(Object.entries(unknown).filter(([name]) => !(name in properties) && name !== '__proto__')),
    ...(it as object),
  }));
}

/** What takes the place of something: the values that validators disagree about. */
const oddities: readonly unknown[] = [
  null,
  true,
  0,
  -0,
  1,
  -1,
  1.5,
  1e21,
  2 ** 53,
  2 ** 53 - 1,
  -(2 ** 53 - 1),
  5e-324,
  1e308,
  '',
  ' ',
  '0',
  '1',
  '007',
  '12873',
  '-1',
  '1.5',
  '9007199254740991',
  '0x10',
  'x',
  'é',
  '😀',
  'a\nb',
  'abc\n',
  '\n',
  '\u0000',
  '\u2028',
  '\ud800',
  'x'.repeat(200),
  'x'.repeat(201),
  '2026-02-14T19:04:10Z',
  '2026-02-30T19:04:10Z',
  '2026-02-14T19:04:10Z\n',
  '2026-02-14T24:00:00Z',
  '2026-02-14',
  '2026-02-14T19:04:10+25:00',
  '{"id":1}',
  '[1]',
  '{',
  'null',
  [],
  [null],
  [1, 'x'],
  {},
  { id: 1 },
  { payload: {} },
  { data: {} },
];

export interface Mutation {
  readonly at: number;
  readonly act: 'delete' | 'replace' | 'add';
  readonly key: string;
  readonly value: unknown;
}

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  act: fc.constantFrom<Mutation['act']>('delete', 'replace', 'add'),
  key: fc.oneof(
    fc.constantFrom(...hostileKeys, 'id', 'payload', 'data', 'event_id', 'meta', 'status'),
    fc.string({ maxLength: 5 }),
  ),
  value: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...oddities) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  ),
});

/** A copy of a JSON value in which something was deleted, replaced or added somewhere. */
export function mutated(value: unknown, mutations: readonly Mutation[]): unknown {
  const root = { value: structuredClone(value) } as Record<string, unknown>;
  for (const { at, act, key, value: other } of mutations) {
    const places = placesIn(root);
    const [parent, name] = places[at % places.length] as readonly [Record<string, unknown>, string];
    const there = parent[name];
    if (act === 'add' && isRecord(there)) put(there, key, other);
    else if (act === 'delete' && parent !== root) remove(parent, name);
    else put(parent, name, other);
  }
  return root['value'];
}

/** As JSON.parse does it: `__proto__` becomes a key like any other. */
const put = (parent: object, key: string, value: unknown): void => {
  Object.defineProperty(parent, key, {
    value: structuredClone(value),
    writable: true,
    enumerable: true,
    configurable: true,
  });
};

function remove(parent: object, name: string): void {
  if (Array.isArray(parent)) parent.splice(Number(name), 1);
  else Reflect.deleteProperty(parent, name);
}

function placesIn(root: Record<string, unknown>): readonly (readonly [object, string])[] {
  const places: [object, string][] = [];
  const open: object[] = [root];
  while (open.length > 0) {
    const item = open.pop();
    for (const [name, child] of Object.entries(item ?? {})) {
      if (item !== undefined) places.push([item, name]);
      if (typeof child === 'object' && child !== null) open.push(child as object);
    }
  }
  return places;
}
