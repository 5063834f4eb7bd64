// How many leaders there have been. The store counts, because a tab that has just opened knows of none of them.
import type { Store } from '../../storage/store.ts';
import { faultOf } from '../session/steady-database.ts';

const place = { table: 'meta', key: 'reigns' } as const;

/** Higher than every one before, also than `known`. */
export async function nextRank(store: Store, name: string, known: number): Promise<number> {
  const database = await store.open(name);
  try {
    for (;;) {
      const row = (await database.read(place.table)).find(({ key }) => key === place.key);
      const before = typeof row?.value === 'number' ? row.value : undefined;
      const rank = Math.max(before ?? 0, known) + 1;
      try {
        const only = { ...place, value: before };
        await database.commit({ writes: [{ ...place, value: rank }], durability: 'relaxed', only });
        return rank;
      } catch (error) {
        // Somebody else has counted in the same moment.
        if (faultOf(error) !== 'fenced') throw error;
      }
    }
  } finally {
    await database.close();
  }
}
