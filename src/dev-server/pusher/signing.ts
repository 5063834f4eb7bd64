// Who has the secret of an app: the users whom a backend vouches for, and the backend itself. Channels are in signature.ts.
import { createHash, createHmac } from 'node:crypto';
import type { SigningApp } from '../../emit/http/channel-signature.ts';

const sign = ({ secret }: SigningApp, text: string): string => createHmac('sha256', secret).update(text).digest('hex');

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export const userSignature = (app: SigningApp, socketId: string, userData: string): string =>
  `${app.key}:${sign(app, `${socketId}::user::${userData}`)}`;

export interface SignedRequest {
  readonly method: string;
  /** As it was asked for, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Absent where the method has none. */
  readonly body?: string;
}

/** The time of the request is part of what is signed, and nobody compares it with a clock; so does Soketi. */
export function isSigned(app: SigningApp, { method, path, query, body }: SignedRequest): boolean {
  const signed = new Map([['auth_key', app.key], ...query]);
  signed.delete('auth_signature');
  signed.delete('body_md5');
  if (body !== undefined || query.has('body_md5')) signed.set('body_md5', md5(body ?? ''));
  const sorted = [...signed]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  return sign(app, [method, path, sorted.join('&')].join('\n')) === query.get('auth_signature');
}
