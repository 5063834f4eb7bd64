// Events that wait: behind a hole, or until catch-up is done. In the order of their positions; without positions, in the
// order in which they came.
import type { HeardEvent, Priority } from '../../contract/event.ts';
import type { RowRef } from './rows.ts';

export interface Arrival {
  readonly event: Pick<HeardEvent, 'seq' | 'epoch' | 'previousSeq' | 'headSeq' | 'replayed'> & {
    readonly id: string | undefined;
  };
  readonly priority: Priority;
  readonly bytes: number;
  /** It could not be read: its position counts, and nobody is told. */
  readonly broken: boolean;
  /** Which row of which list it changes, and to which version. */
  readonly row: RowRef | undefined;
  /** What handlers are told, and what the row is now. The machine carries them and looks at neither. */
  readonly told?: HeardEvent | undefined;
  readonly known?: boolean;
  readonly rowValue?: unknown;
  /** Where the event says only some fields of the row: `rowValue` is right over `before` alone. */
  readonly rowPatch?: RowPatch | undefined;
}

export interface RowPatch {
  readonly key: string;
  readonly before: unknown;
  readonly fields: object;
}

export interface HeldEvent {
  readonly arrival: Arrival;
  readonly seq: number | undefined;
  readonly dueAtMs: number;
  readonly origin: 'live' | 'replay';
}

export class HeldEvents {
  private readonly events: HeldEvent[] = [];
  /** A number of its own: every event of every channel asks for it, and mostly there are none. */
  count = 0;
  bytes = 0;
  dueAtMs: number = Number.POSITIVE_INFINITY;

  get first(): HeldEvent | undefined {
    return this.events[0];
  }

  get all(): readonly HeldEvent[] {
    return this.events;
  }

  /** Says false when that position is held already. */
  put(held: HeldEvent): boolean {
    const { events } = this;
    let index = events.length;
    if (held.seq !== undefined) {
      while (index > 0 && (events[index - 1]?.seq ?? -1) > held.seq) index -= 1;
      if (index > 0 && events[index - 1]?.seq === held.seq) return false;
    }
    events.splice(index, 0, held);
    this.count = events.length;
    this.bytes += held.arrival.bytes;
    if (held.dueAtMs < this.dueAtMs) this.dueAtMs = held.dueAtMs;
    return true;
  }

  at(seq: number): HeldEvent | undefined {
    const { events } = this;
    let low = 0;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((events[middle]?.seq ?? -1) < seq) low = middle + 1;
      else high = middle;
    }
    const found = events[low];
    return found?.seq === seq ? found : undefined;
  }

  shift(): HeldEvent | undefined {
    const held = this.events.shift();
    if (held === undefined) return undefined;
    this.count = this.events.length;
    this.bytes -= held.arrival.bytes;
    if (this.events.length === 0) this.dueAtMs = Number.POSITIVE_INFINITY;
    else if (held.dueAtMs <= this.dueAtMs) this.dueAtMs = this.earliest(held.dueAtMs);
    return held;
  }

  /** How many, from the first on, have to go out now so that nobody waits too long and the order is kept. */
  overdue(nowMs: number): number {
    let count = this.events.length;
    while (count > 0 && (this.events[count - 1]?.dueAtMs ?? nowMs) > nowMs) count -= 1;
    return count;
  }

  /** How many of them lie at or before a position. */
  countUpTo(seq: number): number {
    return this.events.reduce((count, held) => (held.seq !== undefined && held.seq <= seq ? count + 1 : count), 0);
  }

  clear(): void {
    this.events.length = 0;
    this.count = 0;
    this.bytes = 0;
    this.dueAtMs = Number.POSITIVE_INFINITY;
  }

  /** None is earlier than the one that was taken out: often another one came with it, and the search is over. */
  private earliest(atLeastMs: number): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const { dueAtMs } of this.events) {
      if (dueAtMs === atLeastMs) return dueAtMs;
      if (dueAtMs < earliest) earliest = dueAtMs;
    }
    return earliest;
  }
}
