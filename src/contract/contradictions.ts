import { placeholdersOf } from './channel.ts';
import type { ContractData } from './contract.ts';
import { isReservedName } from './reserved.ts';
import type { Schema } from './schema.ts';
import { isAsynchronous } from './synchronous.ts';

/** Everything about a contract that cannot be true at the same time, as sentences. */
export function contradictions(contract: ContractData): string[] {
  return [
    ...names(contract),
    ...schemas(contract),
    ...channels(contract),
    ...roles(contract),
    ...mutations(contract),
    ...messages(contract),
    ...resourcesAndCollections(contract),
  ];
}

const lacks = <T>(known: ReadonlyMap<string, T>, asked: Iterable<string> | undefined): string[] =>
  [...(asked ?? [])].filter((name) => !known.has(name));

const missing = (
  place: string,
  kind: string,
  known: ReadonlyMap<string, unknown>,
  asked: Iterable<string> | undefined,
) => lacks(known, asked).map((name) => `${place} names the ${kind} "${name}", which is not defined`);

function names(contract: ContractData): string[] {
  const found: string[] = [];
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(contract.name)) {
    found.push(`the name "${contract.name}" is not lower-case words joined by "-" (it names a database)`);
  }
  for (const name of contract.events.keys()) {
    if (isReservedName(name)) found.push(`the event "${name}" has a name that belongs to the Pusher protocol`);
    if (name === '' || name === '*') found.push(`the event "${name}" has a name that means something else`);
  }
  return found;
}

function schemas(contract: ContractData): string[] {
  const every: [string, Schema | 'empty'][] = [
    ['the scope', contract.scope],
    ...each(contract.events, 'event', (definition) => definition.data),
    ...each(contract.mutations, 'input of mutation', (definition) => definition.input),
    ...each(contract.mutations, 'answer of mutation', (definition) => definition.answer),
    ...each(contract.messages, 'message', (definition) => definition.input),
    ...each(contract.queries, 'parameters of query', (definition) => definition.params),
    ...each(contract.queries, 'answer of query', (definition) => definition.answer),
    ...each(contract.resources, 'resource', (definition) => definition.row),
    ...each(contract.collections, 'collection', (definition) => definition.row),
  ];
  return every.flatMap(([place, schema]) => {
    if (schema === 'empty') return [];
    if (!isSchema(schema)) return [`${place} has no Standard Schema`];
    return isAsynchronous(schema) ? [`${place} has an asynchronous schema; an event cannot wait for one`] : [];
  });
}

const each = <Definition>(
  definitions: ReadonlyMap<string, Definition>,
  kind: string,
  schemaOf: (definition: Definition) => Schema | 'empty',
): [string, Schema | 'empty'][] =>
  [...definitions].map(([name, definition]) => [`the ${kind} "${name}"`, schemaOf(definition)]);

const isSchema = (value: unknown): value is Schema =>
  (typeof value === 'object' || typeof value === 'function') &&
  value !== null &&
  typeof (value as Partial<Schema>)['~standard']?.validate === 'function';

function channels(contract: ContractData): string[] {
  const found: string[] = [];
  const carried = new Set<string>();
  const wires = new Map<string, string>();
  for (const [name, { wire, events }] of contract.channels) {
    found.push(...missing(`the channel "${name}"`, 'event', contract.events, events));
    for (const event of events) carried.add(event);
    const shape = wire.replace(/\{[^{}]*\}/g, '{}');
    const twin = wires.get(shape);
    if (twin !== undefined) found.push(`the channels "${twin}" and "${name}" have the same name on the wire`);
    wires.set(shape, name);
    const places = placeholdersOf(wire);
    if (places.some((place) => !/^[A-Za-z_]\w*$/.test(place)) || new Set(places).size < places.length) {
      found.push(`the channel "${name}" has a malformed wire name "${wire}"`);
    }
  }
  for (const event of contract.events.keys()) {
    if (!carried.has(event)) found.push(`the event "${event}" can never arrive: no channel lists it`);
  }
  return found;
}

function roles(contract: ContractData): string[] {
  return [...contract.roles].flatMap(([name, role]) => {
    const place = `the role "${name}"`;
    const heard = new Set(role.channels.flatMap((channel) => contract.channels.get(channel)?.events ?? []));
    return [
      ...missing(place, 'channel', contract.channels, role.channels),
      ...missing(place, 'event', contract.events, role.events),
      ...missing(place, 'mutation', contract.mutations, role.mutations),
      ...missing(place, 'message', contract.messages, role.messages),
      ...(role.events ?? [])
        .filter((event) => contract.events.has(event) && !heard.has(event))
        .map((event) => `${place} hears "${event}", but none of its channels carries it`),
    ];
  });
}

function mutations(contract: ContractData): string[] {
  return [...contract.mutations].flatMap(([name, { carrier, answers, verify, legal, shows }]) => {
    const place = `the mutation "${name}"`;
    const found: string[] = [];
    if (Object.values(answers).includes('repeat') && verify === undefined) {
      found.push(`${place} may be answered with "done already", but has no "verify" to tell whose attempt that was`);
    }
    if (verify !== undefined && ![...contract.queries.values()].includes(verify.query)) {
      found.push(`${place} verifies by a query that the contract does not list`);
    }
    if (legal !== undefined && ![...contract.collections.values()].includes(legal.collection)) {
      found.push(`${place} is judged by a collection that the contract does not list`);
    }
    if (shows !== undefined && ![...contract.collections.values()].includes(shows.collection)) {
      found.push(`${place} is shown in a collection that the contract does not list`);
    }
    if (carrier.kind === 'http' && !carrier.path.startsWith('/')) found.push(`${place} has a path that lacks its "/"`);
    if (carrier.kind === 'socket') {
      found.push(...missing(place, 'channel', contract.channels, [carrier.channel]));
      const { acknowledgement, event } = carrier.confirmBy;
      if (event !== undefined) found.push(...missing(place, 'event', contract.events, [event.name]));
      if (acknowledgement !== 'always' && event === undefined) {
        found.push(`${place} can never be confirmed: it needs an acknowledgement or an event`);
      }
    }
    return found;
  });
}

function messages(contract: ContractData): string[] {
  return [...contract.messages].flatMap(([name, { channel, remembered }]) => [
    ...missing(`the message "${name}"`, 'channel', contract.channels, [channel]),
    ...missing(`the message "${name}"`, 'message', contract.messages, remembered ? [remembered.undoneBy] : []),
  ]);
}

function resourcesAndCollections(contract: ContractData): string[] {
  return [
    ...[...contract.resources].flatMap(([name, { covers, coversEvents }]) => [
      ...missing(`the resource "${name}"`, 'channel', contract.channels, covers),
      ...missing(`the resource "${name}"`, 'event', contract.events, coversEvents),
      ...(coversEvents ?? [])
        .filter(
          (event) =>
            contract.events.has(event) && !covers.some((on) => contract.channels.get(on)?.events.includes(event)),
        )
        .map((event) => `the resource "${name}" makes good "${event}", but covers no channel that carries it`),
    ]),
    ...[...contract.collections].flatMap(([name, { resource, from }]) => [
      ...missing(`the collection "${name}"`, 'resource', contract.resources, resource === undefined ? [] : [resource]),
      ...missing(`the collection "${name}"`, 'event', contract.events, Object.keys(from ?? {})),
    ]),
  ];
}
