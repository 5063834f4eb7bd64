import type { ContractData } from './contract.ts';

/** The list that a collection is filled by, if it belongs to no channel: a menu. */
export function listAloneOf({ collections, resources }: ContractData, name: string): string | undefined {
  const resource = collections.get(name)?.resource;
  return resource !== undefined && resources.get(resource)?.covers.length === 0 ? resource : undefined;
}

/** The channels that tell of a collection: by a list that makes them good, or by their events. */
export function channelsFeeding(contract: ContractData, name: string): readonly string[] {
  const collection = contract.collections.get(name);
  if (collection === undefined) return [];
  const { resource, from = {} } = collection;
  if (resource !== undefined) return contract.resources.get(resource)?.covers ?? [];
  return [...contract.channels].flatMap(([channel, { events }]) =>
    events.some((event) => Object.hasOwn(from, event)) ? [channel] : [],
  );
}
