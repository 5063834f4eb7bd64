// A gateway's printing page that does not lead, in one real browser: whichever page is closed in the middle of a print, the ticket
// comes once, or says that it may have come before.
import { chromium, type BrowserContext, type Page } from 'playwright';
import { describe, expect, onTestFinished, test } from 'vitest';
import { seededRandom } from '../../src/testing/fake-host.ts';
import { chromiumLaunch } from '../../tools/chromium.ts';
import { patience } from '../effort.ts';
import { createServer, type Server } from '../kill/server.ts';
import { pageScript } from '../page-script.ts';
import type { LentPage } from './lent-page.ts';

declare global {
  /** In the page. */
  var lent: LentPage;
}

const script = await pageScript(new URL('lent-page.ts', import.meta.url));

async function openBrowser(): Promise<{ readonly server: Server; readonly context: BrowserContext }> {
  const html = '<!doctype html><script type="module" src="/page.js"></script>';
  const server = await createServer(
    seededRandom(3),
    new Map([
      ['/', html],
      ['/page.js', script],
    ]),
  );
  const browser = await chromium.launch(chromiumLaunch());
  onTestFinished(() => browser.close());
  return { server, context: await browser.newContext() };
}

async function openTab(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForFunction(() => 'lent' in globalThis && globalThis.lent.word() === 'live');
  return page;
}

const roleOf = (page: Page): Promise<string> => page.evaluate(() => globalThis.lent.role());
const finish = (page: Page): Promise<void> => page.evaluate(() => globalThis.lent.finish());
const prints = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => globalThis.lent.printing() === 1, undefined, { timeout: 50_000 });
const isIdle = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => {
    const { waiting, running, dead } = globalThis.lent.work();
    return waiting + running + dead === 0;
  });

describe.each([
  { query: '', what: 'with locks' },
  { query: '&lockless', what: 'without locks, as on plain http' },
])('$what', ({ query }) => {
  test(
    'T9, T10, T12: a page that follows prints; the leading page is closed in the middle, and nothing is printed twice',
    async () => {
      const { server, context } = await openBrowser();
      const leader = await openTab(context, `${server.origin}/?listens${query}`);
      const next = await openTab(context, `${server.origin}/?listens${query}`);
      const printer = await openTab(context, `${server.origin}/?prints${query}`);
      expect(await Promise.all([leader, next, printer].map(roleOf))).toEqual(['leader', 'follower', 'follower']);
      server.askOne();
      await prints(printer);
      await leader.close();
      await Promise.race(
        [next, printer].map((page) => page.waitForFunction(() => globalThis.lent.role() === 'leader')),
      );
      for (const page of [next, printer]) await page.waitForFunction(() => globalThis.lent.word() === 'live');
      expect(server.books.printed).toEqual([]);
      await finish(printer);
      await isIdle(next);
      server.askOne();
      await prints(printer);
      await finish(printer);
      await isIdle(next);
      const told = server.books.printed.map(({ job, redelivered }) => ({ job, redelivered }));
      expect(told).toEqual([
        { job: 0, redelivered: false },
        { job: 1, redelivered: false },
      ]);
      expect(server.connected).toBe(1);
    },
    patience,
  );

  test(
    'T11: the page that prints is closed in the middle, and another one prints it, marked',
    async () => {
      const { server, context } = await openBrowser();
      const leader = await openTab(context, `${server.origin}/?listens${query}`);
      const first = await openTab(context, `${server.origin}/?prints${query}`);
      server.askOne();
      await prints(first);
      const second = await openTab(context, `${server.origin}/?prints${query}`);
      const closedAt = performance.now();
      await first.close();
      await prints(second);
      console.log(`${query || 'locks'}: printed elsewhere after ${Math.round(performance.now() - closedAt)} ms`);
      await finish(second);
      await isIdle(leader);
      const told = server.books.printed.map(({ job, redelivered }) => ({ job, redelivered }));
      expect(told).toEqual([{ job: 0, redelivered: true }]);
    },
    // Without locks a page may go without a word, and its run has its time.
    2 * patience,
  );
});
