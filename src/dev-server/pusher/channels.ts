// Who is in which channel of one app, and who of them is there as which member.
import type { Member } from './server-frames.ts';

interface Subscriber {
  readonly id: string;
  sayText(text: string): void;
}

export interface Channels {
  /** Again is no change. */
  add(channel: string, subscriber: Subscriber): void;
  addMember(channel: string, subscriber: Subscriber, member: Member): void;
  /** The member that it was. */
  remove(channel: string, subscriber: Subscriber): Member | undefined;
  has(channel: string, subscriber: Subscriber): boolean;
  memberOf(channel: string, subscriber: Subscriber): Member | undefined;
  /** By user, with what the latest of his connections told of him. */
  membersIn(channel: string): ReadonlyMap<unknown, unknown>;
  channelsOf(subscriber: Subscriber): readonly string[];
  /** Everybody is out, and nobody hears of it. */
  clear(): void;
  countIn(channel: string): number;
  counts(): ReadonlyMap<string, number>;
  sayIn(channel: string, text: string, exceptId?: string): void;
}

export function createChannels(): Channels {
  const channels = new Map<string, Map<Subscriber, Member | undefined>>();

  return {
    add(channel, subscriber) {
      const subscribers = channels.get(channel) ?? new Map<Subscriber, Member | undefined>();
      channels.set(channel, subscribers);
      if (!subscribers.has(subscriber)) subscribers.set(subscriber, undefined);
    },
    addMember(channel, subscriber, member) {
      channels.get(channel)?.set(subscriber, member);
    },
    remove(channel, subscriber) {
      const subscribers = channels.get(channel);
      const member = subscribers?.get(subscriber);
      subscribers?.delete(subscriber);
      if (subscribers?.size === 0) channels.delete(channel);
      return member;
    },
    has: (channel, subscriber) => channels.get(channel)?.has(subscriber) ?? false,
    memberOf: (channel, subscriber) => channels.get(channel)?.get(subscriber),
    membersIn(channel) {
      const members = new Map<unknown, unknown>();
      for (const member of channels.get(channel)?.values() ?? []) {
        if (member !== undefined) members.set(member.user_id, member.user_info);
      }
      return members;
    },
    channelsOf: (subscriber) =>
      [...channels].filter(([, subscribers]) => subscribers.has(subscriber)).map(([channel]) => channel),
    clear: () => channels.clear(),
    countIn: (channel) => channels.get(channel)?.size ?? 0,
    counts: () => new Map([...channels].map(([channel, subscribers]) => [channel, subscribers.size])),
    sayIn(channel, text, exceptId) {
      for (const subscriber of channels.get(channel)?.keys() ?? []) {
        if (subscriber.id !== exceptId) subscriber.sayText(text);
      }
    },
  };
}
