// One timer for the many moments of many channels. A thousand channels that each set their own would spend more on timers
// than on events, and would store what they handled in a thousand commits instead of a few.
import type { Host, Release } from '../../host/host.ts';

export interface Agenda {
  /** Calls back once, at that moment of the monotonic clock or at most a grain later. */
  at(moment: number, callback: () => void): Release;
  dispose(): void;
}

export interface AgendaOptions {
  readonly host: Host;
  /** Moments this near to each other are one. */
  readonly grainMs?: number;
}

interface Entry {
  readonly callback: () => void;
  /** Released by another one of its slot, while that is run. */
  isWanted: boolean;
}

export function createAgenda({ host, grainMs = 10 }: AgendaOptions): Agenda {
  /** By the number of their grain. */
  const slots = new Map<number, Set<Entry>>();
  let timer: { readonly slot: number; readonly release: Release } | undefined;

  function run(): void {
    timer = undefined;
    const nowMs = host.clock.monotonicMs();
    const due = [...slots.keys()].filter((slot) => slot * grainMs <= nowMs).sort((one, other) => one - other);
    for (const slot of due) {
      const entries = slots.get(slot);
      slots.delete(slot);
      for (const entry of entries ?? []) if (entry.isWanted) entry.callback();
    }
    setTimer();
  }

  function setTimer(): void {
    let earliest = Number.POSITIVE_INFINITY;
    for (const slot of slots.keys()) if (slot < earliest) earliest = slot;
    aimAt(earliest);
  }

  function aimAt(slot: number): void {
    if (timer?.slot === slot) return;
    timer?.release();
    timer = undefined;
    if (slot === Number.POSITIVE_INFINITY) return;
    const release = host.schedule(Math.max(0, slot * grainMs - host.clock.monotonicMs()), run);
    timer = { slot, release };
  }

  return {
    at(moment, callback) {
      const slot = Math.ceil(moment / grainMs);
      const entry: Entry = { callback, isWanted: true };
      const entries = slots.get(slot);
      if (entries === undefined) {
        slots.set(slot, new Set([entry]));
        if (timer === undefined || slot < timer.slot) aimAt(slot);
      } else entries.add(entry);
      return () => {
        entry.isWanted = false;
        const others = slots.get(slot);
        if (others?.delete(entry) !== true || others.size > 0) return;
        slots.delete(slot);
        if (timer?.slot === slot) setTimer();
      };
    },
    dispose() {
      slots.clear();
      aimAt(Number.POSITIVE_INFINITY);
    },
  };
}
