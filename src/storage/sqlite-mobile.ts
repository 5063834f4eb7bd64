// What the SQLites of React Native have in common: they open and delete files by name, can neither rename nor list them,
// and say what went wrong in words.
import type { Awaitable, SqliteConnection, SqliteDriver } from './sqlite-driver.ts';

export interface MobileSqlite {
  /** A connection of its own, that nothing else of the app shares. */
  open(file: string): Awaitable<SqliteConnection>;
  /** Fails for a file that is not there, and for one that cannot be removed. */
  remove(file: string): Awaitable<unknown>;
  codeOf(error: unknown): number | undefined;
}

/** Knows which files were set aside. It begins like no other file of a store. */
const indexFile = 'heard.set-aside.sqlite';

/**
 * Where nothing can be renamed, a file that cannot be read stays where it is, and the next one gets another number behind
 * its name. A small database remembers the numbers; should it be lost itself, the numbers are found again one by one, for
 * the first files are still unreadable.
 */
export function mobileDriver(sqlite: MobileSqlite): SqliteDriver {
  let last: Promise<unknown> = Promise.resolve();

  /** One at a time: two connections would refuse each other the lock. */
  function inIndex<Result>(work: (index: SqliteConnection) => Promise<Result>): Promise<Result> {
    const result = last.then(() => withIndex(work));
    last = result.catch(() => undefined);
    return result;
  }

  async function withIndex<Result>(work: (index: SqliteConnection) => Promise<Result>, isNew = false): Promise<Result> {
    let index: SqliteConnection | undefined;
    try {
      index = await sqlite.open(indexFile);
      await index.exec('CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY, number INTEGER NOT NULL)');
      return await work(index);
    } catch (error) {
      if (isNew || !isUnreadable(sqlite.codeOf(error))) throw error;
      await index?.close();
      index = undefined;
      await sqlite.remove(indexFile);
      return await withIndex(work, true);
    } finally {
      await index?.close();
    }
  }

  async function numberOf(index: SqliteConnection, file: string): Promise<number> {
    const statement = await index.prepare('SELECT number FROM files WHERE name = ?');
    const [row] = await statement.all([file]);
    return Number(row?.['number'] ?? 0);
  }

  /** Neither SQLite tells apart what is not there and what cannot be removed: made anew, it is there for certain. */
  async function remove(file: string): Promise<void> {
    try {
      await sqlite.remove(file);
    } catch {
      const connection = await sqlite.open(file);
      try {
        await connection.exec('PRAGMA user_version = 0');
      } finally {
        await connection.close();
      }
      await sqlite.remove(file);
    }
  }

  return {
    survives: 'power-loss',
    open: async (file) => sqlite.open(named(file, await inIndex((index) => numberOf(index, file)))),
    setAside: (file) =>
      inIndex(async (index) => {
        const number = await numberOf(index, file);
        await (
          await index.prepare('INSERT OR REPLACE INTO files (name, number) VALUES (?, ?)')
        ).run([file, number + 1]);
        return named(file, number);
      }),
    remove: (file) =>
      inIndex(async (index) => {
        // The newest first: when it ends in between, the next time removes the rest.
        for (let number = await numberOf(index, file); number >= 0; number -= 1) await remove(named(file, number));
        await (await index.prepare('DELETE FROM files WHERE name = ?')).run([file]);
      }),
    codeOf: (error) => sqlite.codeOf(error),
  };
}

const named = (file: string, number: number): string => (number === 0 ? file : `${file}.${number}`);

const isUnreadable = (code: number | undefined): boolean => code === 11 || code === 26;

/** As `sqlite3_errstr` says them, in every language of a device: https://sqlite.org/src/file?name=src/main.c */
const sayings: readonly (readonly [string, number])[] = [
  ['database is locked', 5],
  ['database table is locked', 6],
  ['attempt to write a readonly database', 8],
  ['disk I/O error', 10],
  ['database disk image is malformed', 11],
  ['database or disk is full', 13],
  ['unable to open database file', 14],
  ['file is not a database', 26],
];

/** There is no code to read, or not on every platform and in every version: so the words of SQLite are read, which do not change. */
export function codeInWords(error: unknown): number | undefined {
  const words = error instanceof Error ? error.message : '';
  const code = /\berror code (\d+)/i.exec(words)?.[1];
  return code === undefined ? sayings.find(([saying]) => words.includes(saying))?.[1] : Number(code);
}
