import type { Database, Store } from '../../storage/store.ts';

/** For something that is done in one go, and closed whatever comes of it. */
export async function opened<Result>(
  store: Store,
  name: string,
  use: (database: Database) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const database = await store.open(name, signal);
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}
