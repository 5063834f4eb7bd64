/** Why a channel stays closed until somebody does something. The others are not touched by it. */
export interface Denial {
  readonly reason:
    /** The token, and its successor where there was one, were refused. */
    | 'auth-required'
    /** Whoever this is may not hear this channel. */
    | 'forbidden'
    /** Paths, names, cookies: what somebody has set up. */
    | 'config';
  /** What the server said, where it said it by number. */
  readonly status: number | undefined;
  /** What a person can do about it. */
  readonly remediation: string;
}

/** What a refusal asks for. */
export type Judgement =
  /** Another token, or another signature. */
  { readonly kind: 'unauthorised' } | { readonly kind: 'denied'; readonly denial: Denial } | { readonly kind: 'retry' };

const words: ReadonlyMap<number, string> = new Map([
  [400, 'The server could not read the question: check that the authorisation endpoint speaks the Pusher protocol.'],
  [404, 'There is no such authorisation endpoint or channel: check authEndpoint, the base URL and the channel name.'],
  [405, 'The authorisation endpoint takes no POST: check authEndpoint and the routes of the server.'],
  [419, 'The CSRF token or the session is missing: fetch the CSRF cookie first, and send cookies with credentials.'],
  [422, 'The server refused the question as invalid: check that it expects socket_id and channel_name.'],
  [4009, 'The server refused the name of the channel: check its length and its characters.'],
  [4301, 'The member information is larger than the server allows: send less in channel_data.'],
  [4302, 'The signature for this presence channel came without channel_data: check the authorisation endpoint.'],
]);
const otherwise = 'The server refused the channel: check the authorisation endpoint and what stands before it.';

const config = (status: number | undefined, remediation: string): Denial => ({ reason: 'config', status, remediation });

/** Decides by the number alone. One that nobody knows is no reason to give a channel up. */
export function judged(status: number | undefined): Judgement {
  if (status === undefined) return { kind: 'retry' };
  if (status === 401) return { kind: 'unauthorised' };
  if (status === 403) return { kind: 'denied', denial: ownDenials.forbidden };
  const known = words.get(status);
  if (known !== undefined) return { kind: 'denied', denial: config(status, known) };
  // 408, 425 and 429 say "later".
  const isRefused = status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429;
  return isRefused ? { kind: 'denied', denial: config(status, otherwise) } : { kind: 'retry' };
}

export const ownDenials: Readonly<
  Record<'forbidden' | 'tokenRefused' | 'tokenUnchanged' | 'tokenMissing' | 'noEndpoint' | 'noSocketId', Denial>
> = {
  forbidden: {
    reason: 'forbidden',
    status: 403,
    remediation: 'This user may not hear the channel: check the abilities of the token and the scope of the client.',
  },
  tokenRefused: {
    reason: 'auth-required',
    status: 401,
    remediation: 'Sign in again: the server refused the newest token for this channel, too.',
  },
  tokenUnchanged: {
    reason: 'auth-required',
    status: 401,
    remediation: 'Sign in again: the token callback returned the token that the server had just refused.',
  },
  tokenMissing: {
    reason: 'auth-required',
    status: 401,
    remediation: 'Sign in again: the server refused the last token and the token callback had no other.',
  },
  noEndpoint: /* @__PURE__ */ config(
    undefined,
    'The channel needs a signature and nobody gives one: set authEndpoint on the transport, or authorise.',
  ),
  noSocketId: /* @__PURE__ */ config(
    undefined,
    'The channel needs a signature and the server named no socket to sign for: check that the transport is the server’s.',
  ),
};
