import type { DatabaseSync } from 'node:sqlite';
import { HeardError } from '../errors.ts';
import {
  defaultRetention,
  type EventLog,
  type LogBorders,
  type LoggedFacts,
  type Placed,
  type Retention,
} from './event-log.ts';
import { openSqlite } from './open-sqlite.ts';
import { serverTime, type ServerTime } from './server-time.ts';

export interface SqliteLogOptions extends Retention {
  /** The file; it and its folder are made if need be. `:memory:` keeps nothing. */
  readonly file: string;
  /** Default the clock of this machine. */
  readonly time?: Pick<ServerTime, 'now'>;
}

const schemaVersion = 1;

const schema = `
  CREATE TABLE log_epoch (id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL) STRICT;
  CREATE TABLE log_channel (channel TEXT PRIMARY KEY, head INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE log_event (
    channel TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, facts TEXT NOT NULL,
    PRIMARY KEY (channel, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX log_event_id ON log_event (channel, id);
`;

/** Trimmed now and then: it costs two searches, and a few events more or less are no matter. */
const trimEvery = 64;

/**
 * Keeps the log in a file of Node's built-in SQLite: what `emit` resolved for survives a power cut. Several processes of one
 * machine may append to it; each waits for its turn.
 */
export function sqliteLog({ file, time = serverTime, ...kept }: SqliteLogOptions): EventLog {
  const retention = { ...defaultRetention, ...kept };
  const database = open(file);
  const sql = {
    // A reader holds nobody up: what it sees is one moment, whoever writes meanwhile.
    beginReading: database.prepare('BEGIN'),
    beginWriting: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    rollback: database.prepare('ROLLBACK'),
    epoch: database.prepare('SELECT epoch FROM log_epoch'),
    head: database.prepare('SELECT head FROM log_channel WHERE channel = ?'),
    floor: database.prepare('SELECT min(seq) AS floor FROM log_event WHERE channel = ?'),
    seqOf: database.prepare('SELECT seq FROM log_event WHERE channel = ? AND id = ?'),
    moveHead: database.prepare(
      'INSERT INTO log_channel (channel, head) VALUES (?, 1) ON CONFLICT DO UPDATE SET head = head + 1 RETURNING head',
    ),
    insert: database.prepare('INSERT INTO log_event (channel, seq, id, at, facts) VALUES (?, ?, ?, ?, ?)'),
    behind: database.prepare('SELECT seq, facts FROM log_event WHERE channel = ? AND seq > ? ORDER BY seq LIMIT ?'),
    // Up to the first that is too young, whatever stands behind it: a clock that was set back must not leave a hole.
    trim: database.prepare(`
      DELETE FROM log_event WHERE channel = :channel AND seq <= :most AND seq < coalesce(
        (SELECT seq FROM log_event WHERE channel = :channel AND at > :atMs ORDER BY seq LIMIT 1), :most + 1)`),
  };

  function atomically<Result>(begin: { run(): unknown }, work: () => Result): Result {
    begin.run();
    try {
      const result = work();
      sql.commit.run();
      return result;
    } catch (error) {
      if (database.isTransaction) sql.rollback.run();
      throw error;
    }
  }

  const number = (row: Record<string, unknown> | undefined, column: string): number | undefined =>
    typeof row?.[column] === 'number' ? row[column] : undefined;

  const epoch = (): string => String(sql.epoch.get()?.['epoch']);

  function borders(channel: string): LogBorders {
    const headSeq = number(sql.head.get(channel), 'head') ?? 0;
    return { epoch: epoch(), headSeq, floorSeq: number(sql.floor.get(channel), 'floor') ?? headSeq + 1 };
  }

  function place(channel: string, facts: LoggedFacts, text: string, atMs: number): Placed {
    const there = number(sql.seqOf.get(channel, facts.id), 'seq');
    if (there !== undefined) return { channel, epoch: epoch(), seq: there, isRepeat: true };
    const seq = number(sql.moveHead.get(channel), 'head') ?? 0;
    sql.insert.run(channel, seq, facts.id, atMs, text);
    if (seq % trimEvery === 0) sql.trim.run({ channel, most: seq - retention.atLeast, atMs: atMs - retention.forMs });
    return { channel, epoch: epoch(), seq, isRepeat: false };
  }

  return {
    // Whatever SQLite refuses comes out as a rejection.
    async append(facts, channels) {
      const text = JSON.stringify(facts);
      const atMs = time.now();
      return atomically(sql.beginWriting, () => channels.map((channel) => place(channel, facts, text, atMs)));
    },
    async read(channel, after, limit) {
      // One transaction: the borders belong to the events beside them.
      return atomically(sql.beginReading, () => ({
        ...borders(channel),
        events: sql.behind
          .all(channel, after, limit)
          .map((row) => ({ seq: Number(row['seq']), facts: JSON.parse(String(row['facts'])) as LoggedFacts })),
      }));
    },
    async beginEpoch() {
      const next = crypto.randomUUID();
      atomically(sql.beginWriting, () => {
        database.exec('DELETE FROM log_event; DELETE FROM log_channel');
        database.prepare('UPDATE log_epoch SET epoch = ?').run(next);
      });
      return next;
    },
    async close() {
      if (database.isOpen) database.close();
    },
  };
}

function open(file: string): DatabaseSync {
  const database = openSqlite(file);
  try {
    // The last two matter where fsync alone does not reach the disk (macOS).
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    database.exec('PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1');
    database.exec('BEGIN IMMEDIATE');
    const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
    if (version === 0) {
      database.exec(schema);
      database.prepare('INSERT INTO log_epoch (id, epoch) VALUES (1, ?)').run(crypto.randomUUID());
      database.exec(`PRAGMA user_version = ${schemaVersion}`);
    } else if (version !== schemaVersion) {
      throw new HeardError(
        'options-invalid',
        `The event log ${file} has version ${String(version)}, not ${schemaVersion}.`,
        {
          remediation: 'A newer heard wrote it. Update this one, or give it another file.',
        },
      );
    }
    database.exec('COMMIT');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
