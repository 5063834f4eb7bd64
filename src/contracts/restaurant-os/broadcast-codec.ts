// The backend's plain WebSocket, which greets nobody and sends everything to everybody as `{ channel, event, data }`. Its shape
// is that of a `WebSocketCodec`; a contract names no transport.
import { isRecord, readJson } from '../../lib/json.ts';

interface BroadcastEvent {
  readonly type: 'event';
  readonly channel: string;
  readonly name: string;
  readonly payload: unknown;
  readonly bytes: number;
}

export interface BroadcastCodec {
  readonly pings: false;
  readonly acknowledges: false;
  readonly silenceLimitMs: number;
  encode(): undefined;
  decode(received: string | Uint8Array): BroadcastEvent | undefined;
  salvage(received: string | Uint8Array): BroadcastEvent | undefined;
}

/** As `JSON.stringify` spells it. */
const head = /^\{"channel":"([^"\\]{1,200})","event":"([^"\\]{1,200})","data":/;

export const broadcastCodec: BroadcastCodec = {
  pings: false,
  acknowledges: false,
  // Nothing happens in a restaurant at night, and nobody is asked whether he is still there. Meanwhile the lists are read
  // every minute, so that what a dead connection swallows is late and not lost.
  silenceLimitMs: 300_000,
  encode: () => undefined,
  decode(received) {
    if (typeof received !== 'string') return undefined;
    const reading = readJson(received, { maxLength: received.length, maxDepth: 65 });
    if (!reading.ok) return salvage(received);
    const { channel, event, data } = isRecord(reading.value) ? reading.value : {};
    if (typeof channel !== 'string' || typeof event !== 'string') return undefined;
    // A text that came out of a parser is no JSON any more.
    const payload = typeof data === 'string' ? JSON.stringify(data) : data;
    return { type: 'event', channel, name: event, payload, bytes: received.length };
  },
  salvage,
};

/** An event that cannot be read is set aside under its name: its payload becomes what nobody can parse. */
function salvage(received: string | Uint8Array): BroadcastEvent | undefined {
  if (typeof received !== 'string') return undefined;
  const [, channel, name] = head.exec(received.slice(0, 512)) ?? [];
  if (channel === undefined || name === undefined) return undefined;
  return { type: 'event', channel, name, payload: '…', bytes: received.length };
}
