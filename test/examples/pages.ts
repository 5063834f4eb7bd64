// The examples that are pages: built as Vite builds them for anybody, served from memory, opened in a real browser, a device
// each.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { globSync } from 'node:fs';
import { extname } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, expect, onTestFinished, vi } from 'vitest';
import { aliases } from '../../tools/aliases.ts';
import { chromiumLaunch } from '../../tools/chromium.ts';
import { patience } from '../effort.ts';
import type { Dev } from './dev.ts';

const root = 'examples';
/** Where the examples look for `heard dev`. */
const usualPlace = '127.0.0.1:3001';
const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

async function builtPages(): Promise<ReadonlyMap<string, string>> {
  const input = globSync(`${root}/*/index.html`, { exclude: [`${root}/demo/**`] });
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

/** Its network is gone, and nothing that it had opened before is left. */
export async function goOffline(page: Page, { ask }: Dev): Promise<void> {
  await page.context().setOffline(true);
  await ask('/_dev/faults', { kind: 'cut-connections' });
  await page.getByRole('status').getByText('live').waitFor({ state: 'detached' });
}

export const goOnline = (page: Page): Promise<void> => page.context().setOffline(false);

/** Until the browser has stored something with this text: what a device is told is written a moment later. */
export const stored = (page: Page, text: string): Promise<unknown> =>
  vi.waitFor(async () => expect(await page.evaluate(everythingStored)).toContain(text), { timeout: patience });

async function everythingStored(): Promise<string> {
  const settled = <Result>(request: IDBRequest<Result>): Promise<Result> =>
    new Promise((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result));
      request.addEventListener('error', () => reject(new Error('IndexedDB did not answer.')));
    });
  const found: unknown[] = [];
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await settled(indexedDB.open(name));
    for (const table of database.objectStoreNames) {
      found.push(await settled(database.transaction(table).objectStore(table).getAll()));
    }
    database.close();
  }
  return JSON.stringify(found);
}

export interface Pages {
  /** Opens an example on a device of its own. */
  open(name: string, dev: string): Promise<Page>;
}

/** For the tests of one file. */
export function pages(): Pages {
  let files: ReadonlyMap<string, string> = new Map();
  let browser: Browser;
  beforeAll(async () => {
    [files, browser] = await Promise.all([builtPages(), chromium.launch(chromiumLaunch())]);
  }, patience);
  afterAll(() => browser.close());

  /** The files, for apps that talk to this server. */
  async function served(dev: string): Promise<string> {
    const server = createServer((request, response) => {
      const path = (request.url ?? '').replace(/\/$/, '/index.html');
      const file = files.get(path);
      response.writeHead(file === undefined ? 404 : 200, { 'content-type': types[extname(path)] ?? 'text/plain' });
      response.end(file?.replaceAll(usualPlace, new URL(dev).host));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  return {
    async open(name, dev) {
      const context = await browser.newContext();
      onTestFinished(() => context.close());
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('console', (entry) => {
        // A browser reports each request that a missing network has failed, or a server refused.
        if (entry.type() === 'error' && !/net::ERR_|WebSocket connection to|status of (?:402|503)/.test(entry.text()))
          faults.push(entry.text());
      });
      onTestFinished(() => expect(faults).toEqual([]));
      await page.goto(`${await served(dev)}/${name}/`);
      return page;
    },
  };
}
