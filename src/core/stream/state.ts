import type { Position } from '../../contract/channel.ts';
import type { Unsettled } from './cursor.ts';
import { Unsettled as UnsettledDeliveries } from './cursor.ts';
import type { Seen } from './seen.ts';
import { closedHoles, type ClosedHole, type ClosedHoles, type Missed, type Span } from './gap.ts';
import type { Handled, HandledRow, SeenRecord } from './handled.ts';
import { HeldEvents, type Arrival } from './held.ts';
import { PositionWindow } from './positions.ts';
import type { KnownRows, RowRef } from './rows.ts';
import type { StreamRules } from './rules.ts';
import type { StreamSettings } from './settings.ts';
import type { Watermark } from './watermark.ts';

/** What the server offers for a channel, and how it is to be heard: the same for all channels of a kind. */
export interface StreamOptions {
  readonly position: Position;
  readonly replay: 'commit-ordered' | 'unordered' | undefined;
  /** The lists that cover the channel; they are read together. */
  readonly snapshot: boolean;
  readonly startFrom: 'now' | 'earliest' | { readonly seq: number };
  readonly settings: StreamSettings;
  readonly rules: StreamRules;
}

export interface Cursor {
  readonly epoch: string | undefined;
  readonly seq: number;
  /** How many sequences were left before this one: a restored server may keep its epoch's name. None is `undefined`. */
  readonly sequence?: number | undefined;
}

/** What commits store and a restart gives back. */
export interface StreamMemory {
  /** Ids that were handled on this channel. */
  readonly seen: Seen;
  readonly rows: KnownRows;
  readonly cursor: Cursor | undefined;
  readonly closed: readonly ClosedHole[];
  readonly marks: ReadonlyMap<string, Watermark>;
  /** The newest last; enough of them to know a position that comes back with another id. */
  readonly positions: readonly SeenRecord[];
}

/** Written in one transaction with whatever the handlers wrote. */
export interface StreamCommit {
  readonly cursor: Cursor | undefined;
  readonly closed: readonly ClosedHole[];
  readonly marks: ReadonlyMap<string, Watermark>;
  /** Handled since the last commit. */
  readonly seen: readonly SeenRecord[];
  readonly rows: readonly HandledRow[];
}

export interface Row {
  /** Resource and key, as one text; never the same for two resources. */
  readonly key: string;
  readonly version: number | string;
  readonly updatedAt: string | undefined;
  /** Waiting, and young enough to be done even when the very first list tells of it. */
  readonly openWork: boolean;
  readonly value: unknown;
}

export interface SnapshotPart {
  readonly resource: string;
  /** Every page of it, or the whole read has failed. */
  readonly rows: readonly Row[];
  readonly deleted: readonly RowRef[];
  /** Of the first page: what changes while the others are read is read again the next time. */
  readonly asOf: string | undefined;
  readonly tombstones: boolean;
  readonly complete: boolean;
}

type StreamSignal =
  | { readonly kind: 'gap'; readonly from: number; readonly to: number; readonly as: ClosedHole['as'] }
  | { readonly kind: 'resync'; readonly reason: ResyncReason; readonly from: Cursor | undefined }
  | { readonly kind: 'sparse' }
  | { readonly kind: 'anomaly'; readonly id: string; readonly seq: number | undefined }
  | { readonly kind: 'no-replay' }
  | { readonly kind: 'no-progress' }
  | { readonly kind: 'handler-slow'; readonly ticket: number }
  | { readonly kind: 'overflow' };

export type ResyncReason = 'gone' | 'epoch' | 'position-reused' | 'restored' | 'overflow' | 'no-progress';

export interface Continuity {
  readonly continuity: 'kept' | 'unproven' | 'lost';
  readonly reason: 'first-start' | 'caught-up' | 'no-source' | ResyncReason;
  readonly replayed: number;
  readonly compacted: boolean;
}

export type StreamEffect =
  | {
      readonly kind: 'deliver';
      readonly ticket: number;
      readonly arrival: Arrival;
      readonly replayed: boolean;
      readonly continuity: 'kept' | 'unproven';
      /** Something newer is known of its subject: it is told, and no collection takes it. */
      readonly stale: boolean;
      readonly origin: 'live' | 'replay';
    }
  /** A row for the collections; with a ticket it is also told to handlers as the event that it amounts to. */
  | { readonly kind: 'row'; readonly ticket: number | undefined; readonly resource: string; readonly row: Row }
  | { readonly kind: 'row-gone'; readonly resource: string; readonly key: string }
  | { readonly kind: 'row-forgotten'; readonly key: string }
  | { readonly kind: 'drain-outbox' }
  | { readonly kind: 'read-replay'; readonly read: number; readonly from: number; readonly limit: number }
  | {
      readonly kind: 'read-snapshot';
      readonly read: number;
      /** By resource; a resource without a boundary is read whole. */
      readonly since: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'commit'; readonly commit: StreamCommit }
  | { readonly kind: 'signal'; readonly signal: StreamSignal }
  | { readonly kind: 'continuity'; readonly told: Continuity }
  | { readonly kind: 'status'; readonly word: StreamStatus };

type StreamStatus = 'offline' | 'catchingUp' | 'live' | 'stopped';

export interface Read {
  readonly number: number;
  readonly kind: 'replay' | 'snapshot';
  /** Asks only where the log ends. */
  readonly isHead: boolean;
  readonly from: number;
  readonly since: ReadonlyMap<string, string>;
  readonly issuedAtMs: number;
  /** The highest position known when it was asked: what a list without a position of its own makes good. */
  readonly topAtIssue: number;
  /** It goes on where a page ended that brought something. */
  readonly followsPage: boolean;
  /** A whole list, only because an earlier one lacked what an event had just told of. */
  readonly isSecondLook: boolean;
  /** A list for what events have said that could not be read. */
  readonly isBrokenLook: boolean;
}

export type PhaseName = 'idle' | 'draining' | 'reading' | 'live' | 'stopped';

/**
 * One channel's stream. A step consumes the state that it is given and hands it back changed: it holds windows of
 * thousands of entries, and copying them for each event would cost more than everything else.
 */
export interface StreamState {
  readonly options: StreamOptions;
  readonly seen: Seen;
  readonly rows: KnownRows;
  readonly unsettled: Unsettled;
  readonly held: HeldEvents;
  positions: PositionWindow;
  phase: PhaseName;
  generation: number;
  /** What positions mean now: a dense channel that proves sparse is monotonic until its next epoch. */
  position: Position;
  epoch: string | undefined;
  sequence: number | undefined;
  /** The highest number that a sequence was ever given, also in a life that stored no cursor of it. */
  sequences: number;
  /** The last contiguous position that was handed out or explained; unknown until there is something to count from. */
  front: number | undefined;
  /** The lowest cursor that may be stored: below it lies what only a list has told. */
  base: number;
  committed: Cursor | undefined;
  /** The log has nothing before this any more. */
  reach: number;
  /** The highest position that is known to exist. */
  top: number;
  /** Handed out above a hole, in order. */
  ahead: Span[];
  closed: ClosedHoles;
  marks: Map<string, Watermark>;
  /** Marks of a list whose rows are not all handled. */
  pendingMarks: { readonly afterTicket: number; readonly marks: Map<string, Watermark> } | undefined;
  /** Nothing was ever stored for this channel: its first list only fills collections. */
  isFirst: boolean;
  /** It is stored that there was a list: the next start must not take its first one for the very first. */
  isListNoted: boolean;
  /** Rows are stored and no cursor names their sequence: no list was read yet that knows everything from before the start. */
  isDoubtful: boolean;
  read: Read | undefined;
  reads: number;
  failures: number;
  retryAtMs: number | undefined;
  drainDueAtMs: number;
  gapDueAtMs: number | undefined;
  lastGapReadMs: number;
  reconcileDueAtMs: number;
  /** When every list was read whole in this process. */
  fullListAtMs: number;
  /** When a whole list is to be read again, because one lacked a row that an event may have told of too early. */
  secondLookAtMs: number;
  /** When every list is to be read whole, because an event could not be read that may have changed a row. */
  brokenLookAtMs: number;
  /** When the last such event came: a list that was asked before, or too soon after it, may not have it. */
  lastBrokenMs: number;
  /** What a read lacked that may still become visible: a second look has to lack it, too. */
  missed: readonly Missed[];
  /** When the server's head was first found below the front, and where the front was. */
  lowHead: { readonly atMs: number; readonly front: number } | undefined;
  /** A position that something stood at was not there any more when the log was first asked at this moment. */
  vanished: { readonly seq: number; readonly atMs: number } | undefined;
  /** The front when the log did not reach back to the last known position any more: until continuity is told. */
  unconfirmed: number | undefined;
  /** When what was not there any more has led to another sequence. */
  restoredMs: number;
  absentAtMs: number[];
  resync: ResyncReason | undefined;
  replayMissing: boolean;
  /** The log does not say where it ends, or cannot be read from there. */
  isHeadless: boolean;
  /** The position before the lowest that was heard while there was nothing to count from. */
  heardBehind: number | undefined;
  /** The highest position that a list named: it stands for what lies before. */
  listedUpTo: number;
  /** Where counting began at the end of the log: what lies up to here was never looked at. */
  beganAt: number;
  snapshotMissing: boolean;
  /** The front when this connection began, until a page has shown that it is still the same sequence. */
  checkFrom: number | undefined;
  /** Counting began with an event, until a list knows everything from before it; `looked`: one that may not was read. */
  blind: { readonly sinceMs: number; readonly looked: boolean } | undefined;
  /** Pages without progress since the last one that moved on. */
  stalls: number;
  restarts: number;
  lastResetMs: number;
  /** When the last reading was asked that came to the end of the log, or of a list where there is no log. */
  readToEndMs: number;
  readonly startedAtMs: number;
  replayed: number;
  compacted: boolean;
  released: boolean;
  nextTicket: number;
  /** What waits for the next commit, the newest first, and how many ids are among it. */
  handled: Handled | undefined;
  handledIds: number;
  dirty: boolean;
  commitDueAtMs: number | undefined;
  status: StreamStatus;
}

/** Positions may be stored of a sequence whose cursor never was: its number must not be given to another one. */
const highestSequence = ({ cursor, positions }: StreamMemory): number =>
  positions.reduce((highest, { sequence = 0 }) => Math.max(highest, sequence), cursor?.sequence ?? 0);

// One for all streams, which look at it for every event.
export const nothingMissed: readonly Missed[] = [];
/** Nothing is put into it: see `putAhead`. */
export const nothingAhead: Span[] = [];

export function initialStream(options: StreamOptions, memory: StreamMemory, nowMs: number): StreamState {
  const { cursor } = memory;
  const { startFrom } = options;
  const chosen = startFrom === 'now' ? undefined : startFrom === 'earliest' ? 0 : startFrom.seq;
  const isFirst = cursor === undefined && memory.marks.size === 0;
  const front = options.position === 'none' ? undefined : (cursor?.seq ?? chosen);
  // What was heard before there was a cursor is of an unknown sequence.
  const isUnknown = cursor === undefined && memory.positions.length > 0;
  const sequences = highestSequence(memory) + (isUnknown ? 1 : 0);
  const positions = new PositionWindow();
  let beganAt = -1;
  for (const { seq, id, sequence, isOnlyThere } of memory.positions) {
    if (seq === undefined || cursor === undefined || sequence !== cursor.sequence) continue;
    positions.put(seq, id);
    if (isOnlyThere === true) beganAt = seq;
  }
  return {
    // First, and together, what every event needs: of a thousand channels, what lies apart is fetched one by one.
    options,
    seen: memory.seen,
    rows: memory.rows,
    phase: 'idle',
    generation: 0,
    position: options.position,
    epoch: cursor?.epoch,
    sequence: isUnknown ? sequences : cursor?.sequence,
    front,
    top: front ?? 0,
    closed: closedHoles(memory.closed),
    held: new HeldEvents(),
    ahead: nothingAhead,
    unsettled: new UnsettledDeliveries(),
    positions,
    nextTicket: 1,
    listedUpTo: -1,
    blind: undefined,
    missed: nothingMissed,
    gapDueAtMs: undefined,
    read: undefined,
    retryAtMs: undefined,
    dirty: false,
    handled: undefined,
    handledIds: 0,
    commitDueAtMs: undefined,
    // And the rest.
    sequences,
    base: front ?? 0,
    committed: cursor,
    reach: 0,
    marks: new Map(memory.marks),
    pendingMarks: undefined,
    isFirst,
    isListNoted: !isFirst,
    isDoubtful: cursor === undefined && options.snapshot && memory.rows.size > 0,
    reads: 0,
    failures: 0,
    drainDueAtMs: Number.POSITIVE_INFINITY,
    lastGapReadMs: Number.NEGATIVE_INFINITY,
    reconcileDueAtMs: nowMs + options.rules.reconcileMs(options.settings.reconcileMs),
    fullListAtMs: Number.NEGATIVE_INFINITY,
    secondLookAtMs: Number.POSITIVE_INFINITY,
    // A run that ended before it could look has left it to this one. Without a log lists are read anyway.
    brokenLookAtMs:
      cursor !== undefined && options.snapshot && options.replay !== undefined
        ? nowMs + options.settings.overlapMs
        : Number.POSITIVE_INFINITY,
    lastBrokenMs: Number.NEGATIVE_INFINITY,
    lowHead: undefined,
    vanished: undefined,
    unconfirmed: undefined,
    restoredMs: Number.NEGATIVE_INFINITY,
    absentAtMs: [],
    resync: undefined,
    replayMissing: false,
    isHeadless: false,
    heardBehind: undefined,
    beganAt,
    snapshotMissing: false,
    checkFrom: undefined,
    stalls: 0,
    restarts: 0,
    startedAtMs: nowMs,
    lastResetMs: Number.NEGATIVE_INFINITY,
    readToEndMs: Number.NEGATIVE_INFINITY,
    replayed: 0,
    compacted: false,
    released: false,
    status: 'offline',
  };
}
