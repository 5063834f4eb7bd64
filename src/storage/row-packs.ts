// Rows that were written together, as one text each: what a pack is, and what of many packs counts.
import type { Write } from './store.ts';

/** Keys and texts in turn; null where a row was taken out. Flat, and of nothing but texts: a browser copies that fastest. */
type Pack = readonly (string | null)[];

/** By key, as JSON; null takes out what stands in an older pack. */
type WrittenTexts = ReadonlyMap<string, string | null>;
export type RowTexts = ReadonlyMap<string, string>;

/** In characters. What has more than 64 KiB, browsers keep in a file of its own, which takes longer and may be missing one day. */
const mostInPack = 24_000;

export const rowTexts = (writes: readonly Pick<Write, 'key' | 'value'>[]): WrittenTexts =>
  new Map(writes.map(({ key, value }) => [key, value === undefined ? null : JSON.stringify(value)]));

/** What is kept otherwise, as one pack. */
export const packOf = (keys: readonly string[], values: readonly unknown[]): Pack =>
  keys.flatMap((key, at) => [key, JSON.stringify(values[at])]);

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

/** Of packs in their order: whether one has a word that no later one has taken back. */
export function isNeeded(packs: readonly unknown[]): readonly boolean[] {
  const said = new Set<unknown>();
  const needed: boolean[] = [];
  for (let at = packs.length - 1; at >= 0; at -= 1) {
    const pack = packs[at];
    const before = said.size;
    if (Array.isArray(pack))
      for (let index = 0; index < pack.length; index += 2) said.add((pack as readonly unknown[])[index]);
    // What nobody of us has written is not ours to take out.
    needed[at] = said.size > before || !Array.isArray(pack);
  }
  return needed;
}

/** How much is in them, with what counts no more: one for each row, and one for each 500 characters of it. */
export const weightOf = (packs: readonly unknown[]): number =>
  packs.reduce((sum: number, pack) => {
    if (!Array.isArray(pack)) return sum;
    let characters = 0;
    for (const item of pack as readonly unknown[]) if (typeof item === 'string') characters += item.length;
    return sum + pack.length / 2 + characters / 500;
  }, 0);
