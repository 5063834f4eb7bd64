// Holes that were explained: positions that nobody needs to wait for any more.

export interface ClosedHole {
  readonly from: number;
  readonly to: number;
  /** `absent`: the server has no such event. `compacted`: a list told its effect. `lost`: nobody can say any more. */
  readonly as: 'absent' | 'compacted' | 'lost';
}

/** As many as are kept; the lowest go first. */
const maxHoles = 256;

/** Never changed: another one takes its place. */
export class ClosedHoles {
  readonly all: readonly ClosedHole[];
  /** The highest closed position: on the hot path one comparison says that nothing is closed above the front. */
  readonly highest: number;

  constructor(all: readonly ClosedHole[]) {
    this.all = all;
    this.highest = all.reduce((highest, { to }) => Math.max(highest, to), -1);
  }

  at(seq: number): ClosedHole | undefined {
    return this.all.find((hole) => hole.from <= seq && seq <= hole.to);
  }

  with(hole: ClosedHole): ClosedHoles {
    return closedHoles([...this.all, hole].sort((left, right) => left.from - right.from).slice(-maxHoles));
  }

  /** A late event came after all: its position is no hole any more. */
  without(seq: number): ClosedHoles {
    return closedHoles(
      this.all.flatMap((hole) =>
        seq < hole.from || seq > hole.to
          ? [hole]
          : [
              { ...hole, to: seq - 1 },
              { ...hole, from: seq + 1 },
            ].filter(({ from, to }) => from <= to),
      ),
    );
  }
}

/** One for all streams, which look at it for every event. */
export const noneClosed: ClosedHoles = new ClosedHoles([]);

export const closedHoles = (all: readonly ClosedHole[]): ClosedHoles =>
  all.length === 0 ? noneClosed : new ClosedHoles(all);

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Positions that a read lacked, and when it was asked. */
export interface Missed extends Span {
  readonly readMs: number;
}

/** The positions behind `after`, up to `to`, that none of the spans covers. */
export function uncovered(after: number, to: number, spans: readonly Span[]): readonly Span[] {
  const sorted = [...spans].sort((left, right) => left.from - right.from);
  const holes: Span[] = [];
  let next = after + 1;
  for (const span of sorted) {
    if (span.from > to) break;
    if (span.from > next) holes.push({ from: next, to: span.from - 1 });
    next = Math.max(next, span.to + 1);
  }
  if (next <= to) holes.push({ from: next, to });
  return holes;
}
