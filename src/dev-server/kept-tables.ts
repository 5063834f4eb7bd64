import { openSqlite } from '../emit/open-sqlite.ts';
import { sqliteIdempotency } from '../emit/sqlite-idempotency.ts';
import type { Keep } from './keep.ts';

export interface KeptTables extends Keep {
  close(): Promise<void>;
}

const schema = `
  CREATE TABLE IF NOT EXISTS kept (
    place INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    UNIQUE (name, key)
  ) STRICT;
`;

/** Keeps tables in a file of Node's built-in SQLite: the one of `sqliteLog`. */
export function keptTables(file: string): KeptTables {
  const answers = sqliteIdempotency({ file });
  const database = openSqlite(file);
  // Nothing waits for the disk here: the event that tells of a change goes into the same journal behind it, and that waits.
  // So a number that an event has is not given again, even after a power cut.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  database.exec(schema);
  const sql = {
    load: database.prepare('SELECT key, value FROM kept WHERE name = ? ORDER BY place'),
    // A row that is replaced gets the last place.
    put: database.prepare('INSERT OR REPLACE INTO kept (name, key, value) VALUES (?, ?, ?)'),
    remove: database.prepare('DELETE FROM kept WHERE name = ? AND key = ?'),
  };

  return {
    load: (table) => sql.load.all(table).map(({ key, value }) => [String(key), JSON.parse(String(value)) as unknown]),
    put(table, key, value) {
      if (value === undefined) sql.remove.run(table, key);
      else sql.put.run(table, key, JSON.stringify(value));
    },
    together(work) {
      if (database.isTransaction) return work();
      database.exec('BEGIN IMMEDIATE');
      try {
        work();
        database.exec('COMMIT');
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    answers,
    async close() {
      await answers.close();
      if (database.isOpen) database.close();
    },
  };
}
