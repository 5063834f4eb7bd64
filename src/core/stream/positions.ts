// Which id stood at which of a channel's last positions. A position that comes back with another id belongs to another
// sequence, even if the server calls it by the same name.

const smallest = 16;
/** More would only be memory: a server that was restored is found out by the last position that is known, and by its head. */
const largest = 256;

export class PositionWindow {
  /** A position and the id that stood at it, one after the other: what is asked for together lies together. */
  private slots: (number | string)[] = [];
  /** Of the slots, where a position may be. */
  private mask = -1;

  /** The id at a position: `undefined` when nothing is known of it, `''` when it had none. */
  idAt(seq: number): string | undefined {
    const at = 2 * (seq & this.mask);
    const id = this.slots[at] === seq ? this.slots[at + 1] : undefined;
    return typeof id === 'string' ? id : undefined;
  }

  /** The highest position up to another one that something stood at. */
  lastUpTo(seq: number): number | undefined {
    let last = -1;
    for (const known of this.seqs()) if (known <= seq && known > last) last = known;
    return last < 0 ? undefined : last;
  }

  /** The lowest position between two others that something stood at, and that is not among those that are there now. */
  vanished(after: number, upTo: number, there: ReadonlySet<number>): number | undefined {
    let lowest = Number.POSITIVE_INFINITY;
    for (const seq of this.seqs()) if (seq > after && seq <= upTo && seq < lowest && !there.has(seq)) lowest = seq;
    return lowest < Number.POSITIVE_INFINITY ? lowest : undefined;
  }

  /** Whether an id stands at any of them; it takes its time, for what hardly ever happens. */
  has(id: string): boolean {
    return this.slots.includes(id);
  }

  put(seq: number, id: string | undefined): void {
    if (this.mask < 0) this.resize(smallest);
    let at = 2 * (seq & this.mask);
    // Quiet channels stay small: it grows when two positions that are both still wanted meet.
    while (this.mask < largest - 1 && this.isTaken(at, seq)) {
      this.resize(2 * (this.mask + 1));
      at = 2 * (seq & this.mask);
    }
    const there = this.slots[at];
    if (typeof there === 'number' && there > seq) return;
    this.slots[at] = seq;
    this.slots[at + 1] = id ?? '';
  }

  private seqs(): readonly number[] {
    return this.slots.filter((slot): slot is number => typeof slot === 'number' && slot >= 0);
  }

  private isTaken(at: number, seq: number): boolean {
    const there = this.slots[at];
    return typeof there === 'number' && there >= 0 && there !== seq;
  }

  private resize(size: number): void {
    const { slots } = this;
    this.mask = size - 1;
    this.slots = Array.from({ length: 2 * size }, (_, index) => (index % 2 === 0 ? -1 : ''));
    for (let from = 0; from < slots.length; from += 2) {
      const [seq = -1, id = ''] = [slots[from], slots[from + 1]];
      if (typeof seq !== 'number' || seq < 0) continue;
      const at = 2 * (seq & this.mask);
      this.slots[at] = seq;
      this.slots[at + 1] = id;
    }
  }
}
