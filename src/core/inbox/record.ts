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
  readonly attempt: number | undefined;
  /** Its place among all work of this device, for the order after a restart. */
  readonly order: number;
  /** How often it was begun. */
  readonly tries: number;
  /** It is being run, or was when the process ended. */
  readonly ran: boolean;
  /** A run of it was interrupted. */
  readonly redelivered: boolean;
  /** Closed by the server while it ran. */
  readonly isClosed: boolean;
  /** Under which name another page runs it; where it does not `ran`, a run before that was given up and goes on. */
  readonly claim?: string | undefined;
}

/** In the table `inbox`: work, and what is known of the keys. */
export const itemPrefix = 'item ';
export const ledgerPrefix = 'work ';

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

/** A handler's own: whatever it does to it, the next run finds it as it came. What JSON cannot say, it shares. */
export function copyOf(event: DeliveredEvent): DeliveredEvent {
  try {
    return readEvent(storable(event)) ?? event;
  } catch {
    return event;
  }
}

export function readItem(value: unknown): ItemRecord | undefined {
  if (!isRecord(value)) return undefined;
  const { lane, key, attempt, order, tries, claim } = value;
  const event = readEvent(value['event']);
  if (event === undefined || typeof lane !== 'string' || typeof key !== 'string') return undefined;
  if (!isCount(order) || !isCount(tries)) return undefined;
  return {
    event,
    lane,
    key,
    attempt: typeof attempt === 'number' ? attempt : undefined,
    order,
    tries,
    ran: value['ran'] === true,
    redelivered: value['redelivered'] === true,
    isClosed: value['isClosed'] === true,
    claim: typeof claim === 'string' ? claim : undefined,
  };
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
  const { attempt, eventIds, rowAtMs, epoch, atMs } = value;
  return {
    attempt: typeof attempt === 'number' ? attempt : undefined,
    rowAtMs: typeof rowAtMs === 'number' ? rowAtMs : undefined,
    epoch: typeof epoch === 'string' ? epoch : undefined,
    eventIds: Array.isArray(eventIds) ? eventIds.filter((id) => typeof id === 'string') : [],
    atMs: typeof atMs === 'number' ? atMs : 0,
  };
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** JSON leaves out what is undefined. */
function readEvent(value: unknown): DeliveredEvent | undefined {
  if (!isRecord(value) || typeof value['name'] !== 'string' || typeof value['channel'] !== 'string') return undefined;
  return {
    ...(value as unknown as DeliveredEvent),
    params: (isRecord(value['params']) ? value['params'] : {}) as DeliveredEvent['params'],
  };
}
