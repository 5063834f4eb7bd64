import { useMemo } from 'react';
import { parseMoment } from '../lib/moment.ts';
import type { HeldClient } from './held-client.ts';
import { useReadable } from './readable.ts';

/** ISO 8601 with a zone, ms since 1970, or a date. */
export type Moment = string | number | Date | null | undefined;

export interface TimerOptions {
  /** When it was over. */
  readonly until?: Moment;
  /** How often the component is rendered for it. Default: `second`. */
  readonly every?: 'second' | 'minute';
}

export interface Elapsed {
  readonly elapsedMs: number | undefined;
  /** Of these the full ones: 0 in the first minute. */
  readonly minutes: number | undefined;
}

const stepsMs = { second: 1_000, minute: 60_000 } as const;
const still = (): (() => void) => () => undefined;

export function useTicketTimerOf(held: HeldClient, since: Moment, { until, every = 'second' }: TimerOptions): Elapsed {
  const sinceMs = readMoment(since);
  const untilMs = readMoment(until);
  const elapsed = useMemo(() => {
    const stepMs = stepsMs[every];
    const stepsTo = (ms: number): number | undefined =>
      sinceMs === undefined ? undefined : Math.max(0, Math.floor((ms - sinceMs) / stepMs) * stepMs);
    return untilMs === undefined && sinceMs !== undefined
      ? { get: () => stepsTo(held.seconds.get()), subscribe: held.seconds.subscribe }
      : { get: () => stepsTo(untilMs ?? 0), subscribe: still };
  }, [held, sinceMs, untilMs, every]);
  const elapsedMs = useReadable(elapsed, undefined);
  return useMemo(
    () => ({ elapsedMs, minutes: elapsedMs === undefined ? undefined : Math.floor(elapsedMs / stepsMs.minute) }),
    [elapsedMs],
  );
}

function readMoment(moment: Moment): number | undefined {
  const ms = typeof moment === 'string' ? parseMoment(moment) : moment?.valueOf();
  return typeof ms === 'number' && Number.isFinite(ms) ? ms : undefined;
}
