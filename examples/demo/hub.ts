// The server's half of docs/protocol.md: who has introduced itself, and who hears what.
import { createHmac, randomBytes } from 'node:crypto';
import type { Frame } from 'heard';
import type { WebSocket } from 'ws';

export interface Hub {
  accept(socket: WebSocket): void;
  /** Lets one socket hear one channel, as `/broadcasting/auth` says. */
  sign(socketId: string, channel: string): string;
  /** Says it to everyone who hears the channel; answers how many that are. */
  broadcast(frame: Frame): number;
  /** Everybody is gone, and nobody was told. */
  cut(): void;
}

interface Screen {
  readonly socketId: string;
  readonly channels: Set<string>;
}

/** For a device to say who it is. */
const patienceMs = 5_000;

export function createHub(): Hub {
  const secret = randomBytes(32);
  const screens = new Map<WebSocket, Screen>();
  let sockets = 0;

  const sign = (socketId: string, channel: string): string =>
    createHmac('sha256', secret).update(`${socketId}:${channel}`).digest('hex');

  function accept(socket: WebSocket): void {
    sockets += 1;
    const screen: Screen = { socketId: `1.${sockets}`, channels: new Set() };
    const tooLate = setTimeout(() => socket.close(4401), patienceMs);
    const say = (frame: object): void => socket.send(JSON.stringify(frame));
    socket.on('close', () => {
      clearTimeout(tooLate);
      screens.delete(socket);
    });
    // `close` follows.
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const frame = read(String(data));
      const channel = typeof frame?.['channel'] === 'string' ? frame['channel'] : '';
      switch (frame?.['type']) {
        case 'auth':
          clearTimeout(tooLate);
          screens.set(socket, screen);
          return say({ type: 'welcome', socketId: screen.socketId });
        case 'subscribe':
          if (!screens.has(socket) || frame['auth'] !== sign(screen.socketId, channel)) {
            return say({ type: 'error', channel, status: 403 });
          }
          say({ type: 'ack', channel });
          screen.channels.add(channel);
          return;
        case 'unsubscribe':
          screen.channels.delete(channel);
          return;
        case 'ping':
          return say({ type: 'pong' });
        case undefined:
          return socket.close(4400);
        default:
      }
    });
  }

  return {
    accept,
    sign,
    broadcast({ channel, name, payload }) {
      const text = JSON.stringify({ type: 'event', channel, name, payload });
      const hearing = [...screens].filter(([, screen]) => screen.channels.has(channel));
      for (const [socket] of hearing) socket.send(text);
      return hearing.length;
    },
    cut() {
      for (const socket of screens.keys()) socket.terminate();
    },
  };
}

function read(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
