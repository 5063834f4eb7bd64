import type { ContractData } from './contract.ts';

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
