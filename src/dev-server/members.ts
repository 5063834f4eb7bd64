// Who is in which presence channel of one wire: a user once, with however many connections.
import type { Caller } from './backend.ts';

export interface Member {
  /** As it was signed: a number stays one. */
  readonly id: string | number;
  readonly info?: unknown;
}

export interface Members {
  /** Whether nobody of that user was there before. */
  enter(channel: string, connection: object, member: Member): boolean;
  /** Who has gone with it; undefined while another connection of that user is there. */
  leave(channel: string, connection: object): Member | undefined;
  /** Each with what the latest of his connections told of him. */
  in(channel: string): readonly Member[];
}

/** Whom a token stands for, where nobody has signed it. */
export const memberOf = ({ id, info }: Caller): Member => (info === undefined ? { id } : { id, info });

export function createMembers(): Members {
  const channels = new Map<string, Map<object, Member>>();
  const there = (channel: string): readonly Member[] => [...(channels.get(channel)?.values() ?? [])];

  return {
    enter(channel, connection, member) {
      const isNew = !there(channel).some(({ id }) => id === member.id);
      const connections = channels.get(channel) ?? new Map<object, Member>();
      channels.set(channel, connections.set(connection, member));
      return isNew;
    },
    leave(channel, connection) {
      const connections = channels.get(channel);
      const member = connections?.get(connection);
      connections?.delete(connection);
      if (connections?.size === 0) channels.delete(channel);
      return there(channel).some(({ id }) => id === member?.id) ? undefined : member;
    },
    in: (channel) => [...new Map(there(channel).map((member) => [member.id, member])).values()],
  };
}
