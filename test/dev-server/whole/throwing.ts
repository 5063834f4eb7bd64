// How hostile things get to the server: over connections that are opened, used and left, several at a time.
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import type { Frame } from './hostile-frames.ts';
import type { RawRequest } from './hostile-requests.ts';

export interface Wire {
  readonly url: string;
  /** What is said first. */
  readonly hello: readonly string[];
  /** What the server says when the device is in, with the id of the connection where there is one. */
  readonly isIn: RegExp | undefined;
}

const lanes = 8;
export const perConnection = 24;
/** Who is not answered for so long gives up. */
const giveUpMs = 1_000;

/** So many have a connection of their own, and end with one of the `ends`. */
export function throwFrames(wire: Wire, frames: readonly Frame[], ends: readonly Frame[] = []): Promise<void> {
  return inLanes(Math.ceil(frames.length / perConnection), (index) => {
    const [from, to] = [index * perConnection, (index + 1) * perConnection];
    return oneConnection(wire, [...frames.slice(from, to), ...ends.slice(index, index + 1)]);
  });
}

export function throwRequests(url: string, requests: readonly RawRequest[]): Promise<void> {
  const { hostname, port } = new URL(url);
  return inLanes(requests.length, (index) => oneRequest(hostname, Number(port), requests[index] ?? ''));
}

async function inLanes(count: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await run(index);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function oneConnection({ url, hello, isIn }: Wire, frames: readonly Frame[]): Promise<void> {
  const socket = new WebSocket(url);
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  const entered = new Promise<string>((resolve) => {
    socket.on('message', (text: Buffer) => {
      const found = isIn?.exec(text.toString());
      if (found != null) resolve(found[1] ?? '');
    });
    if (isIn === undefined) socket.once('open', () => resolve(''));
  });
  socket.once('open', () => {
    for (const text of hello) socket.send(text);
  });
  const socketId = await Promise.race([entered, closed.then(() => '')]);
  for (const frame of frames) if (socket.readyState === WebSocket.OPEN) socket.send(frame(socketId));
  socket.close();
  const giveUp = setTimeout(() => socket.terminate(), giveUpMs);
  await closed;
  clearTimeout(giveUp);
}

function oneRequest(host: string, port: number, request: RawRequest): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => socket.end(request));
    const giveUp = setTimeout(() => socket.destroy(), giveUpMs);
    socket.on('error', () => undefined).resume();
    socket.on('close', () => {
      clearTimeout(giveUp);
      resolve();
    });
  });
}
