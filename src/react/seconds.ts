// One clock for all timers of a page: they turn together, on the server's full seconds, and only while somebody sees them.
import type { Host } from '../host/host.ts';
import type { Readable } from '../surface.ts';
import { whileHeard } from './while-heard.ts';

const secondMs = 1_000;

export function createSeconds(serverNowMs: () => number, host: Host): Readable<number> {
  /** The next second, while somebody waits for it. */
  let release: (() => void) | undefined;
  let nowMs = 0;

  const wholeSecond = (): number => Math.floor(serverNowMs() / secondMs) * secondMs;

  function pause(): void {
    release?.();
    release = undefined;
  }

  const { subscribe } = whileHeard<number>((tell) => {
    function tick(): void {
      nowMs = wholeSecond();
      // Measured anew each time: timers are late, and the server's time becomes known better.
      release = host.schedule(secondMs - (serverNowMs() - nowMs), tick);
      tell(nowMs);
    }

    function turn(): void {
      pause();
      if (!isHidden()) tick();
    }

    const endEvents = host.onEvent(({ kind }) => (kind === 'hidden' ? pause() : turn()));
    turn();
    return () => {
      endEvents();
      pause();
    };
  });
  return { get: () => (release === undefined ? wholeSecond() : nowMs), subscribe };
}

/** Also where there is no page, and nothing to be hidden. */
const isHidden = (): boolean => (globalThis as Partial<typeof globalThis>).document?.visibilityState === 'hidden';
