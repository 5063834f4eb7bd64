import {
  contractJsonSchema,
  mutationRequest,
  queryRequest,
  type ContractData,
  type JsonSchema,
  type ReplayDefinition,
} from 'heard';
import { describeSchema } from '../../src/cli/describe-schema.ts';
import { isRecord } from '../../src/lib/json.ts';
import type { Catalogue, CataloguedEndpoint } from './catalogue.ts';

/** Everything that a document says and a contract lacks, or the other way round, as sentences. */
export function gapsBetween(contract: ContractData, catalogue: Catalogue): readonly string[] {
  const definitions = contractJsonSchema(contract, describeSchema)['$defs'] as Readonly<Record<string, JsonSchema>>;
  const schemaOf = (name: string): JsonSchema => definitions[name] ?? {};
  return [
    ...envelope(contract, catalogue),
    ...events(contract, catalogue, schemaOf),
    ...channels(contract, catalogue),
    ...endpoints(contract, catalogue, schemaOf),
    ...emits(contract, catalogue, schemaOf),
    ...catalogue.rules.filter((rule) => !rule.holds()).map(({ says }) => `It does not hold that ${says}.`),
  ];
}

type SchemaOf = (definition: string) => JsonSchema;

const missingFrom = <T>(asked: Iterable<T>, known: Iterable<T>): readonly T[] => {
  const there = new Set(known);
  return [...asked].filter((item) => !there.has(item));
};

function events(contract: ContractData, catalogue: Catalogue, schemaOf: SchemaOf): readonly string[] {
  const found: string[] = [];
  for (const { name, on, fields } of catalogue.events) {
    if (!contract.events.has(name)) {
      found.push(`There is no event "${name}".`);
      continue;
    }
    const carriers = [...contract.channels.values()]
      .filter((channel) => channel.events.includes(name))
      .map(({ wire }) => wire);
    for (const wire of missingFrom(on, carriers)) found.push(`"${wire}" does not carry "${name}".`);
    for (const wire of missingFrom(carriers, on))
      found.push(`"${wire}" carries "${name}", and the catalogue does not say so.`);
    for (const path of missingFrom(fields, pathsOf(schemaOf(`data.${name}`))))
      found.push(`"${name}" has no field "${path}".`);
  }
  const unlisted = missingFrom(
    contract.events.keys(),
    catalogue.events.map(({ name }) => name),
  );
  return [...found, ...unlisted.map((name) => `The event "${name}" is not in the catalogue.`)];
}

function envelope(contract: ContractData, catalogue: Catalogue): readonly string[] {
  const described = pathsOf(contract.dialect.describe('x', {}));
  // An object is there for its fields.
  const unlisted = missingFrom(described, catalogue.envelope).filter(
    (path) => !described.some((other) => other.startsWith(`${path}.`)),
  );
  return [
    ...missingFrom(catalogue.envelope, described).map((path) => `The envelope has no "${path}".`),
    ...unlisted.map((path) => `The envelope's "${path}" is not in the catalogue.`),
  ];
}

function channels(contract: ContractData, catalogue: Catalogue): readonly string[] {
  const wires = [...contract.channels.values()].map(({ wire }) => wire);
  return [
    ...missingFrom(catalogue.channels, wires).map((wire) => `There is no channel "${wire}".`),
    ...missingFrom(wires, catalogue.channels).map((wire) => `The channel "${wire}" is not in the catalogue.`),
  ];
}

/** A request that the contract can make: what it sends is taken from requests that were really built. */
interface Endpoint {
  readonly method: string;
  readonly path: string;
  readonly sends: readonly string[];
  readonly answers: readonly string[];
  readonly statuses: readonly number[];
}

const unnamed = (path: string): string => path.replace(/\{[^{}]*\}/g, '{}');
const context = { mutationId: 'a-mutation', createdAt: 0, scope: {} };

/** What a reader takes from an answer: the fields without which it makes something else of it. */
function takenFrom(answer: unknown, read: (body: unknown) => unknown): readonly string[] {
  const whole = JSON.stringify(read(answer));
  return [...new Set(pathsIn(answer))].filter(
    (path) => JSON.stringify(read(lacking(answer, path.split('.')))) !== whole,
  );
}

function lacking(value: unknown, [first = '', ...rest]: readonly string[]): unknown {
  const name = first.replace('[]', '');
  if (!isRecord(value)) return value;
  const { [name]: part, ...others } = value;
  if (rest.length === 0) return first === name ? others : { ...others, [name]: [] };
  return { ...others, [name]: Array.isArray(part) ? part.map((item) => lacking(item, rest)) : lacking(part, rest) };
}

function endpointsOf(contract: ContractData, catalogue: Catalogue, schemaOf: SchemaOf): readonly Endpoint[] {
  const exampleOf = (path: string): Readonly<Record<number, unknown>> =>
    catalogue.endpoints.find((endpoint) => endpoint.method === 'GET' && endpoint.path === unnamed(path))?.example ?? {};
  const scope = samplesOf(schemaOf('scope'))[0] as Record<string, unknown>;
  const mutations = [...contract.mutations].flatMap(([name, { carrier, answer, answers }]) => {
    if (carrier.kind !== 'http') return [];
    const bodies = samplesOf(schemaOf(`mutation.${name}.input`)).map(
      (input) => mutationRequest(carrier, input as object, { ...context, scope }).body,
    );
    return [
      {
        method: carrier.method,
        path: unnamed(carrier.path),
        sends: bodies.flatMap((body) => pathsIn(body)),
        answers: answer === 'empty' ? [] : pathsOf(schemaOf(`mutation.${name}.answer`)),
        statuses: Object.keys(answers).map(Number),
      },
    ];
  });
  const queries = [...contract.queries].map(([name, definition]) => ({
    method: 'GET',
    path: unnamed(definition.path),
    sends: samplesOf(schemaOf(`query.${name}.params`)).flatMap((params) =>
      searchNames(queryRequest(definition as never, params as object, scope).path),
    ),
    answers: pathsOf(schemaOf(`query.${name}.answer`)),
    // What is read is there or is not: nothing has to be told about its statuses.
    statuses: [200],
  }));
  const resources = [...contract.resources.values()].map(({ path, search, page }) => ({
    method: 'GET',
    path: unnamed(path),
    sends: Object.keys(search?.({ updatedSince: '2026-02-14T19:04:10Z', cursor: '2', scope }) ?? {}),
    answers: takenFrom(exampleOf(path)[200], (body) => page(body)),
    statuses: [200],
  }));
  return [...mutations, ...queries, ...resources, ...(contract.replay ? [replayOf(contract.replay)] : [])];

  function replayOf({ path, search, page, gone }: ReplayDefinition): Endpoint {
    const example = exampleOf(path);
    const borders = takenFrom(example[410], gone);
    return {
      method: 'GET',
      path: unnamed(path),
      sends: Object.keys(search({ channel: 'a', seq: 1, limit: 1 })),
      answers: takenFrom(example[200], page),
      // That a position is gone is worth nothing without knowing from where there is something.
      statuses: borders.includes('floor_seq') && borders.includes('head_seq') ? [200, 410] : [200],
    };
  }
}

const searchNames = (path: string): readonly string[] => [...new URLSearchParams(path.split('?')[1] ?? '').keys()];

function endpoints(contract: ContractData, catalogue: Catalogue, schemaOf: SchemaOf): readonly string[] {
  const known = endpointsOf(contract, catalogue, schemaOf);
  const named = ({ method, path }: Pick<Endpoint, 'method' | 'path'>) => `${method} ${path}`;
  const found = catalogue.endpoints.flatMap((endpoint: CataloguedEndpoint) => {
    const name = named(endpoint);
    // The emitter's half is tested where it is built.
    if (endpoint.by === 'emitter') return [];
    if (endpoint.by === 'connection') {
      const { auth } = contract.connection;
      return auth.kind === 'channel' && name === `POST ${auth.endpoint}`
        ? []
        : [`The connection does not use "${name}".`];
    }
    const same = known.filter((candidate) => named(candidate) === name);
    if (same.length === 0) return [`There is no "${name}".`];
    return [
      ...missingFrom(
        endpoint.sends ?? [],
        same.flatMap(({ sends }) => sends),
      ).map((field) => `"${name}" does not send "${field}".`),
      ...missingFrom(
        endpoint.answers ?? [],
        same.flatMap(({ answers }) => answers),
      ).map((field) => `The answer of "${name}" has no "${field}".`),
      ...missingFrom(
        endpoint.statuses ?? [],
        same.flatMap(({ statuses }) => statuses),
      ).map((status) => `"${name}" does not know ${status}.`),
    ];
  });
  const unlisted = missingFrom(new Set(known.map(named)), catalogue.endpoints.map(named));
  return [...found, ...unlisted.map((name) => `"${name}" is not in the catalogue.`)];
}

function emits(contract: ContractData, catalogue: Catalogue, schemaOf: SchemaOf): readonly string[] {
  const scope = samplesOf(schemaOf('scope'))[0] as Record<string, unknown>;
  const known = [
    ...[...contract.messages].map(([name, { message }]) => ({
      name: message,
      fields: samplesOf(schemaOf(`message.${name}`)).flatMap((input) => pathsIn(input)),
    })),
    ...[...contract.mutations].flatMap(([name, { carrier }]) =>
      carrier.kind === 'socket'
        ? [
            {
              name: carrier.message,
              fields: samplesOf(schemaOf(`mutation.${name}.input`)).flatMap((input) =>
                pathsIn(carrier.body(input, { ...context, scope })),
              ),
            },
          ]
        : [],
    ),
  ];
  const found = catalogue.emits.flatMap(({ name, fields }) => {
    const same = known.filter((candidate) => candidate.name === name);
    if (same.length === 0) return [`Nothing emits "${name}".`];
    return missingFrom(
      fields,
      same.flatMap((candidate) => candidate.fields),
    ).map((field) => `"${name}" does not say "${field}".`);
  });
  const unlisted = missingFrom(
    known.map(({ name }) => name),
    catalogue.emits.map(({ name }) => name),
  );
  return [...found, ...unlisted.map((name) => `The emit "${name}" is not in the catalogue.`)];
}

/** Every path that a JSON Schema describes: `order`, `order.items`, `order.items[].qty`. */
function pathsOf(schema: JsonSchema, at = ''): readonly string[] {
  const branches = ['anyOf', 'oneOf', 'allOf', 'then', 'else'].flatMap(
    (keyword) => (schema[keyword] ?? []) as JsonSchema | readonly JsonSchema[],
  );
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>);
  const items = schema['items'] as JsonSchema | undefined;
  return [
    ...(at === '' ? [] : [at]),
    ...branches.flatMap((branch) => pathsOf(branch, at)),
    ...properties.flatMap(([name, part]) => pathsOf(part, at === '' ? name : `${at}.${name}`)),
    ...(items === undefined ? [] : pathsOf(items, `${at}[]`)),
  ];
}

/** Every path in a value, in the same spelling. */
function pathsIn(value: unknown, at = ''): readonly string[] {
  const own = at === '' ? [] : [at];
  if (Array.isArray(value)) return [...own, ...value.flatMap((item) => pathsIn(item, `${at}[]`))];
  if (!isRecord(value)) return own;
  return [
    ...own,
    ...Object.entries(value).flatMap(([name, part]) => pathsIn(part, at === '' ? name : `${at}.${name}`)),
  ];
}

/** Values with every field that a JSON Schema names: one for each choice that it leaves. */
const samplesOf = (schema: JsonSchema): readonly unknown[] => [0, 1, 2].map((choice) => sample(schema, choice));

function sample(schema: JsonSchema, choice: number): unknown {
  const choices = (schema['anyOf'] ?? schema['oneOf']) as readonly JsonSchema[] | undefined;
  if (choices !== undefined) {
    const meaningful = choices.filter(({ type }) => type !== 'null');
    return sample(meaningful[choice % meaningful.length] ?? {}, choice);
  }
  if ('const' in schema) return schema['const'];
  const allowed = schema['enum'] as readonly unknown[] | undefined;
  if (allowed !== undefined) return allowed[choice % allowed.length];
  const type = Array.isArray(schema['type'])
    ? (schema['type'] as unknown[]).find((one) => one !== 'null')
    : schema['type'];
  if (type === 'string') return typeof schema['pattern'] === 'string' ? '2026-02-14' : 'text';
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return Math.max(1, Number(schema['minimum'] ?? 1));
  if (type === 'array') return [0, 1, 2].map((other) => sample((schema['items'] ?? {}) as JsonSchema, choice + other));
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>);
  return Object.fromEntries(properties.map(([name, part]) => [name, sample(part, choice)]));
}
