// Which work was asked for and which is done, by the contract's keys. Pure.

/** What an event asks of its work. */
export type WorkStep =
  | {
      readonly kind: 'opens';
      readonly key: string;
      readonly attempt: number | undefined;
      readonly eventId: string | undefined;
      readonly isRow: boolean;
    }
  | { readonly kind: 'closes'; readonly key: string; readonly attempt: number | undefined };

export interface LedgerEntry {
  readonly attempt: number | undefined;
  /** The events that asked for it; the newest last. */
  readonly eventIds: readonly string[];
  readonly isClosed: boolean;
  /** By the wall clock, for forgetting. */
  readonly atMs: number;
}

/** `new`: to be done. `known`: it is waiting, running or done already. */
export type Judgement = { readonly kind: 'new' | 'known'; readonly entry: LedgerEntry };

export interface LedgerRules {
  /** Whether a closed key is opened again. */
  reopens(entry: LedgerEntry, step: Extract<WorkStep, { readonly kind: 'opens' }>): boolean;
}

export const ledgerRules: LedgerRules = {
  reopens({ attempt: known, eventIds }, { attempt, eventId, isRow }) {
    if (isRow) return false;
    if (attempt !== undefined && known !== undefined) return attempt > known;
    return eventId === undefined || !eventIds.includes(eventId);
  },
};

/** As many events of one key as are remembered: a reprint is rare. */
const idsKept = 20;

export function open(
  entry: LedgerEntry | undefined,
  step: Extract<WorkStep, { readonly kind: 'opens' }>,
  atMs: number,
  rules: LedgerRules = ledgerRules,
): Judgement {
  const { attempt, eventId } = step;
  const ids = [...(entry?.eventIds ?? []), ...(eventId === undefined ? [] : [eventId])].slice(-idsKept);
  const higher = attempt ?? entry?.attempt;
  const opened: LedgerEntry = { attempt: higher, eventIds: ids, isClosed: false, atMs };
  if (entry === undefined) return { kind: 'new', entry: opened };
  const isHigher = attempt !== undefined && entry.attempt !== undefined && attempt > entry.attempt && !step.isRow;
  if (entry.isClosed ? rules.reopens(entry, step) : isHigher) return { kind: 'new', entry: opened };
  return { kind: 'known', entry };
}

/** A closing of an earlier attempt says nothing about a later one. */
export function close(entry: LedgerEntry | undefined, attempt: number | undefined, atMs: number): LedgerEntry {
  const isEarlier = attempt !== undefined && entry?.attempt !== undefined && attempt < entry.attempt;
  if (entry !== undefined && isEarlier) return entry;
  return { attempt: attempt ?? entry?.attempt, eventIds: entry?.eventIds ?? [], isClosed: true, atMs };
}
