// Who hears which channel, and bringing them what is published there.
import type { Publication } from '../../emit/index.ts';
import { createMembers, type Member } from '../members.ts';
import { bytesOf, withoutSecrets, type TrafficLog } from '../traffic.ts';

/** One connection's place in one channel. */
export interface Seat {
  /** For backends that have rooms; everybody hears what is for no room in particular. */
  readonly rooms: ReadonlySet<string>;
  /** Who this is, in a presence channel. */
  readonly member: Member | undefined;
  /** Takes a frame as it is spelt. */
  hear(text: string): void;
}

export interface Hub {
  /** The others hear who has come, and at its end who has gone. */
  sit(channel: string, seat: Seat): void;
  rise(channel: string, seat: Seat): void;
  /** Who is in a presence channel, each once. */
  members(channel: string): readonly Member[];
  publish(publication: Publication): void;
}

export interface HubOptions {
  readonly wire: string;
  readonly traffic: TrafficLog;
  readonly showsPayloads: boolean;
}

export function createHub({ wire, traffic, showsPayloads }: HubOptions): Hub {
  const channels = new Map<string, Set<Seat>>();
  const members = createMembers();

  function tellOthers(channel: string, self: Seat, frame: object): void {
    const text = JSON.stringify(frame);
    for (const seat of channels.get(channel) ?? []) if (seat !== self) seat.hear(text);
  }

  return {
    sit(channel, seat) {
      const seats = channels.get(channel) ?? new Set();
      channels.set(channel, seats.add(seat));
      const { member } = seat;
      if (member !== undefined && members.enter(channel, seat, member))
        tellOthers(channel, seat, { type: 'came', channel, member });
    },
    rise(channel, seat) {
      const seats = channels.get(channel);
      seats?.delete(seat);
      if (seats?.size === 0) channels.delete(channel);
      const gone = members.leave(channel, seat);
      if (gone !== undefined) tellOthers(channel, seat, { type: 'went', channel, id: gone.id });
    },
    members: members.in,
    publish({ channel, name, payload, rooms }) {
      // Spelt once, in the order that docs/protocol.md asks for.
      const text = JSON.stringify({ type: 'event', channel, name, payload });
      const heard = [...(channels.get(channel) ?? [])].filter(
        (seat) => rooms === undefined || rooms.some((room) => seat.rooms.has(room)),
      );
      for (const seat of heard) seat.hear(text);
      traffic({
        kind: 'event',
        wire,
        channel,
        name,
        devices: heard.length,
        bytes: bytesOf(payload),
        ...(showsPayloads && { payload: withoutSecrets(payload) }),
      });
    },
  };
}
