// What an answer amounts to that is neither a page nor a list.
import type { FailedAnswer } from './answers.ts';
import type { Turn } from './delivery.ts';
import { gone, startAtHead } from './log-ends.ts';
import { finish, retry, startRead } from './reading.ts';
import type { StreamState } from './state.ts';

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
