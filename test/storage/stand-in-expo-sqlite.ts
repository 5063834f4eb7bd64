// Behaves as expo-sqlite does, over the SQLite of Node: the same calls with the same promises, statements with a cursor that
// has to be read to its end, errors in words, connections that are shared unless a new one is asked for.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { ExpoDatabase, ExpoSqlite, ExpoStatement } from '../../src/storage/expo-sqlite.ts';

/** What became of it over the bridge: the words of SQLite, with or without their number. */
function rejection(call: string, error: unknown): Error {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
  // Android's and iOS's `exec` leave the number out.
  const number = call === 'execAsync' || code === undefined ? '' : `Error code ${code}: `;
  const words = error instanceof Error ? error.message : String(error);
  return Object.assign(new Error(`Calling the '${call}' function has failed\n→ Caused by: ${number}${words}`), {
    code: 'ERR_INTERNAL_SQLITE_ERROR',
  });
}

async function over<Result>(call: string, work: () => Result): Promise<Result> {
  await Promise.resolve();
  try {
    return work();
  } catch (error) {
    throw rejection(call, error);
  }
}

export interface StandInExpoSqlite extends ExpoSqlite {
  /** Statements that nobody finalised although their database was closed. */
  readonly forgotten: number;
}

export function standInExpoSqlite(defaultDirectory: string): StandInExpoSqlite {
  const cached = new Map<string, ExpoDatabase>();
  let forgotten = 0;

  function databaseAt(path: string, whenClosed: () => void): ExpoDatabase {
    const native = new DatabaseSync(path);
    const statements = new Set<ExpoStatement>();

    function statementOf(prepared: StatementSync): ExpoStatement {
      let failure: unknown;
      const statement: ExpoStatement = {
        executeAsync: (params) =>
          over('runAsync', () => {
            try {
              const rows = prepared.columns().length > 0 ? prepared.all(...params) : void prepared.run(...params);
              return { getAllAsync: () => over('getAllAsync', () => [...(rows ?? [])]) };
            } catch (error) {
              failure = error;
              throw error;
            }
          }),
        finalizeAsync: () =>
          over('finalizeAsync', () => {
            if (!statements.delete(statement)) throw new Error('Access to closed resource');
            // sqlite3_finalize gives back what the last step failed with.
            if (failure !== undefined) throw failure;
          }),
      };
      statements.add(statement);
      return statement;
    }

    return {
      execAsync: (source) => over('execAsync', () => native.exec(source)),
      prepareAsync: (source) => over('prepareAsync', () => statementOf(native.prepare(source))),
      closeAsync: () =>
        over('closeAsync', () => {
          forgotten += statements.size;
          native.close();
          whenClosed();
        }),
    };
  }

  return {
    get forgotten() {
      return forgotten;
    },
    async openDatabaseAsync(databaseName, options = {}, directory = defaultDirectory) {
      await Promise.resolve();
      mkdirSync(directory, { recursive: true });
      const path = join(directory, databaseName);
      const known = options.useNewConnection === true ? undefined : cached.get(path);
      if (known !== undefined) return known;
      try {
        const database = databaseAt(path, () => void cached.delete(path));
        if (options.useNewConnection !== true) cached.set(path, database);
        return database;
      } catch {
        throw Object.assign(new Error('Could not open database'), { code: 'E_SQLITE_OPEN_DATABASE' });
      }
    },
    async deleteDatabaseAsync(databaseName, directory = defaultDirectory) {
      await Promise.resolve();
      const path = join(directory, databaseName);
      const refused = (why: string): Error => Object.assign(new Error(why), { code: 'E_SQLITE_DELETE_DATABASE' });
      if (cached.has(path)) throw refused(`Unable to delete database ${path} that is currently open.`);
      if (!existsSync(path)) throw refused(`Database ${path} not found`);
      rmSync(path);
    },
  };
}
