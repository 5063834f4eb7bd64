// How a browser that threw the database away is found out. The database has a random name of its own inside, and
// localStorage remembers that name: when they differ, this is another database than the one that was here. Browsers that
// evict a whole origin take localStorage along, and then only a server could tell. localStorage itself reaches the disk seconds
// late: Chromium, which begins anew where it cannot read a database, is also asked whether it did.
import type { StoredValue } from './store.ts';

interface Shadow {
  readonly id: string;
  readonly note: string;
}

export interface Witness {
  readonly evicted: { readonly note: string } | undefined;
  leaveNote(note: string): void;
}

/** No database has this id. */
const replaced = 'replaced';

/** For a database with that id, which may just have been created; `isReplaced` in place of one that the browser could not read. */
export function createWitness(name: string, id: string, isReplaced: boolean): Witness {
  const shadow = readShadow(name);
  // Told at every opening until the next note: whoever opened it first may not have been the one to tell.
  if (shadow === undefined) writeShadow(name, { id: isReplaced ? replaced : id, note: '' });
  const isOther = shadow === undefined ? isReplaced : shadow.id !== id;
  return {
    evicted: isOther ? { note: shadow?.note ?? '' } : undefined,
    leaveNote: (note) => writeShadow(name, { id, note }),
  };
}

/** The database goes on purpose. */
export function dismissWitness(name: string): void {
  try {
    localStorage.removeItem(name);
  } catch {
    // Where it cannot be asked, nothing was remembered.
  }
}

/** Chromium says so, in words that are no standard. */
export const replacesAnother = (event: object): boolean => 'dataLoss' in event && event.dataLoss === 'total';

/** Also on plain http, where there is no `randomUUID`. */
export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

function readShadow(name: string): Shadow | undefined {
  try {
    const shadow = JSON.parse(localStorage.getItem(name) ?? 'null') as StoredValue;
    if (typeof shadow !== 'object' || shadow === null || Array.isArray(shadow)) return undefined;
    const { id, note } = shadow as { readonly id?: unknown; readonly note?: unknown };
    return typeof id === 'string' && typeof note === 'string' ? { id, note } : undefined;
  } catch {
    // Blocked, absent (workers) or written by somebody else: an eviction goes unnoticed, nothing else does.
    return undefined;
  }
}

function writeShadow(name: string, shadow: Shadow): void {
  try {
    localStorage.setItem(name, JSON.stringify(shadow));
  } catch {
    // Full or blocked, as above.
  }
}
