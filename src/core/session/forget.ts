import { storeTables, type Store, type Write } from '../../storage/store.ts';

/** Removes what a device remembers: everything, or all but the mutations that were not sent yet. */
export async function forget(store: Store, name: string, keeps: 'nothing' | 'outbox'): Promise<void> {
  if (keeps === 'nothing') {
    await store.destroy(name);
    return;
  }
  const database = await store.open(name);
  try {
    const writes: Write[] = [];
    for (const table of storeTables) {
      if (table === 'outbox') continue;
      for (const { key } of await database.read(table)) writes.push({ table, key, value: undefined });
    }
    await database.commit({ writes, durability: 'strict' });
  } finally {
    await database.close();
  }
}
