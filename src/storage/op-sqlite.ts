import type { SqliteConnection } from './sqlite-driver.ts';
import { codeInWords, mobileDriver } from './sqlite-mobile.ts';
import { createSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';

/** `open` of `@op-engineering/op-sqlite`. Nothing of it is imported here. */
export type OpenOpSqlite = (options: { name: string; location?: string; encryptionKey?: string }) => OpDatabase;

export interface OpDatabase {
  execute(query: string, params?: (string | number)[]): Promise<{ readonly rows: readonly object[] }>;
  close(): void;
  /** Closes it and removes its file. */
  delete(): void;
}

export interface OpSqliteOptions {
  readonly open: OpenOpSqlite;
  /** Where the files are. Default: where op-sqlite puts them. */
  readonly location?: string;
  /** For an op-sqlite that was built with SQLCipher: what is on the disk can be read with it alone. */
  readonly encryptionKey?: string;
}

/**
 * Keeps everything in files of op-sqlite: a strict commit survives a power cut.
 *
 * @example
 * ```ts
 * createClient(laravelPos, { …, storage: opSqlite({ open }) })
 * ```
 */
export function opSqlite({ open, location, encryptionKey }: OpSqliteOptions): Store {
  const opened = (name: string): OpDatabase =>
    open({ name, ...(location !== undefined && { location }), ...(encryptionKey !== undefined && { encryptionKey }) });
  return createSqliteStore(
    mobileDriver({
      open: (file) => connectionTo(opened(file)),
      remove: (file) => opened(file).delete(),
      codeOf: codeInWords,
    }),
  );
}

function connectionTo(database: OpDatabase): SqliteConnection {
  return {
    async exec(sql) {
      // One at a time. None of a store's statements has a semicolon in a text.
      for (const statement of sql.split(';')) if (statement.trim() !== '') await database.execute(statement);
    },
    async prepare(sql) {
      // Its own prepared statements live until the garbage is collected, and keep the file locked after it was closed. So
      // each is executed anew; explaining it shows at once whether it could be.
      if (sql.startsWith('SELECT')) await database.execute(`EXPLAIN ${sql}`);
      return {
        run: (values) => database.execute(sql, [...values]),
        all: async (values) => (await database.execute(sql, [...values])).rows as readonly Record<string, unknown>[],
      };
    },
    close: () => database.close(),
  };
}
