// What a list means for the stream: what it stands for, and where the positions go on after it.
import type { SnapshotAnswer } from './answers.ts';
import { anchor, brokenLookAfter, close, missing, pump, release, type Turn } from './delivery.ts';
import { takePart } from './list-rows.ts';
import { asked, finish, knowsAllBefore, settlesDoubt, startRead } from './reading.ts';
import { isOtherSequence, reset } from './sequence.ts';
import { hasLog, sourceOf } from './source.ts';
import { tellContinuity } from './standing.ts';
import type { Read, SnapshotPart, StreamState } from './state.ts';
import { watermarkOf, type Watermark } from './watermark.ts';

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
    if (read.isBrokenLook || !hasLog(s)) {
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
  const isLogGoingOn = hasLog(s) && s.resync !== 'gone' && !isOtherSequence(s.resync);
  const limit = covered ?? rules.coveredUnnamed(isLogGoingOn, s.front ?? 0, read.topAtIssue);
  // What was received is told as what it is, and only what was not as a row.
  pump(s, turn);
  if (s.position === 'dense') release(s, s.held.countUpTo(limit), turn);
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
    if (wasResync !== undefined) tellContinuity(s, wasResync, turn);
    return;
  }
  s.resync = wasResync;
  if (begins && s.phase === 'live') tellContinuity(s, wasResync ?? 'caught-up', turn);
  finish(s, turn);
}

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
  s.resync === undefined && s.blind === undefined && s.front !== undefined && hasLog(s);

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
