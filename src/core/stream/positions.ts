// Which id stood at which of a channel's last positions. A position that comes back with another id belongs to another
// sequence, even if the server calls it by the same name.

const smallest = 16;
/** More would only be memory: a server that was restored is found out by the last position that is known, and by its head. */
const largest = 256;

export class PositionWindow {
  private seqs: number[] = [];
  private ids: (string | undefined)[] = [];
  private size = 0;

  /** The id at a position: `undefined` when nothing is known of it, `''` when it had none. */
  idAt(seq: number): string | undefined {
    const slot = seq & (this.size - 1);
    return this.size > 0 && this.seqs[slot] === seq ? this.ids[slot] : undefined;
  }

  /** The highest position up to another one that something stood at. */
  lastUpTo(seq: number): number | undefined {
    let last = -1;
    for (const known of this.seqs) if (known <= seq && known > last) last = known;
    return last < 0 ? undefined : last;
  }

  /** The lowest position between two others that something stood at, and that is not among those that are there now. */
  vanished(after: number, upTo: number, there: ReadonlySet<number>): number | undefined {
    let lowest = Number.POSITIVE_INFINITY;
    for (const seq of this.seqs) if (seq > after && seq <= upTo && seq < lowest && !there.has(seq)) lowest = seq;
    return lowest < Number.POSITIVE_INFINITY ? lowest : undefined;
  }

  /** Whether an id stands at any of them; it takes its time, for what hardly ever happens. */
  has(id: string): boolean {
    return this.ids.includes(id);
  }

  put(seq: number, id: string | undefined): void {
    if (this.size === 0) this.resize(smallest);
    let slot = seq & (this.size - 1);
    // Quiet channels stay small: it grows when two positions that are both still wanted meet.
    while (this.size < largest && this.isTaken(slot, seq)) {
      this.resize(this.size * 2);
      slot = seq & (this.size - 1);
    }
    const there = this.seqs[slot];
    if (there !== undefined && there > seq) return;
    this.seqs[slot] = seq;
    this.ids[slot] = id ?? '';
  }

  private isTaken(slot: number, seq: number): boolean {
    const there = this.seqs[slot];
    return there !== undefined && there >= 0 && there !== seq;
  }

  private resize(size: number): void {
    const { seqs, ids } = this;
    this.size = size;
    this.seqs = Array.from({ length: size }, () => -1);
    this.ids = Array.from({ length: size }, () => undefined);
    for (let index = 0; index < seqs.length; index += 1) {
      const seq = seqs[index];
      if (seq === undefined || seq < 0) continue;
      this.seqs[seq & (size - 1)] = seq;
      this.ids[seq & (size - 1)] = ids[index];
    }
  }
}
