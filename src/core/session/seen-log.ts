// Which ids were heard, as it is stored: what one commit handled is one record, with what later ones have handled before it is
// written. A record for each id would cost a store more than everything else that is remembered together.
import type { StoredRecord, StoredValue } from '../../storage/store.ts';
import type { SeenRecord } from '../stream/handled.ts';
import { readSeen } from './records.ts';

interface SeenLog {
  /** Takes in what was stored, in its order. Undefined when it cannot be read. */
  load(record: StoredRecord, nowMs: number, wallMs: number): SeenBatch | undefined;
  /** What is to be written for it: in place of the last record of the channel, under the same key, while that one waits. */
  add(wire: string, seen: readonly SeenRecord[], nowMs: number, wallMs: number): StoredRecord;
  /** What was to be written until now is being written: nothing is added to it any more. */
  seal(): void;
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

/** As it is written: an object for each of 50 000 ids would be carried along by the garbage collector for a day. */
interface Kept {
  readonly key: string;
  readonly wire: string;
  atMs: number;
  ids: number;
  value: StoredValue;
}

/** Not written yet. */
interface Waiting {
  readonly batch: Kept;
  readonly seen: readonly SeenRecord[];
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
  /** By channel. */
  const waiting = new Map<string, Waiting>();

  function keep(batch: Kept): void {
    batches.push(batch);
    ids += batch.ids;
  }

  function isOver({ ids: own, atMs }: Kept, nowMs: number): boolean {
    const others = ids - own;
    return others >= limits.atLeast && (ids > limits.atMost || atMs <= nowMs - limits.forMs);
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
      const before = waiting.get(wire);
      const joined = before !== undefined && before.seen.length + seen.length <= mostInRecord;
      const all = joined ? [...before.seen, ...seen] : seen;
      const value = writeSeen(wire, all, wallMs);
      const told = { atMs: nowMs, ids: all.length, value };
      if (joined) {
        ids += seen.length;
        const { batch } = before;
        Object.assign(batch, told);
        waiting.set(wire, { batch, seen: all });
        return { key: batch.key, value };
      }
      const key = next.toString(36).padStart(10, '0');
      next += 1;
      const batch: Kept = { key, wire, ...told };
      keep(batch);
      waiting.set(wire, { batch, seen: all });
      return { key, value };
    },
    seal: () => waiting.clear(),
    prune(nowMs) {
      const keys: string[] = [];
      for (let batch = batches[oldest]; batch !== undefined && keys.length < prunedAtOnce; batch = batches[oldest]) {
        if (!isOver(batch, nowMs)) break;
        keys.push(batch.key);
        // It is gone before it was written.
        if (waiting.get(batch.wire)?.batch === batch) waiting.delete(batch.wire);
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
