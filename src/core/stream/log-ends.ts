// Where the log ends, and where it begins: what lies before cannot be read any more.
import type { FailedAnswer } from './answers.ts';
import { anchor, close, missing, pump, type Turn } from './delivery.ts';
import { retry, startRead } from './reading.ts';
import { needSnapshot } from './sequence.ts';
import { hasList } from './source.ts';
import type { Read, StreamState } from './state.ts';

/**
 * A device that was never here begins where the log ends. What it heard since it joined came after that, whatever the log
 * says by now.
 */
export function startAtHead(s: StreamState, headSeq: number | undefined, turn: Turn): void {
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
export function gone(
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
  if (hasList(s)) {
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
