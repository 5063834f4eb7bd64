// What a list tells of rows: which of them are newer than what is known, and which are gone.
import { deliver, type Turn } from './delivery.ts';
import { noteRow } from './handled.ts';
import { settlesDoubt } from './reading.ts';
import { derivedId, touchedAtMs, type KnownRow, type RowVersion } from './rows.ts';
import { isOtherSequence } from './sequence.ts';
import type { Read, Row, SnapshotPart, StreamState } from './state.ts';

/** `fill`: the log tells what has happened, and only what it cannot tell is put into tables. */
export function takePart(
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
