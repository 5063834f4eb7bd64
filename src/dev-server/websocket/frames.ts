// What a device says, as docs/protocol.md spells it.
import { isRecord, readJson, type JsonLimits } from '../../lib/json.ts';

export type ClientFrame =
  | { readonly type: 'auth'; readonly token: string | undefined }
  | {
      readonly type: 'subscribe';
      readonly channel: string;
      readonly auth: string | undefined;
      readonly channelData: string | undefined;
    }
  | { readonly type: 'unsubscribe'; readonly channel: string }
  | {
      readonly type: 'send';
      readonly channel: string;
      readonly name: string;
      readonly id: number | undefined;
      readonly payload: unknown;
    }
  | { readonly type: 'ping' | 'pong' }
  /** A word of tomorrow: ignored. */
  | { readonly type: 'unknown' };

/** The largest frame that is read. */
export const mostFrameBytes = 1_048_576;
const limits: JsonLimits = { maxLength: mostFrameBytes, maxDepth: 64 };
/** No server allows longer names. */
const longestName = 500;

/** `undefined`: nothing that the protocol could mean. */
export function readFrame(text: string): ClientFrame | undefined {
  const reading = readJson(text, limits);
  if (!reading.ok || !isRecord(reading.value)) return undefined;
  const { type, version, token, channel, auth, channelData, name, id, payload } = reading.value;
  switch (type) {
    case 'auth':
      return version === 1 && isTextOrMissing(token) ? { type, token } : undefined;
    case 'subscribe':
      if (!isName(channel) || !isTextOrMissing(auth) || !isTextOrMissing(channelData)) return undefined;
      return { type, channel, auth, channelData };
    case 'unsubscribe':
      return isName(channel) ? { type, channel } : undefined;
    case 'send':
      if (!isName(channel) || !isName(name) || !(id === undefined || Number.isSafeInteger(id))) return undefined;
      return { type, channel, name, id: id as number | undefined, payload };
    case 'ping':
    case 'pong':
      return { type };
    default:
      return typeof type === 'string' ? { type: 'unknown' } : undefined;
  }
}

const isTextOrMissing = (value: unknown): value is string | undefined =>
  value === undefined || typeof value === 'string';
const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= longestName;
