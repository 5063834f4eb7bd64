// What a server of the Pusher protocol says. Total: nothing that arrives is an exception.
import { defaultJsonLimits, faultOfValue, isRecord, readJson } from '../../lib/json.ts';
import { idIn, memberOf } from '../members.ts';
import type { Everybody, Frame, MemberId, PresenceNews, Refusal } from '../transport.ts';

export type ServerFrame =
  | { readonly kind: 'established'; readonly socketId: string; readonly silenceLimitMs: number | undefined }
  | { readonly kind: 'event'; readonly frame: Frame }
  | { readonly kind: 'joined'; readonly channel: string; readonly everybody: Everybody | undefined }
  | { readonly kind: 'presence'; readonly channel: string; readonly news: PresenceNews }
  | { readonly kind: 'refused'; readonly channel: string; readonly refusal: Refusal }
  | { readonly kind: 'error'; readonly code: number }
  | { readonly kind: 'ping' }
  /** A sign of life without content: a pong, and words of tomorrow. */
  | { readonly kind: 'alive' };

const alive: ServerFrame = { kind: 'alive' };

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** Undefined for what is not of this protocol. */
export function readFrame(text: string, maxLength: number): ServerFrame | undefined {
  if (text.length > maxLength) return salvaged(text);
  let value: unknown;
  try {
    // Its depth is no danger: only the three members are looked at, and who walks the payload measures it first.
    value = JSON.parse(text);
  } catch {
    return salvaged(text);
  }
  if (!isRecord(value)) return undefined;
  const { event: name, data } = value;
  const channel = textOf(value['channel']);
  if (typeof name !== 'string') return undefined;
  // First, because it is nearly all of them.
  if (!name.startsWith('pusher')) return channel === undefined ? alive : eventOf(channel, name, data, text.length);
  switch (name) {
    case 'pusher:connection_established':
      return established(data);
    case 'pusher_internal:subscription_succeeded':
      return channel === undefined ? alive : { kind: 'joined', channel, everybody: everybodyIn(opened(data)) };
    case 'pusher:subscription_error':
      return channel === undefined ? alive : { kind: 'refused', channel, refusal: refusalOf(opened(data)) };
    case 'pusher:error': {
      const said = opened(data);
      const code = isRecord(said) ? numberOf(said['code']) : undefined;
      // Hosted Pusher has errors without a number, about what it has passed over.
      return code === undefined ? alive : { kind: 'error', code };
    }
    case 'pusher:ping':
      return { kind: 'ping' };
    case 'pusher_internal:member_added':
    case 'pusher_internal:member_removed': {
      const news = newsIn(opened(data), name.endsWith('added'));
      return channel === undefined || news === undefined ? alive : { kind: 'presence', channel, news };
    }
    default:
      // Protocol that nobody knows is no event, whatever it looks like (F41).
      if (name.startsWith('pusher:') || name.startsWith('pusher_internal:')) return alive;
      return channel === undefined ? alive : eventOf(channel, name, data, text.length);
  }
}

/** What a device says to others, some servers pass on as a value; everything else comes as a text. */
function eventOf(channel: string, name: string, data: unknown, bytes: number): ServerFrame {
  const frame =
    typeof data === 'string' ? { channel, name, payload: textPayload(data) } : { channel, name, payload: data, bytes };
  return { kind: 'event', frame };
}

/**
 * Behind this seam a text is JSON. A backend may have published a plain text, which the official client hands on as it is: so
 * does this, spelt as JSON. What begins as an object or a list was meant to be one, and is not parsed twice.
 */
function textPayload(data: string): string {
  const first = data.charCodeAt(0);
  if (first === openBrace || first === openBracket || data === '') return data;
  try {
    JSON.parse(data);
    return data;
  } catch {
    return JSON.stringify(data);
  }
}

const openBrace = 0x7b;
const openBracket = 0x5b;

/** Some servers spell the data of their own frames as a text with JSON in it, others as a value. */
function opened(data: unknown): unknown {
  if (typeof data !== 'string') return faultOfValue(data, defaultJsonLimits) === undefined ? data : undefined;
  const reading = readJson(data);
  return reading.ok ? reading.value : undefined;
}

function established(data: unknown): ServerFrame | undefined {
  const said = opened(data);
  const socketId = isRecord(said) ? textOf(said['socket_id']) : undefined;
  if (!isRecord(said) || socketId === undefined) return undefined;
  const seconds = numberOf(said['activity_timeout']);
  return {
    kind: 'established',
    socketId,
    silenceLimitMs: seconds !== undefined && seconds > 0 ? seconds * 1_000 : undefined,
  };
}

/** `ids` say who is there; a member that tells nothing of itself is not in `hash`. */
function everybodyIn(said: unknown): Everybody | undefined {
  const { ids, hash } = isRecord(said) && isRecord(said['presence']) ? said['presence'] : {};
  if (!Array.isArray(ids)) return undefined;
  const infos = isRecord(hash) ? hash : {};
  return {
    members: ids.flatMap((id: unknown) => {
      const key = String(id);
      return memberOf(id, Object.hasOwn(infos, key) ? infos[key] : undefined) ?? [];
    }),
  };
}

function newsIn(said: unknown, isThere: boolean): PresenceNews | undefined {
  if (!isRecord(said)) return undefined;
  const member = memberOf(said['user_id'], said['user_info']);
  if (member === undefined) return undefined;
  return isThere ? { kind: 'came', member } : { kind: 'went', id: member.id };
}

/** What a backend has signed: who this device is. */
export function ownIdIn(channelData: string | undefined): MemberId | undefined {
  const said = channelData === undefined ? undefined : opened(channelData);
  return isRecord(said) ? idIn(said['user_id']) : undefined;
}

const refusalOf = (said: unknown): Refusal =>
  isRecord(said)
    ? { status: numberOf(said['status']), code: textOf(said['type']) }
    : { status: undefined, code: undefined };

/** Channel and name, each of a length that any server allows. */
const longestEdge = 1_024;

/**
 * An event that is too large to be parsed, or is broken: its name and its channel, so that somebody hears of it. They stand in
 * front of the data, or around it; inside the data every quotation mark has a backslash before it.
 */
function salvaged(text: string): ServerFrame | undefined {
  const head = text.slice(0, longestEdge);
  const name = /^\{"event":"([^"\\]*)"/.exec(head)?.[1];
  const channel =
    /^\{"event":"[^"\\]*","channel":"([^"\\]*)"/.exec(head)?.[1] ??
    /,"channel":"([^"\\]*)"\}$/.exec(text.slice(-longestEdge))?.[1];
  if (name === undefined || channel === undefined || name.startsWith('pusher:') || name.startsWith('pusher_internal:'))
    return undefined;
  // Never JSON, whatever it began with; and put together anew, for a part of a text keeps all of it in memory.
  return { kind: 'event', frame: { channel: own(channel), name: own(name), payload: '…', bytes: text.length } };
}

const own = (cut: string): string => Array.from(cut).join('');
