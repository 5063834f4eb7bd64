// A real Socket.IO server for as long as one test.
import { createServer, type Server as HttpServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Server, type ServerOptions } from 'socket.io';
import { onTestFinished } from 'vitest';

export interface TestIo {
  readonly url: string;
  readonly io: Server;
  readonly http: HttpServer;
  /** The addresses of all requests, in order. */
  readonly asked: readonly string[];
}

export async function listenIo(options: Partial<ServerOptions> = {}): Promise<TestIo> {
  const asked: string[] = [];
  const http = createServer();
  const io = new Server(http, { serveClient: false, ...options });
  const note = ({ url = '' }: { readonly url?: string | undefined }): void => void asked.push(url);
  http.prependListener('request', note).prependListener('upgrade', note);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => io.close());
  const { port } = http.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, io, http, asked };
}
