// What the store keeps of work. What is read back is as little to be trusted as what comes over the network.
import { isRecord } from '../../lib/json.ts';
import type { StoredValue } from '../../storage/store.ts';
import type { DeliveredEvent } from '../consume/delivered-event.ts';
import type { LedgerEntry } from './ledger.ts';

export interface ItemRecord {
  readonly event: DeliveredEvent;
  readonly lane: string;
  /** Under which the ledger knows it. */
  readonly key: string;
  readonly tries: number;
  /** It is being run, or was when the process ended. */
  readonly ran: boolean;
}

export interface DeadRecord extends ItemRecord {
  readonly mayHaveRun: boolean;
  /** The class of what was thrown. */
  readonly error: string | undefined;
  readonly atMs: number;
}

/** What JSON says of it: an event came as JSON, and goes to disk as it came. */
const storable = (value: unknown): StoredValue => JSON.parse(JSON.stringify(value) ?? 'null') as StoredValue;

export const writeItem = (record: ItemRecord): StoredValue => storable(record);
export const writeDead = (record: DeadRecord): StoredValue => storable(record);
export const writeLedger = (entry: LedgerEntry): StoredValue => storable(entry);

export function readItem(value: unknown): ItemRecord | undefined {
  if (!isRecord(value)) return undefined;
  const { event, lane, key, tries } = value;
  if (!isRecord(event) || typeof event['name'] !== 'string' || typeof event['channel'] !== 'string') return undefined;
  if (typeof lane !== 'string' || typeof key !== 'string' || typeof tries !== 'number') return undefined;
  return { event: readEvent(event), lane, key, tries, ran: value['ran'] === true };
}

export function readDead(value: unknown): DeadRecord | undefined {
  const item = readItem(value);
  if (item === undefined || !isRecord(value)) return undefined;
  const { mayHaveRun, error, atMs } = value;
  return {
    ...item,
    mayHaveRun: mayHaveRun === true,
    error: typeof error === 'string' ? error : undefined,
    atMs: typeof atMs === 'number' ? atMs : 0,
  };
}

export function readLedger(value: unknown): LedgerEntry | undefined {
  if (!isRecord(value)) return undefined;
  const { attempt, eventIds, isClosed, atMs } = value;
  return {
    attempt: typeof attempt === 'number' ? attempt : undefined,
    eventIds: Array.isArray(eventIds) ? eventIds.filter((id) => typeof id === 'string') : [],
    isClosed: isClosed === true,
    atMs: typeof atMs === 'number' ? atMs : 0,
  };
}

/** JSON leaves out what is undefined. */
const readEvent = (value: Readonly<Record<string, unknown>>): DeliveredEvent => ({
  ...(value as unknown as DeliveredEvent),
  params: (isRecord(value['params']) ? value['params'] : {}) as DeliveredEvent['params'],
});
