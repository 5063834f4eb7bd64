// The brasserie's backend on the loopback: it takes orders that were taken offline, and answers everything after a while.
import type { ServerResponse } from 'node:http';
import { friendly, serve } from '../transports/server.ts';
import type { Files } from './browser.ts';
import type { Place } from './waiter.ts';

export interface BrasserieServer extends Place {
  /** The tables that orders came for, in order. */
  readonly tables: readonly number[];
  /** Gone, with every connection. */
  stop(): Promise<void>;
}

interface Options {
  readonly answersAfterMs: number;
  /** Somebody is there: the first word of whoever comes. */
  readonly reached?: () => void;
  /** Where it was before. */
  readonly port?: number;
  /** Other things that are to be had there: a page and its script. */
  readonly files?: Files;
}

export async function openBrasserie({
  answersAfterMs,
  reached = () => undefined,
  port,
  files,
}: Options): Promise<BrasserieServer> {
  const tables: number[] = [];

  function answer(response: ServerResponse, status: number, body: unknown): void {
    const send = (): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (answersAfterMs === 0) send();
    else setTimeout(send, answersAfterMs);
  }

  const server = await serve({
    ...(port !== undefined && { port }),
    connected: reached,
    said: friendly,
    http(request, response) {
      reached();
      const file = files?.get(request.url ?? '');
      if (file !== undefined) return void response.writeHead(200, { 'content-type': file.type }).end(file.text);
      if (request.method !== 'POST') return answer(response, 200, { data: [] });
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      return void request.on('end', () => {
        const { table_id } = JSON.parse(text) as { table_id: number };
        tables.push(table_id);
        answer(response, 201, { order_id: tables.length, server_timestamp: new Date().toISOString() });
      });
    },
  });
  return { url: server.url, httpUrl: server.httpUrl, tables, stop: () => server.stop() };
}
