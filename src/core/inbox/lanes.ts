import type { Priority } from '../../contract/event.ts';

/** What stands in a lane. */
export interface Standing {
  readonly lane: string;
  readonly priority: Priority;
  /** Whether it could begin, were its turn. */
  isWaiting(): boolean;
}

interface Place<Item> {
  /** Undefined when it has left. */
  item: Item | undefined;
}

interface Lane<Item> {
  readonly name: string;
  readonly places: Queue<Place<Item>>;
  /** It stands among the ready ones. */
  isReady: boolean;
}

const urgencies: readonly Priority[] = ['critical', 'normal', 'background'];

/**
 * Queues side by side, and which of them can go on: the first of a lane alone may begin. Whatever is asked costs the same
 * with one lane and with ten thousand.
 */
export class Lanes<Item extends Standing> {
  readonly #lanes = new Map<string, Lane<Item>>();
  readonly #places = new Map<Item, Place<Item>>();
  readonly #ready: Readonly<Record<Priority, Queue<Lane<Item>>>> = {
    critical: new Queue(),
    normal: new Queue(),
    background: new Queue(),
  };

  /** At its end. */
  add(item: Item): void {
    const lane = this.#lanes.get(item.lane) ?? { name: item.lane, places: new Queue(), isReady: false };
    this.#lanes.set(item.lane, lane);
    const place: Place<Item> = { item };
    lane.places.push(place);
    this.#places.set(item, place);
    this.look(item.lane);
  }

  remove(item: Item): void {
    const place = this.#places.get(item);
    if (place === undefined) return;
    place.item = undefined;
    this.#places.delete(item);
    this.look(item.lane);
  }

  /** The first of a lane may have changed. */
  look(name: string): void {
    const lane = this.#lanes.get(name);
    if (lane === undefined) return;
    const first = firstOf(lane);
    if (first === undefined) this.#lanes.delete(name);
    else if (first.isWaiting() && !lane.isReady) {
      lane.isReady = true;
      this.#ready[first.priority].push(lane);
    }
  }

  /** The first of the lane whose turn it is: the most urgent one, among equals the one that has been ready longest. */
  next(): Item | undefined {
    for (const [rank, urgency] of urgencies.entries()) {
      const ready = this.#ready[urgency];
      for (let lane = ready.take(); lane !== undefined; lane = ready.take()) {
        lane.isReady = false;
        const first = firstOf(lane);
        if (first?.isWaiting() !== true) continue;
        if (urgencies.indexOf(first.priority) <= rank) return first;
        this.look(lane.name);
      }
    }
    return undefined;
  }
}

/** The first who has not left. */
function firstOf<Item>({ places }: Lane<Item>): Item | undefined {
  for (let place = places.first; place !== undefined; place = places.first) {
    if (place.item !== undefined) return place.item;
    places.take();
  }
  return undefined;
}

class Queue<Value> {
  readonly #values: Value[] = [];
  #taken = 0;

  get first(): Value | undefined {
    return this.#values[this.#taken];
  }

  push(value: Value): void {
    this.#values.push(value);
  }

  take(): Value | undefined {
    const value = this.#values[this.#taken];
    if (this.#taken < this.#values.length) this.#taken += 1;
    // Now and then, and not one by one: taking the first out of an array moves all the others.
    if (this.#taken > 100 && this.#taken > this.#values.length / 2) {
      this.#values.splice(0, this.#taken);
      this.#taken = 0;
    }
    return value;
  }
}
