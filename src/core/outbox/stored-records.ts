import type { StoredRecord } from '../../storage/store.ts';
import { decodeRecord, type OutboxRecord } from './record.ts';

/** A record that is left as it is, because it is not this outbox's to read. */
export interface UntouchedRecord {
  readonly key: string;
  readonly because: 'corrupt' | 'newer' | 'other-principal';
}

/** O10, O33: what of the table is this outbox's, and what it keeps its hands off. */
export function sortRecords(
  stored: readonly StoredRecord[],
  principal: string,
): { readonly records: readonly OutboxRecord[]; readonly untouched: Map<string, UntouchedRecord> } {
  const records: OutboxRecord[] = [];
  const untouched = new Map<string, UntouchedRecord>();
  for (const { key, value } of stored) {
    const reading = decodeRecord(key, value);
    if (reading.kind !== 'record') untouched.set(key, { key, because: reading.kind });
    else if (reading.record.principal !== principal) untouched.set(key, { key, because: 'other-principal' });
    else records.push(reading.record);
  }
  return { records, untouched };
}
