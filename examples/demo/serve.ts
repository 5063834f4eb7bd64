// `npm run demo`: five devices of one restaurant on one page, and the server behind them, on this machine only. `-- --check`
// plays the whole story headless and exits with 0 or 1.
import { createServer as createVite } from 'vite';
import { aliases } from '../../tools/aliases.ts';
import { check } from './check.ts';
import type * as Houses from './server/house.ts';

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

const vite = await createVite({
  configFile: false,
  root: import.meta.dirname,
  base: '/_dev/demo/',
  appType: 'spa',
  logLevel: 'error',
  cacheDir: '../../node_modules/.vite-demo',
  resolve: { alias: [...aliases] },
  // A page that reloads by itself would be one more fault, and one that nobody asked for.
  server: { middlewareMode: true, hmr: false, ws: false },
  plugins: [
    {
      name: 'without-the-client-of-vite',
      transformIndexHtml: {
        order: 'post',
        handler: (html) => html.replace(/<script[^>]*@vite\/client[^>]*><\/script>/, ''),
      },
    },
  ],
});
// The server runs the same sources as the page, resolved the same way.
const { createHouse } = (await vite.ssrLoadModule('/server/house.ts')) as typeof Houses;
const { server, path } = createHouse({
  port,
  files: (request, response) => vite.middlewares(request, response),
  traffic(entry) {
    if (entry.kind === 'trouble') console.log(`  trouble: ${entry.what}`);
    else if (entry.kind === 'fault') console.log(`  fault: ${entry.what}`);
    else if (entry.kind === 'request' && entry.method === 'POST' && entry.path.includes('/v1/')) {
      console.log(`  ${entry.status} ${entry.path}`);
    }
  },
});

async function stop(): Promise<void> {
  await server.close();
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

const url = await server.listen().then(
  (address) => address + path,
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return process.exit(1);
  },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
if (checking) {
  await playAndStop(url);
} else {
  console.log(`\n  heard: five devices of one restaurant are at ${url}`);
  console.log(`  Their server, as \`heard dev\` starts it, is at ${server.url}\n  Ctrl-C ends it.\n`);
}
