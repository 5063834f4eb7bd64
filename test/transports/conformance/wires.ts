// How the servers of the suite speak: docs/protocol.md, and the protocol of Pusher as Soketi has it.
import type { WireEvent } from '../../../src/testing/transport-conformance.ts';
import type { Everybody } from '../../../src/transports/transport.ts';
import { everybody } from './members.ts';
import { friendly, type Peer } from '../server.ts';

export interface Wire {
  greet(peer: Peer): void;
  hear(peer: Peer, frame: Record<string, unknown>): void;
  spell(event: WireEvent): string;
  /** What a device has said with `send`. */
  read(frame: Record<string, unknown>): WireEvent | undefined;
  readonly closeCode: number;
}

const eventOf = (channel: unknown, name: unknown, payload: unknown): WireEvent => ({
  channel: String(channel),
  name: String(name),
  payload,
});

const plain: Wire = {
  greet: () => undefined,
  hear(peer, frame) {
    const { type, channel, id, payload } = frame;
    if (type === 'subscribe' && channel === 'not-yours')
      return peer.say({ type: 'error', channel, status: 403, code: 'no' });
    if (type === 'subscribe' && channel === 'presence-kitchen')
      return peer.say({ type: 'ack', channel, payload: everybody });
    if (type === 'send' && id !== undefined) peer.say({ type: 'ack', id, payload });
    friendly(peer, frame);
  },
  spell: (event) => JSON.stringify({ type: 'event', ...event }),
  read: ({ type, channel, name, payload }) => (type === 'send' ? eventOf(channel, name, payload) : undefined),
  closeCode: 1012,
};

const pusher: Wire = {
  greet: (peer) =>
    peer.say({
      event: 'pusher:connection_established',
      data: JSON.stringify({ socket_id: '1.7', activity_timeout: 30 }),
    }),
  hear(peer, { event, data }) {
    const { channel, auth } = (data ?? {}) as Record<string, unknown>;
    if (event === 'pusher:ping') return peer.say({ event: 'pusher:pong', data: {} });
    if (event !== 'pusher:subscribe') return;
    if (String(channel).startsWith('private-') && auth !== `key:1.7:${String(channel)}`) {
      const refused = { type: 'AuthError', error: 'The connection is unauthorized.', status: 401 };
      return peer.say({ event: 'pusher:subscription_error', channel, data: refused });
    }
    const presence = channel === 'presence-kitchen' ? JSON.stringify({ presence: asPusher(everybody) }) : undefined;
    peer.say({ event: 'pusher_internal:subscription_succeeded', channel, data: presence });
  },
  spell: ({ channel, name, payload }) => JSON.stringify({ event: name, channel, data: JSON.stringify(payload) }),
  read: ({ event, channel, data }) => (String(event).startsWith('client-') ? eventOf(channel, event, data) : undefined),
  closeCode: 4200,
};

const asPusher = ({ members }: Everybody) => ({
  ids: members.map(({ id }) => id),
  hash: Object.fromEntries(members.flatMap(({ id, info }) => (info === undefined ? [] : [[id, info]]))) as object,
  count: members.length,
});

const nobody: Wire = { ...plain, greet: () => undefined, hear: () => undefined };

/** By the path that was asked for. */
export function wireOf(url: string): Wire {
  const { pathname } = new URL(url, 'http://rig.test');
  if (pathname.startsWith('/silent')) return nobody;
  return pathname.startsWith('/app/') ? pusher : plain;
}
