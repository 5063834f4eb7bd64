// What waits in a store that is lost in the middle of a run. The run goes on in a memory that ends with the page, and then the
// store is there again, and with it every mutation as it stood when it was lost: what was sent meanwhile would be sent twice.
import type { Repeat } from '../../contract/mutation.ts';
import { isRecord } from '../../lib/json.ts';
import { StoreError, type Commit, type StoredValue, type Write } from '../../storage/store.ts';
import type { FencedDatabase } from './fenced-database.ts';

/**
 * O44: the store as the outbox sees it. Of what the lost one holds, this one refuses to note that it is on its way, where a repeat is not
 * safe, and that it was given up.
 */
export function createLastingOrders(
  database: Pick<FencedDatabase, 'read' | 'commit' | 'isDegraded'>,
  repeatOf: (name: string) => Repeat | undefined,
): Pick<FencedDatabase, 'read' | 'commit'> {
  /** Those that the store holds and that have no end there, with their lanes. */
  const held = new Map<string, unknown>();

  function note(key: string, value: StoredValue | undefined): void {
    if (value === undefined || stateOf(value) === 'acked') held.delete(key);
    else held.set(key, fieldOf(value, 'lane'));
  }

  /** Also what would stand behind such a one: it would wait for it as long as the page lives, and go with the page. */
  function isToWait({ table, key, value }: Write): boolean {
    if (table !== 'outbox') return false;
    if (held.has(key))
      return value === undefined || (stateOf(value) === 'inflight' && repeatOf(nameOf(value)) === 'none');
    return stateOf(value) === 'pending' && [...held.values()].includes(fieldOf(value, 'lane'));
  }

  function refuse({ writes }: Commit): void {
    if (database.isDegraded && writes.some(isToWait))
      throw new StoreError(
        'lost',
        'The store that holds this mutation, or one before it, is lost. Load the app again.',
      );
  }

  return {
    async read(table, range) {
      const records = await database.read(table, range);
      if (table === 'outbox' && !database.isDegraded) for (const { key, value } of records) note(key, value);
      return records;
    },
    async commit(commit: Commit) {
      refuse(commit);
      await database.commit(commit);
      // It may have been lost in this very commit.
      refuse(commit);
      for (const { table, key, value } of commit.writes) {
        if (table !== 'outbox') continue;
        if (!database.isDegraded) note(key, value);
        // Sent all the same, because a key or a number of its own makes that safe.
        else if (stateOf(value) === 'acked') held.delete(key);
      }
    },
  };
}

const fieldOf = (value: StoredValue | undefined, field: string): unknown =>
  isRecord(value) ? value[field] : undefined;
const stateOf = (value: StoredValue | undefined): unknown => fieldOf(value, 'state');

function nameOf(value: StoredValue): string {
  const name = fieldOf(value, 'name');
  return typeof name === 'string' ? name : '';
}
