// The rows in the browser's database. To a browser each record is a request with an answer of its own, which costs a page more than
// the event that the row came with: so what one commit writes of rows is one record, a pack. What is outdated is taken out when it
// is most of what is there.
import { counted, newestOf, packsOf, rowOf, rowTexts, type RowTexts } from './row-packs.ts';
import type { KeyRange, StoredRecord, StoredValue, Write } from './store.ts';
import { completed, inSteps, type Within } from './transactions.ts';

/** What the packs are kept in, numbered by the browser: two tabs must not give out the same number. */
export const packedRows = 'row-packs';

export interface PackedRows {
  /** As a part of a commit. */
  put(transaction: IDBTransaction, writes: readonly Write[]): void;
  /** In the order of the keys. */
  read(range: KeyRange): Promise<readonly StoredRecord[]>;
  /** So much may be outdated that it is worth looking, as far as this handle knows. */
  readonly isUntidy: boolean;
  /** Makes all packs anew of what counts. */
  tidy(): Promise<void>;
}

/** Fewer outdated rows than these are not worth a transaction. */
const someOutdated = 1_000;

export function createPackedRows(database: IDBDatabase): PackedRows {
  /** With those that are outdated, as far as this handle has seen. */
  let there = 0;
  let tidyAt = someOutdated;

  /** Most of it is outdated when it has become twice as much: so making it anew costs each row that is written the same, on average. */
  function seen(all: number, counting: number): void {
    there = all;
    tidyAt = 2 * counting + someOutdated;
  }

  async function select(range: KeyRange): Promise<readonly Found[]> {
    const transaction = database.transaction(packedRows, 'readonly');
    const packs = transaction.objectStore(packedRows).getAll();
    await completed(transaction);
    const newest = newestOf(packs.result);
    seen(counted(packs.result), newest.size);
    return found(newest, range);
  }

  /** `isChecked`: what is no row any more goes to `set-aside`. */
  async function makeAnew(isChecked: boolean): Promise<void> {
    // Tried again after as many more, should it fail.
    tidyAt = there + someOutdated;
    const transaction = database.transaction([packedRows, 'set-aside'], 'readwrite', {
      durability: isChecked ? 'strict' : 'relaxed',
    });
    const store = transaction.objectStore(packedRows);
    let kept: RowTexts = new Map();
    await inSteps(transaction, (within) => {
      const packs = store.getAll();
      packs.addEventListener('success', () =>
        within(() => {
          kept = newestOf(packs.result);
          if (isChecked) kept = setAsideUnreadable(kept, transaction.objectStore('set-aside'));
          // In a task of its own: what was read and what is written are both much.
          store.clear().addEventListener('success', () =>
            within(() => {
              for (const pack of packsOf(kept)) store.put(pack);
              transaction.commit?.();
            }),
          );
        }),
      );
    });
    seen(kept.size, kept.size);
  }

  return {
    put(transaction, writes) {
      if (writes.length === 0) return;
      const store = transaction.objectStore(packedRows);
      for (const pack of packsOf(rowTexts(writes))) store.put(pack);
      there += writes.length;
    },
    async read(range) {
      const rows = await select(range);
      if (rows.every(({ value }) => value !== undefined)) return readable(rows);
      await makeAnew(true);
      // Again, so that a page is full although some of it was set aside.
      return readable(await select(range));
    },
    get isUntidy() {
      return there >= tidyAt;
    },
    tidy: () => makeAnew(false),
  };
}

interface Found {
  readonly key: string;
  /** Absent when it cannot be read. */
  readonly value: StoredValue | undefined;
}

function found(rows: RowTexts, { after, before, limit = Infinity }: KeyRange): readonly Found[] {
  const wanted: string[] = [];
  for (const key of rows.keys())
    if ((after === undefined || key > after) && (before === undefined || key < before)) wanted.push(key);
  // By UTF-16 code units, as it is without a comparer.
  const inOrder = wanted.sort().slice(0, limit);
  return inOrder.map((key) => ({ key, value: rowOf(rows.get(key) ?? '') }));
}

const readable = (all: readonly Found[]): readonly StoredRecord[] =>
  all.flatMap(({ key, value }) => (value === undefined ? [] : [{ key, value }]));

/** What is left. */
function setAsideUnreadable(rows: RowTexts, aside: IDBObjectStore): RowTexts {
  const left = new Map(rows);
  for (const [key, text] of rows) {
    if (rowOf(text) !== undefined) continue;
    left.delete(key);
    aside.put({ table: 'rows', key, text, reason: 'it is no JSON' }, `rows ${key}`);
  }
  return left;
}

/** From a layout in which each row was a record of its own, while it is changed. What cannot be read is set aside. */
export function packSingleRows(database: IDBDatabase, upgrade: IDBTransaction, within: Within): void {
  const singles = upgrade.objectStore('rows');
  const rows = new Map<string, string>();

  function packed(): void {
    for (const pack of packsOf(rows)) upgrade.objectStore(packedRows).put(pack);
    database.deleteObjectStore('rows');
  }

  const keys = singles.getAllKeys();
  keys.addEventListener('success', () => {
    let left = keys.result.length;
    const done = (): void => {
      left -= 1;
      if (left === 0) within(packed);
    };
    if (left === 0) within(packed);
    for (const key of keys.result as readonly string[]) {
      const single = singles.get(key);
      single.addEventListener('success', () => {
        rows.set(key, JSON.stringify(single.result));
        done();
      });
      single.addEventListener('error', (event) => {
        // The others are not to be lost with it.
        event.preventDefault();
        event.stopPropagation();
        const value = { table: 'rows', key, text: '', reason: String(single.error) };
        within(() => upgrade.objectStore('set-aside').put(value, `rows ${key}`));
        done();
      });
    }
  });
}
