// Who has the secret of an app. A signature is made for one socket id: one that was made for an earlier connection is wrong.
import { createHash, createHmac } from 'node:crypto';

interface Signer {
  readonly key: string;
  readonly secret: string;
}

const sign = ({ secret }: Signer, text: string): string => createHmac('sha256', secret).update(text).digest('hex');

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export const channelSignature = (app: Signer, socketId: string, channel: string, channelData?: string): string =>
  `${app.key}:${sign(app, [socketId, channel, ...(channelData === undefined ? [] : [channelData])].join(':'))}`;

export const userSignature = (app: Signer, socketId: string, userData: string): string =>
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
export function isSigned(app: Signer, { method, path, query, body }: SignedRequest): boolean {
  const signed = new Map([['auth_key', app.key], ...query]);
  signed.delete('auth_signature');
  signed.delete('body_md5');
  if (body !== undefined || query.has('body_md5')) signed.set('body_md5', md5(body ?? ''));
  const sorted = [...signed]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  return sign(app, [method, path, sorted.join('&')].join('\n')) === query.get('auth_signature');
}
