// Who is in a namespace, by the events of docs/transports-socket-io.md: the library has none of its own.
import type { Socket } from 'socket.io';
import type { Member, Members } from '../members.ts';
import type { SocketConnection } from './connection.ts';

export function tellMembers(socket: Socket, connection: SocketConnection, member: Member, members: Members): void {
  const { name } = socket.nsp;
  const isNew = members.enter(name, socket, member);
  socket.emit('heard:members', { members: members.in(name), me: member.id });
  if (isNew) socket.broadcast.emit('heard:came', member);
  connection.whenOver(() => {
    const gone = members.leave(name, socket);
    if (gone !== undefined) socket.nsp.emit('heard:went', { id: gone.id });
  });
}
