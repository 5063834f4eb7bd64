// The rows in the browser's database. To a browser each record is a request with an answer of its own, which costs a page more than
// the event that the row came with: so what one commit writes of rows is one record, a pack. What is outdated is taken out when it
// is most of what is there.
import { parsed, readable, type Found } from './found.ts';
import { isNeeded, newestOf, packOf, packsOf, rowTexts, weightOf, type RowTexts } from './row-packs.ts';
import { shareReading } from './shared-reading.ts';
import type { KeyRange, StoredRecord, Write } from './store.ts';
import { completed, inSteps } from './transactions.ts';

/** What the packs are kept in, numbered by the browser: two tabs must not give out the same number. */
export const packedRows = 'row-packs';
/** In databases that are older than packs each row was a record. They count less than any pack, until everything is made anew. */
const singleRows = 'rows';

export interface PackedRows {
  /** What rows are kept in. */
  readonly places: readonly string[];
  /** Before a commit of rows is begun. */
  beginWaiting(): void;
  /** As a part of a commit. */
  put(transaction: IDBTransaction, writes: readonly Write[]): void;
  /** In the order of the keys. */
  read(range: KeyRange): Promise<readonly StoredRecord[]>;
  /** So much may be outdated that it is worth looking, as far as this handle knows. */
  readonly isUntidy: boolean;
  /** Makes all packs anew of what counts. */
  tidy(): Promise<void>;
  /** Takes out the packs of which nothing counts. Needs no room, as making them anew does. */
  makeRoom(): Promise<void>;
}

/** Less that is outdated than this is not worth a transaction. */
const someOutdated = 1_000;

/** `unreadable`: something was set aside. */
export function createPackedRows(database: IDBDatabase, unreadable: () => void): PackedRows {
  const places = [packedRows, singleRows].filter((place) => database.objectStoreNames.contains(place));
  const shared = shareReading(load);
  /** With what is outdated, as far as this handle has seen. */
  let there = 0;
  let tidyAt = someOutdated;

  /** Most of it is outdated when it has become twice as much: so making it anew costs each row that is written the same, on average. */
  function seen(all: number, rows: RowTexts): void {
    there = all;
    tidyAt = 2 * weightOf(packsOf(rows)) + someOutdated;
  }

  /** The singles first, as one pack. `then` is called as soon as all of them are there. */
  function packsIn(transaction: IDBTransaction, then?: () => void): () => readonly unknown[] {
    const singles = places.includes(singleRows) ? transaction.objectStore(singleRows) : undefined;
    const [keys, values] = [singles?.getAllKeys(), singles?.getAll()];
    const packs = transaction.objectStore(packedRows).getAll();
    if (then !== undefined) packs.addEventListener('success', then);
    return () => [packOf((keys?.result ?? []) as readonly string[], values?.result ?? []), ...packs.result];
  }

  async function load(): Promise<RowTexts> {
    const transaction = database.transaction(places, 'readonly');
    const found = packsIn(transaction);
    await completed(transaction);
    const packs = found();
    const newest = newestOf(packs);
    seen(weightOf(packs), newest);
    // What is still a record each is moved over soon.
    if ((packs[0] as readonly unknown[]).length > 0) tidyAt = 0;
    return newest;
  }

  /** `isChecked`: what is no row any more goes to `set-aside`. */
  async function makeAnew(isChecked: boolean): Promise<void> {
    // Tried again after as many more, should it fail.
    tidyAt = there + someOutdated;
    const durability = isChecked ? 'strict' : 'relaxed';
    const transaction = database.transaction([...places, ...(isChecked ? ['set-aside'] : [])], 'readwrite', {
      durability,
    });
    let kept: RowTexts = new Map();
    await inSteps(transaction, (within) => {
      const found = packsIn(transaction, () =>
        within(() => {
          kept = newestOf(found());
          if (isChecked) kept = setAsideUnreadable(kept, transaction.objectStore('set-aside'));
          for (const place of places.slice(1)) transaction.objectStore(place).clear();
          const store = transaction.objectStore(packedRows);
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
    if (isChecked) unreadable();
    seen(weightOf(packsOf(kept)), kept);
  }

  return {
    places,
    beginWaiting: shared.beginWaiting,
    put(transaction, writes) {
      if (writes.length === 0) return;
      const store = transaction.objectStore(packedRows);
      const packs = packsOf(rowTexts(writes));
      for (const pack of packs) store.put(pack);
      there += weightOf(packs);
    },
    async read(range) {
      const rows = found(await shared.read(), range);
      if (rows.every(({ value }) => value !== undefined)) return readable(rows);
      // Where there is no room for it, it is found again the next time.
      await makeAnew(true).catch(unreadable);
      // Again, so that a page is full although some of it was set aside.
      return readable(found(await shared.read(), range));
    },
    get isUntidy() {
      return there >= tidyAt;
    },
    tidy: () => makeAnew(false),
    async makeRoom() {
      const transaction = database.transaction(packedRows, 'readwrite', { durability: 'relaxed' });
      const store = transaction.objectStore(packedRows);
      await inSteps(transaction, (within) => {
        const numbers = store.getAllKeys();
        const packs = store.getAll();
        packs.addEventListener('success', () =>
          within(() => {
            const needed = isNeeded(packs.result);
            for (const [at, number] of numbers.result.entries()) if (needed[at] === false) store.delete(number);
          }),
        );
      });
    },
  };
}

function found(rows: RowTexts, { after, before, limit = Infinity }: KeyRange): readonly Found[] {
  const wanted: string[] = [];
  for (const key of rows.keys())
    if ((after === undefined || key > after) && (before === undefined || key < before)) wanted.push(key);
  // By UTF-16 code units, as it is without a comparer.
  const inOrder = wanted.sort().slice(0, limit);
  return inOrder.map((key) => ({ key, value: parsed(rows.get(key) ?? '') }));
}

/** What is left. */
function setAsideUnreadable(rows: RowTexts, aside: IDBObjectStore): RowTexts {
  const left = new Map(rows);
  for (const [key, text] of rows) {
    if (parsed(text) !== undefined) continue;
    left.delete(key);
    aside.put({ table: 'rows', key, text, reason: 'it is no JSON' }, `rows ${key}`);
  }
  return left;
}
