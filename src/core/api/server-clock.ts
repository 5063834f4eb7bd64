// What time it is at the server. Devices in restaurants have wrong clocks, and nobody notices until tickets look an hour
// old. Two things tell better: the Date header of every reply, and, where a browser hides that header (CORS), the moments
// of live events.
//
// Each of them bounds the difference between the server's time and our monotonic clock by an interval. The right
// difference is in all of them; if one is odd (a second server with a wrong clock, an event that was stamped by a
// device), then in most of them. So the estimate lies where most intervals meet.
//
// What may be expected: one Date header tells the time to ± (0.5 s + half of the round trip), several at different
// fractions of a second to about ± 0.3 s. Live events alone tell it as late as the fastest of them travelled, usually well
// under a second, after three of them agree. Between two measurements the device's quartz adds up to 0.1 s in 15 minutes.

import type { Host } from '../../host/host.ts';
import { clockJumped, type ClockReading } from '../connection/clock-jump.ts';

export interface ServerClock {
  /** The server's time as far as it is known, otherwise the device's. May step back a little when it is known better. */
  nowMs(): number;
  /** How far the server is ahead of the device's wall clock; undefined while nothing is known. */
  offsetMs(): number | undefined;
  /** A reply said that it was `serverMs`, in whole seconds as headers do, at some moment between the two. */
  sample(serverMs: number, sentAtMonotonicMs: number, receivedAtMonotonicMs: number): void;
  /** A live event has just arrived. Cheap enough for every event. */
  heard(occurredAtMs: number): void;
}

/** Whether the device's clock can be shown to people, and by how much it is wrong. */
export interface ClockVerdict {
  readonly wrong: boolean;
  /** Server minus device. */
  readonly offsetMs: number;
}

/** Where server minus monotonic clock must lie, if the sample is right. */
interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly atMs: number;
}

/** A server whose clock was set is believed when three of five say so. */
const keptSamples = 5;
const keptForMs = 900_000;
const headerResolutionMs = 1000;
/** A live event is hardly older than this when it arrives. */
const slowestEventMs = 10_000;
const eventsToAgree = 3;
const eventSpacingMs = 1000;
const wrongFromMs = 60_000;
/** A clock that is wrong by almost exactly a minute is not to be told every minute. */
const rightBelowMs = 55_000;
const jumpToleratedMs = 5000;

/**
 * @param told when the device's clock turns out to be wrong by more than a minute, and when it is right again
 */
export function createServerClock(host: Host, told?: (verdict: ClockVerdict) => void): ServerClock {
  let fromHeaders: readonly Bounds[] = [];
  let fromEvents: readonly Bounds[] = [];
  /** Server minus monotonic clock. */
  let difference: number | undefined;
  let source: 'headers' | 'events' = 'events';
  let wrong = false;
  let lastReading: ClockReading | undefined;
  /** The monotonic clock may have stood still since the samples were taken; whoever comes next decides. */
  let doubtful = false;
  let headersAtMs = Number.NEGATIVE_INFINITY;
  let eventAtMs = Number.NEGATIVE_INFINITY;

  function lookAtClocks(): void {
    const reading: ClockReading = { wallMs: host.clock.wallMs(), monotonicMs: host.clock.monotonicMs() };
    if (lastReading !== undefined && clockJumped(lastReading, reading, jumpToleratedMs)) doubtful = true;
    lastReading = reading;
  }

  /** After a jump one sample that disagrees ends what was known: the device has slept. Otherwise it is one voice of many. */
  function taken(known: readonly Bounds[], next: Bounds): readonly Bounds[] {
    const agrees = (): boolean =>
      difference === undefined ||
      (difference >= next.low - headerResolutionMs && difference <= next.high + headerResolutionMs);
    if (doubtful && !agrees()) {
      fromHeaders = [];
      fromEvents = [];
      doubtful = false;
      return [next];
    }
    doubtful = false;
    const young = known.filter(({ atMs }) => next.atMs - atMs <= keptForMs);
    return [...young.slice(1 - keptSamples), next];
  }

  function settle(found: number): void {
    difference = found;
    const offsetMs = nowMs() - host.clock.wallMs();
    const isWrong = Math.abs(offsetMs) > (wrong ? rightBelowMs : wrongFromMs);
    if (isWrong === wrong) return;
    wrong = isWrong;
    told?.({ wrong, offsetMs });
  }

  function sample(serverMs: number, sentAtMonotonicMs: number, receivedAtMonotonicMs: number): void {
    const low = serverMs - receivedAtMonotonicMs;
    const high = serverMs + headerResolutionMs - sentAtMonotonicMs;
    if (!Number.isFinite(low) || !Number.isFinite(high) || low > high) return;
    lookAtClocks();
    headersAtMs = host.clock.monotonicMs();
    fromHeaders = taken(fromHeaders, { low, high, atMs: headersAtMs });
    source = 'headers';
    const { from, to } = meeting(fromHeaders, difference);
    settle((from + to) / 2);
  }

  function heard(occurredAtMs: number): void {
    const nowMs = host.clock.monotonicMs();
    if (nowMs - eventAtMs < eventSpacingMs || !Number.isFinite(occurredAtMs)) return;
    eventAtMs = nowMs;
    lookAtClocks();
    // Headers know better, until they are old or the device has slept.
    if (source === 'headers' && !doubtful && nowMs - headersAtMs <= keptForMs) return;
    const low = occurredAtMs - nowMs;
    fromEvents = [
      ...fromEvents.filter(({ atMs }) => nowMs - atMs <= keptForMs).slice(1 - keptSamples),
      { low, high: low + slowestEventMs, atMs: nowMs },
    ];
    const { from, count } = meeting(fromEvents, difference);
    if (count < eventsToAgree) return;
    source = 'events';
    settle(from);
  }

  function nowMs(): number {
    return difference === undefined ? host.clock.wallMs() : host.clock.monotonicMs() + difference;
  }

  return {
    nowMs,
    offsetMs: () => (difference === undefined ? undefined : nowMs() - host.clock.wallMs()),
    sample,
    heard,
  };
}

interface Meeting {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Where most intervals meet; of several such places, the one nearest to what was believed before. */
function meeting(all: readonly Bounds[], before: number | undefined): Meeting {
  let best: Meeting = { from: 0, to: 0, count: 0 };
  for (const { low } of all) {
    const there = all.filter((bounds) => bounds.low <= low && low <= bounds.high);
    const place = { from: low, to: Math.min(...there.map(({ high }) => high)), count: there.length };
    const nearer = before !== undefined && distance(place, before) < distance(best, before);
    if (place.count > best.count || (place.count === best.count && nearer)) best = place;
  }
  return best;
}

const distance = ({ from, to }: Meeting, point: number): number => Math.max(from - point, point - to, 0);
