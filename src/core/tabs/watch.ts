// Whether the leader is still awake. One that is frozen has its lock, and no timer of it runs; asked, whoever is merely throttled
// answers.
import type { Host, Release } from '../../host/host.ts';

export interface Watch {
  /** A timer of it has run. */
  heard(): void;
  stop(): void;
}

export interface WatchOptions {
  readonly host: Host;
  /** Nobody watches while this tab leads. */
  readonly isFollowing: () => boolean;
  readonly ask: () => void;
  /** It did not answer. */
  readonly silent: () => void;
}

const lookEveryMs = 2_000;
const silentMs = 8_000;

export function watchLeader({ host, isFollowing, ask, silent }: WatchOptions): Watch {
  let heardAtMs = host.clock.monotonicMs();
  let isAsked = false;
  let looking: Release = host.schedule(lookEveryMs, look);

  function heard(): void {
    heardAtMs = host.clock.monotonicMs();
    isAsked = false;
  }

  /** A tab that was asleep itself asks first: it has heard nothing of anybody. */
  function look(): void {
    if (isFollowing() && host.clock.monotonicMs() - heardAtMs >= silentMs) {
      if (isAsked) {
        heard();
        silent();
      } else {
        isAsked = true;
        ask();
      }
    }
    looking = host.schedule(lookEveryMs, look);
  }

  return { heard, stop: () => looking() };
}
