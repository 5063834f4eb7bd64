// Coming into a channel and going out of it. Only signatures are checked here: whether a caller may hear a channel is for the
// backend to say, which signs or does not.
import { isRecord, readJson } from '../../lib/json.ts';
import { isSigned } from '../signature.ts';
import type { PusherApp } from './app.ts';
import { isGuarded, isLegal, isPresence } from './channel-names.ts';
import type { Connection } from './connection.ts';
import { jsonLimits, type DeviceFrame } from './device-frames.ts';
import type { Hub } from './hub.ts';
import {
  memberAdded,
  memberRemoved,
  subscribed,
  subscriptionError,
  type Member,
  type Refusal,
} from './server-frames.ts';
import { kbOf } from './sizes.ts';

type Subscribe = Extract<DeviceFrame, { kind: 'subscribe' }>;

const unauthorized: Refusal = { type: 'AuthError', error: 'The connection is unauthorized.', status: 401 };
/** No `channel_data`, not JSON, or an object for a user id. */
const unreadableMember: Refusal = { type: 'ServerError', error: 'A server error has occured.', status: 4302 };
const illegalName: Refusal = {
  error:
    'The channel name is not allowed. Read channel conventions: https://pusher.com/docs/channels/using_channels/channels/#channel-naming-conventions',
  status: 4009,
};
const full: Refusal = {
  type: 'LimitReached',
  error: 'The maximum members per presence channel limit was reached',
  status: 4100,
};

/** Answers in any case; tells whether a signature was what let it in. */
export function subscribe(hub: Hub, connection: Connection, frame: Subscribe): { readonly proven: boolean } {
  const { channel } = frame;
  const member = isPresence(channel) ? readMember(frame) : undefined;
  const refusal = refusalOf(hub, connection, frame, member);
  if (refusal !== undefined) {
    connection.say(subscriptionError(channel, refusal));
    return { proven: false };
  }
  hub.channels.add(channel, connection);
  connection.say(subscribed(channel, member && introduce(hub, connection, channel, member)));
  const remembered = hub.remembered(channel);
  if (remembered !== undefined) connection.say(remembered);
  return { proven: isGuarded(channel) };
}

/** Nobody is answered. The others hear of it when the user has no other connection in the channel. */
export function unsubscribe(hub: Hub, connection: Connection, channel: string): void {
  const member = hub.channels.remove(channel, connection);
  if (member === undefined || hub.channels.membersIn(channel).has(member.user_id)) return;
  hub.channels.sayIn(channel, JSON.stringify(memberRemoved(channel, member)));
}

/** In this order, so that of two reasons the same one is told as by Soketi. */
function refusalOf(
  { app, channels }: Hub,
  { id }: Connection,
  { channel, auth, channelData }: Subscribe,
  member: Member | undefined,
): Refusal | undefined {
  const { limits } = app;
  if (channel.length > limits.channelNameLength) return nameTooLong(app);
  if (isPresence(channel)) {
    if (channels.membersIn(channel).size + 1 > limits.membersPerChannel) return full;
    if (member === undefined) return unreadableMember;
    if (kbOf(member.user_info) > limits.memberKb) return memberTooLarge(app);
  }
  // The data that is signed is the data that is read.
  const signed = { socketId: id, channel, channelData: isPresence(channel) ? String(channelData) : undefined };
  if (isGuarded(channel) && !isSigned(app, signed, auth)) return unauthorized;
  return isLegal(channel) ? undefined : illegalName;
}

const nameTooLong = ({ limits }: PusherApp): Refusal => ({
  type: 'LimitReached',
  error: `The channel name is longer than the allowed ${limits.channelNameLength} characters.`,
  status: 4009,
});

const memberTooLarge = ({ limits }: PusherApp): Refusal => ({
  type: 'LimitReached',
  error: `The maximum size for a channel member is ${limits.memberKb} KB.`,
  status: 4301,
});

function readMember({ channelData }: Subscribe): Member | undefined {
  if (typeof channelData !== 'string') return undefined;
  const reading = readJson(channelData, jsonLimits);
  if (!reading.ok || reading.value === null) return undefined;
  const member: Member = isRecord(reading.value) ? reading.value : {};
  // Users are told apart by it and it names them in the hash, which not every object can do.
  return typeof member.user_id === 'object' && member.user_id !== null ? undefined : member;
}

/** Tells the others of a new user, and answers who is there, the newcomer included. */
function introduce({ channels }: Hub, connection: Connection, channel: string, member: Member) {
  const there = new Map(channels.membersIn(channel));
  channels.addMember(channel, connection, member);
  if (there.has(member.user_id)) return there;
  channels.sayIn(channel, JSON.stringify(memberAdded(channel, member)), connection.id);
  return there.set(member.user_id, member.user_info);
}
