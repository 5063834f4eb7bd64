// Who has signed in on which connection (`pusher:signin`), for events to one user and for putting him out.
import type { Connection } from './connection.ts';

export interface Users {
  add(connection: Connection, userId: string): void;
  remove(connection: Connection): void;
  connectionsOf(userId: string): readonly Connection[];
}

export function createUsers(): Users {
  const userIds = new Map<Connection, string>();
  return {
    add: (connection, userId) => void userIds.set(connection, userId),
    remove: (connection) => void userIds.delete(connection),
    connectionsOf: (userId) => [...userIds].filter(([, id]) => id === userId).map(([connection]) => connection),
  };
}
