// The ways in which backends speak over a WebSocket, as far as one has to speak them to hear a channel: Pusher's and ours.
import { isRecord, readJson } from '../../lib/json.ts';
import type { Frame } from '../../contract/dialect.ts';
import { broadcastCodec } from '../../contracts/restaurant-os/index.ts';
import type { Trouble } from './network-trouble.ts';
import type { Channel, Patient } from './patient.ts';
import type { Signature } from './signing.ts';

/** What somebody on the other side said. */
export type Told =
  /** The connection stands; the id is what signatures are for. */
  | { readonly kind: 'welcome'; readonly socketId: string }
  | { readonly kind: 'joined'; readonly channel: string }
  | { readonly kind: 'denied'; readonly channel: string; readonly because: string }
  | { readonly kind: 'failed'; readonly code: number }
  | { readonly kind: 'event'; readonly frame: Frame };

export interface Wire {
  readonly name: string;
  /** What is spoken to it, for people. */
  readonly says: string;
  address(): string;
  /** Said as soon as it is open. */
  readonly greeting: string | undefined;
  subscribe(channel: Channel, signature: Signature | undefined): string;
  read(text: string): Told | undefined;
  /** An answer to a frame of the server's own. */
  reply?(text: string): string | undefined;
  /** What a code means that it closes with, or names in an error. */
  troubleOf(code: number): Trouble | undefined;
  /** The app key in the address. */
  readonly key?: string;
  /** Whether private channels need a signature; otherwise the token is said to them. */
  readonly signs: boolean;
  /** A backend's own may have nothing to say until something happens. */
  readonly mayGreetNobody?: boolean;
}

export const fieldsOf = (text: string): Readonly<Record<string, unknown>> => {
  const reading = readJson(text);
  return reading.ok && isRecord(reading.value) ? reading.value : {};
};
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export function wireOf(url: URL, patient: Patient): Wire {
  const [, key] = /^\/app\/([^/]+)\/?$/.exec(url.pathname) ?? [];
  if (key !== undefined) return pusher(url, key);
  return plain(url, patient);
}

function pusher(url: URL, key: string): Wire {
  const codes: ReadonlyMap<number, Trouble> = new Map([
    [4000, { what: 'the server wants TLS', remedy: 'Use wss.' }],
    [
      4001,
      {
        what: 'the server knows no app with this key',
        remedy:
          'Compare the key with the server’s; at Pusher a right key in another cluster is unknown, too, so compare the cluster in the host name.',
      },
    ],
    [4003, { what: 'the app is switched off', remedy: 'Switch it on where it is kept.' }],
    [
      4004,
      {
        what: 'the app has more connections than it may',
        remedy: 'Look at its quota, and for devices that connect twice.',
      },
    ],
    [
      4100,
      {
        what: 'the server has more connections than it may',
        remedy: 'Look at its quota, and for devices that connect twice.',
      },
    ],
    [
      4009,
      {
        what: 'the connection was not authorised in time',
        remedy: 'The app wants users to sign in: switch user authentication off, or sign in.',
      },
    ],
  ]);
  return {
    name: 'pusher',
    says: 'a Pusher server',
    key,
    signs: true,
    address() {
      const address = new URL(url);
      for (const [name, value] of [
        ['protocol', '7'],
        ['client', 'heard'],
        ['version', '1'],
        ['flash', 'false'],
      ] as const) {
        if (!address.searchParams.has(name)) address.searchParams.set(name, value);
      }
      return address.href;
    },
    greeting: undefined,
    subscribe: ({ wire: channel }, signature) =>
      JSON.stringify({
        event: 'pusher:subscribe',
        data: { channel, auth: signature?.auth, channel_data: signature?.channelData },
      }),
    read(text) {
      const { event, channel: where, data } = fieldsOf(text);
      const said = typeof data === 'string' ? fieldsOf(data) : isRecord(data) ? data : {};
      const channel = textOf(where);
      if (event === 'pusher:connection_established') return { kind: 'welcome', socketId: textOf(said['socket_id']) };
      if (event === 'pusher:error') return { kind: 'failed', code: Number(said['code'] ?? 0) };
      if (event === 'pusher_internal:subscription_succeeded') return { kind: 'joined', channel };
      if (event === 'pusher:subscription_error') {
        return { kind: 'denied', channel, because: `${textOf(said['type'])} ${String(Number(said['status'] ?? 0))}` };
      }
      if (typeof event !== 'string' || event.startsWith('pusher')) return undefined;
      return { kind: 'event', frame: { channel, name: event, payload: data } };
    },
    reply: (text) => (fieldsOf(text)['event'] === 'pusher:ping' ? '{"event":"pusher:pong","data":{}}' : undefined),
    troubleOf: (code) => codes.get(code),
  };
}

function plain(url: URL, { token, handshake, contract }: Patient): Wire {
  const codes: ReadonlyMap<number, Trouble> = new Map([
    [
      4401,
      token === undefined
        ? { what: 'a token is needed', remedy: 'Give one: --token …' }
        : { what: 'the token is refused', remedy: 'Give one that is valid and has not run out.' },
    ],
    [4403, { what: 'whoever has this token may not connect', remedy: 'Give the token the right.' }],
    [4404, { what: 'there is no such endpoint', remedy: 'Look at the path of the address.' }],
    [4429, { what: 'too many connections or messages', remedy: 'Wait, and look at the limits.' }],
  ]);
  return {
    name: 'websocket',
    says: 'one that speaks docs/protocol.md',
    signs: true,
    mayGreetNobody: contract === undefined || contract.connection.auth.kind === 'none',
    address: () => withQuery(url, handshake),
    greeting: JSON.stringify({ type: 'auth', version: 1, token }),
    subscribe: ({ wire: channel }, signature) =>
      JSON.stringify({ type: 'subscribe', channel, auth: signature?.auth, channelData: signature?.channelData }),
    read(text) {
      const { type, channel, status, code, name, payload, socketId } = fieldsOf(text);
      if (type === 'welcome') return { kind: 'welcome', socketId: textOf(socketId) };
      if (type === 'ack' && typeof channel === 'string') return { kind: 'joined', channel };
      if (type === 'error' && typeof channel === 'string') {
        return { kind: 'denied', channel, because: `${Number(status)} ${textOf(code)}`.trim() };
      }
      if (type === 'error') return { kind: 'failed', code: 4000 + Number(status) };
      if (type === 'event') return { kind: 'event', frame: { channel: textOf(channel), name: textOf(name), payload } };
      const broadcast = type === undefined ? broadcastCodec.decode(text) : undefined;
      return broadcast && { kind: 'event', frame: broadcast };
    },
    reply: (text) => (fieldsOf(text)['type'] === 'ping' ? '{"type":"pong"}' : undefined),
    troubleOf: (code) => codes.get(code),
  };
}

export function withQuery(url: URL, query: Readonly<Record<string, string>>): string {
  const address = new URL(url);
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  return address.href;
}
