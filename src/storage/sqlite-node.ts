import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SqliteDriver } from './sqlite-driver.ts';
import { StoreError, type StoreFault } from './store.ts';

/** SQLite's own files beside the database. */
const beside = ['', '-wal', '-shm', '-journal'] as const;

/** Files by name in a folder. */
export function nodeSqliteDriver(folder: string): SqliteDriver {
  const pathOf = (file: string): string => join(folder, file);

  return {
    survives: 'power-loss',
    open(file) {
      const path = pathOf(file);
      makeFolder(folder);
      // SQLite opens what it may not write to for reading, and complains much later and less clearly.
      for (const each of [folder, path]) if (existsSync(each)) requireAccess(each);
      const database = new DatabaseSync(path);
      return {
        exec: (sql) => database.exec(sql),
        prepare(sql) {
          const statement = database.prepare(sql);
          return {
            run: (values) => statement.run(...values),
            all: (values) => statement.all(...values),
          };
        },
        close: () => database.close(),
      };
    },
    setAside(file) {
      for (let number = 1; ; number += 1) {
        const aside = `${pathOf(file)}.corrupt-${number}`;
        if (existsSync(aside)) continue;
        for (const suffix of beside)
          if (existsSync(pathOf(file) + suffix)) renameSync(pathOf(file) + suffix, aside + suffix);
        syncFolder(folder);
        return aside;
      }
    },
    remove(file) {
      if (!existsSync(folder)) return;
      const aside = readdirSync(folder).filter((each) => each.startsWith(`${file}.corrupt-`));
      for (const each of [...beside.map((suffix) => file + suffix), ...aside]) rmSync(pathOf(each), { force: true });
    },
    codeOf: (error) =>
      error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined,
  };
}

const faultOfSystem: Readonly<Record<string, StoreFault>> = {
  EROFS: 'read-only',
  EACCES: 'read-only',
  EPERM: 'read-only',
  ENOSPC: 'full',
  EDQUOT: 'full',
};

/** What the operating system refused, in the words of the seam. */
function refusal(what: string, path: string, error: unknown): StoreError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
  return new StoreError(faultOfSystem[code] ?? 'unavailable', `${path} ${what} (${code}).`, { cause: error });
}

function requireAccess(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw refusal('cannot be read and written', path, error);
  }
}

function makeFolder(folder: string): void {
  try {
    // For nobody else on this machine: there are names and telephone numbers in it.
    const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
    // A folder is on the disk when the folder that it is in is.
    if (first !== undefined) syncFolder(dirname(first));
  } catch (error) {
    throw refusal('cannot be created', folder, error);
  }
}

function syncFolder(folder: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(folder, 'r');
  } catch {
    // Windows opens no folder, and needs no such thing.
    return;
  }
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
