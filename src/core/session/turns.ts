// Much at once (a page of events, a burst that waited) is handed out in slices, so that the page stays responsive and what
// is critical goes first. What comes one by one never waits here.
import type { Host, Release } from '../../host/host.ts';

/** A channel's deliveries that wait, in its order. */
export interface Backlog {
  /** The lower, the sooner: 0 critical, 1 normal, 2 background. */
  readonly urgency: number;
  readonly size: number;
  /** Hands out the next one. */
  takeOne(): void;
}

export interface Turns {
  /** Hands out what waits there: now, or when it is its turn. */
  serve(backlog: Backlog): void;
  dispose(): void;
}

export interface TurnsOptions {
  readonly host: Host;
  /** How long the thread may be kept from everything else. */
  readonly sliceMs?: number;
}

export function createTurns({ host, sliceMs = 8 }: TurnsOptions): Turns {
  const waiting = new Set<Backlog>();
  let scheduled: Release | undefined;
  let running = false;

  const mostUrgent = (): Backlog | undefined => {
    let first: Backlog | undefined;
    for (const backlog of waiting) {
      if (backlog.size === 0) waiting.delete(backlog);
      else if (first === undefined || backlog.urgency < first.urgency) first = backlog;
    }
    return first;
  };

  function run(): void {
    scheduled = undefined;
    running = true;
    const untilMs = host.clock.monotonicMs() + sliceMs;
    let isOver = false;
    for (let next = mostUrgent(); next !== undefined; next = mostUrgent()) {
      // Some at a time: looking for the most urgent costs more than an event.
      for (let count = 0; count < 16 && next.size > 0 && !isOver; count += 1) {
        next.takeOne();
        isOver = host.clock.monotonicMs() >= untilMs;
      }
      if (isOver) {
        scheduled = host.schedule(0, run);
        break;
      }
    }
    running = false;
  }

  return {
    serve(backlog) {
      waiting.add(backlog);
      if (!running && scheduled === undefined) run();
    },
    dispose() {
      waiting.clear();
      scheduled?.();
      scheduled = undefined;
    },
  };
}
