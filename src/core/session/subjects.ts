// Which row of which list an event changes, and to which version: so that a list does not tell again what an event told,
// and an old list does not undo what an event did.
import type { CollectionDefinition } from '../../contract/collection.ts';
import type { ContractData } from '../../contract/contract.ts';
import type { HeardEvent } from '../../contract/event.ts';
import { remembered } from '../../lib/remembered.ts';
import type { RowRef, RowVersion } from '../stream/rows.ts';
import type { Place } from './place.ts';
import { rowDigest } from './row-digest.ts';

/** A row as an event or a list shows it. */
export interface Subject {
  readonly ref: RowRef;
  readonly value: unknown;
}

/** Rows are known per channel: what one channel was told, another one may have missed. */
export const listKey = (place: Place, resource: string): string => `${place.wire} ${resource}`;
export const rowKey = (list: string, key: string): string => `${list}\n${key}`;
/** The contract's name of the list that a row is in. */
export function resourceOf(key: string): string {
  const list = key.slice(0, key.indexOf('\n'));
  return list.slice(list.lastIndexOf(' ') + 1);
}

/** Where a backend counts no versions, rows only differ. */
export const versionOf = (version: RowVersion | undefined, row: unknown): RowVersion => version ?? rowDigest(row);

const maxRememberedKeys = 10_000;

interface Feed {
  /** The same text for the same key: what is looked up four times for each event is put together and hashed once. */
  readonly keyOf: (key: string) => string;
  readonly collection: CollectionDefinition;
  readonly change: NonNullable<CollectionDefinition['from']>[string];
}

export function createSubjects(
  contract: ContractData,
  place: Place,
  known: (key: string) => unknown,
): (event: HeardEvent) => Subject | undefined {
  const feeds = new Map<string, Feed>();
  const keysOf = new Map<string, Feed['keyOf']>();
  for (const collection of contract.collections.values()) {
    const { resource, from } = collection;
    if (resource === undefined || from === undefined || !place.resources.has(resource)) continue;
    const list = listKey(place, resource);
    const keyOf = keysOf.get(list) ?? remembered((key) => rowKey(list, key), maxRememberedKeys);
    keysOf.set(list, keyOf);
    for (const [name, change] of Object.entries(from)) {
      if (!feeds.has(name)) feeds.set(name, { keyOf, collection, change });
    }
  }

  /** A contract's own functions may have faults: the event is told all the same. */
  return (event) => {
    const feed = feeds.get(event.name);
    if (feed === undefined) return undefined;
    try {
      return subjectOf(feed, event);
    } catch {
      return undefined;
    }
  };

  /** A list that is older than the event must not undo it, although nobody knows the row yet. */
  function partOf(collection: CollectionDefinition, key: string, fields: object): Subject | undefined {
    const version = collection.version?.(fields);
    return typeof version === 'number' ? { ref: { key, version, isPart: true }, value: undefined } : undefined;
  }

  function subjectOf({ keyOf, collection, change }: Feed, event: HeardEvent): Subject | undefined {
    const changed = change(event);
    if (changed === undefined) return undefined;
    switch (changed.kind) {
      case 'put': {
        const { row } = changed;
        const key = keyOf(collection.key(row));
        return { ref: { key, version: versionOf(collection.version?.(row), row) }, value: row };
      }
      case 'patch': {
        const key = keyOf(changed.key);
        const before = known(key);
        if (typeof before !== 'object' || before === null) return partOf(collection, key, changed.fields);
        const row = { ...before, ...changed.fields };
        const version = versionOf(collection.version?.(row), row);
        // It does not say which version it makes: a list will, and it is not called old meanwhile.
        const isSame = version === versionOf(collection.version?.(before), before);
        if (isSame && collection.version?.(changed.fields) === undefined) return undefined;
        return { ref: { key, version }, value: row };
      }
      case 'remove':
      case 'clear':
    }
    return undefined;
  }
}
