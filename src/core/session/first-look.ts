// What every start reads of the memory, asked for at once. A browser takes its milliseconds to answer however little it is asked, and
// one question after the other keeps what the device knows from the screen.
import type { KeyRange, StoredRecord, StoreTable } from '../../storage/store.ts';
import type { FencedDatabase } from './fenced-database.ts';

export interface FirstLook extends Pick<FencedDatabase, 'read' | 'commit' | 'isDegraded'> {
  /** Everything is read as it is from now on. */
  end(): void;
}

const wanted = ['seen', 'inbox', 'dead-letters', 'outbox', 'cursors', 'rows'] as const satisfies readonly StoreTable[];

/** Of a database that nobody else changes, except that others take in: and that is as if they did it a moment later. */
export function lookFirst(database: Pick<FencedDatabase, 'read' | 'commit' | 'isDegraded'>): FirstLook {
  const { isDegraded } = database;
  const looks = new Map<StoreTable, Promise<readonly StoredRecord[]>>();
  for (const table of wanted) {
    const look = database.read(table);
    // For whoever asks for it.
    look.catch(() => undefined);
    looks.set(table, look);
  }

  return {
    get isDegraded() {
      return database.isDegraded;
    },
    async read(table, range) {
      const look = looks.get(table);
      if (look === undefined) return database.read(table, range);
      const records = await look;
      // The memory that was looked at is not the one that is used now.
      if (database.isDegraded !== isDegraded) return database.read(table, range);
      return within(records, range);
    },
    commit(commit) {
      for (const { table } of commit.writes) looks.delete(table);
      return database.commit(commit);
    },
    end: () => looks.clear(),
  };
}

const within = (records: readonly StoredRecord[], { after, before, limit }: KeyRange = {}): readonly StoredRecord[] =>
  records
    .filter(({ key }) => (after === undefined || key > after) && (before === undefined || key < before))
    .slice(0, limit);
