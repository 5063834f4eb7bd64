// The machine that a browser or Node is. React Native has its own; tests have one whose time stands still.
import type { Host, HostEvent, Release } from './host.ts';

/** Timers longer than this overflow in every engine; what comes too early is looked at again. */
const longestTimerMs = 2_147_000_000;
/** A sleeping device shows by two clocks that moved differently. Looked for this often, and only while somebody listens. */
const lookEveryMs = 10_000;
const jumpMs = 5_000;

export function platformHost(): Host {
  const { performance, setTimeout, clearTimeout } = globalThis;
  const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

  const schedule = (delayMs: number, callback: () => void): Release => {
    const timer: unknown = setTimeout(callback, Math.min(Math.max(0, delayMs), longestTimerMs));
    return () => clearTimeout(timer as number);
  };

  function onEvent(listener: (event: HostEvent) => void): Release {
    const releases = [watchClocks(listener), ...watchPage(listener)];
    return () => {
      for (const release of releases) release();
    };
  }

  function watchClocks(listener: (event: HostEvent) => void): Release {
    let apartMs = clock.wallMs() - clock.monotonicMs();
    let release: Release = () => undefined;
    const look = (): void => {
      const nowMs = clock.wallMs() - clock.monotonicMs();
      const hasJumped = Math.abs(nowMs - apartMs) > jumpMs;
      apartMs = nowMs;
      release = schedule(lookEveryMs, look);
      if (hasJumped) listener({ kind: 'clock-jump' });
    };
    release = schedule(lookEveryMs, look);
    return () => release();
  }

  return { clock, schedule, random: () => Math.random(), onEvent };
}

/** In Node there is no page, and nothing to hear. */
function watchPage(listener: (event: HostEvent) => void): readonly Release[] {
  const page = typeof document === 'undefined' ? undefined : document;
  const frame = typeof window === 'undefined' ? undefined : window;
  const releases: Release[] = [];
  const hear = (target: EventTarget | undefined, name: string, tell: (event: Event) => void): void => {
    if (typeof target?.addEventListener !== 'function') return;
    target.addEventListener(name, tell);
    releases.push(() => target.removeEventListener(name, tell));
  };
  hear(frame, 'online', () => listener({ kind: 'online' }));
  hear(frame, 'offline', () => listener({ kind: 'offline' }));
  hear(frame, 'pageshow', (event) =>
    listener({ kind: 'pageshow', persisted: 'persisted' in event && event.persisted === true }),
  );
  hear(frame, 'pagehide', () => listener({ kind: 'hidden' }));
  hear(page, 'resume', () => listener({ kind: 'resume' }));
  hear(page, 'visibilitychange', () => listener({ kind: page?.visibilityState === 'hidden' ? 'hidden' : 'visible' }));
  return releases;
}
