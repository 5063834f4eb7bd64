import type { ContractData } from './contract.ts';
import type { JsonSchema } from './dialect.ts';
import type { Schema } from './schema.ts';

/**
 * Turns a schema of whatever library into JSON Schema 2020-12. Passed in, because it costs more than all of the rest.
 *
 * @param place where the contract has it, for the message when that cannot be done: `data.OrderCreated`
 */
export type SchemaDescriber = (schema: Schema, place: string) => JsonSchema;

/**
 * The contract as one JSON Schema 2020-12 document for backends in other languages. `$defs` holds `event.<name>` for a
 * broadcast payload with its envelope, `channel.<name>` for whatever a channel may carry, `data.<name>` for the data
 * alone, and the same for mutations, messages, queries and rows.
 */
export function contractJsonSchema(contract: ContractData, describer: SchemaDescriber): JsonSchema {
  const describe = (schema: Schema, place: string) => relocated(describer(schema, place), pointer(place));
  const add = (place: string, $comment: string, schema: Schema) => {
    definitions.push([place, { $comment, ...describe(schema, place) }]);
  };
  const definitions: [string, JsonSchema][] = [['scope', describe(contract.scope, 'scope')]];
  for (const [name, { data }] of contract.events) {
    definitions.push([`data.${name}`, describe(data, `data.${name}`)]);
    definitions.push([`event.${name}`, contract.dialect.describe(name, { $ref: pointer(`data.${name}`) })]);
  }
  for (const [name, { wire, events, position, abilities }] of contract.channels) {
    const needs = abilities === undefined ? '' : `; a token needs one of: ${abilities.join(', ')}`;
    definitions.push([
      `channel.${name}`,
      {
        $comment: `${wire} (position: ${position}${needs})`,
        ...(events.length > 0 && { anyOf: events.map((event) => ({ $ref: pointer(`event.${event}`) })) }),
      },
    ]);
  }
  for (const [name, { input, answer, carrier }] of contract.mutations) {
    const way = carrier.kind === 'http' ? `${carrier.method} ${carrier.path}` : `emit ${carrier.message}`;
    add(`mutation.${name}.input`, way, input);
    if (answer !== 'empty') add(`mutation.${name}.answer`, way, answer);
  }
  for (const [name, { input, message }] of contract.messages) {
    add(`message.${name}`, `emit ${message}`, input);
  }
  for (const [name, { path, params, answer }] of contract.queries) {
    add(`query.${name}.params`, `GET ${path}`, params);
    add(`query.${name}.answer`, `GET ${path}`, answer);
  }
  for (const [name, { row, path }] of contract.resources) {
    add(`row.${name}`, `GET ${path}`, row);
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:heard:${contract.name}`,
    title: contract.name,
    $comment: `Dialect: ${contract.dialect.name}. A broadcast payload is valid when it fits its "event.<name>" below.`,
    $defs: Object.fromEntries(definitions),
  };
}

/** A JSON pointer in a URI fragment. */
const pointer = (name: string): string =>
  `#/$defs/${encodeURIComponent(name.replace(/~/g, '~0').replace(/\//g, '~1'))}`;

const holdsSchemas: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'dependentSchemas']);
const holdsValues: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples']);

/**
 * A description that refers to itself (a tree, a category of categories) does so from its own root, `#`. As a part of a
 * larger document its root is elsewhere.
 */
function relocated(schema: JsonSchema, root: string): JsonSchema {
  const inside = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inside);
    return typeof value === 'object' && value !== null ? relocated(value as JsonSchema, root) : value;
  };
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (keyword === '$ref' && typeof value === 'string' && value.startsWith('#'))
        return [keyword, root + value.slice(1)];
      if (holdsValues.has(keyword)) return [keyword, value];
      if (!holdsSchemas.has(keyword)) return [keyword, inside(value)];
      const parts = Object.entries(value as Readonly<Record<string, unknown>>);
      return [keyword, Object.fromEntries(parts.map(([name, part]) => [name, inside(part)]))];
    }),
  );
}
