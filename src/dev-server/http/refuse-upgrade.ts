import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers who wanted another protocol in HTTP, and hangs up. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  const text = STATUS_CODES[status] ?? 'Refused';
  socket.end(`HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
