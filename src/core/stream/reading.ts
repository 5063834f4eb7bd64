// Catching up: what is asked of the server, and what its answers mean.
import {
  accept,
  anchor,
  anchorBlindly,
  brokenLookAfter,
  close,
  deliver,
  lookForWhatItSaid,
  missing,
  pump,
  release,
  type Turn,
} from './delivery.ts';
import { noneClosed, uncovered } from './gap.ts';
import { noteRow } from './handled.ts';
import type { Arrival } from './held.ts';
import { PositionWindow } from './positions.ts';
import { derivedId, touchedAtMs, type KnownRow, type RowVersion } from './rows.ts';
import type { ReadFailure } from './rules.ts';
import type { Continuity, Read, ResyncReason, Row, SnapshotPart, StreamState } from './state.ts';
import { boundary, watermarkOf, type Watermark } from './watermark.ts';

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

const hasReplay = (s: StreamState): boolean =>
  s.options.replay !== undefined && !s.replayMissing && s.options.position !== 'none';

/** Where to read from: a log if there is one and a position to start at, else a list, else nowhere. */
export function sourceOf(s: StreamState, nowMs: number): 'replay' | 'snapshot' | 'head' | undefined {
  const hasSnapshot = s.options.snapshot && !s.snapshotMissing;
  const needsList = s.resync !== undefined || !hasReplay(s) || s.front === undefined || isListDue(s, nowMs);
  if (hasSnapshot && needsList) return 'snapshot';
  if (!hasReplay(s)) return undefined;
  if (s.front !== undefined) return 'replay';
  return s.isHeadless ? undefined : 'head';
}

/** A list is asked at once for what is there, and again when whatever began before has become visible. */
const isListDue = (s: StreamState, nowMs: number): boolean =>
  (s.blind !== undefined && (!s.blind.looked || s.blind.sinceMs + s.options.settings.overlapMs <= nowMs)) ||
  Math.min(doubtDueAtMs(s), s.secondLookAtMs) <= nowMs;

/** S27. Only when there is nothing to ask the log: what it can tell comes first. */
export const brokenLookDueAtMs = ({ phase, retryAtMs, held, brokenLookAtMs }: StreamState): number =>
  phase === 'live' && retryAtMs === undefined && held.count === 0 ? brokenLookAtMs : Number.POSITIVE_INFINITY;

export function lookForBroken(s: StreamState, turn: Turn): void {
  if (!s.options.snapshot || s.snapshotMissing) {
    s.brokenLookAtMs = Number.POSITIVE_INFINITY;
    return;
  }
  s.reads += 1;
  s.read = {
    number: s.reads,
    kind: 'snapshot',
    isHead: false,
    from: 0,
    since: noBoundaries,
    issuedAtMs: turn.moment.nowMs,
    topAtIssue: s.top,
    followsPage: false,
    isSecondLook: false,
    isBrokenLook: true,
  };
  turn.effects.push({ kind: 'read-snapshot', read: s.reads, since: noBoundaries });
}

export const doubtDueAtMs = (s: StreamState): number =>
  s.isDoubtful ? s.startedAtMs + s.options.settings.overlapMs : Number.POSITIVE_INFINITY;

const knowsAllBefore = ({ options }: StreamState, read: Read, atMs: number): boolean =>
  options.rules.knowsAllBefore(atMs, read.issuedAtMs, options.settings.overlapMs);

export function beginReading(s: StreamState, turn: Turn): void {
  s.phase = 'reading';
  startRead(s, turn, undefined);
}

/** Asks, or is done when there is nobody to ask. */
export function startRead(s: StreamState, turn: Turn, continueAt: number | undefined, followsPage = false): void {
  s.retryAtMs = undefined;
  s.gapDueAtMs = undefined;
  const kind = sourceOf(s, turn.moment.nowMs);
  if (kind === undefined) {
    finish(s, turn);
    return;
  }
  s.reads += 1;
  const { nowMs } = turn.moment;
  // What is read after connecting is no question about a hole: the first one after it is asked as soon as any other.
  if (s.phase === 'live') s.lastGapReadMs = nowMs;
  const since = kind === 'snapshot' ? boundaries(s, nowMs) : noBoundaries;
  const isHead = kind === 'head';
  const from = isHead ? 0 : (continueAt ?? beginAt(s));
  const isSecondLook = s.secondLookAtMs <= nowMs && s.resync === undefined;
  s.read = {
    number: s.reads,
    kind: isHead ? 'replay' : kind,
    isHead,
    from,
    since,
    issuedAtMs: nowMs,
    topAtIssue: s.top,
    followsPage,
    isSecondLook,
    isBrokenLook: false,
  };
  turn.effects.push(
    kind === 'snapshot'
      ? { kind: 'read-snapshot', read: s.reads, since }
      : { kind: 'read-replay', read: s.reads, from, limit: isHead ? 1 : s.options.settings.pageLimit },
  );
}

/** The last position that is known is read again: if it has another id now, the server was restored and has caught up. */
function beginAt(s: StreamState): number {
  const { front = 0 } = s;
  const upTo = Math.min(front, s.checkFrom ?? Number.POSITIVE_INFINITY, s.vanished?.seq ?? Number.POSITIVE_INFINITY);
  const last = s.positions.lastUpTo(upTo);
  const isNear = last !== undefined && upTo - last < s.options.settings.overlapPositions && last >= s.reach;
  if (!s.options.rules.looksBack) return upTo;
  if (isNear) return Math.max(0, last - 1);
  return s.position === 'dense' || upTo === s.beganAt ? Math.max(0, upTo - 1) : upTo;
}

const noBoundaries: ReadonlyMap<string, string> = new Map();

function boundaries(s: StreamState, nowMs: number): ReadonlyMap<string, string> {
  if (s.resync !== undefined || s.isDoubtful || s.blind !== undefined || s.secondLookAtMs <= nowMs) return noBoundaries;
  const { settings } = s.options;
  const since = new Map<string, string>();
  for (const [resource, mark] of s.marks) {
    // Deletions show only in a complete list there.
    if (!mark.tombstones && nowMs - s.fullListAtMs >= settings.fullListMs) continue;
    const from = boundary(mark.asOf, settings.overlapMs);
    if (from !== undefined) since.set(resource, from);
  }
  return since;
}

/** The read that an answer belongs to; `undefined` when nobody waits for it any more. */
function asked(s: StreamState, answered: number, kind: Read['kind']): Read | undefined {
  const { read } = s;
  return read !== undefined && read.kind === kind && s.options.rules.answers(read.number, answered) ? read : undefined;
}

export function takePage(s: StreamState, answer: ReplayAnswer, turn: Turn): void {
  const read = asked(s, answer.read, 'replay');
  if (read === undefined) return;
  const { rules, settings } = s.options;
  s.read = undefined;
  if (rules.isOtherEpoch(s.epoch, answer.epoch)) {
    reset(s, 'epoch', answer.epoch, undefined, turn);
    return;
  }
  s.epoch ??= answer.epoch;
  if (read.isHead) {
    startAtHead(s, answer.headSeq, turn);
    return;
  }
  if (answer.floorSeq !== undefined && answer.floorSeq > read.from + 1) {
    gone(s, read, answer, turn);
    return;
  }
  if (answer.headSeq !== undefined && answer.headSeq < (s.front ?? 0)) {
    lowHead(s, read, answer.headSeq, turn);
    return;
  }
  s.lowHead = undefined;
  if (hasVanished(s, read, answer)) {
    reset(s, 'restored', undefined, undefined, turn);
    return;
  }
  let last = read.from;
  for (const arrival of answer.events) {
    const decision = accept(s, arrival, 'replay', turn);
    if (decision === 'reset-epoch' || decision === 'reset-position') {
      const reason = decision === 'reset-epoch' ? 'epoch' : 'position-reused';
      reset(s, reason, arrival.event.epoch, undefined, turn);
      return;
    }
    if (arrival.event.seq !== undefined && arrival.event.seq > last) last = arrival.event.seq;
  }
  const continues = rules.continues(answer.hasMore);
  const covered = answer.hasMore ? (answer.nextSeq ?? last) : Math.max(answer.headSeq ?? 0, last);
  if (continues && covered <= read.from) {
    turn.effects.push({ kind: 'signal', signal: { kind: 'no-progress' } });
    s.stalls += 1;
    if (!s.options.snapshot || s.snapshotMissing) retry(s, undefined, turn);
    else {
      needSnapshot(s, 'no-progress', turn);
      startRead(s, turn, undefined);
    }
    return;
  }
  s.stalls = 0;
  // What goes out between two pages may be of a sequence that is no more.
  s.checkFrom = continues ? covered : undefined;
  if (s.position === 'dense') {
    if (covered > s.top) s.top = covered;
    settleHoles(s, read, covered, turn);
  } else if (read.from <= (s.front ?? 0)) {
    // Each page by its own head: what was under way when an early page was read may lie far behind the last one.
    const head = Math.max(answer.headSeq ?? 0, last);
    const isOrdered = s.options.replay === 'commit-ordered';
    const reached = isOrdered
      ? covered
      : Math.min(covered, rules.settledBelow(head, covered, settings.overlapPositions));
    if (reached > (s.front ?? 0)) {
      s.front = reached;
      s.dirty = true;
    }
  }
  // Without a proof of contiguity what came meanwhile waits for the last page: it comes after, and may be of another sequence.
  if (s.position === 'dense' || !continues) pump(s, turn);
  if (continues) {
    startRead(s, turn, covered, true);
    return;
  }
  // Who has read the log to its end is told by a list what has changed since; also after a restart, if the log was empty.
  if (s.isFirst) s.dirty = true;
  s.isFirst = false;
  s.readToEndMs = read.issuedAtMs;
  finish(s, turn);
}

/** What a page lacks does not exist, if the server's log or a second look says so. It tells nothing of what lies before it. */
function settleHoles(s: StreamState, read: Read, covered: number, turn: Turn): void {
  const { rules, settings, replay } = s.options;
  const first = rules.looksBehind(read.from);
  if (missing(s, first, covered).length === 0) return;
  const isAbsent = (missedMs: number | undefined): boolean =>
    rules.provesAbsence(replay === 'commit-ordered', missedMs, read.issuedAtMs, settings.confirmMs);
  if (isAbsent(undefined)) {
    close(s, missing(s, first, covered), 'absent', turn);
    return;
  }
  for (const { from, to, readMs } of s.missed) {
    if (isAbsent(readMs)) close(s, missing(s, Math.max(first, from - 1), Math.min(covered, to)), 'absent', turn);
  }
  const before = s.missed.flatMap(({ from, to, readMs }) =>
    missing(s, from - 1, to).map((span) => ({ ...span, readMs })),
  );
  const now = missing(s, first, covered).flatMap(({ from, to }) => uncovered(from - 1, to, before));
  s.missed = [...before, ...now.map((span) => ({ ...span, readMs: read.issuedAtMs }))];
}

/**
 * The server knows less than this device. A server may broadcast before it commits, so one look is no proof that it was
 * restored; and neither are two, when between them it has come to where the device was, and the device has gone on.
 */
function lowHead(s: StreamState, read: Read, headSeq: number, turn: Turn): void {
  const { settings } = s.options;
  const { lowHead: first, front = 0 } = s;
  const isProgress = first === undefined || headSeq >= first.front;
  if ((!isProgress && read.issuedAtMs - first.atMs >= settings.confirmMs) || isTakenBack(s, headSeq, turn)) {
    reset(s, 'restored', undefined, undefined, turn);
    return;
  }
  if (isProgress) s.lowHead = { atMs: read.issuedAtMs, front };
  s.retryAtMs = read.issuedAtMs + Math.max(settings.confirmMs, turn.moment.nowMs - read.issuedAtMs);
  if (s.phase === 'live') s.retryAtMs = Math.max(s.retryAtMs, s.lastGapReadMs + settings.gapEveryMs);
}

/**
 * Nothing that was heard stands above that head: a list or an earlier page told of what lies there, and neither tells of what is
 * not committed. A second look could prove nothing: by then something else may stand there, and there is no id that would
 * show it. A log that is read from a copy is behind its lists all the same, and must not lead to one list after the other.
 * Without lists it would lead to everything that the log has.
 */
const isTakenBack = (s: StreamState, headSeq: number, { moment: { nowMs } }: Turn): boolean =>
  s.options.snapshot &&
  !s.snapshotMissing &&
  (s.positions.lastUpTo(s.front ?? 0) ?? -1) <= headSeq &&
  s.restoredMs + s.options.settings.reconcileMs <= nowMs;

/**
 * What stood at a position is not there any more, although others are. A server may broadcast before it commits, so two
 * looks have to lack it; and one whose log never has some of what it broadcasts must not lead to a list again and again.
 */
function hasVanished(s: StreamState, read: Read, { events, hasMore }: ReplayAnswer): boolean {
  const { rules, settings } = s.options;
  if (!rules.missesVanished) return false;
  const there = new Set<number>();
  let last = read.from;
  for (const { event } of events) {
    if (event.seq === undefined) continue;
    there.add(event.seq);
    if (event.seq > last) last = event.seq;
  }
  const upTo = hasMore ? last : Number.POSITIVE_INFINITY;
  const seq = s.positions.vanished(read.from, upTo, there);
  const { vanished } = s;
  if (seq === undefined) {
    if (vanished !== undefined && vanished.seq > read.from && vanished.seq <= upTo) s.vanished = undefined;
    return false;
  }
  // The lowest one counts: a later page of the same reading must not put its own in its place.
  if (vanished === undefined || seq < vanished.seq) s.vanished = { seq, atMs: read.issuedAtMs };
  else if (seq === vanished.seq && vanishedDueAtMs(s) <= read.issuedAtMs) {
    return rules.knowsAllBefore(vanished.atMs, read.issuedAtMs, settings.overlapMs);
  }
  return false;
}

export function vanishedDueAtMs({ vanished, restoredMs, options: { settings } }: StreamState): number {
  if (vanished === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(vanished.atMs + settings.overlapMs, restoredMs + settings.reconcileMs);
}

/**
 * A device that was never here begins where the log ends. What it heard since it joined came after that, whatever the log
 * says by now.
 */
function startAtHead(s: StreamState, headSeq: number | undefined, turn: Turn): void {
  if (headSeq === undefined) s.isHeadless = true;
  else if (s.front === undefined) {
    const { rules } = s.options;
    // After a loss the last event of the log may be news, and ids tell whether it is: only what lies before it is given up.
    const isLoss = s.resync === 'gone';
    const front = rules.beginsAt(isLoss ? Math.max(0, headSeq - 1) : headSeq, s.heardBehind);
    s.beganAt = isLoss && s.position === 'monotonic' ? -1 : front;
    anchor(s, front);
  }
  s.dirty = true;
  startRead(s, turn, undefined);
}

/** Positions before the floor cannot be read any more. */
function gone(
  s: StreamState,
  read: Read,
  { floorSeq, headSeq }: Pick<FailedAnswer, 'floorSeq' | 'headSeq'>,
  turn: Turn,
): void {
  // Perhaps only what was read again for comparison is gone; what is left of that is still compared.
  if (s.front !== undefined && read.from < s.front && (floorSeq ?? 0) <= s.front + 1) {
    const isProgress = floorSeq !== undefined && floorSeq - 1 > read.from;
    const from = isProgress ? floorSeq - 1 : s.front;
    const last = s.positions.lastUpTo(s.front) ?? -1;
    if (last > read.from && last <= from) s.unconfirmed ??= s.front;
    startRead(s, turn, from);
    return;
  }
  if (s.options.snapshot && !s.snapshotMissing) {
    s.stalls += 1;
    s.reach = floorSeq === undefined ? Number.POSITIVE_INFINITY : floorSeq - 1;
    needSnapshot(s, 'gone', turn);
    startRead(s, turn, undefined);
    return;
  }
  if (floorSeq !== undefined && floorSeq <= read.from + 1) {
    retry(s, undefined, turn);
    return;
  }
  turn.effects.push({ kind: 'signal', signal: { kind: 'resync', reason: 'gone', from: s.committed } });
  // Where the log said that it ends, it cannot be read either.
  const isAgain = s.resync === 'gone';
  if (isAgain) s.isHeadless = true;
  s.resync = 'gone';
  s.checkFrom = undefined;
  if (floorSeq === undefined) {
    s.front = undefined;
    s.ahead = [];
    // What waits was heard: counting must not begin behind it.
    const { seq, arrival } = s.held.first ?? {};
    s.heardBehind = seq === undefined ? undefined : Math.min(arrival?.event.previousSeq ?? seq - 1, seq - 1);
    // Asked again later, the log would end behind what happened meanwhile, and nobody would be told of that.
    if (headSeq !== undefined && !isAgain) {
      startAtHead(s, headSeq, turn);
      return;
    }
  } else if (s.position === 'dense') {
    close(s, missing(s, 0, floorSeq - 1), 'lost', turn);
    pump(s, turn);
  } else s.front = floorSeq - 1;
  startRead(s, turn, undefined);
}

const isOtherSequence = (reason: ResyncReason | undefined): boolean =>
  reason === 'epoch' || reason === 'restored' || reason === 'position-reused';

function needSnapshot(s: StreamState, reason: ResyncReason, { effects }: Turn): void {
  // The list that another sequence needs may have to put rows back; a later reason for it must not hide that.
  if (!isOtherSequence(s.resync) || isOtherSequence(reason)) s.resync = reason;
  s.vanished = undefined;
  effects.push({ kind: 'signal', signal: { kind: 'resync', reason, from: s.committed } });
}

/** Another sequence: positions of the old one mean nothing any more, and neither does what waited for them. */
export function reset(
  s: StreamState,
  reason: 'epoch' | 'position-reused' | 'restored',
  epoch: string | undefined,
  trigger: Arrival | undefined,
  turn: Turn,
): void {
  const { rules, settings, snapshot } = s.options;
  const { nowMs } = turn.moment;
  s.epoch = epoch ?? s.epoch;
  // Without lists, everything that the server still has is read again; ids tell what was heard.
  const restart = snapshot && !s.snapshotMissing ? undefined : 0;
  s.front = rules.frontAfterReset(s.front) ?? restart;
  s.base = s.front ?? 0;
  s.reach = 0;
  s.heardBehind = undefined;
  s.beganAt = -1;
  s.listedUpTo = -1;
  s.top = s.front ?? 0;
  s.ahead = [];
  s.closed = noneClosed;
  s.checkFrom = undefined;
  s.held.clear();
  s.positions = new PositionWindow();
  s.unsettled.blockAll();
  s.position = s.options.position;
  s.absentAtMs = [];
  s.missed = [];
  s.lowHead = undefined;
  s.vanished = undefined;
  s.unconfirmed = undefined;
  s.sequences += 1;
  s.sequence = s.sequences;
  s.released = false;
  s.read = undefined;
  s.dirty = true;
  needSnapshot(s, reason, turn);
  const isTooSoon = nowMs - s.lastResetMs < settings.gapEveryMs;
  s.lastResetMs = nowMs;
  if (reason === 'restored') s.restoredMs = nowMs;
  if (s.phase === 'live' || s.phase === 'reading') {
    s.phase = 'reading';
    tellStatus(s, turn);
    // Two halves of a server that disagree about the epoch must not make a storm of this.
    if (isTooSoon) s.retryAtMs = nowMs + settings.gapEveryMs;
    else startRead(s, turn, undefined);
  }
  if (trigger !== undefined) accept(s, trigger, 'live', turn);
}

export function takeSnapshot(s: StreamState, answer: SnapshotAnswer, turn: Turn): void {
  const read = asked(s, answer.read, 'snapshot');
  if (read === undefined) return;
  const { rules } = s.options;
  s.read = undefined;
  if (rules.isOtherEpoch(s.epoch, answer.epoch)) {
    reset(s, 'epoch', answer.epoch, undefined, turn);
    return;
  }
  s.epoch ??= answer.epoch;
  if (read.since.size === 0) {
    s.secondLookAtMs = Number.POSITIVE_INFINITY;
    if (read.isBrokenLook || !hasReplay(s)) {
      s.fullListAtMs = turn.moment.nowMs;
      const hasAll = s.lastBrokenMs <= read.issuedAtMs - s.options.settings.overlapMs;
      s.brokenLookAtMs = hasAll ? Number.POSITIVE_INFINITY : brokenLookAfter(s, s.lastBrokenMs);
    }
  }
  if (isToldByLog(s)) {
    const which = read.isBrokenLook ? 'fill' : 'put-back';
    for (const part of answer.parts) takePart(s, part, read, which, turn);
    if (settlesDoubt(s, read)) s.isDoubtful = false;
    s.dirty = true;
    if (s.phase === 'reading') startRead(s, turn, undefined);
    else if (!read.isBrokenLook) finish(s, turn);
    return;
  }
  const covered = rules.coveredBy(answer.asOfSeq, s.top);
  const hasLog = hasReplay(s) && s.resync !== 'gone' && !isOtherSequence(s.resync);
  const limit = covered ?? rules.coveredUnnamed(hasLog, s.front ?? 0, read.topAtIssue);
  // What was received is told as what it is, and only what was not as a row.
  pump(s, turn);
  if (s.position === 'dense') release(s, countUpTo(s, limit), turn);
  // It stands for what was heard before counting has begun, too.
  s.heardBehind = undefined;
  if (covered !== undefined && covered > s.listedUpTo) s.listedUpTo = covered;
  for (const part of answer.parts) {
    takePart(s, part, read, 'all', turn);
    noteMark(s, part, read, turn);
  }
  s.isFirst = false;
  if (settlesDoubt(s, read)) s.isDoubtful = false;
  if (s.resync === 'gone' || isOtherSequence(s.resync)) s.checkFrom = undefined;
  let begins = false;
  if (s.blind !== undefined) {
    const isOver = knowsAllBefore(s, read, s.blind.sinceMs) || (covered ?? -1) >= (s.front ?? 0);
    s.blind = isOver ? undefined : { ...s.blind, looked: true };
    // What took a position before that event, and was never heard, was told by lists alone.
    begins = isOver;
    if (isOver) s.compacted = true;
  }
  if (s.position !== 'none') countFrom(s, covered, limit, turn);
  s.dirty = true;
  s.missed = [];
  pump(s, turn);
  const wasResync = s.resync;
  s.resync = undefined;
  if (wasResync === 'gone') s.reach = Math.min(s.reach, s.front ?? 0);
  // Between the moment of the list and now lies what only the log has.
  const isStuck = (wasResync === 'no-progress' || wasResync === 'gone') && s.stalls > 1;
  const wasCatchingUp = s.phase === 'reading' || wasResync !== undefined;
  if (sourceOf(s, turn.moment.nowMs) === 'replay' && wasCatchingUp && !isStuck) {
    startRead(s, turn, undefined);
    if (wasResync !== undefined) tell(s, wasResync, turn);
    return;
  }
  s.resync = wasResync;
  if (begins && s.phase === 'live') tell(s, wasResync ?? 'caught-up', turn);
  finish(s, turn);
}

/**
 * A row that is older in a list than on the device was taken back by a restore, or its change was broadcast and stored
 * here, and is not committed there yet. A list that is asked after the overlap knows.
 */
const settlesDoubt = (s: StreamState, read: Read): boolean => s.isDoubtful && knowsAllBefore(s, read, s.startedAtMs);

/** Where the positions go on after a list. */
function countFrom(s: StreamState, covered: number | undefined, limit: number, turn: Turn): void {
  if (s.front === undefined) {
    if (covered !== undefined) anchor(s, covered);
  } else if (s.position === 'dense') close(s, missing(s, 0, limit), 'compacted', turn);
  else if (covered !== undefined) s.front = Math.max(s.front, covered);
  // The log begins later than what is explained now: it counts from the next event on.
  if (s.resync !== 'gone' || covered !== undefined) return;
  pump(s, turn);
  if (s.reach > (s.front ?? 0)) s.front = undefined;
}

/** A list that only settles a doubt must not compact what the log tells one event after the other. */
const isToldByLog = (s: StreamState): boolean =>
  s.resync === undefined && s.blind === undefined && s.front !== undefined && hasReplay(s);

const countUpTo = (s: StreamState, limit: number): number =>
  s.held.all.reduce((count, { seq }) => (seq !== undefined && seq <= limit ? count + 1 : count), 0);

/** `fill`: the log tells what has happened, and only what it cannot tell is put into tables. */
function takePart(
  s: StreamState,
  part: SnapshotPart,
  read: Read,
  which: 'all' | 'put-back' | 'fill',
  turn: Turn,
): void {
  const { rows } = s;
  const { rules } = s.options;
  const { nowMs } = turn.moment;
  // A server that went back in time is right, and so is the first list after rows outlived their cursor: what it took back
  // must not win by a higher version. Both can be true of one list, and then what came before the later moment is doubtful.
  const wentBackMs = Math.max(
    settlesDoubt(s, read) ? s.startedAtMs : Number.NEGATIVE_INFINITY,
    isOtherSequence(s.resync) ? s.lastResetMs : Number.NEGATIVE_INFINITY,
    // Nobody may have noticed that it did: what was known by then is not on its way to the list any more.
    which === 'fill' ? read.issuedAtMs - s.options.settings.overlapMs : Number.NEGATIVE_INFINITY,
  );
  const wentBack = wentBackMs > Number.NEGATIVE_INFINITY;
  const isNewer = (known: KnownRow | undefined, version: RowVersion): boolean => {
    const applies = rules.appliesRow(known, version);
    if (!wentBack || known === undefined || touchedAtMs(known) > wentBackMs) return which !== 'put-back' && applies;
    const differs = known.version !== version;
    return which === 'put-back' ? differs && !applies : differs || applies;
  };
  for (const row of part.rows) {
    const known = rows.get(row.key);
    // An earlier list lacked it, and without a tombstone nobody said at which version it went.
    const isBack = known?.deleted === true && known.version === row.version;
    const isFilled = which === 'fill' && known?.isUntold === true && known.version === row.version;
    if (isFilled || (!isBack && !isNewer(known, row.version))) {
      if (known === undefined || known.deleted || known.version !== row.version) continue;
      // Of the same version, but over something that was taken back.
      const mayDiffer = which !== 'fill' && touchedAtMs(known) <= wentBackMs && wentBack;
      if (mayDiffer) noteRow(s, { key: row.key, version: row.version }, false);
      if (mayDiffer || known.isCut) restoreRow(s, part.resource, row, turn);
      continue;
    }
    // What is only put back may be open work that was done: it is shown, and nobody is asked to do it again.
    const isNews = row.openWork && rules.appliesRow(known, row.version);
    if (which === 'fill' && !isNews) fillRow(s, part.resource, row, turn);
    else takeRow(s, part.resource, row, turn);
  }
  for (const row of part.deleted) {
    const known = rows.get(row.key);
    if (known?.deleted === true || !isNewer(known, row.version)) continue;
    // It went once and has come back since.
    if (which === 'fill' && !rules.appliesRow(known, row.version)) continue;
    rows.put(row, true, false, nowMs);
    noteRow(s, row, true);
    turn.effects.push({ kind: 'row-gone', resource: part.resource, key: row.key });
  }
  if (rules.absenceDeletes(part.complete, !read.since.has(part.resource))) takeAbsent(s, part, read, wentBackMs, turn);
}

function takeAbsent(s: StreamState, part: SnapshotPart, read: Read, wentBackMs: number, turn: Turn): void {
  const { rows } = s;
  const { settings } = s.options;
  const touchedSinceMs = Math.max(wentBackMs, read.issuedAtMs - settings.overlapMs);
  const present = new Set(part.rows.map((row) => row.key));
  const prefix = `${part.resource}\n`;
  for (const key of rows.keys) {
    const known = rows.get(key);
    if (known === undefined || known.deleted || present.has(key) || !key.startsWith(prefix)) continue;
    // An event may tell of a row before the list has it: a second look knows, and there is no third.
    if (touchedAtMs(known) > touchedSinceMs) {
      if (!read.isSecondLook) s.secondLookAtMs = Math.min(s.secondLookAtMs, turn.moment.nowMs + settings.overlapMs);
      continue;
    }
    known.deleted = true;
    known.changedAtMs = turn.moment.nowMs;
    noteRow(s, { key, version: known.version }, true);
    turn.effects.push({ kind: 'row-gone', resource: part.resource, key });
  }
}

/** Where the next reading of that list begins. */
function noteMark(s: StreamState, part: SnapshotPart, read: Read, { moment }: Turn): void {
  if (!read.since.has(part.resource)) s.fullListAtMs = moment.nowMs;
  const asOf = watermarkOf(
    part.asOf,
    part.rows.map((row) => row.updatedAt),
    s.marks.get(part.resource)?.asOf,
  );
  const marks = s.pendingMarks?.marks ?? new Map<string, Watermark>();
  marks.set(part.resource, { asOf, tombstones: part.tombstones });
  // Not stored before everything that was handed out until now is handled: a restart would not read it again.
  s.pendingMarks = { afterTicket: s.nextTicket - 1, marks };
  s.marks.set(part.resource, { asOf, tombstones: part.tombstones });
}

/** What an event has told of is whole now. Anything else is stored as a part: a restart does not take it for what was told. */
function fillRow(s: StreamState, resource: string, row: Row, { moment, effects }: Turn): void {
  const { key, version } = row;
  const known = s.rows.get(key);
  const isCompleted = known?.isPart === true && !known.deleted && known.version === version;
  if (isCompleted) s.rows.put({ key, version }, false, false, moment.nowMs);
  else s.rows.fillIn({ key, version }, moment.nowMs);
  noteRow(s, { key, version, ...(!isCompleted && { isPart: true as const }) }, false);
  s.dirty = true;
  effects.push({ kind: 'row', ticket: undefined, resource, row });
}

/** S28. It is as it was told: nobody hears of it again, and what is stored is right. */
function restoreRow(s: StreamState, resource: string, row: Row, turn: Turn): void {
  const known = s.rows.get(row.key);
  if (known !== undefined) known.isCut = false;
  turn.effects.push({ kind: 'row', ticket: undefined, resource, row });
}

function takeRow(s: StreamState, resource: string, row: Row, turn: Turn): void {
  const { rows, seen } = s;
  const { nowMs } = turn.moment;
  const id = derivedId(row);
  const isTold = (!s.isFirst || row.openWork) && !seen.has(id);
  rows.put(row, false, isTold, nowMs);
  if (!isTold) {
    noteRow(s, { key: row.key, version: row.version }, false);
    turn.effects.push({ kind: 'row', ticket: undefined, resource, row });
    return;
  }
  seen.add(id, nowMs);
  s.compacted = true;
  // Position 0: no cursor is stored before the rows are handled, because the list stands for what lies before it.
  const { ticket } = deliver(s, 0, id, { key: row.key, version: row.version }, turn);
  turn.effects.push({ kind: 'row', ticket, resource, row });
}

export function takeFailure(s: StreamState, answer: FailedAnswer, turn: Turn): void {
  const { read } = s;
  if (read === undefined || !s.options.rules.answers(read.number, answer.read)) return;
  s.read = undefined;
  switch (s.options.rules.afterFailure(answer.failure)) {
    case 'retry':
      retry(s, answer.retryAfterMs, turn);
      return;
    case 'empty':
      finish(s, turn);
      return;
    case 'gone':
      if (read.isHead) startAtHead(s, answer.headSeq, turn);
      else if (read.kind === 'snapshot') retry(s, answer.retryAfterMs, turn);
      else gone(s, read, answer, turn);
      return;
    case 'no-replay':
      if (read.kind === 'snapshot') {
        s.snapshotMissing = true;
        s.isDoubtful = false;
        s.secondLookAtMs = Number.POSITIVE_INFINITY;
        s.brokenLookAtMs = Number.POSITIVE_INFINITY;
        s.blind = undefined;
      } else {
        s.replayMissing = true;
        turn.effects.push({ kind: 'signal', signal: { kind: 'no-replay' } });
      }
      startRead(s, turn, undefined);
  }
}

function retry(s: StreamState, retryAfterMs: number | undefined, { moment }: Turn): void {
  const { settings } = s.options;
  const ceilingMs = Math.min(settings.maxBackoffMs, settings.backoffMs * 2 ** Math.min(s.failures, 16));
  s.failures += 1;
  const ownMs = moment.random * ceilingMs;
  const theirsMs = Math.min(Math.max(retryAfterMs ?? 0, 0), settings.maxRetryAfterMs);
  // Those who were told the same time must not come back together.
  const waitMs = theirsMs > ownMs ? theirsMs + moment.random * settings.backoffMs : ownMs;
  s.retryAtMs = moment.nowMs + waitMs;
  if (s.phase === 'live') s.retryAtMs = Math.max(s.retryAtMs, s.lastGapReadMs + settings.gapEveryMs);
}

/** A reading is complete, or there was nothing to read. */
function finish(s: StreamState, turn: Turn): void {
  const { settings, rules } = s.options;
  const { nowMs, random } = turn.moment;
  s.failures = 0;
  if (!hasReplay(s)) s.readToEndMs = nowMs;
  const periodMs = rules.reconcileMs(settings.reconcileMs);
  s.reconcileDueAtMs = nowMs + periodMs * (1 + settings.reconcileSpread * (2 * random - 1));
  if (s.phase !== 'reading') {
    s.resync = undefined;
    return;
  }
  s.phase = 'live';
  s.restarts = 0;
  if (s.position !== 'none' && s.front === undefined) {
    const first = s.ahead[0]?.from ?? s.held.first?.seq;
    if (first !== undefined) anchorBlindly(s, first - 1, nowMs);
  }
  pump(s, turn);
  const hasSource = sourceOf(s, nowMs) !== undefined;
  tell(s, s.resync ?? (hasSource ? 'caught-up' : 'no-source'), turn);
  s.resync = undefined;
  tellStatus(s, turn);
}

function tell(s: StreamState, reason: Continuity['reason'], turn: Turn): void {
  const isOpen = s.position === 'dense' && s.front !== undefined && s.top > s.front;
  // It went on behind something that nobody could compare. Should the server have been restored, a list tells what was lost.
  const isUnconfirmed = s.unconfirmed !== undefined && s.unconfirmed < (s.front ?? 0);
  s.unconfirmed = undefined;
  if (isUnconfirmed) lookForWhatItSaid(s, true, turn);
  const kept = isOpen || isUnconfirmed || reason === 'no-source' ? 'unproven' : 'kept';
  const continuity = reason === 'caught-up' || reason === 'no-source' ? kept : 'lost';
  turn.effects.push({ kind: 'continuity', told: { continuity, reason, replayed: s.replayed, compacted: s.compacted } });
  s.replayed = 0;
  s.compacted = false;
}

/** Too much waits: it is let go and read again, where it can be. */
export function overflow(s: StreamState, turn: Turn): void {
  const { settings } = s.options;
  turn.effects.push({ kind: 'signal', signal: { kind: 'overflow' } });
  if (sourceOf(s, turn.moment.nowMs) === undefined) {
    release(s, s.held.count, turn);
    return;
  }
  // What lies before where the log is read from would not come again.
  release(s, countUpTo(s, s.front ?? -1), turn);
  // What was heard of is not absent: neither a closed hole nor a page that is under way says so any more.
  for (const { seq } of s.held.all)
    if (seq !== undefined && s.closed.at(seq) !== undefined) s.closed = s.closed.without(seq);
  s.missed = [];
  s.held.clear();
  s.restarts += 1;
  if (s.restarts > settings.maxRestarts && s.options.snapshot && !s.snapshotMissing) needSnapshot(s, 'overflow', turn);
  if (s.phase === 'reading' || s.read !== undefined) startRead(s, turn, undefined);
  else if (s.phase === 'live') {
    // Until it was read again nobody is up to date.
    s.phase = 'reading';
    s.retryAtMs = Math.max(turn.moment.nowMs, s.lastGapReadMs + settings.gapEveryMs);
    tellStatus(s, turn);
  }
}

export function tellStatus(s: StreamState, { effects }: Turn): void {
  const word = statusOf(s);
  if (word === s.status) return;
  s.status = word;
  effects.push({ kind: 'status', word });
}

const statusOf = (s: StreamState): StreamState['status'] => words[s.phase];

const words: Readonly<Record<StreamState['phase'], StreamState['status']>> = {
  idle: 'offline',
  draining: 'catchingUp',
  reading: 'catchingUp',
  live: 'live',
  stopped: 'stopped',
};
