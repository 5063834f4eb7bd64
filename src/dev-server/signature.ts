// The app that backends and event servers of the development server share, and how an event server knows that a channel was signed.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { textToSign, type SignedChannel, type SigningApp } from '../emit/http/channel-signature.ts';

export interface AppKeys extends SigningApp {
  readonly id: string;
}

/** Known to everyone who reads this: a development server protects nothing. */
export const developmentApp: AppKeys = { id: 'heard-app', key: 'heard-key', secret: 'heard-secret' };

/** As `/broadcasting/auth` answers it. The event server knows it at once: what a device says is answered in order. */
export const signatureOf = ({ key, secret }: SigningApp, signed: SignedChannel): string =>
  `${key}:${createHmac('sha256', secret).update(textToSign(signed)).digest('hex')}`;

const encoder = new TextEncoder();

export function isSigned(app: SigningApp, signed: SignedChannel, auth: unknown): boolean {
  if (typeof auth !== 'string') return false;
  const expected = encoder.encode(signatureOf(app, signed));
  const given = encoder.encode(auth);
  return expected.byteLength === given.byteLength && timingSafeEqual(expected, given);
}
