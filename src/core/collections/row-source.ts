import type { CollectionDefinition } from '../../contract/collection.ts';
import type { RowVersion } from '../stream/rows.ts';

/** Who has rows to show: a channel, or the tab that leads. */
export interface RowSource {
  /** The same over runs. */
  readonly name: string;
  /** It tells everything that there is: what anybody else has shown is over. */
  readonly tellsAll?: true;
  /** Tells every row that it shows of a collection, and from then on each that changes. */
  follow(collection: string, definition: CollectionDefinition, feed: RowFeed): void;
}

export interface RowFeed {
  /** From here to `end` all rows are told that there are; what is not among them is gone. */
  begin(): void;
  end(): void;
  /** Undefined: it is not shown any more. */
  show(key: string, version: RowVersion, row: object | undefined): void;
}
