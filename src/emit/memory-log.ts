import {
  defaultRetention,
  type EventLog,
  type LogBorders,
  type LoggedEvent,
  type Placed,
  type Retention,
} from './event-log.ts';
import { serverTime, type ServerTime } from './server-time.ts';

export interface MemoryLogOptions extends Retention {
  /** Default the clock of this machine. */
  readonly time?: Pick<ServerTime, 'now'>;
}

interface Channel {
  head: number;
  readonly seqOf: Map<string, number>;
  events: (LoggedEvent & { readonly atMs: number })[];
}

/** Forgets everything with the process, which begins another epoch each time. For development, and for one process that may. */
export function memoryLog({ time = serverTime, ...kept }: MemoryLogOptions = {}): EventLog {
  const retention = { ...defaultRetention, ...kept };
  const channels = new Map<string, Channel>();
  let epoch = newEpoch();

  function channelOf(name: string): Channel {
    const known = channels.get(name);
    if (known !== undefined) return known;
    const channel: Channel = { head: 0, seqOf: new Map(), events: [] };
    channels.set(name, channel);
    return channel;
  }

  const bordersOf = ({ head, events }: Pick<Channel, 'head' | 'events'>): LogBorders => ({
    epoch,
    headSeq: head,
    floorSeq: events[0]?.seq ?? head + 1,
  });

  function trim(channel: Channel, atMs: number): void {
    const most = channel.events.length - retention.atLeast;
    let old = 0;
    while (old < most && (channel.events[old]?.atMs ?? atMs) <= atMs - retention.forMs) old += 1;
    // Moved together once per as many as go: flat on average.
    if (old === 0 || (old < 64 && old * 2 < channel.events.length)) return;
    for (const { facts } of channel.events.slice(0, old)) channel.seqOf.delete(facts.id);
    channel.events = channel.events.slice(old);
  }

  return {
    async append(facts, names) {
      const atMs = time.now();
      // A copy: what the app does to its objects later is not what was emitted.
      const kept = structuredClone(facts);
      return names.map((name): Placed => {
        const channel = channelOf(name);
        const there = channel.seqOf.get(facts.id);
        if (there !== undefined) return { channel: name, epoch, seq: there, isRepeat: true };
        channel.head += 1;
        channel.seqOf.set(facts.id, channel.head);
        channel.events.push({ seq: channel.head, facts: kept, atMs });
        trim(channel, atMs);
        return { channel: name, epoch, seq: channel.head, isRepeat: false };
      });
    },
    async read(name, after, limit) {
      const channel = channels.get(name) ?? { head: 0, events: [] };
      const floor = channel.events[0]?.seq ?? 0;
      const from = Math.max(0, after + 1 - floor);
      // Copies: whoever reads may change them.
      const events = channel.events
        .slice(from, from + limit)
        .map(({ seq, facts }) => ({ seq, facts: structuredClone(facts) }));
      return { ...bordersOf(channel), events };
    },
    async beginEpoch() {
      channels.clear();
      epoch = newEpoch();
      return epoch;
    },
    async close() {},
  };
}

const newEpoch = (): string => crypto.randomUUID();
