// Which ids a channel has heard. A ring tells which is the oldest and a Set whether one is there: a Map that evicts its
// first key costs thirty times as much and grows with its size.

/** Ids that were heard. */
export interface Seen {
  has(id: string): boolean;
  /** Says false when it was there already. */
  add(id: string, atMs: number): boolean;
}

/** An id is remembered while it is one of the last 1 000 or younger than a day; never more than 50 000. */
export interface SeenLimits {
  readonly keepAtLeast: number;
  readonly keepForMs: number;
  readonly keepAtMost: number;
}

export const defaultSeenLimits: SeenLimits = { keepAtLeast: 1_000, keepForMs: 86_400_000, keepAtMost: 50_000 };

export class SeenIds implements Seen {
  private readonly ids = new Set<string>();
  private ring: (string | undefined)[] = [];
  private times: number[] = [];
  private oldest = 0;
  private readonly limits: SeenLimits;

  constructor(limits: SeenLimits = defaultSeenLimits) {
    this.limits = limits;
  }

  get size(): number {
    return this.ids.size;
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /**
   * Says false when it was there already. `atMs` is when it was heard; ids that were stored are added in their order, the
   * oldest first.
   */
  add(id: string, atMs: number): boolean {
    const { ids, limits } = this;
    const before = ids.size;
    ids.add(id);
    if (ids.size === before) return false;
    while (
      ids.size > limits.keepAtMost ||
      (ids.size > limits.keepAtLeast && (this.times[this.oldest] ?? 0) <= atMs - limits.keepForMs)
    ) {
      this.forgetOldest();
    }
    this.ring.push(id);
    this.times.push(atMs);
    // Moved together once per as many ids as are kept: flat on average.
    if (this.oldest > 1_024 && this.oldest * 2 > this.ring.length) {
      this.ring = this.ring.slice(this.oldest);
      this.times = this.times.slice(this.oldest);
      this.oldest = 0;
    }
    return true;
  }

  private forgetOldest(): void {
    const id = this.ring[this.oldest];
    if (id !== undefined) this.ids.delete(id);
    this.ring[this.oldest] = undefined;
    this.oldest += 1;
  }
}
