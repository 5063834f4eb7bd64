// What is handled and waits for the next commit.
import type { RowRef } from './rows.ts';

export interface SeenRecord {
  readonly seq: number | undefined;
  readonly id: string;
  /** In another sequence the position means nothing. */
  readonly sequence?: number | undefined;
  /** It stands at that position, and was not handed out. */
  readonly isOnlyThere?: true;
}

export interface HandledRow {
  readonly row: RowRef;
  readonly deleted: boolean;
}

/**
 * One of a chain, the newest first. Every event adds one, and a list for each of a thousand channels would be as many more
 * things that the processor does not have at hand.
 */
export interface Handled {
  /** Undefined where only a row is to be stored. */
  readonly id: string | undefined;
  readonly seq: number | undefined;
  readonly sequence: number | undefined;
  readonly isOnlyThere: boolean;
  readonly row: RowRef | undefined;
  readonly deleted: boolean;
  readonly before: Handled | undefined;
}

/** Of a stream's state, what this is about. */
interface Handling {
  readonly sequence: number | undefined;
  handled: Handled | undefined;
  handledIds: number;
  dirty: boolean;
}

/** An event and what its row has become, if it has one that nothing newer has changed. */
export function noteHandled(s: Handling, id: string | undefined, seq: number | undefined, row?: RowRef): void {
  s.dirty = true;
  if (id !== undefined) s.handledIds += 1;
  else if (row === undefined) return;
  s.handled = { id, seq, sequence: s.sequence, isOnlyThere: false, row, deleted: false, before: s.handled };
}

/** It stands at that position, and was not handed out. */
export function noteOnlyThere(s: Handling, id: string, seq: number): void {
  s.dirty = true;
  s.handledIds += 1;
  const { sequence, handled: before } = s;
  s.handled = { id, seq, sequence, isOnlyThere: true, row: undefined, deleted: false, before };
}

/** A row of a list, which no handler needs to have heard of. */
export function noteRow(s: Handling, row: RowRef, deleted: boolean): void {
  s.handled = {
    id: undefined,
    seq: undefined,
    sequence: undefined,
    isOnlyThere: false,
    row,
    deleted,
    before: s.handled,
  };
}

/** All of it, the oldest first. The chain begins anew. */
export function takeHandled(s: Handling): {
  readonly seen: readonly SeenRecord[];
  readonly rows: readonly HandledRow[];
} {
  const chain: Handled[] = [];
  for (let one = s.handled; one !== undefined; one = one.before) chain.push(one);
  const seen: SeenRecord[] = [];
  const rows: HandledRow[] = [];
  for (let one = chain.pop(); one !== undefined; one = chain.pop()) {
    const { id, seq, sequence, isOnlyThere, row, deleted } = one;
    if (id !== undefined) seen.push({ seq, id, sequence, ...(isOnlyThere && { isOnlyThere }) });
    if (row !== undefined) rows.push({ row, deleted });
  }
  s.handled = undefined;
  s.handledIds = 0;
  return { seen, rows };
}
