// Records that cannot be read back go to a table of their own, by the store or by whoever reads them: none is lost in
// silence. This counts them, and tells of each once, also over restarts.
import type { Database, StoredValue, StoreTable } from '../../storage/store.ts';
import type { Signal } from '../signals.ts';

export interface SetAside {
  /** How many are kept there. */
  readonly count: number;
  /** Of those: what exists on this device alone. */
  readonly onlyHere: number;
  /** Moves one there, with the next commit. */
  keep(table: StoreTable, key: string, value: StoredValue, reason: string): void;
  /** Looks for what the store has moved there: it does that while it reads. */
  look(): Promise<void>;
}

export interface SetAsideOptions {
  readonly database: Pick<Database, 'read'>;
  readonly put: (table: StoreTable, key: string, value: StoredValue | undefined) => void;
  readonly signal: (signal: Signal) => void;
}

/** In the table `meta`: how many were told of. */
const toldKey = 'set-aside';
/** What exists on this device alone; everything else is read from the server again. */
const onlyHere: ReadonlySet<string> = new Set(['outbox', 'inbox', 'dead-letters']);
const tableOf = (name: string): string => name.slice(0, name.indexOf(' '));

/** Of a record in `set-aside`, by its key. */
export const isOnlyHere = (name: string): boolean => onlyHere.has(tableOf(name));

export function createSetAside({ database, put, signal }: SetAsideOptions): SetAside {
  const kept = new Set<string>();
  let told: number | undefined;
  let looking: Promise<void> | undefined;

  async function find(): Promise<void> {
    for (const { key } of await database.read('set-aside')) kept.add(key);
    told ??= toldBefore((await database.read('meta')).find(({ key }) => key === toldKey)?.value);
    if (kept.size <= told) return;
    told = kept.size;
    put('meta', toldKey, told);
    signal({ kind: 'storage', fault: 'set-aside', remediation: remediationOf(kept) });
  }

  return {
    get count() {
      return kept.size;
    },
    get onlyHere() {
      return [...kept].filter(isOnlyHere).length;
    },
    keep(table, key, value, reason) {
      const name = `${table} ${key}`;
      kept.add(name);
      put('set-aside', name, { table, key, text: JSON.stringify(value), reason });
      put(table, key, undefined);
    },
    look() {
      looking ??= find().finally(() => {
        looking = undefined;
      });
      return looking;
    },
  };
}

const toldBefore = (value: StoredValue | undefined): number => (typeof value === 'number' ? value : 0);

function remediationOf(kept: ReadonlySet<string>): string {
  const counts = new Map<string, number>();
  for (const name of kept) {
    const table = tableOf(name);
    counts.set(table, (counts.get(table) ?? 0) + 1);
  }
  const places = [...counts].map(([table, count]) => `${count} of ${table}`).join(', ');
  const what = [...counts.keys()].some((table) => onlyHere.has(table))
    ? 'Look whether something was not sent or not done.'
    : 'They are read from the server again.';
  return `Records could not be read back (${places}). They are kept in the table set-aside. ${what} If more come, the disk is failing.`;
}
