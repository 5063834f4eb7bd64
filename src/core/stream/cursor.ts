// Deliveries whose handlers have not settled yet. The cursor may not pass the lowest of them.
import type { RowRef } from './rows.ts';

export interface Delivery {
  readonly ticket: number;
  /** What the cursor may not pass while this is unsettled; `undefined` where there are no positions. */
  seq: number | undefined;
  readonly id: string | undefined;
  readonly atMs: number;
  /** What is known of its subject once it is handled. */
  readonly row: RowRef | undefined;
  settled: boolean;
}

export class Unsettled {
  /** Where it is the only one: handlers are mostly done at once, and need no list. Nothing else is looked at then. */
  private only: Delivery | undefined;
  private open = 0;
  /** Otherwise from `first` up to `end`; slots are used again. What is settled is let go at once: of a thousand channels it adds up. */
  private entries: (Delivery | undefined)[] = [];
  private first = 0;
  private end = 0;
  private highest = -1;
  private inOrder = true;

  get count(): number {
    return this.open;
  }

  /** The oldest delivery that is not settled. */
  get oldest(): Delivery | undefined {
    return this.only ?? this.entries[this.first];
  }

  push(delivery: Delivery): void {
    this.open += 1;
    if (this.open === 1) {
      this.only = delivery;
      return;
    }
    const { only } = this;
    if (only !== undefined) {
      this.startAnew();
      this.append(only);
      this.only = undefined;
    }
    this.append(delivery);
  }

  private append(delivery: Delivery): void {
    this.entries[this.end] = delivery;
    this.end += 1;
    const { seq } = delivery;
    if (seq === undefined) return;
    if (seq < this.highest) this.inOrder = false;
    else this.highest = seq;
  }

  /** Settles a delivery; `undefined` when it is not waiting any more. */
  settle(ticket: number): Delivery | undefined {
    const { only, entries } = this;
    if (only !== undefined) {
      if (only.ticket !== ticket) return undefined;
      this.only = undefined;
      only.settled = true;
      this.open = 0;
      return only;
    }
    const firstTicket = entries[this.first]?.ticket;
    const delivery = firstTicket === undefined ? undefined : entries[this.first + ticket - firstTicket];
    if (delivery === undefined || delivery.settled || ticket < (firstTicket ?? 0)) return undefined;
    delivery.settled = true;
    this.open -= 1;
    while (entries[this.first]?.settled === true) {
      entries[this.first] = undefined;
      this.first += 1;
    }
    if (this.first > 256 && this.first * 2 > this.end) {
      this.entries = entries.slice(this.first, this.end);
      this.end -= this.first;
      this.first = 0;
    }
    return delivery;
  }

  /** The lowest position that is not settled; without any, infinity. */
  lowestSeq(): number {
    if (this.only !== undefined) return this.only.seq ?? Number.POSITIVE_INFINITY;
    let lowest = Number.POSITIVE_INFINITY;
    for (let index = this.first; index < this.end; index += 1) {
      const entry = this.entries[index];
      if (entry === undefined || entry.settled || entry.seq === undefined) continue;
      if (this.inOrder) return entry.seq;
      lowest = Math.min(lowest, entry.seq);
    }
    return lowest;
  }

  /** Positions of another sequence do not compare: what is still out blocks every cursor until it is settled. */
  blockAll(): void {
    if (this.only !== undefined) this.only.seq = 0;
    for (let index = this.first; index < this.end; index += 1) {
      const entry = this.entries[index];
      if (entry !== undefined) entry.seq = 0;
    }
    this.inOrder = true;
    this.highest = 0;
  }

  private startAnew(): void {
    this.first = 0;
    this.end = 0;
    this.highest = -1;
    this.inOrder = true;
  }
}
