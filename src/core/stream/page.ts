// What a page of the log means.
import type { ReplayAnswer } from './answers.ts';
import { accept, close, missing, pump, type Turn } from './delivery.ts';
import { uncovered } from './gap.ts';
import { gone, startAtHead } from './log-ends.ts';
import { asked, finish, retry, startRead } from './reading.ts';
import { hasVanished, lowHead, needSnapshot, reset } from './sequence.ts';
import { hasList } from './source.ts';
import type { Read, StreamState } from './state.ts';

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
    if (hasList(s)) {
      needSnapshot(s, 'no-progress', turn);
      startRead(s, turn, undefined);
    } else retry(s, undefined, turn);
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
