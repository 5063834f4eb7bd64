// A device of orders in a real browser's page, over Pusher from a server on the loopback: a till with everything that it keeps, or
// pusher-js alone.
import { openPage, pageFiles, type BrowserPage } from './browser.ts';
import type { NotRun } from './rows.ts';
import { openShop, type Log, type Shop } from './shop.ts';
import type { TillPage, Who } from './till-page.ts';

declare global {
  /** In the page. */
  var tillPage: TillPage;
}

/** What was heard is written a moment later, a quarter of a second at most. */
const untilKeptMs = 750;

export interface Listening {
  readonly shop: Shop;
  readonly browser: BrowserPage;
  /** Begins anew in a fresh page, with what was kept. */
  reload(): Promise<void>;
  /** Resolves when the page has heard so many since it was loaded, and has kept that. */
  heard(count: number): Promise<void>;
  /** Throws unless the page knows of everything that was ordered, after a reload. */
  expectKept(): Promise<void>;
  close(): Promise<void>;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function openListening(who: Who): Promise<Listening | NotRun> {
  const log: Log = [];
  const shop = await openShop(log, { files: await pageFiles(new URL('till-page.ts', import.meta.url)) });
  const opened = await openPage(`http://127.0.0.1:${shop.port}/`);
  if ('notRun' in opened) {
    await shop.stop();
    return opened;
  }
  const { page } = opened;

  async function open(): Promise<void> {
    await page.waitForFunction(() => 'tillPage' in globalThis);
    await page.evaluate((asked) => globalThis.tillPage.open(asked.who, asked.port), { who, port: shop.port });
  }

  async function reload(): Promise<void> {
    await page.reload();
    await open();
  }

  async function expectHeard(count: number): Promise<void> {
    const { heard, troubles } = await page.evaluate(() => globalThis.tillPage.told());
    if (heard === count && troubles.length === 0) return;
    throw new Error(`Not what was to be measured: ${heard} of ${count} events were heard. ${troubles.join(', ')}`);
  }

  await open();
  return {
    shop,
    browser: opened,
    reload,
    async heard(count) {
      await page.evaluate((expected) => globalThis.tillPage.heard(expected), count);
      await pause(untilKeptMs);
      await expectHeard(count);
    },
    async expectKept() {
      await reload();
      await expectHeard(0);
      if (log.length === 0) throw new Error('Nothing was ordered.');
    },
    async close() {
      await opened.close();
      await shop.stop();
    },
  };
}
