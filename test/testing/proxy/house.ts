// A real server behind the proxy, and real clients in front of it.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished, vi, expect } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createFaultProxy, type FaultProxy, type FaultProxyOptions } from '../../../src/testing/proxy/index.ts';

export interface House {
  readonly proxy: FaultProxy;
  readonly url: string;
  /** Each request that the server has acted on. */
  readonly acted: string[];
  /** What the server heard over WebSockets; it says all of it back. */
  readonly heard: string[];
  readonly sockets: ReadonlySet<WebSocket>;
  readonly upgrades: IncomingMessage[];
}

export const answer: object = { order: 7, items: ['soup', 'bread', 'wine'] };

export async function house(options: Omit<FaultProxyOptions, 'target'> = {}): Promise<House> {
  const acted: string[] = [];
  const heard: string[] = [];
  const upgrades: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      acted.push(`${request.method} ${request.url} ${body}`.trim());
      response.writeHead(200, { 'content-type': 'application/json', 'x-house': 'one' });
      response.end(JSON.stringify({ ...answer, host: request.headers.host }));
    });
  });
  const wss = new WebSocketServer({ noServer: true, perMessageDeflate: true });
  server.on('upgrade', (request, socket, head) => {
    upgrades.push(request);
    if (request.url === '/closed') {
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    wss.handleUpgrade(request, socket, head, (one) => {
      one.on('error', () => undefined);
      one.on('message', (data: Buffer, isBinary) => {
        heard.push(data.toString());
        one.send(data, { binary: isBinary });
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = createFaultProxy({ target: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...options });
  const url = await proxy.listen();
  onTestFinished(async () => {
    await proxy.stop();
    for (const one of wss.clients) one.terminate();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { proxy, url, acted, heard, sockets: wss.clients, upgrades };
}

export interface Guest {
  readonly socket: WebSocket;
  readonly heard: string[];
  /** How it ended: the code. */
  readonly ended: Promise<number>;
}

/** Resolves when it is open; rejects with what it was told instead. */
export async function guest({ proxy }: House, path = '/socket'): Promise<Guest> {
  const socket = new WebSocket(`${proxy.wsUrl}${path}`);
  const heard: string[] = [];
  socket.on('message', (data: Buffer) => void heard.push(data.toString()));
  onTestFinished(() => socket.terminate());
  const ended = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  return { socket, heard, ended };
}

export const until = (isSo: () => unknown): Promise<void> =>
  vi.waitFor(() => expect(isSo()).toBeTruthy(), { timeout: 10_000, interval: 2 });
