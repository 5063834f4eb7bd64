// Catching up: what is asked of the server, when it is asked again, and when everything was read.
import { anchorBlindly, pump, type Turn } from './delivery.ts';
import { hasList, hasLog, sourceOf } from './source.ts';
import { tellContinuity, tellStatus } from './standing.ts';
import type { Read, StreamState } from './state.ts';
import { boundary } from './watermark.ts';

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

export function lookForBroken(s: StreamState, turn: Turn): void {
  if (!hasList(s)) {
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

/** The read that an answer belongs to; `undefined` when nobody waits for it any more. */
export function asked(s: StreamState, answered: number, kind: Read['kind']): Read | undefined {
  const { read } = s;
  return read !== undefined && read.kind === kind && s.options.rules.answers(read.number, answered) ? read : undefined;
}

export const knowsAllBefore = ({ options }: StreamState, read: Read, atMs: number): boolean =>
  options.rules.knowsAllBefore(atMs, read.issuedAtMs, options.settings.overlapMs);

/**
 * A row that is older in a list than on the device was taken back by a restore, or its change was broadcast and stored
 * here, and is not committed there yet. A list that is asked after the overlap knows.
 */
export const settlesDoubt = (s: StreamState, read: Read): boolean =>
  s.isDoubtful && knowsAllBefore(s, read, s.startedAtMs);

export function retry(s: StreamState, retryAfterMs: number | undefined, { moment }: Turn): void {
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
export function finish(s: StreamState, turn: Turn): void {
  const { settings, rules } = s.options;
  const { nowMs, random } = turn.moment;
  s.failures = 0;
  if (!hasLog(s)) s.readToEndMs = nowMs;
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
  tellContinuity(s, s.resync ?? (hasSource ? 'caught-up' : 'no-source'), turn);
  s.resync = undefined;
  tellStatus(s, turn);
}
