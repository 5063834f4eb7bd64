import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import {
  barePayload,
  channel,
  contractJsonSchema,
  createDecoder,
  defineContract,
  event,
  type ContractData,
  type Frame,
  type JsonSchema,
  type Schema,
} from 'heard';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import * as mini from 'zod/mini';
import { describeSchema } from '../../src/cli/describe-schema.ts';
import { unwrapText } from '../../src/contract/dialects/unwrap.ts';
import { validate } from '../../src/contract/schema.ts';
import { isRecord } from '../../src/lib/json.ts';
import { all, fixturesOf } from './all.ts';
import { patience, runs } from '../effort.ts';
import { fitting, mutated, mutation } from './arbitrary.ts';
import { payloadValue } from './payload.ts';

const newAjv = (): Ajv2020 =>
  new Ajv2020({ strict: true, allowUnionTypes: true, strictTypes: false, strictRequired: false });

/** Validators made from the printed document alone. */
function compiled(contract: ContractData): (definition: string) => ValidateFunction {
  const document = contractJsonSchema(contract, describeSchema);
  const ajv = newAjv();
  ajv.addSchema(document);
  return (definition) => ajv.compile({ $ref: `urn:heard:${contract.name}#/$defs/${encodeURIComponent(definition)}` });
}

/** The schema describes what a server should send; that data which was encoded twice is understood as well is kindness. */
const undoubled = (value: unknown): unknown => {
  if (!isRecord(value)) return value;
  const parts = Object.entries(value).map(([key, part]) => [
    key,
    key === 'data' || key === 'payload' ? unwrapText(part) : part,
  ]);
  return Object.fromEntries(parts);
};

const definitionsOf = (contract: ContractData): JsonSchema =>
  contractJsonSchema(contract, describeSchema)['$defs'] as JsonSchema;

/** Every schema of a contract, under the name that the document gives it. */
function schemasOf(contract: ContractData): readonly (readonly [string, Schema])[] {
  return [
    ['scope', contract.scope],
    ...[...contract.events].map(([name, { data }]) => [`data.${name}`, data] as const),
    ...[...contract.mutations].flatMap(([name, { input, answer }]) => [
      [`mutation.${name}.input`, input] as const,
      ...(answer === 'empty' ? [] : [[`mutation.${name}.answer`, answer] as const]),
    ]),
    ...[...contract.messages].map(([name, { input }]) => [`message.${name}`, input] as const),
    ...[...contract.queries].flatMap(([name, { params, answer }]) => [
      [`query.${name}.params`, params] as const,
      [`query.${name}.answer`, answer] as const,
    ]),
    ...[...contract.resources].map(([name, { row }]) => [`row.${name}`, row] as const),
  ];
}

describe.each(all)('the JSON Schema of $name', (proven) => {
  const { contract, fixtures } = proven;
  const validatorOf = compiled(contract);
  const events = new Map([...contract.events.keys()].map((name) => [name, validatorOf(`event.${name}`)]));
  const decode = createDecoder(contract);

  /** What decoding and the schema say of one payload; they must say the same. */
  function verdicts(name: string, frame: Frame): { readonly decoder: boolean; readonly schema: boolean } {
    const decoded = decode(frame);
    const value = unwrapText(payloadValue(frame.payload));
    return {
      decoder: decoded.kind === 'event' && decoded.event.name === name,
      schema: events.get(name)?.(undoubled(value)) ?? false,
    };
  }

  test('is valid against the 2020-12 meta-schema', () => {
    const ajv = newAjv();
    const document = contractJsonSchema(contract, describeSchema);
    expect(document['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(ajv.validateSchema(document), ajv.errorsText()).toBe(true);
  });

  test('can be compiled part by part, so that no reference dangles', () => {
    for (const name of Object.keys(definitionsOf(contract))) expect(() => validatorOf(name), name).not.toThrow();
  });

  test('describes every schema of the contract', () => {
    expect(Object.keys(definitionsOf(contract))).toEqual(
      expect.arrayContaining(schemasOf(contract).map(([name]) => name)),
    );
  });

  test('accepts and refuses every fixture as the decoder does', () => {
    for (const { says, frame, expect: expected } of fixturesOf(proven)) {
      // What is too large, too deep or not JSON never gets as far as a schema; what is unknown is not described.
      const isAboutPayload =
        expected.kind === 'event' || (expected.kind === 'invalid' && ['envelope', 'data'].includes(expected.because));
      const name = expected.kind === 'event' ? expected.name : frame.name;
      // JSON has no word for nothing, so no schema can accept it.
      if (!isAboutPayload || !events.has(name) || payloadValue(frame.payload) === undefined) continue;
      const { decoder, schema } = verdicts(name, frame);
      expect({ says, accepted: schema }).toEqual({ says, accepted: decoder });
      expect({ says, accepted: schema }).toEqual({ says, accepted: expected.kind === 'event' });
    }
  });

  const samples = fixtures.good.flatMap(({ frame, expect: expected }) =>
    expected.kind === 'event' && isRecord(payloadValue(frame.payload))
      ? [{ name: expected.name, frame: { ...frame, payload: payloadValue(frame.payload) } }]
      : [],
  );

  test(
    'accepts and refuses broken payloads as the decoder does',
    () => {
      const verdictCounts = { accepted: 0, refused: 0 };
      fc.assert(
        fc.property(
          fc.constantFrom(...samples),
          fc.array(mutation, { minLength: 1, maxLength: 3 }),
          ({ name, frame }, mutations) => {
            const payload = mutated(frame.payload, mutations);
            // A text at the top is a payload in its transport form, not a value.
            if (typeof payload === 'string' || payload === undefined) return;
            const { decoder, schema } = verdicts(name, { ...frame, payload });
            verdictCounts[decoder ? 'accepted' : 'refused'] += 1;
            expect(schema).toBe(decoder);
          },
        ),
        runs(1500),
      );
      // A fuzzer that only ever breaks, or never does, proves nothing.
      const enough = (verdictCounts.accepted + verdictCounts.refused) / 15;
      expect(verdictCounts.accepted).toBeGreaterThan(enough);
      expect(verdictCounts.refused).toBeGreaterThan(enough);
    },
    patience,
  );

  test(
    'says of every schema what the schema does',
    () => {
      const definitions = definitionsOf(contract);
      const subjects = schemasOf(contract).map(([name, schema]) => ({
        schema,
        validator: validatorOf(name),
        values: fitting(definitions[name] as JsonSchema),
      }));
      fc.assert(
        fc.property(
          fc.constantFrom(...subjects).chain((subject) => fc.tuple(fc.constant(subject), subject.values)),
          fc.array(mutation, { maxLength: 2 }),
          ([{ schema, validator }, value], mutations) => {
            const it = mutated(value, mutations);
            const isValid = validate(schema, it).ok;
            expect(validator(it)).toBe(isValid);
            // The quick test of the built-in shapes and the schema behind it say the same.
            expect(mini.safeParse(schema as unknown as mini.ZodMiniType, it).success).toBe(isValid);
            expect(isValid || mutations.length > 0).toBe(true);
          },
        ),
        runs(1500),
      );
    },
    patience,
  );
});

const connection = { transports: ['websocket'], auth: { kind: 'none' } } as const;

test('a description that refers to itself still does so inside the document', () => {
  const category = z.looseObject({
    name: z.string(),
    get parts() {
      return z.array(category);
    },
  });
  const menu = defineContract({
    name: 'menu',
    scope: z.object({}),
    dialect: barePayload(),
    connection,
    events: { 'menu/changed~now': event({ data: category }), other: event({ data: z.object({ $ref: z.string() }) }) },
    channels: { menu: channel({ wire: 'menu', events: ['menu/changed~now', 'other'], position: 'none' }) },
    roles: {},
  });
  const tree = compiled(menu)('event.menu/changed~now'.replace('~', '~0').replace('/', '~1'));
  expect(tree({ name: 'Pizze', parts: [{ name: 'Bianche', parts: [] }] })).toBe(true);
  expect(tree({ name: 'Pizze', parts: [{ name: 7, parts: [] }] })).toBe(false);
  // A field that is called like a keyword is a field.
  expect(compiled(menu)('event.other')({ $ref: '#' })).toBe(true);
});

test('a schema that cannot be said in JSON Schema is an error that names its place', () => {
  const diary = defineContract({
    name: 'diary',
    scope: z.object({}),
    dialect: barePayload(),
    connection,
    events: { noted: event({ data: z.object({ at: z.date() }) }) },
    channels: { diary: channel({ wire: 'diary', events: ['noted'], position: 'none' }) },
    roles: {},
  });
  expect(() => contractJsonSchema(diary, describeSchema)).toThrow(/The schema of data\.noted cannot be printed: Date/);
});

test('a schema of another library describes itself, or is refused', () => {
  const standard = (jsonSchema?: object): Schema => ({
    '~standard': {
      version: 1,
      vendor: 'handmade',
      validate: (value) => ({ value }),
      ...(jsonSchema && { jsonSchema }),
    },
  });
  expect(
    describeSchema(standard({ input: ({ target }: { target: string }) => ({ title: target }) }), 'data.x'),
  ).toEqual({ title: 'draft-2020-12' });
  expect(() => describeSchema(standard(), 'data.x')).toThrow(/handmade gives it no "~standard\.jsonSchema"/);
});
