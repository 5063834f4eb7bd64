// Who is in which of the channels that a session has joined.
import type { Host, Release } from '../../host/host.ts';
import type { Everybody, PresenceNews } from '../../transports/transport.ts';
import { nobodyKnows, step, type Presence, type PresenceInput } from './presence.ts';

export interface AttendanceOptions {
  readonly host: Host;
  /** A server does not say who is there. `channel` as the contract calls it. */
  readonly untold: (channel: string) => void;
  readonly changed: () => void;
}

/** By the channel's name on the wire. */
export interface Attendance {
  of(wire: string): Presence;
  /** Of which something is known. */
  known(): readonly (readonly [wire: string, presence: Presence])[];
  /** `expects`: the presence channel that it is by its contract. */
  joined(wire: string, everybody: Everybody | undefined, expects: string | undefined): void;
  told(wire: string, news: PresenceNews): void;
  /** Nothing more is to be expected of it. */
  left(wire: string): void;
  /** Nobody wants the channel any more. */
  forget(wire: string): void;
  dispose(): void;
}

interface Place {
  presence: Presence;
  isJoined: boolean;
  waiting: Release | undefined;
}

/** A server that tells everybody by an event of its own does so at once. */
const toldWithinMs = 5_000;

export function createAttendance({ host, untold, changed }: AttendanceOptions): Attendance {
  const places = new Map<string, Place>();
  /** Of these it was said that their server is silent about them. */
  const silent = new Set<string>();

  function advance(place: Place, input: PresenceInput): void {
    const presence = step(place.presence, input);
    if (presence === place.presence) return;
    place.presence = presence;
    if (presence.current) calm(place);
    changed();
  }

  function calm(place: Place): void {
    place.waiting?.();
    place.waiting = undefined;
  }

  function wait(place: Place, wire: string, channel: string): void {
    place.waiting = host.schedule(toldWithinMs, () => {
      place.waiting = undefined;
      silent.add(wire);
      untold(channel);
    });
  }

  return {
    of: (wire) => places.get(wire)?.presence ?? nobodyKnows,
    known: () =>
      Array.from(places, ([wire, { presence }]) => [wire, presence] as const).filter(
        ([, { members }]) => members !== undefined,
      ),
    joined(wire, everybody, expects) {
      const place = places.get(wire) ?? { presence: nobodyKnows, isJoined: true, waiting: undefined };
      place.isJoined = true;
      places.set(wire, place);
      if (everybody !== undefined) advance(place, { kind: 'everybody', ...everybody });
      else if (expects !== undefined && !silent.has(wire)) wait(place, wire, expects);
    },
    told(wire, news) {
      const place = places.get(wire);
      if (place?.isJoined === true) advance(place, news);
    },
    left(wire) {
      const place = places.get(wire);
      if (place === undefined) return;
      place.isJoined = false;
      calm(place);
      advance(place, { kind: 'left' });
    },
    forget(wire) {
      const place = places.get(wire);
      if (place === undefined) return;
      calm(place);
      places.delete(wire);
      if (place.presence.members !== undefined) changed();
    },
    dispose() {
      for (const place of places.values()) calm(place);
      places.clear();
    },
  };
}
