import type { Socket } from 'node:net';

/**
 * A TCP reset. One that is just being ended cannot be reset: Node would keep its handle for ever, and a process with such a
 * handle never ends. It is given up without a reset.
 */
export function resetSocket(socket: Socket): void {
  const isEnding = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (isEnding) socket.destroy();
  else socket.resetAndDestroy();
}
