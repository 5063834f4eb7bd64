import { defaultJsonLimits, isRecord, readJson, type JsonLimits } from '../../lib/json.ts';
import { createOwnNames } from '../../lib/own-names.ts';
import { idIn, memberIn } from '../members.ts';
import type { ServerFrame, WebSocketCodec } from './protocol.ts';

/** As docs/protocol.md spells it: one JSON object in each text frame. */
export function jsonCodec(maxLength: number): WebSocketCodec {
  const limits: JsonLimits = { maxLength, maxDepth: defaultJsonLimits.maxDepth + 1 };
  const own = createOwnNames();

  /**
   * An event that is spelt as the page spells it is taken apart and not parsed: its payload is text that the contract's
   * decoder parses, once, and sets aside when it cannot. Measured: 1.2 × JSON.parse against 1.7 ×, for a value that
   * somebody else has parsed must be walked before it can be trusted.
   */
  function eventOf(text: string): CutEvent | undefined {
    if (!text.startsWith(beforeChannel)) return undefined;
    const channelEnd = text.indexOf('"', beforeChannel.length);
    if (!text.startsWith(beforeName, channelEnd)) return undefined;
    const nameStart = channelEnd + beforeName.length;
    const nameEnd = text.indexOf('"', nameStart);
    if (!text.startsWith(beforePayload, nameEnd)) return undefined;
    const channel = own(text.slice(beforeChannel.length, channelEnd));
    const name = own(text.slice(nameStart, nameEnd));
    if (channel === undefined || name === undefined) return undefined;
    return { type: 'event', channel, name, payload: text.slice(nameEnd + beforePayload.length, -1) };
  }

  return {
    presence: true,
    encode: (said) => JSON.stringify(said),

    decode(received) {
      if (typeof received !== 'string') return undefined;
      const event = eventOf(received);
      if (event !== undefined && closesTogether(received, event)) return event;
      const reading = readJson(received, limits);
      if (reading.ok) return frameOf(reading.value, received.length);
      // What is broken or too deep inside an event is the decoder's to set aside, with its name and channel. A part of it
      // could be JSON by chance.
      return event === undefined ? undefined : { ...event, payload: `${event.payload}…` };
    },

    salvage(received) {
      if (typeof received !== 'string') return undefined;
      // Channel and name, each of a length that any server allows.
      const event = eventOf(received.slice(0, 1_024));
      // Never JSON, whatever it began with.
      return event === undefined ? undefined : { ...event, payload: '…', bytes: received.length };
    },
  };
}

type CutEvent = Extract<ServerFrame, { readonly type: 'event' }> & { readonly payload: string };

const beforeChannel = '{"type":"event","channel":"';
const beforeName = '","name":"';
const beforePayload = '","payload":';

/**
 * Whether the frame ends with its payload, as far as the last two characters tell. Others are parsed as a whole; what is
 * taken for a payload by mistake is no JSON, and is told as such.
 */
function closesTogether(text: string, { payload }: CutEvent): boolean {
  const last = text.slice(-2);
  return (payload.startsWith('{') && last === '}}') || (payload.startsWith('[') && last === ']}');
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const wholeOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;

function frameOf(value: unknown, bytes: number): ServerFrame | undefined {
  if (!isRecord(value)) return undefined;
  const { type, payload } = value;
  const channel = textOf(value['channel']);
  switch (type) {
    case 'event': {
      const name = textOf(value['name']);
      if (channel === undefined || name === undefined) return undefined;
      // A text that came out of a parser is no JSON any more.
      return {
        type,
        channel,
        name,
        payload: typeof payload === 'string' ? JSON.stringify(payload) : payload,
        bytes,
      };
    }
    case 'welcome':
    case 'ack':
    case 'error': {
      const socketId = textOf(value['socketId']);
      const id = wholeOf(value['id']);
      const status = wholeOf(value['status']);
      const code = textOf(value['code']);
      const named = channel === undefined ? {} : { channel };
      if (type === 'welcome') return { type, ...(socketId !== undefined && { socketId }) };
      if (type === 'ack') return { type, ...named, ...(id !== undefined && { id }), payload };
      return { type, ...named, ...(status !== undefined && { status }), ...(code !== undefined && { code }) };
    }
    case 'came': {
      const member = memberIn(value['member']);
      return channel === undefined || member === undefined ? { type: 'unknown' } : { type, channel, member };
    }
    case 'went': {
      const id = idIn(value['id']);
      return channel === undefined || id === undefined ? { type: 'unknown' } : { type, channel, id };
    }
    case 'ping':
    case 'pong':
      return { type };
    default:
      return typeof type === 'string' ? { type: 'unknown' } : undefined;
  }
}
