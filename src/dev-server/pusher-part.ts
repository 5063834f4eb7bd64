// The server of Pusher's protocol as a part of the development server. What it has to be able to do is said here, so that it
// can be hosted by others and know nothing of this one.
import type { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Publisher, ServerTime } from '../emit/index.ts';
import { isRecord, readJson } from '../lib/json.ts';
import type { CreatePart } from './part.ts';
import type { AppKeys } from './signature.ts';
import { bytesOf, withoutSecrets, type TrafficLog } from './traffic.ts';

/** What happens on the server, as it tells it. */
interface PusherHappening {
  readonly what: 'opened' | 'heard' | 'said' | 'lost' | 'closed';
  readonly socketId: string;
  /** The frame; for `closed`, a code or nothing. */
  readonly text: string;
}

/** As much of a Pusher server as is needed here. */
export interface HostedPusher {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, code?: number): boolean;
  fetch(request: Request): Promise<Response | undefined>;
  publisherOf(appId: string): Publisher;
  connections(): readonly { cut(): void; sendAway(code: number): void }[];
  close(): void;
}

export interface HostedPusherOptions {
  readonly apps: readonly AppKeys[];
  readonly time: ServerTime;
  readonly report: (hazard: { readonly message: string }) => void;
  readonly traffic: (happening: PusherHappening) => void;
  readonly refuse: (channel: string) => number | undefined;
}

const wire = 'pusher';
/** Ten events of 100 KB, each a text with JSON in it, are one batch. Soketi reads far more. */
const mostBodyBytes = 4 * 1_048_576;

/** `pusherPart(createPusherServer)`. */
export const pusherPart =
  (createPusherServer: (options: HostedPusherOptions) => HostedPusher): CreatePart =>
  ({ app, time, traffic, faults, showsPayloads }) => {
    const server = createPusherServer({
      apps: [app],
      time,
      report: ({ message }) => traffic({ kind: 'trouble', what: message }),
      traffic: teller(traffic, showsPayloads),
      refuse: (channel) => faults.take('answer', { wire, channel })?.status,
    });
    const publisher = server.publisherOf(app.id);

    return {
      name: wire,
      carries: ({ connection: { transports } }) => transports.includes('pusher'),
      addresses: (authority) => [
        { what: `Pusher, key ${app.key}`, url: `ws://${authority}/app/${app.key}` },
        { what: `its HTTP API, app ${app.id}, secret ${app.secret}`, url: `http://${authority}/apps/${app.id}` },
      ],
      upgrades: (path) => path === '/app' || path.startsWith('/app/'),
      handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer, code?: number) =>
        void server.handleUpgrade(request, socket, head, code),
      fetch: server.fetch,
      mostBodyBytes: (path) => (path.startsWith('/apps/') ? mostBodyBytes : undefined),
      cut(code) {
        const connections = server.connections();
        for (const { cut, sendAway } of connections) {
          if (code === undefined) cut();
          else sendAway(code);
        }
        return connections.length;
      },
      publisher: {
        ...publisher,
        async publish(publications) {
          await publisher.publish(publications);
          for (const { channel, name, payload } of publications) {
            traffic({ kind: 'event', wire, channel, name, bytes: bytesOf(payload) });
          }
        },
      },
      close: async () => server.close(),
    };
  };

/** Frames of events are many and have been told once for all; the others are told one by one. */
function teller(traffic: TrafficLog, showsPayloads: boolean): (happening: PusherHappening) => void {
  return ({ what, socketId: connection, text }) => {
    switch (what) {
      case 'opened':
        return traffic({ kind: 'connection', wire, connection, what });
      case 'closed':
        return traffic({ kind: 'connection', wire, connection, what, because: text === '' ? undefined : text });
      case 'lost':
        return traffic({ kind: 'trouble', what: `${connection} does not read: ${text.length} characters are lost` });
      case 'heard':
      case 'said': {
        const reading = readJson(text);
        const { event, channel, data } = reading.ok && isRecord(reading.value) ? reading.value : {};
        const name = typeof event === 'string' ? event : 'malformed';
        if (what === 'said' && !/^pusher(?:_internal)?:/.test(name)) return;
        const subscribed = isRecord(data) ? data['channel'] : channel;
        return traffic({
          kind: 'frame',
          wire,
          connection,
          to: what === 'heard' ? 'server' : 'device',
          type: name,
          channel: typeof subscribed === 'string' ? subscribed : undefined,
          bytes: text.length,
          ...(showsPayloads && data !== undefined && { payload: withoutSecrets(data) }),
        });
      }
    }
  };
}
