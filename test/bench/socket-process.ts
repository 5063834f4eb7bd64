// A server of a process of its own on a real socket of the loopback, in words of the Pusher protocol and of docs/protocol.md.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Order } from './socket-server.ts';

export interface SocketProcess {
  readonly port: number;
  /** What it is to say next. */
  give(frames: readonly string[]): Promise<void>;
  /** Says it, to everybody. */
  say(): void;
  /** Says it, one after the other; resolves to when each was said, by the clock that all processes share. */
  sayOneByOne(everyMs: number): Promise<readonly number[]>;
  stop(): Promise<void>;
}

export async function socketProcess(): Promise<SocketProcess> {
  const child = fork(new URL('./socket-server.ts', import.meta.url));
  const [url] = (await once(child, 'message')) as [string];
  const order = (told: Order): void => void child.send(told);
  return {
    port: Number(new URL(url).port),
    async give(frames) {
      const ready = once(child, 'message');
      order({ frames });
      await ready;
    },
    say: () => order('say'),
    async sayOneByOne(everyMs) {
      const all = once(child, 'message');
      order({ everyMs });
      const [saidAtMs] = (await all) as [readonly number[]];
      return saidAtMs;
    },
    async stop() {
      const gone = once(child, 'exit');
      order('stop');
      await gone;
    },
  };
}
