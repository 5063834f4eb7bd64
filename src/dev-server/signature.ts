// How a backend lets one connection hear one channel: the signature of Pusher's protocol, over the connection's id and the
// channel's name, with a secret that the backend and the event server share.
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface AppKeys {
  readonly id: string;
  readonly key: string;
  readonly secret: string;
}

/** Known to everyone who reads this: a development server protects nothing. */
export const developmentApp: AppKeys = { id: 'heard-app', key: 'heard-key', secret: 'heard-secret' };

export interface Signed {
  readonly socketId: string;
  readonly channel: string;
  readonly channelData?: string | undefined;
}

/** `key:hex`, as `/broadcasting/auth` answers it. */
export function signatureOf(
  { key, secret }: Pick<AppKeys, 'key' | 'secret'>,
  { socketId, channel, channelData }: Signed,
): string {
  const parts = channelData === undefined ? [socketId, channel] : [socketId, channel, channelData];
  return `${key}:${createHmac('sha256', secret).update(parts.join(':')).digest('hex')}`;
}

const encoder = new TextEncoder();

export function isSigned(app: AppKeys, signed: Signed, auth: string): boolean {
  const expected = encoder.encode(signatureOf(app, signed));
  const given = encoder.encode(auth);
  return expected.byteLength === given.byteLength && timingSafeEqual(expected, given);
}
