// Which ids came on which channels, and which of them were told to those who listen to the whole client. One memory for all
// channels: a thousand of them must not each remember a day of their own.
//
// Every event asks, adds one and forgets one, among 50 000. A Map does that in 0.5 to 1.8 µs, because each step touches
// texts that were last seen an hour ago, and has to be put together anew all the time. This table of numbers does it in
// 0.25 µs: it looks at a text only when its number is the same, and the garbage collector does not look at it at all.
import type { Seen } from '../stream/seen.ts';

/** An id is remembered while it is one of the last 1 000 or younger than a day; never more than 50 000. */
interface SeenLimits {
  readonly keepAtLeast: number;
  readonly keepForMs: number;
  readonly keepAtMost: number;
}

const defaultSeenLimits: SeenLimits = { keepAtLeast: 1_000, keepForMs: 86_400_000, keepAtMost: 50_000 };

/** Always a power of two, so that a number finds its place without a division. */
const smallest = 64;

export class HeardIds {
  // A ring of what is remembered, the oldest first. An id's place in it never changes.
  private ids: (string | undefined)[] = emptied(smallest);
  private numbers = new Int32Array(smallest);
  private times = new Float64Array(smallest);
  /** The number of the one channel that it came on, negative until it was told. */
  private marks = new Int32Array(smallest);
  /** The other channels that it came on, by its place; rare. */
  private readonly others = new Map<number, number[]>();
  private oldest = 0;
  private count = 0;
  /** By its number, an id's place in the ring: pairs of the number and one more than the place; 0 where there is nothing. */
  private index = new Int32Array(4 * smallest);
  private readonly channels = new Map<string, number>();
  private readonly limits: SeenLimits;

  constructor(limits: SeenLimits = defaultSeenLimits) {
    this.limits = limits;
  }

  get size(): number {
    return this.count;
  }

  /** What came on one channel. */
  on(wire: string): Seen {
    const channel = this.channels.get(wire) ?? this.channels.size + 1;
    this.channels.set(wire, channel);
    return new HeardOn(this, channel);
  }

  /** It is told now: says false when it was before, whatever channel it came on. */
  tell(id: string): boolean {
    const place = this.placeOf(id, numberOf(id));
    const mark = this.marks[place] ?? -1;
    if (mark > 0) return false;
    if (place >= 0) this.marks[place] = -mark;
    return true;
  }

  has(id: string, channel: number): boolean {
    return this.isOn(this.placeOf(id, numberOf(id)), channel);
  }

  private isOn(place: number, channel: number): boolean {
    return (
      place >= 0 && (Math.abs(this.marks[place] ?? 0) === channel || this.others.get(place)?.includes(channel) === true)
    );
  }

  add(id: string, channel: number, atMs: number): boolean {
    const number = numberOf(id);
    const known = this.placeOf(id, number);
    if (known < 0) {
      this.makeRoom(atMs);
      this.remember(id, number, channel, atMs);
      return true;
    }
    if (this.isOn(known, channel)) return false;
    this.others.set(known, [...(this.others.get(known) ?? []), channel]);
    return true;
  }

  private makeRoom(atMs: number): void {
    const { keepAtLeast, keepForMs, keepAtMost } = this.limits;
    while (
      this.count >= keepAtMost ||
      (this.count >= keepAtLeast && (this.times[this.oldest] ?? 0) <= atMs - keepForMs)
    ) {
      this.forgetOldest();
    }
    if (this.count === this.ids.length) this.grow();
  }

  private remember(id: string, number: number, channel: number, atMs: number): void {
    const place = (this.oldest + this.count) & (this.ids.length - 1);
    this.ids[place] = id;
    this.numbers[place] = number;
    this.times[place] = atMs;
    this.marks[place] = -channel;
    this.count += 1;
    this.enter(number, place);
  }

  private forgetOldest(): void {
    const place = this.oldest;
    this.remove(this.numbers[place] ?? 0, place);
    this.ids[place] = undefined;
    if (this.others.size > 0) this.others.delete(place);
    this.oldest = (place + 1) & (this.ids.length - 1);
    this.count -= 1;
  }

  private grow(): void {
    const { ids, numbers, times, marks, oldest } = this;
    const others = [...this.others];
    const size = ids.length;
    this.ids = emptied(2 * size);
    this.numbers = new Int32Array(2 * size);
    this.times = new Float64Array(2 * size);
    this.marks = new Int32Array(2 * size);
    this.index = new Int32Array(8 * size);
    this.oldest = 0;
    for (let place = 0; place < size; place += 1) {
      const from = (oldest + place) & (size - 1);
      const number = numbers[from] ?? 0;
      this.ids[place] = ids[from];
      this.numbers[place] = number;
      this.times[place] = times[from] ?? 0;
      this.marks[place] = marks[from] ?? 0;
      this.enter(number, place);
    }
    this.others.clear();
    for (const [place, channels] of others) this.others.set((place - oldest) & (size - 1), channels);
  }

  // The index. A number stands where it points to, or behind it where others stand already; twice as many places as are
  // ever taken keep the search short.

  /** Negative when it is not known. */
  private placeOf(id: string, number: number): number {
    const { index } = this;
    const last = index.length - 1;
    for (let at = (number << 1) & last; ; at = (at + 2) & last) {
      const place = (index[at + 1] ?? 0) - 1;
      if (place < 0 || (index[at] === number && this.ids[place] === id)) return place;
    }
  }

  private enter(number: number, place: number): void {
    const { index } = this;
    const last = index.length - 1;
    let at = (number << 1) & last;
    while (index[at + 1] !== 0) at = (at + 2) & last;
    index[at] = number;
    index[at + 1] = place + 1;
  }

  /** Those behind it that it kept from their place move up, so that no search ends too soon. */
  private remove(number: number, place: number): void {
    const { index } = this;
    const last = index.length - 1;
    let gap = (number << 1) & last;
    while (index[gap + 1] !== place + 1) gap = (gap + 2) & last;
    for (let at = (gap + 2) & last; index[at + 1] !== 0; at = (at + 2) & last) {
      const wanted = (index[at] ?? 0) << 1;
      if (((at - wanted) & last) < ((at - gap) & last)) continue;
      index[gap] = index[at] ?? 0;
      index[gap + 1] = index[at + 1] ?? 0;
      gap = at;
    }
    index[gap + 1] = 0;
  }
}

/** One of a thousand channels: as little of its own as can be. */
class HeardOn implements Seen {
  private readonly all: HeardIds;
  private readonly channel: number;

  constructor(all: HeardIds, channel: number) {
    this.all = all;
    this.channel = channel;
  }

  has(id: string): boolean {
    return this.all.has(id, this.channel);
  }

  add(id: string, atMs: number): boolean {
    return this.all.add(id, this.channel, atMs);
  }
}

const emptied = (size: number): undefined[] => Array.from({ length: size }, () => undefined);

/** Spreads ids that differ in one character over the whole table. Who sends ids that collide slows down nobody but himself. */
function numberOf(id: string): number {
  let number = id.length;
  for (let index = 0; index < id.length; index += 1) number = Math.imul(number ^ id.charCodeAt(index), 0x01000193);
  number = Math.imul(number ^ (number >>> 15), 0x85ebca6b);
  return number ^ (number >>> 13);
}
