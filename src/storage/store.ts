// The seam to what the device remembers. Tables of keys and values, and one commit that is all or nothing: everything that
// belongs together (a cursor, what was handled, the work that it caused) is written together or not at all.

/** What is kept. One table each, so that a restart reads only what it needs. */
export const storeTables = [
  /** Where each channel stands: position, closed holes, marks of its lists. */
  'cursors',
  /** Ids that were handled, the oldest first. */
  'seen',
  /** What is known of each row of a list. */
  'rows',
  /** What tabs read that did not hear it themselves. */
  'journal',
  /** Work that waits for `process`. */
  'inbox',
  /** Mutations that wait for the server. */
  'outbox',
  'collections',
  'dead-letters',
  /** Records that could not be read. A store moves them here, as `{ table, key, text, reason }`, so that they are counted and none is lost in silence. */
  'set-aside',
  /** About the store itself and the device. */
  'meta',
] as const;

export type StoreTable = (typeof storeTables)[number];

/** Anything that JSON can say; what is undefined is left out. A value that JSON cannot say is refused, and with it the whole commit. */
export type StoredValue =
  | null
  | boolean
  | number
  | string
  | readonly StoredValue[]
  | { readonly [name: string]: StoredValue | undefined };

export interface StoredRecord {
  readonly key: string;
  readonly value: StoredValue;
}

/** Puts a value, or takes the key out when there is none. */
export interface Write {
  readonly table: StoreTable;
  readonly key: string;
  readonly value: StoredValue | undefined;
  /** Handed over for good: nobody changes it any more, and a store may keep it as it is instead of copying it. */
  readonly isOwn?: boolean;
}

export interface Commit {
  /** In this order; a later write to the same key wins. */
  readonly writes: readonly Write[];
  /** `strict`: what was promised survives a power cut once `commit` has resolved. `relaxed`: for what can be read again. */
  readonly durability: 'strict' | 'relaxed';
  /** Written only while this is so, else nothing is and the fault is `fenced`: how a leader knows that it is one no more. Not of a row: a store may keep many of them as one. */
  readonly only?: {
    readonly table: Exclude<StoreTable, 'rows'>;
    readonly key: string;
    readonly value: string | number | undefined;
  };
}

/** Keys are compared by UTF-16 code units, as JavaScript compares texts. */
export interface KeyRange {
  /** Keys above this one. */
  readonly after?: string;
  /** Keys below this one. */
  readonly before?: string;
  /** At most so many, the lowest first. */
  readonly limit?: number;
}

/** One device's memory, open. */
export interface Database {
  /** What a resolved strict commit survives: `power-loss`, the end of the `process`, or of this `page`. */
  readonly survives: 'power-loss' | 'process' | 'page';
  /**
   * Set when there was a database of this name on this device and this one is not it: the browser threw it away, or a
   * person did. Holds what was last left by `leaveNote`, and is told at every opening until the next note.
   */
  readonly evicted?: { readonly note: string };
  /** Tables of which something had to be set aside since this was opened: what was written with it may know of more than is there. */
  readonly unreadable?: ReadonlySet<StoreTable>;
  /** Leaves a few words outside of the database (how much waits in it), for `evicted` to tell should it go. Not promised to succeed. */
  leaveNote?(note: string): void;
  /** In the order of the keys. What it gives is the caller's: nothing that is done to it changes what is stored. */
  read(table: StoreTable, range?: KeyRange): Promise<readonly StoredRecord[]>;
  /**
   * Resolves when it is written. Rejects with a {@link StoreError} when nothing of it was, except for `lost`: then it is
   * not known, and what is read after opening again tells. Commits take effect in the order in which they were begun.
   */
  commit(commit: Commit): Promise<void>;
  /** Waits for the commits that were begun. Afterwards everything rejects with `closed`. */
  close(): Promise<void>;
  /** Tells when the handle was lost (storage cleared, another tab upgrades): it has to be opened again. */
  onLost(listener: (fault: StoreFault) => void): () => void;
}

export interface Store {
  /** Other pages of this origin open the same databases: they can be one device. */
  readonly isShared?: boolean;
  /**
   * Opens, creating or migrating as needed. The name says contract, scope, role and principal, and never a version.
   * It may take for ever (another tab does not let go, a browser that does not answer), so whoever calls sets the limit:
   * after the signal it rejects with `locked` or `lost`, and what still opens later is closed unseen.
   */
  open(name: string, signal?: AbortSignal): Promise<Database>;
  /** Removes everything under that name, for ever. Databases of that name that are still open are lost by it. May take as long as `open`. */
  destroy(name: string): Promise<void>;
}

export type StoreFault =
  /** No room: nothing was written. */
  | 'full'
  /** `only` did not hold. */
  | 'fenced'
  | 'closed'
  /** The handle is dead; opening again may help. */
  | 'lost'
  /** A newer heard wrote it; it is left untouched. */
  | 'newer'
  /** Another process or tab has it and does not let go. */
  | 'locked'
  | 'read-only'
  /** There is no such storage here: private mode, a browser without it. */
  | 'unavailable'
  /** It cannot be read. It was set aside, where that is possible: opening again then starts with an empty one. */
  | 'corrupt'
  | 'failed';

/** Why nothing was read or written. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly fault: StoreFault;

  constructor(fault: StoreFault, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.fault = fault;
  }
}
