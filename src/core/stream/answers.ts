// What the server has answered, as the machine is told it.
import type { Arrival } from './held.ts';
import type { ReadFailure } from './rules.ts';
import type { SnapshotPart } from './state.ts';

export interface ReplayAnswer {
  readonly read: number;
  readonly epoch: string | undefined;
  readonly headSeq: number | undefined;
  readonly floorSeq: number | undefined;
  readonly nextSeq: number | undefined;
  readonly hasMore: boolean;
  /** All of them could be taken apart, or the answer is a failure. */
  readonly events: readonly Arrival[];
}

export interface SnapshotAnswer {
  readonly read: number;
  readonly epoch: string | undefined;
  /** The position that was read before the data. */
  readonly asOfSeq: number | undefined;
  readonly parts: readonly SnapshotPart[];
}

export interface FailedAnswer {
  readonly read: number;
  readonly failure: ReadFailure;
  readonly retryAfterMs: number | undefined;
  /** With `gone`: the lowest position that can still be read. */
  readonly floorSeq: number | undefined;
  /** With `gone`: the highest position that there is. */
  readonly headSeq?: number | undefined;
}
