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
 * Tells those who are connected to this process, or to any one of the cluster where the server has an adapter for that. Where
 * nobody is, nobody is told: only a namespace that the app has not set up is refused. Where namespaces are made when the first
 * device comes, let the server know them by their names (`io.of(/^\/store-\w+$/)`): of those that a function decides about, a
 * process that has no device in one cannot tell the others of its cluster.
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
  const presence = presenceOf(io, channel);
  if (presence === 'not set up') throw unknownNamespace(channel);
  // Socket.IO takes no rooms for all rooms.
  if (presence === 'nobody' || rooms?.length === 0) return;
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

/**
 * Whether `of` may be asked for a namespace: it makes what is not there, and lets everybody into it, unless it is one of those
 * that the app has set up by a pattern of their names. Such a one is made before its first device comes, with all that decides
 * who may come in: another process of the cluster may have devices in it.
 */
function presenceOf(io: SocketIoServer, channel: string): 'there' | 'nobody' | 'not set up' {
  if (io._nsps?.has(channel) !== false) return 'there';
  // By a function or by a pattern; older servers tell no patterns, and `of` makes none of those.
  const families: unknown = Reflect.get(io, 'parentNsps');
  const byPattern: unknown = Reflect.get(io, 'parentNamespacesFromRegExp');
  const patterns: readonly unknown[] = byPattern instanceof Map ? [...byPattern.keys()] : [];
  if (patterns.some((pattern) => pattern instanceof RegExp && pattern.test(channel))) return 'there';
  return families instanceof Map && families.size > patterns.length ? 'nobody' : 'not set up';
}

const unknownNamespace = (channel: string): HeardError =>
  new HeardError('publish-refused', `The Socket.IO server has no namespace "${channel}".`, {
    remediation: `Set it up first, with the middleware that decides who may come in: io.of('${channel}').use(…).`,
  });
