// A file of Node's built-in SQLite. It is looked for when a file is wanted: what keeps nothing, `heard dev` among it, also starts
// on a Node that has none.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import type { DatabaseSync } from 'node:sqlite';
import { HeardError } from '../errors.ts';

const waitForOthersMs = 5_000;

/** The file and its folder are made if need be. `:memory:` keeps nothing. */
export function openSqlite(file: string): DatabaseSync {
  // An `import` would end the process before anybody could say why. The types know no Node without it.
  const sqlite = process.getBuiltinModule('node:sqlite') as typeof import('node:sqlite') | undefined;
  if (sqlite === undefined) {
    throw new HeardError('options-invalid', `Node ${process.versions.node} has no SQLite to keep ${file} with.`, {
      remediation: 'Use Node 22.13 or newer, or keep it in memory.',
    });
  }
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return new sqlite.DatabaseSync(file, { timeout: waitForOthersMs });
}
