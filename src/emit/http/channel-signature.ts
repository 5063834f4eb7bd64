// What lets one connection hear one channel, in Pusher's protocol. The backend signs, the event server compares: both have the
// app's secret, and nobody else has.

export interface SignedChannel {
  /** A signature is for one connection: what was made for an earlier one is wrong. */
  readonly socketId: string;
  readonly channel: string;
  /** Of a presence channel: who joins, as JSON. */
  readonly channelData?: string | undefined;
}

/** What both sides put through HMAC with SHA-256. */
export const textToSign = ({ socketId, channel, channelData }: SignedChannel): string =>
  [socketId, channel, ...(channelData === undefined ? [] : [channelData])].join(':');

/** The app, as the event server has it. */
export interface SigningApp {
  readonly key: string;
  readonly secret: string;
}

/** `key:hex`, as `/broadcasting/auth` answers it. With what every runtime has, for the handlers run in all of them. */
export function channelSigner({ key, secret }: SigningApp): (signed: SignedChannel) => Promise<string> {
  const encoder = new TextEncoder();
  const hmac = { name: 'HMAC', hash: 'SHA-256' } as const;
  let imported: Promise<CryptoKey> | undefined;
  return async (signed) => {
    imported ??= crypto.subtle.importKey('raw', encoder.encode(secret), hmac, false, ['sign']);
    const signature = await crypto.subtle.sign('HMAC', await imported, encoder.encode(textToSign(signed)));
    return `${key}:${hexadecimal(new Uint8Array(signature))}`;
  };
}

const hexadecimal = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
