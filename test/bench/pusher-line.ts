// What the Pusher protocol brings over a real socket of the loopback: to our client, and to pusher-js as an app has it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import PusherClient from 'pusher-js';

/** What Soketi puts on the wire. */
export const frameText = (channel: string, event: string, payload: string): string =>
  JSON.stringify({ event, channel, data: payload });

export interface PusherProcess {
  readonly port: number;
  /** What it is to say next. */
  give(frames: readonly string[]): Promise<void>;
  /** Says it, to everybody. */
  say(): void;
  stop(): Promise<void>;
}

export async function pusherProcess(): Promise<PusherProcess> {
  const child = fork(new URL('./pusher-server.ts', import.meta.url));
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

/** pusher-js in one private channel, with one listener, doing what it does by itself. */
export async function officialListener(
  port: number,
  channel: string,
  event: string,
  heard: () => void,
): Promise<() => void> {
  const client = new PusherClient('key', {
    cluster: '',
    wsHost: '127.0.0.1',
    wsPort: port,
    forceTLS: false,
    enabledTransports: ['ws'],
    channelAuthorization: {
      transport: 'ajax',
      endpoint: 'unused',
      customHandler: ({ socketId, channelName }, done) => done(null, { auth: `key:${socketId}:${channelName}` }),
    },
  });
  await new Promise((resolve) => {
    const joined = client.subscribe(channel);
    joined.bind('pusher:subscription_succeeded', resolve);
    joined.bind(event, heard);
  });
  return () => client.disconnect();
}
