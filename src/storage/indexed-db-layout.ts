// Opens one of the browser's databases, and brings it to the layout of today.
import { randomId, replacesAnother } from './eviction.ts';
import { layoutVersion, tablesAfter } from './migrations.ts';
import { packedRows } from './packed-rows.ts';
import { inSteps } from './transactions.ts';

/** Not one of the tables: it holds the id that tells this database from one that was here before. */
export const identity = 'identity';

interface OpenedLayout {
  readonly database: IDBDatabase;
  /** In place of one that the browser could not read. */
  readonly isReplaced: boolean;
}

/** `blocked`: another tab has an older layout open and does not let go, so far. */
export function openLayout(path: string, blocked: () => void): Promise<OpenedLayout> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(path, layoutVersion);
    let isReplaced = false;
    let laidOut = Promise.resolve();
    opening.addEventListener('blocked', blocked);
    opening.addEventListener('upgradeneeded', (event) => {
      isReplaced = replacesAnother(event);
      const { result, transaction } = opening;
      if (transaction === null) return;
      laidOut = inSteps(transaction, () => layOut(result, event.oldVersion));
      laidOut.catch(() => undefined);
    });
    opening.addEventListener('success', () => resolve({ database: opening.result, isReplaced }));
    opening.addEventListener('error', () => {
      // It only says that the upgrade was aborted, and not that the disk is full.
      laidOut.then(() => reject(reasonOf(opening)), reject);
    });
  });
}

function layOut(database: IDBDatabase, from: number): void {
  for (const table of tablesAfter(from)) if (table !== 'rows') database.createObjectStore(table);
  const { objectStoreNames: there } = database;
  // What is in `rows` is moved over later: a record that cannot be read would end the upgrade, each time.
  if (!there.contains(packedRows)) database.createObjectStore(packedRows, { autoIncrement: true });
  if (!there.contains(identity)) database.createObjectStore(identity).put(randomId(), 'id');
}

/** As long as somebody has it open, the browser waits. */
export function removeDatabase(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const removing = indexedDB.deleteDatabase(path);
    removing.addEventListener('success', () => resolve());
    removing.addEventListener('error', () => reject(reasonOf(removing)));
  });
}

const reasonOf = ({ error }: IDBOpenDBRequest): DOMException =>
  error ?? new DOMException('The browser did not say why.', 'UnknownError');
