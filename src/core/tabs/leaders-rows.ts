// What a tab that follows shows: the rows of its leader, numbered, and asked for anew when one message is missing.
import type { CollectionDefinition } from '../../contract/collection.ts';
import type { RowFeed, RowSource } from '../collections/row-source.ts';
import type { ToFollowers, ToLeader } from './messages.ts';

export class LeadersRows implements RowSource {
  readonly name = 'the leading tab';
  readonly tellsAll = true;
  private readonly tab: string;
  private readonly reign: string;
  private readonly post: (message: ToLeader) => void;
  private readonly feeds = new Map<string, RowFeed>();
  private heard: number | undefined;
  /** How often the leader has said how things stand since it was asked. */
  private toldSince = 0;

  constructor(tab: string, reign: string, post: (message: ToLeader) => void) {
    this.tab = tab;
    this.reign = reign;
    this.post = post;
  }

  follow(collection: string, _definition: CollectionDefinition, feed: RowFeed): void {
    this.feeds.set(collection, feed);
    this.ask([collection]);
  }

  /** All of these, in the place of whatever was shown. */
  takeAll({ count, names, rows }: Extract<ToFollowers, { kind: 'tables-told' }>): void {
    // Changes that were told before these rows are in them; of what else is shown they say nothing.
    if (this.heard !== undefined && this.heard < count) return this.askAll();
    this.heard = Math.max(this.heard ?? 0, count);
    for (const name of names) {
      const feed = this.feeds.get(name);
      feed?.begin();
      for (const { collection, key, version, row } of rows) if (collection === name) feed?.show(key, version, row);
      feed?.end();
    }
  }

  take({ number, rows }: Extract<ToFollowers, { kind: 'rows' }>): void {
    if (this.heard === undefined || number <= this.heard) return;
    if (number > this.heard + 1) return this.askAll();
    this.heard = number;
    for (const { collection, key, version, row } of rows) this.feeds.get(collection)?.show(key, version, row);
  }

  /** So much was told until now. */
  told(number: number): void {
    if (this.heard !== undefined) return number > this.heard ? this.askAll() : undefined;
    // The first may have been said before the question came. After that the answer is lost: this tab slept when it came.
    this.toldSince += 1;
    if (this.toldSince > 1) this.askAll();
  }

  private askAll(): void {
    this.heard = undefined;
    this.ask([...this.feeds.keys()]);
  }

  private ask(names: readonly string[]): void {
    this.toldSince = 0;
    this.post({ kind: 'tables', tab: this.tab, reign: this.reign, names });
  }
}
