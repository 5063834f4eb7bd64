// The other side of the device for pages, which cannot start servers: they say over HTTP what is to happen.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { serverTime } from '../../src/emit/server-time.ts';
import type { Host } from '../../src/host/host.ts';
import { createBackstage, type NodeBackstage } from './backstage.ts';
import type { Opened, Order } from './remote-backstage.ts';

/** A page's time passes faster than ours while it waits. What the network keeps back comes sooner in the same measure. */
const fasterBy = 40;

const network: Pick<Host, 'clock' | 'schedule'> = {
  clock: { wallMs: () => Date.now(), monotonicMs: () => performance.now() },
  schedule(ms, callback) {
    const timer = setTimeout(callback, ms / fasterBy);
    return () => clearTimeout(timer);
  },
};

export async function serveBackstage(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const open = new Map<number, NodeBackstage>();
  let opened = 0;

  async function carryOut(order: Order): Promise<unknown> {
    if (order.kind === 'open') {
      const { wire, scenario } = order;
      const backstage = await createBackstage({
        wire,
        scenario,
        network,
        time: serverTime,
        pass: async () => undefined,
      });
      opened += 1;
      open.set(opened, backstage);
      return { id: opened, url: backstage.url } satisfies Opened;
    }
    const backstage = open.get(order.id);
    if (backstage === undefined) throw new Error(`There is no backstage ${order.id}.`);
    switch (order.kind) {
      case 'publish':
        return backstage.publish(order.labels);
      case 'act':
        return backstage.act(order.step);
      case 'effects':
        return backstage.effects();
      case 'strikes':
        return backstage.strikes();
      case 'close':
    }
    open.delete(order.id);
    return backstage.close();
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
    // Plain text asks for no preflight.
    response.setHeader('access-control-allow-origin', '*');
    try {
      const result = await carryOut(JSON.parse(Buffer.concat(chunks).toString()) as Order);
      response.end(JSON.stringify(result ?? null));
    } catch (error) {
      response.statusCode = 500;
      response.end(error instanceof Error ? error.message : String(error));
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      for (const backstage of open.values()) await backstage.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
