// Who is in a presence channel, as a pure machine: `step(presence, news)` gives what is shown next. SPEC.md has the rules (W1 …).
import type { Everybody, Member, MemberId, PresenceNews } from '../../transports/transport.ts';

export interface Presence {
  /** Who is there, this device among them. Undefined until the server has said it: nobody knows then, which is not "nobody". */
  readonly members: readonly Member[] | undefined;
  /** This device, where the server tells which one that is. */
  readonly me: Member | undefined;
  /** Whether that is so now. False without a connection: it is then as it was last known. */
  readonly current: boolean;
}

export const nobodyKnows: Presence = { members: undefined, me: undefined, current: false };

/** `left`: of the channel nothing more is to be expected. */
export type PresenceInput = PresenceNews | { readonly kind: 'left' };

/** The same object when nothing has changed. */
export function step(presence: Presence, input: PresenceInput): Presence {
  switch (input.kind) {
    case 'everybody':
      return toldAnew(presence, input);
    case 'left':
      return presence.current ? { ...presence, current: false } : presence;
    case 'came':
      return withMember(presence, input.member);
    case 'went':
  }
  return withoutMember(presence, input.id);
}

function withMember(presence: Presence, told: Member): Presence {
  const { members, me, current } = presence;
  if (!current || members === undefined) return presence;
  const known = members.find(({ id }) => id === told.id);
  const member = kept(known, told);
  if (member === known) return presence;
  return shown(known === undefined ? [...members, member] : members.map((one) => (one === known ? member : one)), me);
}

function withoutMember(presence: Presence, gone: MemberId): Presence {
  const { members, me, current } = presence;
  if (!current || members === undefined || gone === me?.id) return presence;
  const now = members.filter(({ id }) => id !== gone);
  return now.length === members.length ? presence : shown(now, me);
}

function toldAnew(presence: Presence, { members, me }: Everybody): Presence {
  const before = byId(presence.members ?? []);
  // By id, and the last word counts; a Map has no names that are special.
  const now = byId(members);
  const list = Array.from(now.values(), (member) => kept(before.get(member.id), member));
  const next = shown(list, me === undefined ? undefined : { id: me });
  const saysNothingNew =
    presence.current &&
    presence.me === next.me &&
    presence.members?.length === list.length &&
    list.every((member, index) => member === presence.members?.[index]);
  return saysNothingNew ? presence : next;
}

const byId = (members: readonly Member[]): ReadonlyMap<MemberId, Member> =>
  new Map(members.map((member) => [member.id, member]));

const shown = (members: readonly Member[], me: Pick<Member, 'id'> | undefined): Presence => ({
  members,
  me: me && members.find(({ id }) => id === me.id),
  current: true,
});

/** What says the same is the same object. */
const kept = (former: Member | undefined, member: Member): Member =>
  former !== undefined && isSame(former.info, member.info) ? former : member;

/** `info` came as JSON. */
const isSame = (left: unknown, right: unknown): boolean =>
  left === right || JSON.stringify(left) === JSON.stringify(right);

/** What came as a copy, from another tab: the former object where it says the same. */
export const keptPresence = (former: Presence, now: Presence): Presence => (isSame(former, now) ? former : now);

export interface Movement {
  readonly came: readonly Member[];
  readonly went: readonly Member[];
}

const nobody: Movement = { came: [], went: [] };

/** Who has come and gone between two looks, as far as both know who was there. */
export function movement({ members: before }: Presence, { members: after }: Presence): Movement {
  if (before === undefined || after === undefined || before === after) return nobody;
  const [former, now] = [byId(before), byId(after)];
  return {
    came: after.filter(({ id }) => !former.has(id)),
    went: before.filter(({ id }) => !now.has(id)),
  };
}
