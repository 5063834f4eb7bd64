import { digest } from '../lib/digest.ts';
import { parsed, readable, type Found } from './found.ts';
import { layoutVersion, tablesAfter } from './migrations.ts';
import { fromOrderedText, toOrderedText } from './ordered-text.ts';
import type { SqliteConnection, SqliteDriver, SqliteStatement } from './sqlite-driver.ts';
import { sqliteFault } from './sqlite-faults.ts';
import { StoreError, type Commit, type KeyRange, type StoredRecord, type StoreTable, type Write } from './store.ts';

/** One open file, asked one thing at a time. */
export interface SqliteFile {
  read(table: StoreTable, range: KeyRange): Promise<readonly StoredRecord[]>;
  commit(commit: Commit): Promise<void>;
  /** Tables of which something had to be set aside. */
  readonly unreadable: ReadonlySet<StoreTable>;
  close(): Promise<void>;
}

/** A commit, and who is to be told of it. */
interface Waiting {
  readonly commit: Commit;
  readonly written: () => void;
  readonly refused: (error: unknown) => void;
}

interface FoundText extends Found {
  readonly text: string;
}

/** Opens it and brings it up to date. A file that cannot be read is moved out of the way, and the next opening starts anew. */
export async function openSqliteFile(driver: SqliteDriver, file: string): Promise<SqliteFile> {
  let connection: SqliteConnection | undefined;
  try {
    connection = await driver.open(file);
    await prepareFile(connection);
    return createSqliteFile(driver, connection);
  } catch (error) {
    const fault = sqliteFault(error, driver.codeOf(error));
    try {
      await connection?.close();
    } catch {
      // The first error is the one to tell.
    }
    if (fault.fault !== 'corrupt') throw new StoreError(fault.fault, `${file}: ${fault.message}`, { cause: error });
    const where = await driver.setAside(file);
    const kept = `It was kept as ${where}; opening again starts with an empty one.`;
    throw new StoreError('corrupt', `${file}: ${fault.message} ${kept}`, { cause: error });
  }
}

async function prepareFile(connection: SqliteConnection): Promise<void> {
  const ask = async (pragma: string): Promise<unknown> => {
    const [row = {}] = await (await connection.prepare(`PRAGMA ${pragma}`)).all([]);
    return Object.values(row)[0];
  };
  // The lock is the operating system's and ends with the process, however it ends: there is no stale one to be broken.
  // Asked for first, because the next statement takes it and a second process must not get past that.
  await connection.exec('PRAGMA locking_mode = EXCLUSIVE');
  const version = Number(await ask('user_version'));
  if (version > layoutVersion)
    throw new StoreError(
      'newer',
      `It was written by a newer heard (layout ${version}, this one knows ${layoutVersion}).`,
    );
  await ask('journal_mode = WAL');
  // The last two matter where fsync alone does not reach the disk (macOS).
  await connection.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1');
  const found = await ask('quick_check(1)');
  if (found !== 'ok') throw new StoreError('corrupt', `The database is damaged: ${String(found)}.`);
  // What an earlier process left in the log is written again, and not believed to be on the disk because it can be read.
  await ask('wal_checkpoint(TRUNCATE)');
  const upgrade = async (): Promise<void> => {
    for (const table of tablesAfter(version)) await connection.exec(creation(table));
    await connection.exec(`PRAGMA user_version = ${layoutVersion}`);
  };
  if (version < layoutVersion) await inTransaction(connection, upgrade);
  for (const table of tablesAfter(0)) await requireTable(connection, table);
}

const creation = (table: StoreTable): string =>
  `CREATE TABLE IF NOT EXISTS "${table}" (key TEXT PRIMARY KEY, value TEXT NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID`;

/** A damaged layout is well-formed SQL, and shows only when it is used: better now than at the first order. */
async function requireTable(connection: SqliteConnection, table: StoreTable): Promise<void> {
  try {
    await connection.prepare(`SELECT key, value, digest FROM "${table}"`);
  } catch (error) {
    throw new StoreError('corrupt', `The table ${table} is damaged.`, { cause: error });
  }
}

async function inTransaction(connection: SqliteConnection, write: () => Promise<void>): Promise<void> {
  await connection.exec('BEGIN IMMEDIATE');
  try {
    await write();
    await connection.exec('COMMIT');
  } catch (error) {
    try {
      await connection.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full or fails. The first error is the one to tell.
    }
    throw error;
  }
}

function createSqliteFile(driver: SqliteDriver, connection: SqliteConnection): SqliteFile {
  const statements = new Map<string, SqliteStatement>();
  const unreadable = new Set<StoreTable>();
  let durability: Commit['durability'] = 'strict';
  let last: Promise<unknown> = Promise.resolve();
  /** Commits whose turn has not come, with nothing between them: they will share one transaction, and one fsync. */
  let gathering: Waiting[] | undefined;

  /** One at a time: a read between two writes of a commit would see half of it. */
  function next<Result>(operation: () => Promise<Result>): Promise<Result> {
    gathering = undefined;
    const result = last.then(operation).catch((error: unknown) => {
      throw sqliteFault(error, driver.codeOf(error));
    });
    last = result.catch(() => undefined);
    return result;
  }

  async function statement(sql: string): Promise<SqliteStatement> {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const prepared = await connection.prepare(sql);
    statements.set(sql, prepared);
    return prepared;
  }

  /** A bit that fell over inside a text goes unnoticed by SQLite, and by JSON when it hits a digit. */
  const digestOf = (key: string, text: string): string => digest(`${key} ${text}`);

  async function put({ table, key, value }: Write): Promise<void> {
    const ordered = toOrderedText(key);
    if (value === undefined) {
      await (await statement(`DELETE FROM "${table}" WHERE key = ?`)).run([ordered]);
      return;
    }
    const text = JSON.stringify(value);
    const insert = await statement(`INSERT OR REPLACE INTO "${table}" (key, value, digest) VALUES (?, ?, ?)`);
    await insert.run([ordered, text, digestOf(ordered, text)]);
  }

  function found({ key, value, digest }: Readonly<Record<string, unknown>>): FoundText {
    const [ordered, text] = [String(key), String(value)];
    return {
      key: fromOrderedText(ordered),
      text,
      value: digest === digestOf(ordered, text) ? parsed(text) : undefined,
    };
  }

  async function select(
    table: StoreTable,
    { after, before, limit = Infinity }: KeyRange,
  ): Promise<readonly FoundText[]> {
    const bounds = [
      ...(after === undefined ? [] : [{ sql: 'key > ?', key: after }]),
      ...(before === undefined ? [] : [{ sql: 'key < ?', key: before }]),
    ];
    const where = bounds.length === 0 ? '' : ` WHERE ${bounds.map(({ sql }) => sql).join(' AND ')}`;
    const selected = await statement(`SELECT key, value, digest FROM "${table}"${where} ORDER BY key LIMIT ?`);
    const values = [...bounds.map(({ key }) => toOrderedText(key)), Number.isFinite(limit) ? limit : -1];
    return (await selected.all(values)).map(found);
  }

  /**
   * Moves what cannot be read to `set-aside`. The table is built anew rather than changed: when it was a key that was
   * damaged, its tree is out of order, and taking something out of such a tree takes out something else.
   */
  const setAsideUnreadable = (table: StoreTable): Promise<void> =>
    inTransaction(connection, async () => {
      const all = await select(table, {});
      await connection.exec(`DROP TABLE "${table}"`);
      await connection.exec(creation(table));
      for (const { key, text, value } of all) {
        if (value !== undefined) await put({ table, key, value });
        else {
          const record = { table, key, text, reason: 'its digest is wrong' };
          await put({ table: 'set-aside', key: `${table} ${key} ${digest(text)}`, value: record });
        }
      }
    });

  async function holds({ table, key, value }: NonNullable<Commit['only']>): Promise<boolean> {
    const [row] = await (await statement(`SELECT value FROM "${table}" WHERE key = ?`)).all([toOrderedText(key)]);
    return row?.['value'] === (value === undefined ? undefined : JSON.stringify(value));
  }

  async function write(group: readonly Waiting[]): Promise<void> {
    const strictest = group.some(({ commit }) => commit.durability === 'strict') ? 'strict' : 'relaxed';
    if (strictest !== durability) {
      // The fsync of the next strict commit covers everything that was written to the log before it.
      await connection.exec(`PRAGMA synchronous = ${strictest === 'strict' ? 'FULL' : 'NORMAL'}`);
      durability = strictest;
    }
    const fenced = new Set<Waiting>();
    await inTransaction(connection, async () => {
      for (const each of group) {
        const { only, writes } = each.commit;
        // Before anything of it is written, so that the others need not be undone with it.
        if (only !== undefined && !(await holds(only))) fenced.add(each);
        else for (const one of writes) await put(one);
      }
    });
    for (const each of group) {
      const { only } = each.commit;
      if (only === undefined || !fenced.has(each)) each.written();
      else each.refused(new StoreError('fenced', `${only.table} ${only.key} has changed: nothing was written.`));
    }
  }

  /** Tells each of them what became of it. */
  async function settle(group: readonly Waiting[]): Promise<void> {
    try {
      await write(group);
    } catch (error) {
      const fault = sqliteFault(error, driver.codeOf(error));
      const isUsable = fault.fault !== 'lost' && fault.fault !== 'corrupt';
      // One by one, so that the one for which there is no room is the only one that is refused.
      if (group.length > 1 && isUsable) for (const each of group) await settle([each]);
      else for (const each of group) each.refused(fault);
    }
  }

  return {
    unreadable,
    read: (table, range) =>
      next(async () => {
        const found = await select(table, range);
        if (found.every(({ value }) => value !== undefined)) return readable(found);
        await setAsideUnreadable(table);
        unreadable.add(table);
        // Again, so that a page is full although some of it was set aside.
        return readable(await select(table, range));
      }),
    commit: (commit) =>
      new Promise((written, refused) => {
        const group = gathering ?? [];
        group.push({ commit, written, refused });
        if (gathering !== undefined) return;
        void next(async () => {
          if (gathering === group) gathering = undefined;
          await settle(group);
        });
        gathering = group;
      }),
    close: () =>
      next(async () => {
        statements.clear();
        await connection.close();
      }),
  };
}
