import type { StoreTable } from './store.ts';

interface Layout {
  readonly version: number;
  /** Tables that are there from this version on. */
  readonly adds: readonly StoreTable[];
}

/**
 * How what is on disk came to be laid out as it is, the same in every store. A version that was released is never edited:
 * a change is a further one. Only the layout is versioned here; what a value means is known to whoever wrote it, so each
 * record that outlives a release carries its own version.
 */
const layouts: readonly Layout[] = [
  {
    version: 1,
    adds: ['cursors', 'seen', 'rows', 'journal', 'inbox', 'outbox', 'collections', 'dead-letters', 'meta'],
  },
  { version: 2, adds: ['set-aside'] },
  /** In IndexedDB rows that are written together are one record from here on; SQLite has nothing to change. */
  { version: 3, adds: [] },
];

export const layoutVersion: number = Math.max(...layouts.map(({ version }) => version));

/** What an upgrade from that version has to create; 0 is nothing at all. */
export const tablesAfter = (version: number): readonly StoreTable[] =>
  layouts.filter((layout) => layout.version > version).flatMap(({ adds }) => adds);
