// Who has signed in on which connection (`pusher:signin`), for events to one user and for putting him out.
import type { Connection } from './connection.ts';

export interface Users {
  add(connection: Connection, userId: string): void;
  connectionsOf(userId: string): readonly Connection[];
}

/** Who has gone is forgotten by itself. */
export function createUsers(connections: ReadonlySet<Connection>): Users {
  const userIds = new WeakMap<Connection, string>();
  return {
    add: (connection, userId) => void userIds.set(connection, userId),
    connectionsOf: (userId) => [...connections].filter((connection) => userIds.get(connection) === userId),
  };
}
