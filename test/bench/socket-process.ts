// A server of a process of its own on a real socket of the loopback, in words of the Pusher protocol and of docs/protocol.md.
import { fork } from 'node:child_process';
import { once } from 'node:events';

export interface SocketProcess {
  readonly port: number;
  /** What it is to say next. */
  give(frames: readonly string[]): Promise<void>;
  /** Says it, to everybody. */
  say(): void;
  stop(): Promise<void>;
}

export async function socketProcess(): Promise<SocketProcess> {
  const child = fork(new URL('./socket-server.ts', import.meta.url));
  const [url] = (await once(child, 'message')) as [string];
  return {
    port: Number(new URL(url).port),
    async give(frames) {
      const ready = once(child, 'message');
      child.send({ frames });
      await ready;
    },
    say: () => void child.send('say'),
    async stop() {
      const gone = once(child, 'exit');
      child.send('stop');
      await gone;
    },
  };
}
