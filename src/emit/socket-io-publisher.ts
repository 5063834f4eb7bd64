// A Socket.IO server as a publisher: channels are namespaces, and inside them are the rooms that the app has put its sockets into.
import { HeardError } from '../errors.ts';
import { withLeadingSlash } from '../lib/leading-slash.ts';
import type { Publication, Publisher } from './publisher.ts';

/** What is used of a Socket.IO server of version 4. */
export interface SocketIoServer {
  of(namespace: string): SocketIoNamespace;
  /** The namespaces that there are. */
  readonly _nsps?: { has(namespace: string): boolean };
}

export interface SocketIoNamespace {
  emit(name: string, payload: unknown): unknown;
  to(rooms: string[]): { emit(name: string, payload: unknown): unknown };
}

/**
 * Tells those who are connected to this process, or to any one of the cluster where the server has an adapter for that.
 *
 * @example
 * ```ts
 * const emitter = createEmitter(tableTap, { publisher: socketIoPublisher(io), rooms: tableTapRooms })
 * ```
 */
export const socketIoPublisher = (io: SocketIoServer): Publisher => ({
  async publish(publications) {
    for (const publication of publications) tell(io, publication);
  },
});

function tell(io: SocketIoServer, { channel: spelt, name, payload, rooms }: Publication): void {
  // Where our own clients look for a channel that was named for another wire.
  const channel = withLeadingSlash(spelt);
  // `of` would make the namespace, and let everybody in.
  if (io._nsps?.has(channel) === false) throw unknownNamespace(channel);
  // Socket.IO takes no rooms for all rooms.
  if (rooms?.length === 0) return;
  const namespace = io.of(channel);
  try {
    if (rooms === undefined) namespace.emit(name, payload);
    else namespace.to([...rooms]).emit(name, payload);
  } catch (cause) {
    throw new HeardError('publish-refused', `Socket.IO does not send "${name}" on "${channel}".`, {
      remediation: 'Names like "connect" and "disconnect" are its own.',
      cause,
    });
  }
}

const unknownNamespace = (channel: string): HeardError =>
  new HeardError('publish-refused', `The Socket.IO server has no namespace "${channel}".`, {
    remediation: `Set it up first, with the middleware that decides who may come in: io.of('${channel}').use(…).`,
  });
