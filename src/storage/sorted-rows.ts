import type { KeyRange, StoredRecord, StoredValue } from './store.ts';

/** Keys and values in the order of the keys. */
export interface SortedRows {
  get(key: string): StoredValue | undefined;
  set(key: string, value: StoredValue | undefined): void;
  read(range: KeyRange): readonly StoredRecord[];
}

/** Written at every turn and read seldom: writing costs the same however much is there, and the order is made by who reads. */
export function createSortedRows(): SortedRows {
  const values = new Map<string, StoredValue>();
  /** In order, with those that were taken out since. */
  let keys: string[] = [];
  const gone = new Set<string>();
  /** Those that came since, in no order. */
  let fresh: string[] = [];

  function put(key: string, value: StoredValue): void {
    const before = values.size;
    values.set(key, value);
    // One that comes back has kept its place.
    if (values.size !== before && !gone.delete(key)) fresh.push(key);
  }

  function takeOut(key: string): void {
    if (!values.delete(key)) return;
    gone.add(key);
    // Moved together once per as many as are there: flat on average.
    if (gone.size > 64 && gone.size > values.size) tidy();
  }

  function tidy(): void {
    keys = keys.filter((key) => values.has(key));
    fresh = fresh.filter((key) => values.has(key));
    gone.clear();
  }

  function inOrder(): readonly string[] {
    if (fresh.length === 0) return keys;
    const last = keys.at(-1);
    fresh.sort(byCodeUnits);
    const isBehind = last === undefined || last < (fresh[0] ?? '');
    keys = keys.concat(fresh);
    if (!isBehind) keys.sort(byCodeUnits);
    fresh = [];
    return keys;
  }

  return {
    get: (key) => values.get(key),
    set(key, value) {
      if (value === undefined) takeOut(key);
      else put(key, value);
    },
    read({ after, before, limit = Infinity }) {
      const sorted = inOrder();
      const records: StoredRecord[] = [];
      for (let index = after === undefined ? 0 : firstBehind(sorted, after); index < sorted.length; index += 1) {
        const key = sorted[index];
        if (key === undefined || records.length >= limit || (before !== undefined && key >= before)) break;
        const value = values.get(key);
        if (value !== undefined) records.push({ key, value });
      }
      return records;
    },
  };
}

/** As JavaScript compares texts, whatever the language of the device. */
const byCodeUnits = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** Where the keys above this one begin. */
function firstBehind(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const found = sorted[middle];
    if (found !== undefined && found <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}
