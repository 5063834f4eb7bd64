// From an arrival to a handler, and from a handler to the cursor. No reading here.
import type { ClosedHole } from './gap.ts';
import { uncovered, type Span } from './gap.ts';
import { noteOnlyThere } from './handled.ts';
import type { Arrival, HeldEvent } from './held.ts';
import type { Delivery } from './cursor.ts';
import { derivedId, isTieWonBy, isToldByRow } from './rows.ts';
import { hasList, hasLog } from './source.ts';
import { nothingAhead, type StreamEffect, type StreamState } from './state.ts';

/** `reset`: the arrival belongs to another sequence, and nothing was done with it. */
export type Decision = 'deliver' | 'duplicate' | 'hold' | 'reset-epoch' | 'reset-position';

/** Everything a step needs besides the state. */
export interface Moment {
  readonly nowMs: number;
  /** From 0 up to 1; one for each step. */
  readonly random: number;
}

export interface Turn {
  readonly moment: Moment;
  readonly effects: { push(effect: StreamEffect): unknown };
}

/** Until the channel is caught up, live events wait; also those that come before the answer to joining does. */
const isBuffering = (s: StreamState): boolean => s.phase !== 'live';

export function accept(s: StreamState, arrival: Arrival, origin: 'live' | 'replay', turn: Turn): Decision {
  const { event } = arrival;
  const { seq } = event;
  const { rules } = s.options;
  if (event.epoch !== undefined && event.epoch !== s.epoch) {
    if (rules.isOtherEpoch(s.epoch, event.epoch)) return 'reset-epoch';
    if (s.epoch === undefined) s.epoch = event.epoch;
  }
  if (s.position === 'none' || seq === undefined) return acceptUnplaced(s, arrival, origin, turn);
  const { front } = s;
  // The hot path: it follows on what was handed out, and nothing waits.
  if (
    front !== undefined &&
    s.position === 'dense' &&
    (origin === 'replay' || !isBuffering(s)) &&
    s.held.count === 0 &&
    s.ahead.length === 0 &&
    s.unsettled.count < s.options.settings.maxUnsettled &&
    seq > front &&
    rules.joins(front, seq, event.previousSeq)
  ) {
    s.front = seq;
    noteTop(s, seq, event.headSeq);
    const decision = handOut(s, arrival, origin, 'kept', turn);
    if (s.closed.highest > seq) pump(s, turn);
    return decision;
  }
  // Before the head is believed: what belongs to another sequence must not move it.
  const known = s.positions.idAt(seq);
  if (known !== undefined && known !== '' && event.id !== undefined && known !== event.id) return 'reset-position';
  const waiting = s.held.count === 0 ? undefined : s.held.at(seq)?.arrival.event.id;
  if (waiting !== undefined && event.id !== undefined && waiting !== event.id) return 'reset-position';
  noteTop(s, seq, event.headSeq);
  if (front === undefined) {
    const behind = Math.min(event.previousSeq ?? seq - 1, seq - 1);
    if (s.phase !== 'live') {
      s.heardBehind = Math.min(s.heardBehind ?? behind, behind);
      return hold(s, arrival, origin, turn);
    }
    // Nothing to count from: it begins here.
    anchorBlindly(s, behind, turn.moment.nowMs);
    return accept(s, arrival, origin, turn);
  }
  if (s.position === 'monotonic') return acceptMonotonic(s, arrival, seq, origin, turn);
  if (seq <= front) return acceptLow(s, arrival, seq, origin, turn);
  if (s.ahead.some(({ from, to }) => from <= seq && seq <= to)) return 'duplicate';
  if (known !== undefined) {
    // Handled before a restart, above what was a hole then: no page may call it one.
    putAhead(s, seq, event.previousSeq);
    if (origin === 'replay' || !isBuffering(s)) pump(s, turn);
    return 'duplicate';
  }
  const decision = follows(s, seq, event.previousSeq)
    ? handOutAhead(s, arrival, seq, origin, turn)
    : hold(s, arrival, origin, turn);
  if (origin === 'replay' || !isBuffering(s)) pump(s, turn);
  return decision;
}

function noteTop(s: StreamState, seq: number, headSeq: number | undefined): void {
  if (seq > s.top) s.top = seq;
  if (headSeq !== undefined && headSeq > s.top) s.top = headSeq;
}

export function anchor(s: StreamState, front: number): void {
  s.front = front;
  s.heardBehind = undefined;
  if (s.base < front) s.base = front;
  if (s.top < front) s.top = front;
}

/** Nobody said what came before this event: one more list has to, where there are lists. */
export function anchorBlindly(s: StreamState, front: number, nowMs: number): void {
  // What was heard and dropped (S23) came after the beginning, too.
  anchor(s, Math.min(front, s.heardBehind ?? front));
  if (hasList(s)) s.blind = { sinceMs: nowMs, looked: false };
}

/** Once a kitchen is told that a hole is open, what follows in order does not wait for it again. */
const follows = (s: StreamState, seq: number, previousSeq: number | undefined): boolean => {
  const last = s.ahead.at(-1)?.to;
  return s.released && last !== undefined && s.held.count === 0 && (seq === last + 1 || (previousSeq ?? seq) <= last);
};

function handOutAhead(s: StreamState, arrival: Arrival, seq: number, origin: 'live' | 'replay', turn: Turn): Decision {
  if (isFull(s)) return hold(s, arrival, origin, turn);
  putAhead(s, seq, arrival.event.previousSeq);
  return handOut(s, arrival, origin, 'unproven', turn);
}

function putAhead(s: StreamState, seq: number, previousSeq: number | undefined): void {
  const from = previousSeq === undefined || previousSeq >= seq ? seq : previousSeq + 1;
  const last = s.ahead.at(-1);
  if (last !== undefined && last.to === from - 1) s.ahead[s.ahead.length - 1] = { from: last.from, to: seq };
  else {
    if (s.ahead === nothingAhead) s.ahead = [];
    s.ahead.push({ from, to: seq });
    s.ahead.sort((left, right) => left.to - right.to);
  }
}

function acceptUnplaced(s: StreamState, arrival: Arrival, origin: 'live' | 'replay', turn: Turn): Decision {
  const { id } = arrival.event;
  if (id !== undefined && s.seen.has(id)) return 'duplicate';
  if (isBuffering(s) || isFull(s)) return hold(s, arrival, origin, turn);
  return handOut(s, arrival, origin, 'kept', turn);
}

function acceptMonotonic(
  s: StreamState,
  arrival: Arrival,
  seq: number,
  origin: 'live' | 'replay',
  turn: Turn,
): Decision {
  const { id } = arrival.event;
  if (origin === 'replay' && seq === s.beganAt) {
    noteBefore(s, seq, id);
    return 'duplicate';
  }
  const isThere = s.positions.idAt(seq) !== undefined && (seq !== s.beganAt || id === undefined);
  if (isThere || (id !== undefined && s.seen.has(id))) return 'duplicate';
  if ((origin === 'live' && isBuffering(s)) || isFull(s)) return hold(s, arrival, origin, turn);
  return handOut(s, arrival, origin, 'kept', turn);
}

function acceptLow(s: StreamState, arrival: Arrival, seq: number, origin: 'live' | 'replay', turn: Turn): Decision {
  const { id } = arrival.event;
  const hole = s.closed.at(seq);
  // Where counting began blindly, or at the end of the log, what lies before was never looked at.
  const isBefore = s.blind !== undefined || (origin === 'live' && seq <= s.beganAt);
  const isUnknown = isBefore && id !== undefined && s.positions.idAt(seq) === undefined;
  if ((hole === undefined && !isUnknown) || !s.options.rules.deliversLate) {
    // A list stood for it. Should its position come back with another id, the server was restored. It was not told here, and
    // another channel may still have to.
    if (origin === 'replay' && id !== undefined && s.positions.idAt(seq) === undefined) s.positions.put(seq, id);
    return 'duplicate';
  }
  if (id !== undefined && s.seen.has(id)) return 'duplicate';
  if (isFull(s)) return hold(s, arrival, origin, turn);
  s.closed = s.closed.without(seq);
  s.dirty = true;
  return handOut(s, arrival, origin, 'kept', turn);
}

/**
 * What stands where counting began was there before this device, and tells a restored server (S13). It was not told: a frame
 * of it may still be on its way, here or on another channel.
 */
function noteBefore(s: StreamState, seq: number, id: string | undefined): void {
  if (id === undefined || s.positions.idAt(seq) !== undefined || s.seen.has(id)) return;
  s.positions.put(seq, id);
  noteOnlyThere(s, id, seq);
}

const isFull = (s: StreamState): boolean => s.unsettled.count >= s.options.settings.maxUnsettled;

function hold(s: StreamState, arrival: Arrival, origin: 'live' | 'replay', { moment }: Turn): Decision {
  const { settings } = s.options;
  // What comes while the log is about to tell what lies before it is no hole, and not in such a hurry.
  const isAsking = hasLog(s) && (s.phase === 'draining' || (s.phase === 'reading' && s.read !== undefined));
  const waitMs = arrival.priority === 'critical' && !isAsking ? settings.holdCriticalMs : settings.holdMs;
  const seq = s.position === 'none' ? undefined : arrival.event.seq;
  const isNew = s.held.put({ arrival, seq, dueAtMs: moment.nowMs + waitMs, origin });
  return isNew ? 'hold' : 'duplicate';
}

/** To the handlers, unless they have it. Its position counts either way. */
function handOut(
  s: StreamState,
  arrival: Arrival,
  origin: 'live' | 'replay',
  continuity: 'kept' | 'unproven',
  turn: Turn,
): Decision {
  const { event, row } = arrival;
  const { id } = event;
  const { seen, rows } = s;
  const seq = s.position === 'none' ? undefined : event.seq;
  s.dirty = true;
  if (id !== undefined && !seen.add(id, turn.moment.nowMs)) {
    if (seq !== undefined && s.positions.idAt(seq) === undefined) {
      // Another channel may have told it; only here it must not stand at two positions.
      if (s.positions.has(id)) turn.effects.push({ kind: 'signal', signal: { kind: 'anomaly', id, seq } });
      s.positions.put(seq, id);
    }
    return 'duplicate';
  }
  if (seq !== undefined) s.positions.put(seq, id);
  if (arrival.broken) {
    lookForWhatItSaid(s, true, turn);
    return 'duplicate';
  }
  let stale = false;
  let applied = row;
  if (row !== undefined) {
    const known = rows.get(row.key);
    // When it came the row was not known; what came before it may have told it since. Over a hole nobody knows the rest, nor
    // behind an event that could not be read, nor where counting has just begun: that is for the list that counting waits for.
    const isKnown = known !== undefined && !known.isPart && !known.isCut && !known.deleted;
    const isBlind = s.blind !== undefined;
    const mayLack = isBlind || continuity === 'unproven' || s.brokenLookAtMs !== Number.POSITIVE_INFINITY;
    const isPart = (row.isPart === true || row.isPatch === true) && (mayLack || !isKnown);
    if (isPart && !isBlind)
      lookForWhatItSaid(s, continuity === 'unproven' || known === undefined || known.deleted, turn);
    if (isPart || row.isPart === true) applied = { key: row.key, version: row.version, ...(isPart && { isPart }) };
    // What a list lacked that named a position is gone, also for a late event of before.
    const isListedGone = seq !== undefined && seq <= s.listedUpTo && (known === undefined || known.deleted);
    const isNewer =
      known === undefined || s.options.rules.appliesRow(known, row.version) || isTieWonBy(known, row, seq);
    stale = isListedGone || !isNewer;
    // A row has told this or something later: telling it again would go back in time.
    if (stale && known !== undefined && (isToldByRow(known, row.version) || seen.has(derivedId(row)))) {
      s.compacted = true;
      return 'duplicate';
    }
    if (!stale && applied !== undefined) rows.put(applied, false, false, turn.moment.nowMs, seq);
  }
  const delivery = deliver(s, seq, id, stale ? undefined : applied, turn);
  if (origin === 'replay') s.replayed += 1;
  const replayed = origin === 'replay' || event.replayed;
  turn.effects.push({ kind: 'deliver', ticket: delivery.ticket, arrival, replayed, continuity, stale, origin });
  return 'deliver';
}

/** S27. A list says the rest. `isMore`: it may lack what those that were noticed before do not. */
export function lookForWhatItSaid(s: StreamState, isMore: boolean, { moment: { nowMs } }: Turn): void {
  if (!hasList(s)) return;
  if (isMore) s.lastBrokenMs = nowMs;
  if (s.brokenLookAtMs === Number.POSITIVE_INFINITY) s.brokenLookAtMs = brokenLookAfter(s, nowMs);
}

export const brokenLookAfter = ({ fullListAtMs, options: { settings } }: StreamState, brokenMs: number): number =>
  Math.max(brokenMs + settings.overlapMs, fullListAtMs + settings.reconcileMs);

export function deliver(
  s: StreamState,
  seq: number | undefined,
  id: string | undefined,
  row: Delivery['row'],
  { moment }: Turn,
): Delivery {
  const ticket = s.nextTicket;
  s.nextTicket += 1;
  const delivery: Delivery = { ticket, seq, id, atMs: moment.nowMs, row, settled: false };
  s.unsettled.push(delivery);
  return delivery;
}

/** Hands out whatever has become contiguous. */
export function pump(s: StreamState, turn: Turn): void {
  const { rules } = s.options;
  for (;;) {
    const { front } = s;
    const first = s.held.first;
    if (s.position !== 'dense') {
      if (first === undefined || isFull(s)) return;
      s.held.shift();
      handOut(s, first.arrival, first.origin, 'kept', turn);
      continue;
    }
    if (front === undefined) return;
    const ahead = s.ahead[0];
    if (ahead !== undefined && ahead.from <= front + 1) {
      s.ahead.shift();
      s.front = Math.max(front, ahead.to);
      s.dirty = true;
      continue;
    }
    const hole = s.closed.highest > front ? s.closed.at(front + 1) : undefined;
    if (hole !== undefined && first?.seq !== front + 1) {
      // An event that came meanwhile for a closed position is handed out in its turn.
      s.front = Math.min(hole.to, (first?.seq ?? Number.POSITIVE_INFINITY) - 1);
      s.dirty = true;
      continue;
    }
    if (first === undefined || first.seq === undefined || isFull(s)) break;
    if (first.seq <= front) {
      s.held.shift();
      acceptLow(s, first.arrival, first.seq, first.origin, turn);
      continue;
    }
    if (!rules.joins(front, first.seq, first.arrival.event.previousSeq)) break;
    s.held.shift();
    s.front = first.seq;
    if (hole !== undefined) s.closed = s.closed.without(first.seq);
    handOut(s, first.arrival, first.origin, 'kept', turn);
  }
  if (s.ahead.length === 0) s.released = false;
}

/** Hands out what waits, in order, although what lies before it is not explained. */
export function release(s: StreamState, count: number, turn: Turn): void {
  for (let index = 0; index < count && !isFull(s); index += 1) {
    const held: HeldEvent | undefined = s.held.shift();
    if (held === undefined) return;
    const { seq } = held;
    if (s.position === 'dense' && seq !== undefined) {
      if (s.front !== undefined && seq <= s.front) {
        acceptLow(s, held.arrival, seq, held.origin, turn);
        continue;
      }
      putAhead(s, seq, held.arrival.event.previousSeq);
      s.released = true;
    }
    if (s.position === 'monotonic' && seq !== undefined && s.front === undefined)
      anchorBlindly(s, seq - 1, turn.moment.nowMs);
    handOut(s, held.arrival, held.origin, 'unproven', turn);
  }
}

/** What is missing behind a position, up to another. */
export function missing(s: StreamState, after: number, to: number): readonly Span[] {
  if (s.front === undefined) return [];
  const spans: Span[] = [...s.ahead, ...s.closed.all];
  for (const { seq, arrival } of s.held.all) {
    if (seq === undefined) continue;
    const before = arrival.event.previousSeq;
    spans.push({ from: before === undefined ? seq : Math.min(before + 1, seq), to: seq });
  }
  return uncovered(Math.max(s.front, after), to, spans);
}

export function close(s: StreamState, holes: readonly Span[], as: ClosedHole['as'], turn: Turn): void {
  for (const { from, to } of holes) {
    s.closed = s.closed.with({ from, to, as });
    s.dirty = true;
    if (as === 'compacted') s.compacted = true;
    turn.effects.push({ kind: 'signal', signal: { kind: 'gap', from, to, as } });
    if (as === 'absent') noteAbsent(s, turn);
  }
}

function noteAbsent(s: StreamState, { moment, effects }: Turn): void {
  const { settings } = s.options;
  s.absentAtMs = s.absentAtMs.filter((atMs) => atMs > moment.nowMs - settings.sparseMs);
  s.absentAtMs.push(moment.nowMs);
  if (s.absentAtMs.length < settings.sparseHoles || s.position !== 'dense') return;
  s.position = 'monotonic';
  // Everything that was handed out above the front is known by id; reading goes on from the front.
  s.ahead = [];
  s.released = false;
  effects.push({ kind: 'signal', signal: { kind: 'sparse' } });
}
