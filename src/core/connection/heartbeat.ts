// Is the link alive? Judged by when something was heard, never by when a timer fired: timers of hidden tabs come a minute
// late and those of a sleeping laptop hours late, and then the frames that prove the link may still be waiting in a queue.

import type { ConnectionSettings } from './settings.ts';

/** What has been heard on the link so far. A count, because a pong may come within the millisecond of its ping. */
export interface Heard {
  readonly count: number;
  readonly atMs: number;
}

export type Heartbeat =
  | { readonly kind: 'listening'; readonly dueAtMs: number }
  | {
      readonly kind: 'asked';
      /** What had been heard when it was asked: anything more is an answer. */
      readonly heardCount: number;
      readonly dueAtMs: number;
      /** The question was repeated because the verdict came late. It is not repeated twice. */
      readonly repeated: boolean;
    };

/** `pings: false` is a transport that cannot ask: it is judged by `silenceLimitMs`. */
export interface LinkManners {
  readonly pings: boolean;
  readonly silenceLimitMs: number;
}

export type Pulse = { readonly heartbeat: Heartbeat; readonly says: 'wait' | 'ping' | 'dead' };

export function listening(heard: Heard, manners: LinkManners, settings: ConnectionSettings): Heartbeat {
  const quietMs = manners.pings ? settings.pingAfterMs : manners.silenceLimitMs;
  return { kind: 'listening', dueAtMs: heard.atMs + quietMs };
}

/** Looks at the link when its time has come, or at any other time. */
export function checked(
  heartbeat: Heartbeat,
  heard: Heard,
  nowMs: number,
  manners: LinkManners,
  settings: ConnectionSettings,
): Pulse {
  if (nowMs < heartbeat.dueAtMs) return { heartbeat, says: 'wait' };
  const late = nowMs - heartbeat.dueAtMs > settings.timerSlackMs;

  if (heartbeat.kind === 'asked') {
    if (heard.count !== heartbeat.heardCount) return { heartbeat: listening(heard, manners, settings), says: 'wait' };
    if (!late || heartbeat.repeated) return { heartbeat, says: 'dead' };
    return asked(heard, nowMs + settings.probeWithinMs, true, manners);
  }
  const quiet = listening(heard, manners, settings);
  if (nowMs < quiet.dueAtMs) return { heartbeat: quiet, says: 'wait' };
  // A late timer is a wake-up that nobody told us about: the link is asked with the patience of a wake-up.
  if (manners.pings)
    return asked(heard, nowMs + (late ? settings.probeWithinMs : settings.pongWithinMs), false, manners);
  return late ? asked(heard, nowMs + settings.probeWithinMs, true, manners) : { heartbeat, says: 'dead' };
}

/** There is reason for doubt: asks at once. A question that will be judged soon enough is not asked again. */
export function doubted(
  heartbeat: Heartbeat,
  heard: Heard,
  nowMs: number,
  manners: LinkManners,
  settings: ConnectionSettings,
): Pulse {
  const byMs = nowMs + settings.probeWithinMs;
  const pending =
    heartbeat.kind === 'asked' &&
    heartbeat.heardCount === heard.count &&
    heartbeat.dueAtMs >= nowMs &&
    heartbeat.dueAtMs <= byMs;
  return pending || !manners.pings ? { heartbeat, says: 'wait' } : asked(heard, byMs, false, manners);
}

const asked = (heard: Heard, dueAtMs: number, repeated: boolean, manners: LinkManners): Pulse => ({
  heartbeat: { kind: 'asked', heardCount: heard.count, dueAtMs, repeated },
  says: manners.pings ? 'ping' : 'wait',
});
