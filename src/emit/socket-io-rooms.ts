// Letting sockets into a namespace, and into the rooms that decide what they hear there.

import { tell } from './listener.ts';

/** What is used of a Socket.IO server of version 4 to let people in. */
export interface RoomServer {
  of(namespace: string): RoomNamespace;
}

export interface RoomNamespace {
  use(decide: (socket: RoomSocket, next: (error?: Error) => void) => void): unknown;
  on(name: 'connection', enter: (socket: RoomSocket) => void): unknown;
}

export interface RoomSocket {
  readonly handshake: {
    readonly auth: Readonly<Record<string, unknown>>;
    readonly query: Readonly<Record<string, unknown>>;
  };
  join(rooms: string[]): unknown;
  leave(room: string): unknown;
  on(name: string, hear: (...said: unknown[]) => void): unknown;
  emit(name: string, payload: unknown): unknown;
}

export interface LettingIn<Who> {
  /** Who it is; `undefined`: nobody who may come in. */
  readonly whoIs: (socket: RoomSocket) => Who | undefined | Promise<Who | undefined>;
  readonly roomsOf: (who: Who) => readonly string[];
  readonly entered?: (socket: RoomSocket, who: Who) => void;
  readonly failed?: (error: unknown) => void;
}

/** The sentence that the backends' documents have for it: clients get another token and come again. */
const unknownToken = 'Authentication error';
/** Nothing is wrong with the token, so time helps. */
const unavailable = 'Unavailable';

/** In their rooms before they hear that they are connected, so that they miss nothing of them. */
export function letIn<Who>(namespace: RoomNamespace, options: LettingIn<Who>): void {
  const { whoIs, roomsOf, entered, failed } = options;
  const known = new WeakMap<RoomSocket, Who>();

  async function decide(socket: RoomSocket): Promise<Error | undefined> {
    try {
      const who = await whoIs(socket);
      if (who === undefined) return new Error(unknownToken);
      const rooms = roomsOf(who);
      known.set(socket, who);
      await socket.join([...rooms]);
      return undefined;
    } catch (error) {
      tell(failed, error);
      return new Error(unavailable);
    }
  }

  namespace.use((socket, next) => {
    void (async () => next(await decide(socket)))();
  });
  namespace.on('connection', (socket) => {
    const who = known.get(socket);
    if (who !== undefined) entered?.(socket, who);
  });
}
