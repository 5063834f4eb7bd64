import type { SqliteConnection } from './sqlite-driver.ts';
import { codeInWords, mobileDriver } from './sqlite-mobile.ts';
import { createSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';

/** `import * as SQLite from 'expo-sqlite'`, from Expo SDK 51. Nothing of it is imported here. */
export interface ExpoSqlite {
  openDatabaseAsync(
    databaseName: string,
    options?: { useNewConnection?: boolean },
    directory?: string,
  ): Promise<ExpoDatabase>;
  deleteDatabaseAsync(databaseName: string, directory?: string): Promise<void>;
}

export interface ExpoDatabase {
  execAsync(source: string): Promise<void>;
  prepareAsync(source: string): Promise<ExpoStatement>;
  closeAsync(): Promise<void>;
}

export interface ExpoStatement {
  executeAsync(params: (string | number)[]): Promise<ExpoResult>;
  finalizeAsync(): Promise<void>;
}

export interface ExpoResult {
  getAllAsync(): Promise<unknown[]>;
}

export interface ExpoSqliteOptions {
  readonly SQLite: ExpoSqlite;
  /** Where the files are. Default: where expo-sqlite puts them. Not into a folder that several apps share: iOS ends an app that sleeps with a locked file there. */
  readonly directory?: string;
}

/**
 * Keeps everything in files of expo-sqlite: a strict commit survives a power cut.
 *
 * @example
 * ```ts
 * createClient(laravelPos, { …, storage: expoSqlite({ SQLite }) })
 * ```
 */
export const expoSqlite = ({ SQLite, directory }: ExpoSqliteOptions): Store =>
  createSqliteStore(
    mobileDriver({
      // The connection that expo-sqlite shares between all who open a name would mix their transactions.
      open: async (file) => connectionTo(await SQLite.openDatabaseAsync(file, { useNewConnection: true }, directory)),
      remove: (file) => SQLite.deleteDatabaseAsync(file, directory),
      codeOf,
    }),
  );

function connectionTo(database: ExpoDatabase): SqliteConnection {
  const prepared: ExpoStatement[] = [];
  return {
    exec: (sql) => database.execAsync(sql),
    async prepare(sql) {
      const statement = await database.prepareAsync(sql);
      prepared.push(statement);
      return {
        run: (values) => statement.executeAsync([...values]),
        async all(values) {
          const result = await statement.executeAsync([...values]);
          // To its end: a statement that has more to give keeps its lock.
          return (await result.getAllAsync()) as readonly Readonly<Record<string, unknown>>[];
        },
      };
    },
    async close() {
      // It says again what it failed with the last time, which has been told.
      for (const statement of prepared) await statement.finalizeAsync().catch(() => undefined);
      await database.closeAsync();
    },
  };
}

/** A file that cannot be opened has a code of Expo's own, and no words of SQLite. */
function codeOf(error: unknown): number | undefined {
  const known = error instanceof Error && 'code' in error ? error.code : undefined;
  if (known === 'E_SQLITE_OPEN_DATABASE' || known === 'ERR_OPEN_DATABASE') return 14;
  return codeInWords(error);
}
