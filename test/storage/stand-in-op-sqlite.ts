// Behaves as op-sqlite does, over the SQLite of Node: `execute` prepares, runs and forgets, and errors are words alone.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { OpenOpSqlite } from '../../src/storage/op-sqlite.ts';

export const standInOpSqlite =
  (defaultLocation: string): OpenOpSqlite =>
  ({ name, location = defaultLocation }) => {
    mkdirSync(location, { recursive: true });
    const path = join(location, name);
    const native = new DatabaseSync(path);
    return {
      async execute(query, params = []) {
        await Promise.resolve();
        try {
          const statement = native.prepare(query);
          const rows = statement.columns().length > 0 ? statement.all(...params) : void statement.run(...params);
          return { rows: [...(rows ?? [])] };
        } catch (error) {
          throw new Error(`[op-sqlite] statement execution error: ${error instanceof Error ? error.message : ''}`, {
            cause: error,
          });
        }
      },
      close: () => native.close(),
      delete() {
        native.close();
        if (!existsSync(path)) throw new Error(`[op-sqlite]: No database by this name exists: ${path}`);
        rmSync(path);
      },
    };
  };
