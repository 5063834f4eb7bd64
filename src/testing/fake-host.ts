import type { Host, HostEvent, Release } from '../host/host.ts';

/** A device whose time stands still until a test moves it. */
export interface FakeHost extends Host {
  /** Lets time pass, and runs every timer at its moment. */
  advance(ms: number): void;
  /** The same, with the promises that the timers settle settled before the next timer. */
  pass(ms: number): Promise<void>;
  /** The device is asleep: time passes, no timer runs. On some devices the monotonic clock stops meanwhile. Late timers run at the next `advance`. */
  sleep(ms: number, monotonicClock: 'runs' | 'stops'): void;
  /** Somebody sets the clock. */
  setWall(ms: number): void;
  /** As a hidden page: timers run only at multiples of this. 0 ends it. */
  throttle(everyMs: number): void;
  /** Tells every listener of the host. */
  emit(event: HostEvent): void;
  /** What somebody forgot to release shows here. */
  readonly pendingTimers: number;
  readonly listeners: number;
}

export interface FakeHostOptions {
  /** The same seed gives the same random numbers. */
  readonly seed?: number;
  readonly random?: () => number;
  readonly wallMs?: number;
}

interface Timer {
  readonly dueAtMs: number;
  /** Timers of one moment run in the order in which they were set. */
  readonly number: number;
  readonly callback: () => void;
  /** A released timer stays in the heap until its turn: taking it out would be a search. */
  released: boolean;
}

export function createFakeHost({ seed = 1, random, wallMs = 1_767_225_600_000 }: FakeHostOptions = {}): FakeHost {
  let monotonic = 0;
  let wall = wallMs;
  let throttleMs = 0;
  let numbered = 0;
  let pending = 0;
  const heap: Timer[] = [];
  const listeners = new Set<(event: HostEvent) => void>();

  const clock = { wallMs: () => wall, monotonicMs: () => monotonic };

  const earlier = (one: Timer, other: Timer): boolean =>
    one.dueAtMs < other.dueAtMs || (one.dueAtMs === other.dueAtMs && one.number < other.number);

  function push(timer: Timer): void {
    let at = heap.length;
    heap.push(timer);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (parent === undefined || !earlier(timer, parent)) break;
      heap[at] = parent;
      heap[parentAt] = timer;
      at = parentAt;
    }
  }

  function pop(): void {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let at = 0; ;) {
      let least = at;
      let candidate = last;
      for (const childAt of [2 * at + 1, 2 * at + 2]) {
        const child = heap[childAt];
        if (child !== undefined && earlier(child, candidate)) {
          least = childAt;
          candidate = child;
        }
      }
      if (least === at) return;
      heap[at] = candidate;
      heap[least] = last;
      at = least;
    }
  }

  function schedule(delayMs: number, callback: () => void): Release {
    const wantedMs = monotonic + Math.max(0, delayMs);
    const dueAtMs = throttleMs > 0 ? Math.ceil(wantedMs / throttleMs) * throttleMs : wantedMs;
    const timer: Timer = { dueAtMs, number: (numbered += 1), callback, released: false };
    pending += 1;
    push(timer);
    return () => {
      if (timer.released) return;
      timer.released = true;
      pending -= 1;
    };
  }

  /** Runs the next timer that is due by then. */
  function runNext(untilMs: number): boolean {
    for (let next = heap[0]; next !== undefined && next.dueAtMs <= untilMs; next = heap[0]) {
      pop();
      if (next.released) continue;
      next.released = true;
      pending -= 1;
      moveTo(Math.max(monotonic, next.dueAtMs));
      next.callback();
      return true;
    }
    return false;
  }

  function moveTo(ms: number): void {
    wall += ms - monotonic;
    monotonic = ms;
  }

  return {
    clock,
    schedule,
    random: random ?? seededRandom(seed),
    onEvent(listener) {
      // Wrapped, so that one function which listens twice is two listeners.
      const own = (event: HostEvent): void => listener(event);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    advance(ms) {
      const untilMs = monotonic + ms;
      while (runNext(untilMs));
      moveTo(untilMs);
    },
    async pass(ms) {
      const untilMs = monotonic + ms;
      do await settled();
      while (runNext(untilMs));
      moveTo(untilMs);
    },
    sleep(ms, monotonicClock) {
      wall += ms;
      if (monotonicClock === 'runs') monotonic += ms;
    },
    setWall(ms) {
      wall = ms;
    },
    throttle(everyMs) {
      throttleMs = everyMs;
    },
    emit(event) {
      // A listener that is added or removed meanwhile is not, or not any more, told: as in browsers.
      for (const listener of Array.from(listeners)) if (listeners.has(listener)) listener(event);
    },
    get pendingTimers() {
      return pending;
    },
    get listeners() {
      return listeners.size;
    },
  };
}

/** Long enough for chains of promises that one timer sets off. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

/** mulberry32: small, and good enough to spread clients. */
export function seededRandom(seed: number): () => number {
  let word = seed >>> 0;
  return () => {
    word = (word + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(word ^ (word >>> 15), word | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
