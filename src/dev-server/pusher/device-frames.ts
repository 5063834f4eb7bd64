// What a device says, told apart. A frame that a real server would not survive has a kind of its own.
import { isRecord, readJson, type JsonLimits } from '../../lib/json.ts';
import type { HazardName } from './hazards.ts';

export type DeviceFrame =
  | { readonly kind: 'ping' }
  | {
      readonly kind: 'subscribe';
      readonly channel: string;
      readonly auth: unknown;
      /** What the signature of a presence channel covers: who joins, as JSON. */
      readonly channelData: unknown;
    }
  | { readonly kind: 'unsubscribe'; readonly channel: string }
  | { readonly kind: 'sign-in'; readonly data: Readonly<Record<string, unknown>> }
  | { readonly kind: 'client-event'; readonly name: string; readonly channel: unknown; readonly data: unknown }
  | { readonly kind: 'hazard'; readonly hazard: HazardName; readonly message: string }
  /** Not JSON, or not for a server: it is passed over in silence. */
  | { readonly kind: 'nothing' };

/** Soketi takes frames of this size. */
export const mostFrameBytes: number = 100 * 1024 * 1024;

/** Far beyond any event, and far below what `JSON.stringify` can walk. */
export const jsonLimits: JsonLimits = { maxLength: mostFrameBytes, maxDepth: 512 };

const hazard = (hazard: HazardName, message: string): DeviceFrame => ({ kind: 'hazard', hazard, message });

export function readFrame(text: string): DeviceFrame {
  const reading = readJson(text, jsonLimits);
  if (!reading.ok) {
    if (reading.fault !== 'too-deep') return { kind: 'nothing' };
    return hazard('too-deep', `A frame is nested deeper than ${jsonLimits.maxDepth} levels; Soketi would shut down.`);
  }
  const frame = reading.value;
  if (!isRecord(frame) || typeof frame['event'] !== 'string') return { kind: 'nothing' };
  const { event, data } = frame;
  switch (event) {
    case 'pusher:ping':
      return { kind: 'ping' };
    case 'pusher:subscribe':
    case 'pusher:unsubscribe': {
      const subscribes = event === 'pusher:subscribe';
      if (!isRecord(data) || typeof data['channel'] !== 'string') {
        return hazard(
          subscribes ? 'malformed-subscribe' : 'malformed-unsubscribe',
          `A ${event} has ${isRecord(data) ? 'no channel' : 'no data that is an object'}; Soketi would shut down.`,
        );
      }
      const { channel } = data;
      if (!subscribes) return { kind: 'unsubscribe', channel };
      return { kind: 'subscribe', channel, auth: data['auth'], channelData: data['channel_data'] };
    }
    default:
      // The word counts anywhere in the name.
      if (event.includes('client-')) return { kind: 'client-event', name: event, channel: frame['channel'], data };
      if (event !== 'pusher:signin') return { kind: 'nothing' };
      if (isRecord(data)) return { kind: 'sign-in', data };
      return hazard('malformed-signin', 'A pusher:signin has no data that is an object; Soketi would shut down.');
  }
}
