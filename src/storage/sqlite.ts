import { nodeSqliteDriver } from './sqlite-node.ts';
import { createSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';

export interface SqliteOptions {
  /**
   * Where the files are; it is created if need be. On a disk of this machine: network folders do not lock reliably. One
   * process has it at a time, a second one is refused with `locked` until the first has ended, in whatever way.
   */
  readonly folder: string;
}

/**
 * Keeps everything in files of Node's built-in SQLite: a strict commit survives a power cut.
 *
 * @example
 * ```ts
 * createClient(laravelPos, { …, storage: sqlite({ folder: '/var/lib/gateway' }) })
 * ```
 */
export const sqlite = ({ folder }: SqliteOptions): Store => createSqliteStore(nodeSqliteDriver(folder));
