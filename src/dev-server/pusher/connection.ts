// One device's socket: what is said to it, how far it is behind, and how it ends.
import type { WebSocket } from 'ws';
import type { ServerTime } from '../../emit/index.ts';
import { errorFrame, type Farewell, type ServerFrame } from './server-frames.ts';

export interface Connection {
  readonly id: string;
  readonly isOpen: boolean;
  say(frame: ServerFrame): void;
  sayText(text: string): void;
  /** Tells why, and closes with the same code. */
  end(farewell: Farewell): void;
  close(code: number): void;
  /** Gone without a word. */
  cut(): void;
}

export interface ConnectionOptions {
  readonly id: string;
  readonly socket: WebSocket;
  readonly time: ServerTime;
  /** What is said to a socket that has more than this still to send is lost. */
  readonly backlogBytes: number;
  said(text: string): void;
  lost(text: string, backlogBytes: number): void;
  /** Once, as soon as nothing can be said or heard any more; the code is the server's own. */
  ended(code: number | undefined): void;
}

/** For whom it has said nothing in this time it closes, however much it has heard: pings count because they are answered. */
const silentMs = 120_000;
const silentCode = 4201;

export function createConnection(options: ConnectionOptions): Connection {
  const { id, socket, time, backlogBytes } = options;
  let isOpen = true;
  let saidAtMs = time.now();
  let stopWatching = time.schedule(silentMs, watch);

  // One timer that finds out rather than one that is set anew with every event.
  function watch(): void {
    const leftMs = saidAtMs + silentMs - time.now();
    if (leftMs > 0) stopWatching = time.schedule(leftMs, watch);
    else close(silentCode);
  }

  function finish(code?: number): void {
    if (!isOpen) return;
    isOpen = false;
    stopWatching();
    options.ended(code);
  }

  function sayText(text: string): void {
    if (!isOpen) return;
    saidAtMs = time.now();
    const backlog = socket.bufferedAmount;
    if (backlog > backlogBytes) return options.lost(text, backlog);
    socket.send(text);
    options.said(text);
  }

  function close(code: number): void {
    if (!isOpen) return;
    socket.close(code);
    finish(code);
  }

  // `close` follows.
  socket.on('error', () => undefined);
  socket.on('close', () => finish());

  const say = (frame: ServerFrame): void => sayText(JSON.stringify(frame));
  return {
    id,
    get isOpen() {
      return isOpen;
    },
    say,
    sayText,
    end(farewell) {
      say(errorFrame(farewell));
      close(farewell.code);
    },
    close,
    cut() {
      socket.terminate();
      finish();
    },
  };
}
