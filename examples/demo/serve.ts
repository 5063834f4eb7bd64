// `npm run demo`: a kitchen server and a kitchen display, on this machine only. `-- --check` plays it headless and exits.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createVite } from 'vite';
import { WebSocketServer } from 'ws';
import type { createKitchen as CreateKitchen } from './kitchen.ts';
import { check } from './check.ts';
import { createHub } from './hub.ts';
import { aliases } from '../../tools/aliases.ts';

const { checking, port } = readArguments(process.argv.slice(2));

function readArguments(args: readonly string[]): { readonly checking: boolean; readonly port: number } {
  const portAt = args.indexOf('--port');
  const port = portAt === -1 ? 0 : Number(args[portAt + 1]);
  const unknown = args.filter(
    (word, index) => word !== '--check' && (portAt === -1 || (index !== portAt && index !== portAt + 1)),
  );
  if (unknown.length > 0 || !Number.isInteger(port) || port < 0 || port > 65_535) {
    console.error('Use: npm run demo [-- --port <0 to 65535>] [-- --check]');
    process.exit(2);
  }
  return { checking: args.includes('--check'), port };
}

const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    console.error(error);
    if (!response.headersSent) answer(response, 500, { title: 'The demo server failed; its terminal says why' });
  });
});

const vite = await createVite({
  configFile: false,
  root: import.meta.dirname,
  appType: 'spa',
  logLevel: 'error',
  cacheDir: '../../node_modules/.vite-demo',
  resolve: { alias: [...aliases] },
  server: { middlewareMode: true, hmr: { server } },
});
// The server runs the same sources as the page, resolved the same way.
const { createKitchen } = (await vite.ssrLoadModule('/kitchen.ts')) as { createKitchen: typeof CreateKitchen };

const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
const hub = createHub();
sockets.on('connection', hub.accept);
const kitchen = createKitchen((frame) => {
  const screens = hub.broadcast(frame);
  console.log(`  server → ${screens} screen(s)  ${frame.name}`);
});

/** How long the Wi-Fi is away, and what is ordered meanwhile: the till hangs on a cable. */
const outageMs = 5_000;
const ordersAtMs = [1_000, 2_000, 3_000];
let isCut = false;

function cutTheWifi(): void {
  if (isCut) return;
  isCut = true;
  console.log('  the Wi-Fi of the kitchen is gone');
  hub.cut();
  for (const ms of ordersAtMs) setTimeout(kitchen.order, ms).unref();
  setTimeout(() => {
    isCut = false;
    console.log('  the Wi-Fi of the kitchen is back');
  }, outageMs).unref();
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const textIn = (body: unknown, field: string): string => {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, field) : undefined;
  return typeof value === 'string' ? value : '';
};

const misbehaviours = ['broken', 'foreign', 'unknown', 'again'] as const;

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://demo.test');
  if (isCut && /^\/(?:v1|broadcasting)\//.test(pathname)) return void request.socket.destroy();
  const step = /^\/v1\/kds\/tickets\/(\d+)\/(bump|undo)$/.exec(pathname);
  if (request.method === 'POST' && step !== null) {
    const body = await bodyOf(request);
    const result = kitchen.step(step[2] === 'undo' ? 'undo' : 'bump', Number(step[1]), textIn(body, 'to'));
    console.log(`  screen → server  ${pathname} ${result.status}`);
    answer(response, result.status, result.body);
  } else if (request.method === 'GET' && pathname === '/v1/kds/tickets') {
    answer(response, 200, kitchen.tickets());
  } else if (request.method === 'GET' && pathname === '/v1/events/since') {
    const { channel = '', seq, limit } = Object.fromEntries(searchParams);
    answer(response, 200, kitchen.since(channel, Number(seq) || 0, Number(limit) || 100));
  } else if (request.method === 'POST' && pathname === '/broadcasting/auth') {
    const body = await bodyOf(request);
    answer(response, 200, { auth: hub.sign(textIn(body, 'socket_id'), textIn(body, 'channel_name')) });
  } else if (request.method === 'POST' && pathname === '/demo/cut') {
    cutTheWifi();
    answer(response, 202, {});
  } else if (request.method === 'POST' && pathname === '/demo/order') {
    kitchen.order();
    answer(response, 202, {});
  } else if (request.method === 'POST' && pathname.startsWith('/demo/')) {
    const how = misbehaviours.find((name) => pathname === `/demo/${name}`);
    if (how !== undefined) kitchen.misbehave(how);
    answer(response, how === undefined ? 404 : 202, {});
  } else {
    vite.middlewares(request, response);
  }
}

server.on('upgrade', (request, socket, head) => {
  if (request.url === '/socket' && !isCut) {
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened));
  } else if (request.headers['sec-websocket-protocol'] !== 'vite-hmr') {
    socket.destroy();
  }
});

async function stop(): Promise<void> {
  for (const socket of sockets.clients) socket.terminate();
  server.closeAllConnections();
  server.close();
  await vite.close();
}

async function playAndStop(url: string): Promise<void> {
  try {
    await check(url);
    console.log('The demo works.');
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
  await stop();
}

server.on('error', (error: NodeJS.ErrnoException) => {
  console.error(
    error.code === 'EADDRINUSE' ? `Port ${port} is in use: choose another with \`-- --port N\`.` : error.message,
  );
  process.exit(1);
});
server.listen(port, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  if (checking) {
    void playAndStop(url);
  } else {
    console.log(`\n  heard: a kitchen display is at ${url}\n  Ctrl-C ends it.\n`);
  }
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
