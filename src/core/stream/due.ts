// When the machine has something to do by itself.
import type { StreamState } from './state.ts';

/** When the machine next has something to do by itself; infinity when it has not. */
export function dueAtMs(s: StreamState): number {
  if (s.phase === 'stopped') return s.commitDueAtMs ?? Number.POSITIVE_INFINITY;
  const { settings } = s.options;
  const oldest = s.unsettled.oldest;
  return Math.min(
    s.commitDueAtMs ?? Number.POSITIVE_INFINITY,
    oldest === undefined ? Number.POSITIVE_INFINITY : oldest.atMs + settings.handlerMs,
    s.unsettled.count >= settings.maxUnsettled ? Number.POSITIVE_INFINITY : releaseDueAtMs(s),
    s.phase === 'draining' ? s.drainDueAtMs : Number.POSITIVE_INFINITY,
    mayAskLog(s) ? readDueAtMs(s) : Number.POSITIVE_INFINITY,
    s.read === undefined ? brokenLookDueAtMs(s) : Number.POSITIVE_INFINITY,
  );
}

/**
 * Nothing is asked and nothing waits: by an event that comes or is handled, nothing is due sooner than it was, except for the
 * commit that has to store it.
 */
export function isCalm(s: StreamState): boolean {
  const { settings } = s.options;
  return (
    s.phase === 'live' &&
    s.read === undefined &&
    s.retryAtMs === undefined &&
    s.gapDueAtMs === undefined &&
    s.held.count === 0 &&
    settings.handlerMs >= settings.commitMs
  );
}

/** When what waits goes out as it is: not while page after page brings what lies before it. */
export function releaseDueAtMs({ held, read, options: { settings, rules } }: StreamState): number {
  if (!rules.releasesOverdue) return Number.POSITIVE_INFINITY;
  return read?.followsPage === true ? Math.max(held.dueAtMs, read.issuedAtMs + settings.holdCriticalMs) : held.dueAtMs;
}

/** One question at a time; but what a list may say of a broken event waits for whatever the log can tell. */
export const mayAskLog = ({ read }: StreamState): boolean => read === undefined || read.isBrokenLook;

/** When the next read is to be asked by itself. */
export function readDueAtMs(s: StreamState): number {
  if (s.phase === 'draining' || s.phase === 'stopped') return Number.POSITIVE_INFINITY;
  if (s.retryAtMs !== undefined) return s.retryAtMs;
  if (s.phase === 'reading') return Number.POSITIVE_INFINITY;
  return Math.min(
    s.gapDueAtMs ?? Number.POSITIVE_INFINITY,
    s.reconcileDueAtMs,
    doubtDueAtMs(s),
    s.secondLookAtMs,
    vanishedDueAtMs(s),
  );
}

export const doubtDueAtMs = (s: StreamState): number =>
  s.isDoubtful ? s.startedAtMs + s.options.settings.overlapMs : Number.POSITIVE_INFINITY;

/** S27. Only when there is nothing to ask the log: what it can tell comes first. */
export const brokenLookDueAtMs = ({ phase, retryAtMs, held, brokenLookAtMs }: StreamState): number =>
  phase === 'live' && retryAtMs === undefined && held.count === 0 ? brokenLookAtMs : Number.POSITIVE_INFINITY;

export function vanishedDueAtMs({ vanished, restoredMs, options: { settings } }: StreamState): number {
  if (vanished === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(vanished.atMs + settings.overlapMs, restoredMs + settings.reconcileMs);
}
