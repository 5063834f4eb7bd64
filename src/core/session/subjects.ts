// Which row of which list an event changes, and to which version: so that a list does not tell again what an event told,
// and an old list does not undo what an event did.
import type { CollectionDefinition } from '../../contract/collection.ts';
import type { ContractData } from '../../contract/contract.ts';
import type { HeardEvent } from '../../contract/event.ts';
import type { RowPatch } from '../stream/held.ts';
import type { KnownRows, RowRef, RowVersion } from '../stream/rows.ts';
import { listOf, type Place } from './place.ts';
import { rowDigest } from './row-digest.ts';

/** A row as an event or a list shows it. */
export interface Subject {
  /** Undefined: it does not say which version it makes. A list will, and the event is not called old meanwhile. */
  readonly ref: RowRef | undefined;
  readonly value: unknown;
  readonly patch?: RowPatch;
}

/** Rows are known per channel: what one channel was told, another one may have missed. */
export const listKey = (place: Place, resource: string): string => `${place.wire} ${resource}`;
export const rowKey = (list: string, key: string): string => `${list}\n${key}`;
/** The contract's name of the list that a row is in, or of the table that only events fill. */
export function resourceOf(key: string): string {
  const list = key.slice(0, key.indexOf('\n'));
  const name = list.slice(list.lastIndexOf(' ') + 1);
  return name.startsWith(':') ? name.slice(1) : name;
}

/** Where a backend counts no versions, rows only differ. */
export const versionOf = (version: RowVersion | undefined, row: unknown): RowVersion => version ?? rowDigest(row);

const maxRememberedKeys = 10_000;

interface Feed {
  readonly resource: string;
  /** No other list covers the channel: a key says all. */
  readonly isAlone: boolean;
  readonly collection: CollectionDefinition;
  readonly change: NonNullable<CollectionDefinition['from']>[string];
}

/** By an event's name, what it does to which list: the same for all channels of a kind. */
export type Feeds = ReadonlyMap<string, Feed>;

export function feedsOf(contract: ContractData, place: Place): Feeds {
  const feeds = new Map<string, Feed>();
  const isAlone = place.resources.size + place.tables.size === 1;
  for (const [own, collection] of contract.collections) {
    const { from } = collection;
    const resource = listOf(place, own, collection);
    if (resource === undefined || from === undefined) continue;
    for (const [name, change] of Object.entries(from)) {
      if (!feeds.has(name)) feeds.set(name, { resource, isAlone, collection, change });
    }
  }
  return feeds;
}

/** What the events of one channel change. A class and no function, as everything that each of a thousand channels has. */
export class Subjects {
  private readonly feeds: Feeds;
  private readonly place: Place;
  private readonly rows: KnownRows;
  /** The same text for the same key: what is looked up several times for each event is put together and hashed once. */
  private readonly keys = new Map<string, string>();

  constructor(feeds: Feeds, place: Place, rows: KnownRows) {
    this.feeds = feeds;
    this.place = place;
    this.rows = rows;
  }

  /** A contract's own functions may have faults: the event is told all the same. */
  of(event: HeardEvent): Subject | undefined {
    const feed = this.feeds.get(event.name);
    if (feed === undefined) return undefined;
    try {
      return this.subjectOf(feed, event);
    } catch {
      return undefined;
    }
  }

  private keyOf({ resource, isAlone }: Feed, key: string): string {
    const { keys } = this;
    const asked = isAlone ? key : `${resource}\n${key}`;
    let known = keys.get(asked);
    if (known === undefined) {
      if (keys.size >= maxRememberedKeys) keys.clear();
      known = rowKey(listKey(this.place, resource), key);
      keys.set(asked, known);
    }
    return known;
  }

  private subjectOf(feed: Feed, event: HeardEvent): Subject | undefined {
    const { collection, change } = feed;
    const changed = change(event);
    if (changed === undefined) return undefined;
    switch (changed.kind) {
      case 'put': {
        const { row } = changed;
        const key = this.keyOf(feed, collection.key(row));
        return { ref: { key, version: versionOf(collection.version?.(row), row) }, value: row };
      }
      case 'patch': {
        const key = this.keyOf(feed, changed.key);
        const before = this.rows.get(key)?.value;
        const patch = { key, before, fields: changed.fields };
        const said = collection.version?.(changed.fields);
        if (typeof before !== 'object' || before === null) {
          // A list that is older than the event must not undo it, although nobody knows the row yet.
          const ref = typeof said === 'number' ? ({ key, version: said, isPart: true } as const) : undefined;
          return { ref, value: undefined, patch };
        }
        const row = { ...before, ...changed.fields };
        const version = versionOf(collection.version?.(row), row);
        const isSame = version === versionOf(collection.version?.(before), before);
        return { ref: isSame && said === undefined ? undefined : { key, version, isPatch: true }, value: row, patch };
      }
      case 'remove':
      case 'clear':
    }
    return undefined;
  }
}
