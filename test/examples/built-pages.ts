// The examples that are pages, built as Vite builds them for anybody and served from memory, by a server of their own.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { globSync } from 'node:fs';
import { extname } from 'node:path';
import { build, type Rolldown } from 'vite';
import { aliases } from '../../tools/aliases.ts';

const root = 'examples';
/** Where the examples look for `heard dev`. */
const usualPlace = '127.0.0.1:3001';
const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** By path. */
export type BuiltPages = ReadonlyMap<string, string>;

/** `name` may have a star. */
export async function builtPages(name: string): Promise<BuiltPages> {
  const input = globSync(`${root}/${name}/index.html`, { exclude: [`${root}/demo/**`] });
  const built = (await build({
    configFile: false,
    root,
    logLevel: 'error',
    resolve: { alias: [...aliases] },
    build: { write: false, rolldownOptions: { input } },
  })) as Rolldown.RolldownOutput;
  return new Map(
    built.output.map((file) => [`/${file.fileName}`, 'code' in file ? file.code : Buffer.from(file.source).toString()]),
  );
}

export interface ServedPages {
  readonly url: string;
  stop(): void;
}

/** The files, for apps that talk to this server. */
export async function servedPages(files: BuiltPages, dev: string): Promise<ServedPages> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/\/$/, '/index.html');
    const file = files.get(path);
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': types[extname(path)] ?? 'text/plain' });
    response.end(file?.replaceAll(usualPlace, new URL(dev).host));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
