// What a SQLite has to offer to be a store: Node's is built in, and that of a React Native app fits with a few lines.
// Everything may answer at once or with a promise; one connection is asked one thing at a time.

export type Awaitable<Value> = Value | PromiseLike<Value>;

export interface SqliteStatement {
  run(values: readonly (string | number)[]): Awaitable<unknown>;
  all(values: readonly (string | number)[]): Awaitable<readonly Readonly<Record<string, unknown>>[]>;
}

export interface SqliteConnection {
  /** Statements without values and results. `BEGIN`, `COMMIT` and `ROLLBACK` come this way, so it must not wrap them. */
  exec(sql: string): Awaitable<unknown>;
  prepare(sql: string): Awaitable<SqliteStatement>;
  /** With the statements that it prepared. */
  close(): Awaitable<unknown>;
}

export interface SqliteDriver {
  /** Opens the file of that name, or creates it. May throw a `StoreError` where it knows better than SQLite what is wrong. */
  open(file: string): Awaitable<SqliteConnection>;
  /** What a commit with `synchronous = FULL` survives there. */
  readonly survives: 'power-loss' | 'process';
  /** Moves a file that cannot be read, and the log beside it, out of the way without losing anything. Says where it is now. */
  setAside(file: string): Awaitable<string>;
  /** Removes a file, the log beside it, and what was set aside of it, if they are there. */
  remove(file: string): Awaitable<unknown>;
  /** The result code of SQLite in an error that one of these threw. */
  codeOf(error: unknown): number | undefined;
}
