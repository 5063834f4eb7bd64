// A real Socket.IO server with the namespaces of its backends. The backends decide who is let in, who is in which room and
// what a message does; here it is only carried.
import type { Buffer } from 'node:buffer';
import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server, type Namespace, type Socket } from 'socket.io';
import { accessOf } from '../../contract/channel.ts';
import { withLeadingSlash } from '../../lib/leading-slash.ts';
import type { Backend } from '../backend.ts';
import { hearingOf, type Hearing } from '../hearing.ts';
import type { CreatePart } from '../part.ts';
import { bytesOf, withoutSecrets } from '../traffic.ts';
import { createMembers, memberOf } from '../members.ts';
import { createConnection, type SocketConnection } from './connection.ts';
import { carryMessages } from './messages.ts';
import { createNamespaces, namespaceOptions, type ChannelOf, type NamedChannel } from './namespaces.ts';
import { tellMembers } from './presence.ts';

const wire = 'socket-io';
const path = '/socket.io/';

/** The first is the sentence of the documents: clients get another token and come again. */
const refusals = {
  unknown: 'Authentication error',
  forbidden: 'Forbidden',
  allowed: undefined,
} as const satisfies Record<Hearing, string | undefined>;

/** Who has come in, and where. */
interface Guest {
  readonly connection: SocketConnection;
  readonly channel: NamedChannel;
}

export const socketIoPart: CreatePart = (seams) => {
  const { traffic, faults, origins, showsPayloads } = seams;
  const members = createMembers();
  // It wants a server to listen on; this one never listens, and hands it what the real one lets through.
  const stage = createServer();
  const io = new Server(stage, {
    ...namespaceOptions,
    path,
    serveClient: false,
    maxHttpBufferSize: 1_000_000,
    cors: {
      credentials: true,
      origin: (origin, allow) => allow(null, origins.allows(origin)),
    },
    allowRequest(request, decide) {
      const why = refusalOf(request);
      decide(why, why === undefined);
    },
  });

  const connections = new Set<Socket['conn']>();
  const upgraded = new Set<Duplex>();
  io.engine.on('connection', (connection: Socket['conn']) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });

  /** Asked once for each connection, whichever way it begins: later requests of a connection have its `sid`. */
  function refusalOf({ headers: { origin }, url = '' }: IncomingMessage): string | undefined {
    if (!origins.allows(origin)) {
      origins.tell(origin ?? '', 'a Socket.IO connection');
      return 'origin not allowed';
    }
    const isNew = !/[?&]sid=/.test(url);
    return isNew && faults.take('refused-connection', { wire, path }) !== undefined ? 'refused' : undefined;
  }

  function open(namespace: Namespace, channelOf: ChannelOf, backend: Backend): void {
    namespace.use((socket, next) => {
      const channel = channelOf(socket.nsp.name);
      if (channel === undefined) return next(new Error('Invalid namespace'));
      const showsToken = typeof socket.handshake.auth['token'] === 'string';
      if (showsToken && faults.take('expired-token', { wire, channel: channel.wire }) !== undefined) {
        return next(new Error('Authentication error'));
      }
      const wanted = faults.take('answer', { wire, channel: channel.wire });
      if (wanted !== undefined) return next(errorOf('It was asked for', wanted.status));
      const connection = createConnection(socket, channel.wire);
      const { token } = connection.auth;
      let refused: string | undefined;
      try {
        const hearing = hearingOf(backend, channel.route, typeof token === 'string' ? token : undefined);
        refused = refusals[hearing] ?? backend.connected?.(connection)?.refused;
      } catch (error) {
        traffic({ kind: 'trouble', what: `a handshake failed: ${textOf(error)}` });
        refused = 'Internal error';
      }
      if (refused !== undefined) {
        traffic({ kind: 'connection', wire, connection: socket.id, what: 'refused', because: refused });
        return next(errorOf(refused));
      }
      connection.whenOver(() => {
        traffic({ kind: 'connection', wire, connection: socket.id, what: 'closed' });
        backend.disconnected?.(connection);
      });
      socket.data = { connection, channel } satisfies Guest;
      next();
    });
    namespace.on('connection', (socket: Socket) => {
      const { connection, channel } = socket.data as Guest;
      traffic({ kind: 'connection', wire, connection: socket.id, what: 'opened', because: channel.wire });
      carryMessages(socket, connection, backend, { ...seams, wire });
      const { token } = connection.auth;
      const caller = backend.callerOf(typeof token === 'string' ? token : undefined);
      if (caller !== undefined && accessOf(channel.route.definition) === 'presence')
        tellMembers(socket, connection, memberOf(caller), members);
      connection.enter();
    });
  }

  return {
    name: wire,
    // Any event server may stand in front of a backend that lets one in by its signature: a namespace asks for the token instead.
    carries: ({ connection: { auth, transports } }) => transports.includes('socket-io') || auth.kind === 'channel',
    host(backends) {
      for (const backend of backends) {
        createNamespaces(io, backend.contract, (namespace, channelOf) => open(namespace, channelOf, backend));
      }
    },
    addresses: (authority) => [{ what: 'Socket.IO', url: `http://${authority}` }],
    refusesByItself: true,
    takes: (asked) => asked.startsWith(path),
    handleRequest: (request, response) => void stage.emit('request', request, response),
    upgrades: (asked) => asked.startsWith(path),
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
      upgraded.add(socket);
      socket.once('close', () => upgraded.delete(socket));
      stage.emit('upgrade', request, socket, head);
    },
    cut() {
      const open = [...connections];
      // Without a word for those that have a socket; a device that polls has nothing that could be cut.
      for (const socket of upgraded) socket.destroy();
      for (const connection of open) connection.close(true);
      return open.length;
    },
    publisher: {
      atOnce: 1_000,
      async publish(publications) {
        for (const { channel, name, payload, rooms } of publications) {
          const namespace = io._nsps.get(withLeadingSlash(channel));
          // Nobody is there.
          if (namespace === undefined) continue;
          if (rooms === undefined) namespace.emit(name, payload);
          else if (rooms.length > 0) namespace.to([...rooms]).emit(name, payload);
          const devices = [...namespace.sockets.values()].filter(
            (socket) => rooms === undefined || rooms.some((room) => socket.rooms.has(room)),
          ).length;
          traffic({
            kind: 'event',
            wire,
            channel,
            name,
            devices,
            bytes: bytesOf(payload),
            ...(showsPayloads && { payload: withoutSecrets(payload) }),
          });
        }
      },
    },
    async close() {
      await io.close();
    },
  };
};

/** Without a status it would be taken for a token that has run out, and another one would change nothing. */
const errorOf = (because: string, status = because === refusals.forbidden ? 403 : undefined): Error =>
  Object.assign(new Error(because), status !== undefined && { data: { status } });

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
