// The examples that are pages, opened in a real browser, a device each.
import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, beforeAll, expect, onTestFinished, vi } from 'vitest';
import { chromiumLaunch } from '../../tools/chromium.ts';
import { patience } from '../effort.ts';
import { builtPages, servedPages, type BuiltPages } from './built-pages.ts';
import type { Dev } from './dev.ts';

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
  let files: BuiltPages = new Map();
  let browser: Browser;
  beforeAll(async () => {
    [files, browser] = await Promise.all([builtPages('*'), chromium.launch(chromiumLaunch())]);
  }, patience);
  afterAll(() => browser.close());

  return {
    async open(name, dev) {
      const context = await browser.newContext();
      onTestFinished(() => context.close());
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('console', (entry) => {
        // A browser reports each request that a missing network has failed, or a server refused.
        if (
          entry.type() === 'error' &&
          !/net::ERR_|WebSocket connection to|status of (?:402|422|503)/.test(entry.text())
        )
          faults.push(entry.text());
      });
      onTestFinished(() => expect(faults).toEqual([]));
      const served = await servedPages(files, dev);
      onTestFinished(() => served.stop());
      await page.goto(`${served.url}/${name}/`);
      return page;
    },
  };
}
