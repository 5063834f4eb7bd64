// Another sequence: what shows that positions do not mean any more what they meant, and what becomes of everything then (S13).
import type { ReplayAnswer } from './answers.ts';
import { accept, type Turn } from './delivery.ts';
import { vanishedDueAtMs } from './due.ts';
import { noneClosed } from './gap.ts';
import type { Arrival } from './held.ts';
import { PositionWindow } from './positions.ts';
import { startRead } from './reading.ts';
import { hasList } from './source.ts';
import { tellStatus } from './standing.ts';
import type { Read, ResyncReason, StreamState } from './state.ts';

/**
 * The server knows less than this device. A server may broadcast before it commits, so one look is no proof that it was
 * restored; and neither are two, when between them it has come to where the device was, and the device has gone on.
 */
export function lowHead(s: StreamState, read: Read, headSeq: number, turn: Turn): void {
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
  hasList(s) &&
  (s.positions.lastUpTo(s.front ?? 0) ?? -1) <= headSeq &&
  s.restoredMs + s.options.settings.reconcileMs <= nowMs;

/**
 * What stood at a position is not there any more, although others are. A server may broadcast before it commits, so two
 * looks have to lack it; and one whose log never has some of what it broadcasts must not lead to a list again and again.
 */
export function hasVanished(s: StreamState, read: Read, { events, hasMore }: ReplayAnswer): boolean {
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

/** Another sequence: positions of the old one mean nothing any more, and neither does what waited for them. */
export function reset(
  s: StreamState,
  reason: 'epoch' | 'position-reused' | 'restored',
  epoch: string | undefined,
  trigger: Arrival | undefined,
  turn: Turn,
): void {
  const { rules, settings } = s.options;
  const { nowMs } = turn.moment;
  s.epoch = epoch ?? s.epoch;
  // Without lists, everything that the server still has is read again; ids tell what was heard.
  const restart = hasList(s) ? undefined : 0;
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

export function needSnapshot(s: StreamState, reason: ResyncReason, { effects }: Turn): void {
  // The list that another sequence needs may have to put rows back; a later reason for it must not hide that.
  if (!isOtherSequence(s.resync) || isOtherSequence(reason)) s.resync = reason;
  s.vanished = undefined;
  effects.push({ kind: 'signal', signal: { kind: 'resync', reason, from: s.committed } });
}

export const isOtherSequence = (reason: ResyncReason | undefined): boolean =>
  reason === 'epoch' || reason === 'restored' || reason === 'position-reused';
