// Rows that were written together, as one text each: what a pack is, and what of many packs counts.
import type { StoredValue, Write } from './store.ts';

/** Keys and texts in turn; null where a row was taken out. Flat, and of nothing but texts: a browser copies that fastest. */
type Pack = readonly (string | null)[];

/** By key, as JSON; null takes out what stands in an older pack. */
type WrittenTexts = ReadonlyMap<string, string | null>;
export type RowTexts = ReadonlyMap<string, string>;

/** In characters. What has more than 64 KiB, browsers keep in a file of its own, which takes longer and may be missing one day. */
const mostInPack = 24_000;

export const rowTexts = (writes: readonly Pick<Write, 'key' | 'value'>[]): WrittenTexts =>
  new Map(writes.map(({ key, value }) => [key, value === undefined ? null : JSON.stringify(value)]));

export function packsOf(rows: WrittenTexts): readonly Pack[] {
  const packs: (string | null)[][] = [];
  let room = 0;
  for (const [key, text] of rows) {
    const length = key.length + (text?.length ?? 0);
    if (packs.length === 0 || length > room) {
      packs.push([]);
      room = mostInPack;
    }
    packs.at(-1)?.push(key, text);
    room -= length;
  }
  return packs;
}

/** Of a key that is in several, the last one counts. What nobody of us has written is not looked at. */
export function newestOf(packs: readonly unknown[]): RowTexts {
  const newest = new Map<string, string>();
  for (const pack of packs) {
    if (!Array.isArray(pack)) continue;
    const items: readonly unknown[] = pack;
    for (let index = 0; index < items.length; index += 2) {
      const key = items[index];
      const text = items[index + 1];
      if (typeof key !== 'string') continue;
      if (typeof text === 'string') newest.set(key, text);
      else newest.delete(key);
    }
  }
  return newest;
}

/** How many rows are in them, with those that count no more. */
export const counted = (packs: readonly unknown[]): number =>
  packs.reduce((sum: number, pack) => sum + (Array.isArray(pack) ? pack.length / 2 : 0), 0);

/** Undefined when it is no JSON. */
export function rowOf(text: string): StoredValue | undefined {
  try {
    return JSON.parse(text) as StoredValue;
  } catch {
    return undefined;
  }
}
