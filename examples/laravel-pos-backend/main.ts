// A backend of one's own: orders become print jobs, every event is kept, and whoever was away asks for what they missed.
// The event server is any of Pusher's protocol: here the one in `heard dev`, elsewhere Soketi, Reverb or Pusher.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { laravelPos, type Order, type PrintJobRow } from 'heard/contracts/laravel-pos';
import {
  broadcastingAuthHandler,
  createEmitter,
  idempotent,
  memoryIdempotency,
  pusherPublisher,
  replayHandler,
  whoMayHear,
  type Caller,
} from 'heard/emit';
import { nodeListener } from 'heard/emit/node-listener';
import { sqliteLog } from 'heard/emit/sqlite-log';
import Pusher from 'pusher';

type Handle = (request: Request, id: number) => Promise<Response>;

const { EVENTS = 'http://127.0.0.1:3001', PORT = '3002', DATA = ':memory:' } = process.env;
const { hostname: host, port } = new URL(EVENTS);
const app = { appId: 'heard-app', key: 'heard-key', secret: 'heard-secret', host, port };
const sku = 'corner-bakery';

const log = sqliteLog({ file: DATA });
const emitter = createEmitter(laravelPos, {
  log,
  publisher: pusherPublisher(new Pusher(app)),
  problem: ({ name, id }) => console.warn('kept, and not published:', name, id),
});

const callers: ReadonlyMap<string | null, Caller> = new Map([
  ['Bearer bakery-till', { id: 11, abilities: ['order.read'], scope: { sku, deviceId: 11 } }],
  ['Bearer bakery-printer', { id: 42, abilities: ['printer.read', 'device.sync'], scope: { sku, deviceId: 42 } }],
]);
const callerOf = (request: Request): Caller | undefined => callers.get(request.headers.get('authorization'));

/** Whoever has none of it is told so before anything happens. */
const only =
  (ability: string, handle: (id: number, caller: Caller) => Promise<Response>): Handle =>
  async (request, id) => {
    const caller = callerOf(request);
    if (caller === undefined) return new Response(undefined, { status: 401 });
    return caller.abilities.includes(ability) ? handle(id, caller) : new Response(undefined, { status: 403 });
  };

const orders = new Map<number, Order>();
const printJobs = new Map<number, PrintJobRow>();

/** Changed first, told afterwards: a device that hears of it finds it. */
async function takeOrder(): Promise<Response> {
  const id = orders.size + 1;
  const order: Order = { id, status: 'accepted', number: `B${id}`, created_at: new Date().toISOString() };
  const print_job: PrintJobRow = { id: 500 + id, type: 'customer_receipt', order_id: id, status: 'queued' };
  orders.set(id, order);
  printJobs.set(print_job.id, print_job);
  await emitter.emit('OrderCreated', { scope: { sku }, data: { order } });
  await emitter.emit('PrintJobQueued', { scope: { sku }, data: { print_job } });
  return Response.json({ data: order }, { status: 201 });
}

/** From one status to the next, once: 409 to whoever comes second. */
const step = (from: string, to: PrintJobRow['status']): Handle =>
  only('printer.read', async (id, caller) => {
    const job = printJobs.get(id);
    if (job === undefined) return new Response(undefined, { status: 404 });
    if (job.status !== from) return Response.json({ data: job }, { status: 409 });
    const data = { ...job, status: to, claimed_by: caller.id };
    printJobs.set(id, data);
    if (to === 'completed') await emitter.emit('PrintJobCompleted', { scope: { sku }, data: { print_job_id: id } });
    return Response.json({ data });
  });

const routes: Readonly<Record<string, Handle>> = {
  'POST /v1/orders': idempotent((request) => only('order.read', takeOrder)(request, 0), {
    store: memoryIdempotency(),
    principal: (request) => callerOf(request)?.id.toString(),
  }),
  'GET /v1/print-jobs': only('printer.read', async () => Response.json({ data: [...printJobs.values()] })),
  'POST /v1/print-jobs/:id/claim': step('queued', 'claimed'),
  'POST /v1/print-jobs/:id/complete': step('claimed', 'completed'),
  'POST /v1/print-jobs/:id/fail': step('claimed', 'failed'),
  'GET /v1/events/since': replayHandler(laravelPos, { log, mayRead: whoMayHear(laravelPos, callerOf) }),
  'POST /broadcasting/auth': broadcastingAuthHandler(laravelPos, { ...app, caller: callerOf }),
};

const server = createServer(
  nodeListener(async (request) => {
    const { pathname } = new URL(request.url);
    const [, id] = /\/(\d+)(?=\/|$)/.exec(pathname) ?? [];
    const handle = routes[`${request.method} ${pathname.replace(`/${id}`, '/:id')}`];
    return (await handle?.(request, Number(id))) ?? new Response(undefined, { status: 404 });
  }),
);
await once(server.listen(Number(PORT), '127.0.0.1'), 'listening');
console.log(`the bakery listens at http://127.0.0.1:${(server.address() as AddressInfo).port}`);
process.once('SIGTERM', () => server.close(() => void log.close()));
