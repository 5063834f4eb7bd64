// A device that speaks the protocol frame by frame, and keeps what it hears.
import { WebSocket } from 'ws';

export interface Heard {
  readonly event: string;
  readonly channel?: string;
  readonly data?: unknown;
}

export interface Device {
  readonly socket: WebSocket;
  /** What the server calls it; empty until it is greeted. */
  readonly id: string;
  /** In order, without what was taken already. */
  readonly heard: readonly Heard[];
  /** With which code it was closed. */
  readonly closed: number | undefined;
  say(frame: unknown): void;
  sayText(text: string): void;
  /** Resolves with the next one that was not taken yet. */
  next(): Promise<Heard>;
  greeted(): Promise<void>;
  /** Everything that was said before is through when it resolves: the server answers in order. Takes what came until then. */
  settled(): Promise<readonly Heard[]>;
  gone(): Promise<number>;
}

/** Nobody waits longer than this for a frame; in a test that passes, nobody waits at all. */
const patienceMs = 10_000;

export function device(url: string): Device {
  const socket = new WebSocket(url, { perMessageDeflate: true });
  let heard: Heard[] = [];
  let id = '';
  let closed: number | undefined;
  let look = (): void => undefined;
  socket.on('error', () => undefined);
  socket.on('close', (code) => {
    closed = code;
    look();
  });
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as Heard;
    if (frame.event === 'pusher:connection_established') {
      id = (JSON.parse(String(frame.data)) as { socket_id: string }).socket_id;
    }
    heard.push(frame);
    look();
  });

  /** Resolves with what `find` finds, now or after the next frames. */
  const until = <Found>(what: string, find: () => Found | undefined): Promise<Found> =>
    new Promise((resolve, reject) => {
      const tooLate = setTimeout(() => reject(new Error(`${what} did not come; closed: ${closed}`)), patienceMs);
      look = () => {
        const found = find();
        if (found === undefined) return;
        clearTimeout(tooLate);
        look = () => undefined;
        resolve(found);
      };
      look();
    });

  const next = (): Promise<Heard> => until('A frame', () => heard.shift());

  const say = (frame: unknown): void => socket.send(JSON.stringify(frame));
  return {
    socket,
    get id() {
      return id;
    },
    get heard() {
      return heard;
    },
    get closed() {
      return closed;
    },
    say,
    sayText: (text) => socket.send(text),
    next,
    async greeted() {
      await next();
    },
    settled() {
      say({ event: 'pusher:ping', data: {} });
      return until('A pong', () => {
        const at = heard.findIndex(({ event }) => event === 'pusher:pong');
        if (at === -1) return undefined;
        const taken = heard.slice(0, at);
        heard = heard.slice(at + 1);
        return taken;
      });
    },
    gone: () => until('The close', () => closed),
  };
}
