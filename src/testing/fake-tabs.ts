// The tabs of one browser without a browser: they hear each other, hold locks, freeze and are closed, as a test says.
import type { TabHost } from '../core/tabs/tab-host.ts';

export interface FakeTab extends TabHost {
  /**
   * It says and hears nothing until it is thawed, and hears everything then, unless the browser `forgets`. Its locks stay its
   * own. `hears`: as in Chromium, where a frozen page hears what is posted and can answer; `says`: and is told that it is
   * frozen. That its timers and sockets stand still is for whoever gives it those.
   */
  freeze(how?: { readonly forgets?: boolean; readonly hears?: boolean; readonly says?: boolean }): void;
  thaw(): void;
  /** Gone without a word, as when a tab is closed or crashes: its locks are free. */
  crash(): void;
}

export interface FakeTabs {
  open(): FakeTab;
}

interface Line {
  readonly name: string;
  readonly hear: (message: unknown) => void;
  readonly isOpen: () => boolean;
  /** While its tab is frozen. */
  readonly waiting: unknown[];
  readonly isDeaf: () => boolean;
}

interface Claim {
  readonly tab: object;
  granted(): void;
  lost(): void;
}

/** `hasLocks: false`: as on plain http. */
export function createFakeTabs({ hasLocks = true }: { readonly hasLocks?: boolean } = {}): FakeTabs {
  const lines = new Set<Line>();
  const claims = new Map<string, Claim[]>();

  function say(from: Line, message: unknown): void {
    // Nothing of a tab that is gone runs, and of a frozen one only what Chromium lets run.
    if (!from.isOpen() || from.isDeaf()) return;
    const copy: unknown = structuredClone(message);
    for (const line of lines) {
      if (line === from || line.name !== from.name) continue;
      line.waiting.push(copy);
      queueMicrotask(() => hand(line));
    }
  }

  function hand(line: Line): void {
    while (line.waiting.length > 0 && line.isOpen() && !line.isDeaf()) line.hear(line.waiting.shift());
  }

  function grant(name: string): void {
    const [first] = claims.get(name) ?? [];
    queueMicrotask(() => {
      if (first !== undefined && claims.get(name)?.[0] === first) first.granted();
    });
  }

  function withdraw(name: string, claim: Claim): void {
    const queue = claims.get(name) ?? [];
    const wasFirst = queue[0] === claim;
    claims.set(
      name,
      queue.filter((other) => other !== claim),
    );
    if (wasFirst) grant(name);
  }

  return {
    open() {
      const own = new Set<Line>();
      const held = new Set<() => void>();
      const freezing = new Set<(isFrozen: boolean) => void>();
      const identity = {};
      let isFrozen = false;
      let isForgetful = false;
      let isListening = false;
      let isGone = false;
      /** What its lock tells it reaches it when it wakes. */
      let whenThawed: (() => void)[] = [];
      const told = (tell: () => void) => (): void => {
        if (isGone) return;
        if (isFrozen) whenThawed.push(tell);
        else tell();
      };

      return {
        open(name, hear) {
          let isOpen = true;
          const line: Line = {
            name,
            hear,
            waiting: [],
            isOpen: () => isOpen && !isGone,
            isDeaf: () => isFrozen && !isListening,
          };
          lines.add(line);
          own.add(line);
          return {
            post: (message) => say(line, message),
            close() {
              isOpen = false;
              lines.delete(line);
            },
          };
        },
        ...(hasLocks && {
          locks: {
            request(name, how, { granted, lost }) {
              const claim: Claim = { tab: identity, granted: told(granted), lost: told(lost) };
              const queue = claims.get(name) ?? [];
              if (how === 'steal') {
                const [robbed, ...rest] = queue;
                claims.set(name, [claim, ...rest]);
                if (robbed !== undefined) queueMicrotask(() => robbed.lost());
                grant(name);
              } else {
                claims.set(name, [...queue, claim]);
                if (queue.length === 0) grant(name);
              }
              const release = (): void => {
                held.delete(release);
                withdraw(name, claim);
              };
              held.add(release);
              return release;
            },
          },
        }),
        onFrozen(listener) {
          freezing.add(listener);
          return () => void freezing.delete(listener);
        },
        freeze({ forgets = false, hears = false, says = false } = {}) {
          isFrozen = true;
          isForgetful = forgets;
          isListening = hears;
          if (says) for (const listener of freezing) listener(true);
        },
        thaw() {
          isFrozen = false;
          if (isForgetful) for (const { waiting } of own) waiting.length = 0;
          isForgetful = false;
          for (const tell of whenThawed.splice(0)) tell();
          for (const listener of freezing) listener(false);
          for (const line of own) hand(line);
        },
        crash() {
          isGone = true;
          for (const line of own) lines.delete(line);
          for (const release of Array.from(held)) release();
        },
      };
    },
  };
}
