// The rows of one channel, for whoever keeps tables of them.
import type { CollectionDefinition } from '../../contract/collection.ts';
import type { RowFeed, RowSource } from '../collections/row-source.ts';
import type { KnownRow, KnownRows } from '../stream/rows.ts';
import { listOf, type Place } from './place.ts';
import { listKey, rowKey } from './subjects.ts';

interface Followed {
  readonly prefix: string;
  readonly feed: RowFeed;
}

export class ChannelRows implements RowSource {
  readonly name: string;
  private readonly place: Place;
  private readonly rows: KnownRows;
  private followed: readonly Followed[] = [];

  constructor(place: Place, rows: KnownRows) {
    this.name = place.wire;
    this.place = place;
    this.rows = rows;
  }

  follow(collection: string, definition: CollectionDefinition, feed: RowFeed): void {
    const list = listOf(this.place, collection, definition);
    feed.begin();
    if (list !== undefined) this.followList({ prefix: rowKey(listKey(this.place, list), ''), feed });
    feed.end();
  }

  private followList(followed: Followed): void {
    for (const [key, row] of this.rows.entries) show(followed, key, row);
    this.followed = [...this.followed, followed];
    // From the first one on: what nobody follows costs nothing.
    this.rows.watcher = (key, row) => {
      for (const one of this.followed) show(one, key, row);
    };
  }
}

function show({ prefix, feed }: Followed, key: string, { version, deleted, value }: KnownRow): void {
  if (!key.startsWith(prefix)) return;
  const row = !deleted && typeof value === 'object' && value !== null ? value : undefined;
  feed.show(key.slice(prefix.length), version, row);
}
