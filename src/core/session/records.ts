// What the keeper's tables hold. What is read back is as little to be trusted as what comes over the network.
import { isRecord } from '../../lib/json.ts';
import type { StoredValue } from '../../storage/store.ts';
import type { ClosedHole } from '../stream/gap.ts';
import type { RowVersion } from '../stream/rows.ts';
import type { SeenRecord } from '../stream/handled.ts';
import type { Cursor, StreamCommit } from '../stream/state.ts';

const isPosition = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

export const writeCursor = ({ cursor, closed }: StreamCommit, atWallMs: number): StoredValue => ({
  ...(cursor?.epoch !== undefined && { epoch: cursor.epoch }),
  ...(cursor?.sequence !== undefined && { sequence: cursor.sequence }),
  seq: cursor?.seq ?? 0,
  closed: closed.map(({ from, to, as }) => ({ from, to, as })),
  at: atWallMs,
});

export interface CursorRecord {
  readonly cursor: Cursor | undefined;
  readonly closed: readonly ClosedHole[];
}

/** A cursor that cannot be read is no cursor: the channel starts anew, which loses nothing. */
export function readCursor(value: unknown): CursorRecord {
  if (!isRecord(value) || !isPosition(value['seq'])) return { cursor: undefined, closed: [] };
  const epoch = typeof value['epoch'] === 'string' ? value['epoch'] : undefined;
  const closed: unknown = value['closed'];
  return {
    cursor: { epoch, seq: value['seq'], ...(isPosition(value['sequence']) && { sequence: value['sequence'] }) },
    closed: Array.isArray(closed) ? closed.flatMap(readHole) : [],
  };
}

const kinds: ReadonlyMap<unknown, ClosedHole['as']> = new Map([
  ['absent', 'absent'],
  ['compacted', 'compacted'],
  ['lost', 'lost'],
]);

function readHole(value: unknown): readonly ClosedHole[] {
  if (!isRecord(value)) return [];
  const { from, to, as } = value;
  const kind = kinds.get(as);
  return isPosition(from) && isPosition(to) && from <= to && kind !== undefined ? [{ from, to, as: kind }] : [];
}

interface SeenBatchRecord {
  readonly wire: string;
  readonly atWallMs: number;
  readonly seen: readonly SeenRecord[];
}

export function readSeen(value: unknown): SeenBatchRecord | undefined {
  if (!isRecord(value)) return undefined;
  const { wire, at } = value;
  const ids: unknown = value['ids'];
  const seqs: unknown = value['seqs'];
  const sequences: unknown = value['sequences'];
  const onlyThere: unknown = value['onlyThere'];
  if (typeof wire !== 'string' || typeof at !== 'number' || !Array.isArray(ids)) return undefined;
  const seen = ids.flatMap((id: unknown, index) => {
    const seq: unknown = Array.isArray(seqs) ? seqs[index] : undefined;
    const sequence: unknown = Array.isArray(sequences) ? sequences[index] : undefined;
    if (typeof id !== 'string') return [];
    const isOnlyThere = Array.isArray(onlyThere) && onlyThere[index] === true;
    return [
      {
        id,
        seq: isPosition(seq) ? seq : undefined,
        ...(isPosition(sequence) && { sequence }),
        ...(isOnlyThere && { isOnlyThere }),
      },
    ];
  });
  return { wire, atWallMs: at, seen };
}

export interface RowRecord {
  readonly version: RowVersion;
  readonly deleted: boolean;
  /** Something of it may be missing: a list of the same version says the rest. */
  readonly isPart: boolean;
  /** The app has left something out. */
  readonly isCut: boolean;
  readonly value: unknown;
  /** When it was written, by the device's wall clock. */
  readonly atWallMs: number | undefined;
}

export const writeRow = ({
  version,
  deleted,
  isPart,
  isCut,
  value,
  atWallMs,
}: RowRecord & { readonly value: StoredValue | undefined }): StoredValue => ({
  version,
  deleted,
  ...(isPart && { part: true }),
  ...(isCut && { cut: true }),
  value,
  at: atWallMs,
});

export function readRow(value: unknown): RowRecord | undefined {
  if (!isRecord(value)) return undefined;
  const { version } = value;
  if (typeof version !== 'string' && typeof version !== 'number') return undefined;
  const atWallMs = typeof value['at'] === 'number' ? value['at'] : undefined;
  return {
    version,
    deleted: value['deleted'] === true,
    isPart: value['part'] === true,
    isCut: value['cut'] === true,
    value: value['value'],
    atWallMs,
  };
}
