import { isRecord } from '../../lib/json.ts';
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

/** How many mutations a device that is not running has not sent, or keeps for a person. */
export async function unsentIn(store: Store, name: string): Promise<number> {
  const database = await store.open(name);
  try {
    const records = await database.read('outbox');
    // What cannot be read may be an order, too.
    return records.filter(({ value }) => !isRecord(value) || value['state'] !== 'acked').length;
  } finally {
    await database.close();
  }
}
