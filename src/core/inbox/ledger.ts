// Which work was asked for, by the contract's keys. Pure. Whether a key is open is not written here: it is open as long as
// work waits or runs under it, so the two can never disagree.

/** An event asks for work. */
export interface Opening {
  readonly key: string;
  readonly attempt: number | undefined;
  readonly eventId: string | undefined;
  /** Of the server's memory. */
  readonly epoch: string | undefined;
  /** A row of a list shows that it must have been asked for. */
  readonly isRow: boolean;
  /** By the server's clock. */
  readonly occurredAt: number | undefined;
}

export interface LedgerEntry {
  /** The highest that was asked for or closed. */
  readonly attempt: number | undefined;
  /** The events that asked for it; the newest last. */
  readonly eventIds: readonly string[];
  /** As of when a row asked for it, by the server's clock; undefined when an event did. */
  readonly rowAtMs: number | undefined;
  /** In which it was asked for or closed last: a restored database counts its jobs from where it was, so the same key is other work. */
  readonly epoch: string | undefined;
  /** By the wall clock, for forgetting. */
  readonly atMs: number;
}

export interface LedgerRules {
  /** Whether a key is opened again under which nothing waits or runs. */
  reopens(known: LedgerEntry, asked: Opening): boolean;
}

/** `entry` is what is known from now on. */
export interface Judgement {
  readonly isNew: boolean;
  readonly entry: LedgerEntry;
}

/** As many events of one key as are remembered: a reprint is rare. */
const idsKept = 50;

export function open(
  known: LedgerEntry | undefined,
  asked: Opening,
  isOpen: boolean,
  atMs: number,
  rules: LedgerRules,
): Judgement {
  if (known === undefined) return { isNew: true, entry: opened(undefined, asked, atMs) };
  const isNew = isOpen && !isFromBefore(known, asked) ? isHigher(known, asked) : rules.reopens(known, asked);
  if (isNew) return { isNew, entry: opened(known, asked, atMs) };
  // Another copy of what waits: it must not ask anew when that is done.
  return isOpen && asked.eventId !== undefined && !known.eventIds.includes(asked.eventId)
    ? { isNew, entry: { ...known, eventIds: withId(known, asked) } }
    : { isNew, entry: known };
}

/** A closing of an earlier attempt says nothing about a later one. */
export const close = (
  known: LedgerEntry | undefined,
  attempt: number | undefined,
  atMs: number,
  epoch?: string,
): LedgerEntry => ({
  attempt: attemptIn(known, { attempt, epoch }),
  eventIds: known?.eventIds ?? [],
  rowAtMs: known?.rowAtMs,
  epoch: epoch ?? known?.epoch,
  atMs,
});

/** The server's memory began anew since this was known. */
export const isFromBefore = (known: LedgerEntry, { epoch }: Pick<Opening, 'epoch'>): boolean =>
  epoch !== undefined && known.epoch !== undefined && epoch !== known.epoch;

const isHigher = ({ attempt: known }: LedgerEntry, { attempt, isRow }: Opening): boolean =>
  !isRow && attempt !== undefined && known !== undefined && attempt > known;

const opened = (known: LedgerEntry | undefined, asked: Opening, atMs: number): LedgerEntry => ({
  attempt: attemptIn(known, asked),
  eventIds: withId(known, asked),
  rowAtMs: asked.isRow ? asked.occurredAt : undefined,
  epoch: asked.epoch ?? known?.epoch,
  atMs,
});

/** Attempts of another epoch were attempts of other work. */
const attemptIn = (known: LedgerEntry | undefined, said: Pick<Opening, 'attempt' | 'epoch'>): number | undefined =>
  known !== undefined && isFromBefore(known, said) ? said.attempt : higher(known?.attempt, said.attempt);

const withId = (known: LedgerEntry | undefined, { eventId }: Opening): readonly string[] =>
  [...(known?.eventIds ?? []), ...(eventId === undefined ? [] : [eventId])].slice(-idsKept);

const higher = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
