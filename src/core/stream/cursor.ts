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
  /** From `first` up to `end`; slots are used again. What is settled is let go at once: of a thousand channels it adds up. */
  private entries: (Delivery | undefined)[] = [];
  private first = 0;
  private end = 0;
  private open = 0;
  private highest = -1;
  private inOrder = true;

  get count(): number {
    return this.open;
  }

  /** The oldest delivery that is not settled. */
  get oldest(): Delivery | undefined {
    return this.entries[this.first];
  }

  push(delivery: Delivery): void {
    if (this.open === 0) this.startAnew();
    this.entries[this.end] = delivery;
    this.end += 1;
    this.open += 1;
    const { seq } = delivery;
    if (seq === undefined) return;
    if (seq < this.highest) this.inOrder = false;
    else this.highest = seq;
  }

  /** Settles a delivery; `undefined` when it is not waiting any more. */
  settle(ticket: number): Delivery | undefined {
    const { entries } = this;
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
    if (this.open === 0) return Number.POSITIVE_INFINITY;
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
