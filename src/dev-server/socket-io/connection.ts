// A socket in one namespace, as a backend sees it. A backend may put it into rooms and greet it while it is being let in;
// both wait until the device knows that it is in.
import type { Socket } from 'socket.io';
import type { Connection } from '../backend.ts';
import { plainAuth } from '../renewal.ts';

export interface SocketConnection extends Connection {
  /** The device was told that it is in. */
  enter(): void;
  /** Runs once when it is gone, also when it went before it was in. */
  whenOver(run: () => void): void;
}

export function createConnection(socket: Socket, channel: string): SocketConnection {
  let early: (() => void)[] | undefined = [];
  const whenIn = (run: () => void): void => {
    if (early === undefined) run();
    else early.push(run);
  };
  const { auth, query } = socket.handshake;

  return {
    id: socket.id,
    channel,
    auth: plainAuth(auth),
    query: Object.fromEntries(
      Object.entries(query).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    ),
    join: (room) => whenIn(() => void socket.join(room)),
    leave: (room) => whenIn(() => void socket.leave(room)),
    say: (name, payload) => whenIn(() => void socket.emit(name, payload)),
    enter() {
      const waiting = early ?? [];
      early = undefined;
      for (const run of waiting) run();
    },
    whenOver(run) {
      let isOver = false;
      const once = (): void => {
        if (isOver) return;
        isOver = true;
        // A device may come and go in a namespace as often as it likes over one connection.
        socket.conn.off('close', once);
        run();
      };
      // Told for sockets that are in; the transport's end is told for all.
      socket.on('disconnect', once);
      socket.conn.once('close', once);
    },
  };
}
