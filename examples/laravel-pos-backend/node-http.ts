// Handlers take a Request and answer a Response; Node's own server speaks otherwise. Hono, Bun and Deno need none of this.
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';

export type Handle = (request: Request, id: number) => Response | Promise<Response>;

/** `{ 'GET /v1/orders': …, 'POST /v1/print-jobs/:id/claim': … }` */
export const serve = (routes: Readonly<Record<string, Handle>>): Server =>
  createServer((incoming, outgoing) => {
    void (async () => {
      const url = new URL(incoming.url ?? '/', 'http://localhost');
      const [, id] = /\/(\d+)(?=\/|$)/.exec(url.pathname) ?? [];
      const handle = routes[`${incoming.method} ${url.pathname.replace(`/${id}`, '/:id')}`];
      const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
        values.map((value): [string, string] => [name, value]),
      );
      const body = await text(incoming);
      const request = new Request(url, { method: incoming.method ?? 'GET', headers, ...(body !== '' && { body }) });
      const answer = (await handle?.(request, Number(id))) ?? new Response(undefined, { status: 404 });
      outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
      outgoing.end(Buffer.from(await answer.arrayBuffer()));
    })().catch(() => outgoing.destroy());
  });
