import type { Host, Release } from '../../host/host.ts';
import { countWaiting } from './lanes.ts';
import type { OutboxState } from './state.ts';

/** What a waiter is shown: "3/3 sent". */
export interface DrainReport {
  readonly sent: number;
  readonly parked: number;
  /** Still waiting, for whatever reason. */
  readonly remaining: number;
  readonly durationMs: number;
  /** From the last sending to the stored answer, for each that was sent. */
  readonly latencies: readonly number[];
}

export interface DrainOptions {
  /** It ends then, whatever is under way. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

interface Drain {
  readonly beganAtMs: number;
  sent: number;
  parked: number;
  readonly latencies: number[];
  end(state: OutboxState): void;
}

export interface Drains {
  begin(state: OutboxState, options: DrainOptions | undefined): Promise<DrainReport>;
  began(id: string): void;
  sent(id: string): void;
  parked(id: string): void;
  /** Something could not be sent for now: a drain does not wait for it. */
  heldUp(state: OutboxState): void;
  /** After every step. */
  look(state: OutboxState): void;
  end(state: OutboxState): void;
}

/** O37: counts what happens while somebody waits for the outbox to empty. */
export function createDrains(host: Host): Drains {
  const drains = new Set<Drain>();
  const beganAtMs = new Map<string, number>();
  const nowMs = (): number => host.clock.monotonicMs();

  /** Nothing is under way, and nothing was left that could begin. */
  const isAtRest = (state: OutboxState): boolean => state.busy.size === 0 && state.network?.askedAtMs === undefined;

  const endAll = (state: OutboxState): void => {
    for (const drain of Array.from(drains)) drain.end(state);
  };

  return {
    begin: (state, { timeoutMs, signal } = {}) =>
      new Promise((resolve) => {
        const releases: Release[] = [];
        const drain: Drain = {
          beganAtMs: nowMs(),
          sent: 0,
          parked: 0,
          latencies: [],
          end(now) {
            if (!drains.delete(drain)) return;
            for (const release of releases) release();
            const { sent, parked, latencies } = drain;
            const remaining = countWaiting(now);
            resolve({ sent, parked, remaining, durationMs: nowMs() - drain.beganAtMs, latencies });
          },
        };
        drains.add(drain);
        if (timeoutMs !== undefined) releases.push(host.schedule(timeoutMs, () => drain.end(state)));
        if (signal !== undefined) {
          const onAbort = (): void => drain.end(state);
          signal.addEventListener('abort', onAbort);
          releases.push(() => signal.removeEventListener('abort', onAbort));
          if (signal.aborted) drain.end(state);
        }
      }),
    began: (id) => void beganAtMs.set(id, nowMs()),
    sent(id) {
      const began = beganAtMs.get(id);
      beganAtMs.delete(id);
      for (const drain of drains) {
        drain.sent += 1;
        if (began !== undefined) drain.latencies.push(nowMs() - began);
      }
    },
    parked(id) {
      beganAtMs.delete(id);
      for (const drain of drains) drain.parked += 1;
    },
    heldUp: endAll,
    look(state) {
      if (drains.size > 0 && isAtRest(state)) endAll(state);
    },
    end: endAll,
  };
}
