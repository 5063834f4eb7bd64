// One clock for all timers of a page: they turn together, on the server's full seconds, and only while somebody sees them.
import type { Host } from '../host/host.ts';
import type { Readable } from '../surface.ts';

const secondMs = 1_000;

export function createSeconds(serverNowMs: () => number, host: Host): Readable<number> {
  const listeners = new Set<(nowMs: number) => void>();
  let release: (() => void) | undefined;
  let endEvents: () => void = () => undefined;
  let nowMs = 0;

  const wholeSecond = (): number => Math.floor(serverNowMs() / secondMs) * secondMs;

  function tick(): void {
    const before = nowMs;
    nowMs = wholeSecond();
    // Measured anew each time: timers are late, and the server's time becomes known better.
    release = host.schedule(secondMs - (serverNowMs() - nowMs), tick);
    if (nowMs !== before) for (const listener of Array.from(listeners)) listener(nowMs);
  }

  function pause(): void {
    release?.();
    release = undefined;
  }

  function turn(): void {
    pause();
    if (!isHidden()) tick();
  }

  return {
    get: () => (release === undefined ? wholeSecond() : nowMs),
    subscribe(listener) {
      const own = (told: number): void => listener(told);
      listeners.add(own);
      if (listeners.size === 1) {
        endEvents = host.onEvent(({ kind }) => (kind === 'hidden' ? pause() : turn()));
        turn();
      }
      return () => {
        if (!listeners.delete(own) || listeners.size > 0) return;
        endEvents();
        pause();
      };
    },
  };
}

/** Also where there is no page, and nothing to be hidden. */
const isHidden = (): boolean => typeof document !== 'undefined' && document.visibilityState === 'hidden';
