// What a device says on Socket.IO, brought to its backend, and the acknowledgement back.
import type { Socket } from 'socket.io';
import type { Backend } from '../backend.ts';
import type { PartSeams } from '../part.ts';
import { bytesOf, withoutSecrets } from '../traffic.ts';
import type { SocketConnection } from './connection.ts';

export interface MessageSeams extends PartSeams {
  readonly wire: string;
}

export function carryMessages(
  socket: Socket,
  connection: SocketConnection,
  backend: Backend,
  { wire, traffic, faults, time, showsPayloads }: MessageSeams,
): void {
  const { channel } = connection;

  async function carry(name: string, said: readonly unknown[]): Promise<void> {
    const last = said.at(-1);
    const acknowledge = typeof last === 'function' ? (last as (answer: unknown) => void) : undefined;
    const payload = acknowledge !== undefined && said.length === 1 ? undefined : said[0];
    traffic({
      kind: 'frame',
      wire,
      connection: socket.id,
      to: 'server',
      type: acknowledge === undefined ? 'message' : 'message, to be acknowledged',
      channel,
      name,
      bytes: bytesOf(payload),
      ...(showsPayloads && { payload: withoutSecrets(payload) }),
    });
    const answer = await backend.message?.(connection, name, payload);
    // What the backend has not done, or never acknowledges, is answered by silence.
    if (acknowledge === undefined || answer === undefined) return;
    const moment = { wire, channel, event: name };
    const delayed = faults.take('delayed-reply', moment);
    if (delayed !== undefined) await new Promise<void>((resolve) => time.schedule(delayed.delayMs, resolve));
    if (faults.take('lost-reply', moment) === undefined) acknowledge(answer);
    else socket.conn.close(true);
  }

  socket.onAny((name: unknown, ...said: unknown[]) => {
    carry(String(name), said).catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      traffic({ kind: 'trouble', what: `"${String(name)}" failed: ${text}` });
    });
  });
}
