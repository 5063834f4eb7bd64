// The page as a part of the development server: its files, and the server's lists for comparison.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CreatePart } from 'heard/dev-server';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface PagesOptions {
  readonly path: string;
  readonly files: Answer;
  readonly lists: () => Promise<unknown>;
}

export const pages =
  ({ path, files, lists }: PagesOptions): CreatePart =>
  () => ({
    name: 'demo',
    carries: () => false,
    publisher: { publish: async () => undefined },
    addresses: () => [],
    takes: (asked) => asked.startsWith(path),
    handleRequest(request: IncomingMessage, response: ServerResponse) {
      if (request.url !== `${path}lists`) return files(request, response);
      lists().then(
        (found) => response.setHeader('content-type', 'application/json').end(JSON.stringify(found)),
        () => response.writeHead(500).end(),
      );
    },
    close: async () => undefined,
  });
