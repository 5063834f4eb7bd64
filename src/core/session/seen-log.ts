// Which ids were heard, as it is stored: what one commit handled is one record, with what later ones have handled before it is
// written. A record for each id would cost a store more than everything else that is remembered together.
import type { StoredRecord, StoredValue } from '../../storage/store.ts';
import type { SeenRecord } from '../stream/handled.ts';
import { readSeen } from './records.ts';

interface SeenLog {
  /** Takes in what was stored, in its order. Undefined when it cannot be read. */
  load(record: StoredRecord, nowMs: number, wallMs: number): SeenBatch | undefined;
  /** It waits to be written, in one record with what waits of that channel. */
  add(wire: string, seen: readonly SeenRecord[], nowMs: number, wallMs: number): void;
  readonly isWaiting: boolean;
  /** What waited, for whoever writes it now: nothing is added to these records any more. */
  take(): readonly StoredRecord[];
  /** Keys of records that nobody needs any more, the oldest first; few at a time. */
  prune(nowMs: number): readonly string[];
  /** The last ones of a channel, the newest last. */
  of(wire: string, most: number): readonly SeenRecord[];
}

interface SeenBatch {
  readonly key: string;
  readonly wire: string;
  readonly atMs: number;
  readonly seen: readonly SeenRecord[];
}

interface Kept {
  readonly key: string;
  readonly wire: string;
  atMs: number;
  ids: number;
  /** As it is written, once it is: an object for each of 50 000 ids would be carried along by the garbage collector for a day. */
  value: StoredValue | undefined;
}

/** Not written yet. Spelt once, however many commits add to it. */
interface Waiting {
  readonly batch: Kept;
  readonly seen: SeenRecord[];
  wallMs: number;
}

interface SeenLogLimits {
  /** Ids that are kept however old they are … */
  readonly atLeast: number;
  /** … and for how long they are kept beyond that … */
  readonly forMs: number;
  /** … while there are no more than these. */
  readonly atMost: number;
}

const defaultLimits: SeenLogLimits = { atLeast: 1_000, forMs: 86_400_000, atMost: 50_000 };
/** A commit adds one at most. */
const prunedAtOnce = 100;
/** After an outage a busy store is behind by many commits. All of a record go at once when there are too many ids. */
const mostInRecord = 500;

export function createSeenLog(limits: SeenLogLimits = defaultLimits): SeenLog {
  let batches: Kept[] = [];
  /** Those before it are taken out already. */
  let oldest = 0;
  let ids = 0;
  let next = 0;
  const waiting = new Set<Waiting>();
  /** The last one of each channel. */
  const open = new Map<string, Waiting>();

  function keep(batch: Kept): void {
    batches.push(batch);
    ids += batch.ids;
  }

  function isOver({ ids: own, atMs }: Kept, nowMs: number): boolean {
    const others = ids - own;
    return others >= limits.atLeast && (ids > limits.atMost || atMs <= nowMs - limits.forMs);
  }

  function begin(wire: string, nowMs: number): Waiting {
    const key = next.toString(36).padStart(10, '0');
    next += 1;
    const begun: Waiting = { batch: { key, wire, atMs: nowMs, ids: 0, value: undefined }, seen: [], wallMs: 0 };
    keep(begun.batch);
    waiting.add(begun);
    open.set(wire, begun);
    return begun;
  }

  /** It is gone before it was written. */
  function drop(batch: Kept): void {
    for (const one of waiting) if (one.batch === batch) waiting.delete(one);
    if (open.get(batch.wire)?.batch === batch) open.delete(batch.wire);
  }

  return {
    load({ key, value }, nowMs, wallMs) {
      next = Math.max(next, Number.parseInt(key, 36) + 1 || 0);
      const read = readSeen(value);
      if (read === undefined) return undefined;
      // How long ago, on the clock that runs now. A wall clock that was set back makes nothing younger than now.
      const atMs = nowMs - Math.max(0, wallMs - read.atWallMs);
      const { wire, seen } = read;
      keep({ key, wire, atMs, ids: seen.length, value });
      return { key, wire, atMs, seen };
    },
    add(wire, seen, nowMs, wallMs) {
      const last = open.get(wire);
      const isFull = last === undefined || last.seen.length + seen.length > mostInRecord;
      const one = isFull ? begin(wire, nowMs) : last;
      for (const record of seen) one.seen.push(record);
      one.wallMs = wallMs;
      one.batch.atMs = nowMs;
      one.batch.ids += seen.length;
      ids += seen.length;
    },
    get isWaiting() {
      return waiting.size > 0;
    },
    take() {
      const records = Array.from(waiting, ({ batch, seen, wallMs }) => {
        const value = writeSeen(batch.wire, seen, wallMs);
        batch.value = value;
        return { key: batch.key, value };
      });
      waiting.clear();
      open.clear();
      return records;
    },
    prune(nowMs) {
      const keys: string[] = [];
      for (let batch = batches[oldest]; batch !== undefined && keys.length < prunedAtOnce; batch = batches[oldest]) {
        if (!isOver(batch, nowMs)) break;
        keys.push(batch.key);
        if (batch.value === undefined) drop(batch);
        ids -= batch.ids;
        oldest += 1;
      }
      // Moved together once per as many as are kept: flat on average.
      if (oldest > 64 && oldest * 2 > batches.length) {
        batches = batches.slice(oldest);
        oldest = 0;
      }
      return keys;
    },
    of(wire, most) {
      const own: SeenRecord[] = [];
      for (let index = oldest; index < batches.length; index += 1) {
        const batch = batches[index];
        if (batch?.wire === wire) own.push(...(readSeen(batch.value)?.seen ?? []));
      }
      for (const { batch, seen } of waiting) if (batch.wire === wire) own.push(...seen);
      return own.slice(-most);
    },
  };
}

function writeSeen(wire: string, seen: readonly SeenRecord[], wallMs: number): StoredValue {
  return {
    wire,
    at: wallMs,
    ids: seen.map(({ id }) => id),
    seqs: seen.map(({ seq }) => seq ?? null),
    // Rarely more than one: a server has to be restored for that.
    ...(seen.some(({ sequence }) => sequence !== undefined) && {
      sequences: seen.map(({ sequence }) => sequence ?? null),
    }),
    ...(seen.some(({ isOnlyThere }) => isOnlyThere === true) && {
      onlyThere: seen.map(({ isOnlyThere = false }) => isOnlyThere),
    }),
  };
}
