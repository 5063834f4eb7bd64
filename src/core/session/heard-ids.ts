// Which ids came on which channels, and which of them were told to those who listen to the whole client. One memory for all
// channels: a thousand of them must not each remember a day of their own. A ring tells which is the oldest: a Map that evicts
// its first key costs thirty times as much and grows with its size.
import type { Seen } from '../stream/seen.ts';

/** An id is remembered while it is one of the last 1 000 or younger than a day; never more than 50 000. */
interface SeenLimits {
  readonly keepAtLeast: number;
  readonly keepForMs: number;
  readonly keepAtMost: number;
}

const defaultSeenLimits: SeenLimits = { keepAtLeast: 1_000, keepForMs: 86_400_000, keepAtMost: 50_000 };

/** On several channels; rare. */
interface Shared {
  readonly channels: number[];
  isTold: boolean;
}

export class HeardIds {
  /** The number of the one channel that it came on, negative until it was told. A number needs no memory of its own. */
  private readonly ids = new Map<string, number | Shared>();
  private readonly channels = new Map<string, number>();
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

  /** What came on one channel. */
  on(wire: string): Seen {
    const channel = this.channels.get(wire) ?? this.channels.size + 1;
    this.channels.set(wire, channel);
    return {
      has: (id) => isOn(this.ids.get(id), channel),
      add: (id, atMs) => this.add(id, channel, atMs),
    };
  }

  /** It is told now: says false when it was before, whatever channel it came on. */
  tell(id: string): boolean {
    const known = this.ids.get(id);
    if (known === undefined) return true;
    if (typeof known === 'number') {
      if (known > 0) return false;
      this.ids.set(id, -known);
      return true;
    }
    const isNew = !known.isTold;
    known.isTold = true;
    return isNew;
  }

  private add(id: string, channel: number, atMs: number): boolean {
    const known = this.ids.get(id);
    if (known === undefined) {
      this.ids.set(id, -channel);
      this.remember(id, atMs);
      return true;
    }
    if (isOn(known, channel)) return false;
    if (typeof known === 'number') this.ids.set(id, { channels: [Math.abs(known), channel], isTold: known > 0 });
    else known.channels.push(channel);
    return true;
  }

  private remember(id: string, atMs: number): void {
    const { ids, limits } = this;
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
  }

  private forgetOldest(): void {
    const id = this.ring[this.oldest];
    if (id !== undefined) this.ids.delete(id);
    this.ring[this.oldest] = undefined;
    this.oldest += 1;
  }
}

const isOn = (known: number | Shared | undefined, channel: number): boolean =>
  typeof known === 'object' ? known.channels.includes(channel) : known === channel || known === -channel;
