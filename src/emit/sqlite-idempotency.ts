import type { Begun, IdempotencyStore, StoredAnswer } from './idempotency-store.ts';
import { openSqlite } from './open-sqlite.ts';

export interface SqliteIdempotency extends IdempotencyStore {
  close(): Promise<void>;
}

export interface SqliteIdempotencyOptions {
  /** The file; it and its folder are made if need be. It may be the one of `sqliteLog`. */
  readonly file: string;
}

const schema = `
  CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, attempt TEXT NOT NULL, digest TEXT NOT NULL, until INTEGER NOT NULL,
    status INTEGER, headers TEXT, body BLOB
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS idempotency_until ON idempotency (until);
`;

/** Remembers answers over restarts, for all processes of one machine. */
export function sqliteIdempotency({ file }: SqliteIdempotencyOptions): SqliteIdempotency {
  const database = openSqlite(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec('PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1');
  database.exec(schema);
  const own = 'key = ? AND attempt = ? AND status IS NULL';
  const sql = {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    rollback: database.prepare('ROLLBACK'),
    forget: database.prepare('DELETE FROM idempotency WHERE until <= ?'),
    find: database.prepare('SELECT digest, status, headers, body FROM idempotency WHERE key = ?'),
    take: database.prepare('INSERT INTO idempotency (key, attempt, digest, until) VALUES (?, ?, ?, ?)'),
    prolong: database.prepare(`UPDATE idempotency SET until = ? WHERE ${own}`),
    finish: database.prepare(`UPDATE idempotency SET until = ?, status = ?, headers = ?, body = ? WHERE ${own}`),
    release: database.prepare(`DELETE FROM idempotency WHERE ${own}`),
  };

  return {
    async begin(key, { id, digest, nowMs, untilMs }): Promise<Begun> {
      sql.begin.run();
      try {
        sql.forget.run(nowMs);
        const there = sql.find.get(key);
        if (there === undefined) sql.take.run(key, id, digest, untilMs);
        sql.commit.run();
        return there === undefined ? { kind: 'run' } : foundAs(there);
      } catch (error) {
        if (database.isTransaction) sql.rollback.run();
        throw error;
      }
    },
    async prolong(key, attemptId, untilMs) {
      sql.prolong.run(untilMs, key, attemptId);
    },
    async finish(key, attemptId, { status, headers, body }, untilMs) {
      sql.finish.run(untilMs, status, JSON.stringify(headers), body, key, attemptId);
    },
    async release(key, attemptId) {
      sql.release.run(key, attemptId);
    },
    async close() {
      if (database.isOpen) database.close();
    },
  };
}

function foundAs(row: Readonly<Record<string, unknown>>): Begun {
  const { digest, status, headers, body } = row;
  if (typeof status !== 'number') return { kind: 'running', digest: String(digest) };
  const answer: StoredAnswer = {
    status,
    headers: JSON.parse(String(headers)) as StoredAnswer['headers'],
    body: body instanceof Uint8Array ? body : new Uint8Array(),
  };
  return { kind: 'answered', digest: String(digest), answer };
}
