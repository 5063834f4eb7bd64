// Which work the tabs of this device do, as the store remembers it: what is asked for while such a tab is closed waits for it.
import type { Store, Write } from '../../storage/store.ts';

const prefix = 'does ';
/** A kind of work that no tab has declared for so long belongs to an app of yesterday. */
const rememberedMs = 7 * 86_400_000;

/** This tab does these. */
export async function noteDoes(
  store: Store,
  storeName: string,
  names: readonly string[],
  wallMs: number,
): Promise<void> {
  if (names.length === 0) return;
  const database = await store.open(storeName);
  try {
    const writes = names.map((name): Write => ({ table: 'meta', key: prefix + name, value: wallMs }));
    await database.commit({ writes, durability: 'strict' });
  } finally {
    await database.close();
  }
}

export async function readDoes(store: Store, storeName: string, wallMs: number): Promise<readonly string[]> {
  const database = await store.open(storeName);
  try {
    return (await database.read('meta'))
      .filter(({ key, value }) => key.startsWith(prefix) && typeof value === 'number' && wallMs - value < rememberedMs)
      .map(({ key }) => key.slice(prefix.length));
  } finally {
    await database.close();
  }
}
