// `npm run example -- laravel-pos-kitchen`: one of the apps of examples/, over the sources. Pages come from Vite, the others
// run in Node.
import { spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { createServer } from 'vite';
import { aliases } from './aliases.ts';

const [name = ''] = process.argv.slice(2);
const names = globSync('examples/*/main.{ts,tsx}', { exclude: ['examples/demo/**'] })
  .map((file) => basename(dirname(file)))
  .toSorted();

async function serve(): Promise<void> {
  const vite = await createServer({
    configFile: false,
    root: 'examples',
    cacheDir: '../node_modules/.vite/examples',
    resolve: { alias: [...aliases] },
    // Found out while a page loads, they would make it load again.
    optimizeDeps: {
      include: ['pusher-js', 'react', 'react-dom/client', 'rxjs', 'socket.io-client', 'zod/mini'],
    },
  });
  await vite.listen();
  console.log(`${name}: ${vite.resolvedUrls?.local[0] ?? ''}${name}/`);
}

if (!names.includes(name)) {
  console.error(`Use: npm run example -- <one of ${names.join(', ')}>`);
  process.exitCode = 2;
} else if (existsSync(`examples/${name}/index.html`)) {
  await serve();
} else {
  const app = spawn(process.execPath, ['--import', './tools/sources.ts', `examples/${name}/main.ts`], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void app.kill(signal));
  app.on('close', (code) => (process.exitCode = code ?? 1));
}
