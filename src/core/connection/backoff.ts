import type { ConnectionSettings } from './settings.ts';
import type { Verdict } from './verdict.ts';

/** What a wait depends on besides the verdict. */
export interface Trouble {
  /** Endings in a row before this one. */
  readonly failures: number;
  /** One of them, or this one, was a restart of the server. */
  readonly restarting: boolean;
}

/**
 * The longest wait after so many failures in a row: it doubles, up to the cap. After a restart it is not less than the
 * spread, and twice that from the first failure on: everybody else is waiting with us, and short waits would bring all
 * together again. More than twice would keep clients away from a server that is back.
 */
export function ceilingMs({ failures, restarting }: Trouble, settings: ConnectionSettings): number {
  // 2 ** 1024 is Infinity, and Infinity times a random 0 is no time at all.
  const doubledMs = Math.min(settings.backoffCapMs, settings.backoffBaseMs * 2 ** Math.min(failures, 30));
  if (!restarting) return doubledMs;
  return Math.max(doubledMs, failures === 0 ? settings.spreadMs : 2 * settings.spreadMs);
}

/**
 * How long to wait before the next attempt. Full jitter: anything between nothing and the ceiling, because clients that
 * lost the same server must not come back together. `random` is from 0 up to 1.
 */
export function delayMs(verdict: Verdict, trouble: Trouble, random: number, settings: ConnectionSettings): number {
  const jitterMs = random * ceilingMs(trouble, settings);
  const ownMs = verdict.action === 'retry-slowly' ? settings.backoffFloorMs + jitterMs : jitterMs;
  return Math.max(ownMs, askedMs(verdict, jitterMs, settings));
}

/** How long until the server is looked for again. After a long outage a few seconds more do not matter, and after a restart attempts are close (C11). */
export function lookEveryMs(goneMs: number, restarting: boolean, settings: ConnectionSettings): number {
  const { lookFloorMs, lookCapMs } = settings;
  return restarting ? lookCapMs : Math.min(Math.max(goneMs / 3, lookFloorMs), lookCapMs);
}

/** How long a person is given before the server is asked again. */
export function probeDelayMs(verdict: Verdict, random: number, settings: ConnectionSettings): number {
  const ownMs = settings.blockedProbeMs * (1 + random / 2);
  return Math.max(ownMs, askedMs(verdict, random * settings.backoffBaseMs, settings));
}

/** Everybody was told the same, so the jitter goes on top. NaN and negative values come from headers. */
function askedMs({ retryAfterMs }: Verdict, jitterMs: number, settings: ConnectionSettings): number {
  if (retryAfterMs === undefined) return 0;
  return Math.min(Math.max(retryAfterMs, 0) || 0, settings.retryAfterCapMs) + jitterMs;
}
