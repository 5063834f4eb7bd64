// What a device says to the others of a channel, public ones too. What is refused is refused loudly and the socket stays open;
// what comes from somebody outside the channel is dropped in silence.
import type { PusherApp } from './app.ts';
import type { Connection } from './connection.ts';
import type { DeviceFrame } from './device-frames.ts';
import type { Hub } from './hub.ts';
import type { Rate } from './rates.ts';
import { clientEventRefused } from './server-frames.ts';
import { kbOf } from './sizes.ts';

type ClientEvent = Extract<DeviceFrame, { kind: 'client-event' }>;

export function passOn({ app, channels }: Hub, connection: Connection, rate: Rate, frame: ClientEvent): void {
  const { name, channel, data } = frame;
  const refusal = refusalOf(app, frame);
  if (refusal !== undefined) return connection.say(clientEventRefused(channel, refusal));
  if (typeof channel !== 'string' || !channels.has(channel, connection)) return;
  if (!rate.take(1)) {
    return connection.say(clientEventRefused(channel, 'The rate limit for sending client events exceeded the quota.'));
  }
  const userId = channels.memberOf(channel, connection)?.user_id;
  const said = { event: name, channel, data, ...(Boolean(userId) && { user_id: userId }) };
  channels.sayIn(channel, JSON.stringify(said), connection.id);
}

function refusalOf({ clientMessages, limits }: PusherApp, { name, data }: ClientEvent): string | undefined {
  if (!clientMessages) return 'The app does not have client messaging enabled.';
  if (name.length > limits.eventNameLength) {
    return `Event name is too long. Maximum allowed size is ${limits.eventNameLength}.`;
  }
  if (kbOf(data) > limits.eventKb) return `The event data should be less than ${limits.eventKb} KB.`;
  return undefined;
}
