import { StoreError, type StoreFault } from './store.ts';

interface Meaning {
  readonly fault: StoreFault;
  readonly message: string;
}

/** Result codes of SQLite, without what the upper bits add: https://sqlite.org/rescode.html */
const meanings: ReadonlyMap<number, Meaning> = new Map([
  [
    5,
    {
      fault: 'locked',
      message:
        'Another process has it open, or another store of this process. Stop that one, or use a folder of its own.',
    },
  ],
  [6, { fault: 'locked', message: 'Another connection has the database locked.' }],
  [8, { fault: 'read-only', message: 'The database cannot be written to.' }],
  // Whether a failed write reached the disk is not known, and asking the disk again would not tell: after a failed fsync the
  // next one succeeds without having written anything. So nothing goes on on this connection, and opening again rewrites
  // what is found in the log.
  [10, { fault: 'lost', message: 'The disk failed while the database was read or written.' }],
  [11, { fault: 'corrupt', message: 'The database is damaged.' }],
  [13, { fault: 'full', message: 'The disk is full.' }],
  [14, { fault: 'unavailable', message: 'The file of the database cannot be opened.' }],
  [26, { fault: 'corrupt', message: 'The file is not a database, or not any more.' }],
]);

/** What an error of a driver means; an error that has its meaning already keeps it. */
export function sqliteFault(error: unknown, code: number | undefined): StoreError {
  if (error instanceof StoreError) return error;
  const meaning = code === undefined ? undefined : meanings.get(code & 0xff);
  const said = error instanceof Error ? error.message : String(error);
  return meaning === undefined
    ? new StoreError('failed', `SQLite failed: ${said}`, { cause: error })
    : new StoreError(meaning.fault, `${meaning.message} (${said})`, { cause: error });
}
