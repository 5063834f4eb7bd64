// `npm run demo`: the development server and a kitchen display, on this machine only. `-- --check` plays it headless and
// exits.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createVite } from 'vite';
import { check } from './check.ts';
import type * as KitchenServer from './server.ts';
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

/** The page's files come from here; what it is told and asks for, from the development server. */
const pages = createServer();
const vite = await createVite({
  configFile: false,
  root: import.meta.dirname,
  appType: 'spa',
  logLevel: 'error',
  cacheDir: '../../node_modules/.vite-demo',
  resolve: { alias: [...aliases] },
  server: { middlewareMode: true, hmr: { server: pages } },
  plugins: [
    {
      name: 'address-of-the-server',
      transformIndexHtml: () => [
        { tag: 'meta', attrs: { name: 'heard-server', content: kitchen.url }, injectTo: 'head' },
      ],
    },
  ],
});
// The server runs the same sources as the page, resolved the same way.
const { createKitchenServer, misbehaviours } = (await vite.ssrLoadModule('/server.ts')) as typeof KitchenServer;
const { server: kitchen, misbehave } = createKitchenServer((entry) => {
  // What this page hears, and over which wire: to the others, the same is told to nobody.
  if (entry.kind === 'event' && entry.wire === 'websocket' && entry.channel.endsWith('.kds')) {
    console.log(`  server → ${entry.devices ?? 0} screen(s)  ${entry.name}`);
  } else if (entry.kind === 'request' && entry.method !== 'OPTIONS') {
    console.log(`  page → server  ${entry.method} ${entry.path} ${entry.status}`);
  } else if (entry.kind === 'fault' || entry.kind === 'trouble') {
    console.log(`  ${entry.kind}: ${entry.what}`);
  }
});

pages.on('request', (request, response) => {
  const how = misbehaviours.find((name) => request.url === `/misbehave/${name}`);
  if (how === undefined || request.method !== 'POST') return vite.middlewares(request, response);
  misbehave(how).then(
    () => response.writeHead(204).end(),
    (error: unknown) => {
      console.error(error);
      response.writeHead(500).end();
    },
  );
});

async function stop(): Promise<void> {
  await kitchen.close();
  pages.closeAllConnections();
  pages.close();
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

pages.on('error', (error: NodeJS.ErrnoException) => {
  console.error(
    error.code === 'EADDRINUSE' ? `Port ${port} is in use: choose another with \`-- --port N\`.` : error.message,
  );
  process.exit(1);
});
await kitchen.listen();
pages.listen(port, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${(pages.address() as AddressInfo).port}/`;
  if (checking) {
    void playAndStop(url);
  } else {
    console.log(`\n  heard: a kitchen display is at ${url}`);
    console.log(`  its server, as \`heard dev\` starts it, is at ${kitchen.url}\n  Ctrl-C ends it.\n`);
  }
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
