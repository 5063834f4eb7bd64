// What is stored, and when: never more than what is handled.
import type { Turn } from './delivery.ts';
import { takeHandled } from './handled.ts';
import type { StreamState } from './state.ts';
import type { Watermark } from './watermark.ts';

export function commit(s: StreamState, { effects }: Turn): void {
  s.dirty = false;
  s.commitDueAtMs = undefined;
  const { pendingMarks, unsettled } = s;
  const areMarksDue =
    pendingMarks !== undefined && (unsettled.oldest?.ticket ?? s.nextTicket) > pendingMarks.afterTicket;
  const isListHandled = pendingMarks === undefined || areMarksDue;
  const isToNote = pendingMarks !== undefined && !areMarksDue && !s.isListNoted;
  // Without positions a cursor still says which epoch the lists are of.
  const isListed = !s.isFirst && s.resync === undefined && isListHandled;
  const unplaced = s.position === 'none' && s.epoch !== undefined && isListed ? 0 : -1;
  const seq = s.front === undefined ? unplaced : s.options.rules.cursor(s.front, unsettled.lowestSeq());
  // Until a list has told what lay before the first event, and of which sequence the rows are, a restart begins anew.
  const isComplete = s.blind === undefined && !s.isDoubtful && s.secondLookAtMs === Number.POSITIVE_INFINITY;
  const cursor = seq >= s.base && isComplete ? { epoch: s.epoch, seq, sequence: s.sequence } : undefined;
  const hasMoved =
    cursor !== undefined &&
    (cursor.seq !== s.committed?.seq || cursor.epoch !== s.committed.epoch || cursor.sequence !== s.committed.sequence);
  if (!hasMoved && !areMarksDue && !isToNote && s.handled === undefined) return;
  if (cursor !== undefined) s.committed = cursor;
  effects.push({
    kind: 'commit',
    commit: {
      cursor,
      // A restart counts over what is stored as closed: not before the rows that stand for it are handled.
      closed: s.closed.all.filter(({ as }) => s.options.rules.storesHole(as, isListHandled)),
      marks: areMarksDue ? pendingMarks.marks : isToNote ? unmarked(pendingMarks.marks) : new Map(),
      ...takeHandled(s),
    },
  });
  s.isListNoted ||= areMarksDue || isToNote;
  if (areMarksDue) s.pendingMarks = undefined;
}

/** There was a list, and a restart reads it whole: not everything that was out before it is handled. */
const unmarked = (marks: ReadonlyMap<string, Watermark>): Map<string, Watermark> =>
  new Map([...marks].map(([list, { tombstones }]) => [list, { asOf: undefined, tombstones }]));
