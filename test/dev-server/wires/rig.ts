// A development server for as long as one test, and plain devices for it.
import { once } from 'node:events';
import { onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createDevServer, type DevServer, type DevServerOptions } from '../../../src/dev-server/dev-server.ts';
import type { Traffic } from '../../../src/dev-server/traffic.ts';
import { createCafe, type Cafe } from './cafe.ts';

export interface Rig {
  readonly server: DevServer;
  readonly url: string;
  readonly ws: string;
  readonly cafe: Cafe;
  readonly traffic: readonly Traffic[];
}

export async function start(options: Partial<DevServerOptions> = {}): Promise<Rig> {
  const traffic: Traffic[] = [];
  const cafe = createCafe();
  const server = createDevServer({
    backends: [cafe.create],
    port: 0,
    traffic: (entry) => void traffic.push(entry),
    ...options,
  });
  const url = await server.listen();
  onTestFinished(() => server.close());
  return { server, url, ws: url.replace('http', 'ws'), cafe, traffic };
}

export interface Device {
  readonly heard: readonly Record<string, unknown>[];
  readonly closed: Promise<number>;
  readonly socket: WebSocket;
  say(frame: object | string | Uint8Array): void;
  /** Waits for so many frames and gives them. */
  frames(count: number): Promise<readonly Record<string, unknown>[]>;
}

/** A plain `ws`, which does only what it is told. */
export async function device(address: string, headers: Record<string, string> = {}): Promise<Device> {
  const socket = new WebSocket(address, { headers });
  const heard: Record<string, unknown>[] = [];
  socket.on('message', (data: Buffer) => void heard.push(JSON.parse(data.toString()) as Record<string, unknown>));
  const closed = new Promise<number>((resolve) => void socket.once('close', resolve));
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  return {
    heard,
    closed,
    socket,
    say: (frame) =>
      socket.send(typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame)),
    async frames(count) {
      await vi.waitFor(
        () => {
          if (heard.length < count) throw new Error(`${heard.length} of ${count}: ${JSON.stringify(heard)}`);
        },
        { timeout: 10_000, interval: 2 },
      );
      return heard;
    },
  };
}

export const until = (isSo: () => boolean): Promise<void> =>
  vi.waitFor(
    () => {
      if (!isSo()) throw new Error('Not yet.');
    },
    { timeout: 10_000, interval: 2 },
  );
