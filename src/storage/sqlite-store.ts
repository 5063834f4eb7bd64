import { digest } from '../lib/digest.ts';
import { createHandle, type Handle } from './handle.ts';
import { unlessGivenUp } from './opening.ts';
import type { SqliteDriver } from './sqlite-driver.ts';
import { openSqliteFile, type SqliteFile } from './sqlite-file.ts';
import { sqliteFault } from './sqlite-faults.ts';
import { commitCopy, isEmptyRange } from './stored-copy.ts';
import type { Database, Store } from './store.ts';

export type { Awaitable, SqliteConnection, SqliteDriver, SqliteStatement } from './sqlite-driver.ts';

/** One file, and the databases that were opened on it: SQLite lets one connection have it, so they share that. */
interface Shared {
  readonly file: Promise<SqliteFile>;
  readonly handles: Set<Handle>;
}

/**
 * A store in the files of any SQLite. One file for each database; while it is open no other process can open it.
 *
 * @example
 * ```ts
 * const store = createSqliteStore(expoDriver)
 * ```
 */
export function createSqliteStore(driver: SqliteDriver): Store {
  const shared = new Map<string, Shared>();
  /** A file that is being closed is opened again only afterwards, or it would be locked by ourselves. */
  const closing = new Map<string, Promise<unknown>>();

  function share(fileName: string): Shared {
    const existing = shared.get(fileName);
    if (existing !== undefined) return existing;
    const opening = (closing.get(fileName) ?? Promise.resolve()).then(() => openSqliteFile(driver, fileName));
    const fresh = { file: opening, handles: new Set<Handle>() };
    shared.set(fileName, fresh);
    return fresh;
  }

  /** Nobody uses it any more: the next opening starts anew. */
  async function release(fileName: string, gone: Shared): Promise<void> {
    if (shared.get(fileName) === gone) shared.delete(fileName);
    const closed = gone.file.then((file) => file.close());
    const settled = closed.catch(() => undefined);
    closing.set(fileName, settled);
    try {
      await closed;
    } finally {
      if (closing.get(fileName) === settled) closing.delete(fileName);
    }
  }

  async function open(fileName: string): Promise<Database> {
    const own = share(fileName);
    const handle = createHandle();
    own.handles.add(handle);
    try {
      return opened(fileName, own, handle, await own.file);
    } catch (error) {
      if (shared.get(fileName) === own) shared.delete(fileName);
      throw error;
    }
  }

  function opened(fileName: string, own: Shared, handle: Handle, file: SqliteFile): Database {
    /** After these nothing that the connection says can be trusted. */
    async function guarded<Result>(operation: Promise<Result>): Promise<Result> {
      try {
        return await operation;
      } catch (error) {
        const fault = sqliteFault(error, driver.codeOf(error));
        if (fault.fault === 'lost' || fault.fault === 'corrupt') {
          for (const each of own.handles) each.lose(fault.fault, error);
          if (shared.get(fileName) === own) await release(fileName, own).catch(() => undefined);
        }
        throw fault;
      }
    }

    return {
      survives: driver.survives,
      unreadable: file.unreadable,
      read: (table, range = {}) =>
        handle.run(() => (isEmptyRange(table, range) ? [] : guarded(file.read(table, range)))),
      commit: (commit) =>
        handle.run(() => {
          const copy = commitCopy(commit);
          return guarded(file.commit(copy));
        }),
      close: () =>
        handle.close(async () => {
          own.handles.delete(handle);
          if (own.handles.size === 0 && shared.get(fileName) === own) await release(fileName, own);
        }),
      onLost: handle.onLost,
    };
  }

  return {
    open: (name, signal) => unlessGivenUp(signal, () => open(fileNameOf(name))),
    async destroy(name) {
      const fileName = fileNameOf(name);
      const own = shared.get(fileName);
      if (own !== undefined) {
        for (const handle of own.handles) handle.lose('lost');
        await release(fileName, own).catch(() => undefined);
      }
      await closing.get(fileName);
      try {
        // Whoever has it open would lose it in silence.
        await (await openSqliteFile(driver, fileName)).close();
      } catch (error) {
        const { fault } = sqliteFault(error, driver.codeOf(error));
        if (fault === 'locked' || fault === 'read-only') throw error;
      }
      await driver.remove(fileName);
    },
  };
}

/** Fits every file system: no capital (`A` and `a` are one file on many), nothing that a folder or a drive is written with. */
export function fileNameOf(name: string): string {
  const spelt = name.replace(/[^a-z0-9._-]/g, (unit) => `~${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  // A file name has at most 255 bytes, some of which SQLite needs for the names of its own files.
  const short = spelt.length <= 180 ? spelt : `${spelt.slice(0, 150)}~~${digest(name)}`;
  return `heard-${short}.sqlite`;
}
