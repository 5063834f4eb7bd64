// Five real tabs of one real browser, over one IndexedDB.
import { chromium, type BrowserContext, type Page } from 'playwright';
import { describe, expect, onTestFinished, test } from 'vitest';
import { seededRandom } from '../../src/testing/fake-host.ts';
import { chromiumLaunch } from '../../tools/chromium.ts';
import { patience } from '../effort.ts';
import { judgeWork } from '../kill/judge.ts';
import { createServer, type Server } from '../kill/server.ts';
import { pageScript } from '../page-script.ts';
import type { SharedPage } from './shared-page.ts';

declare global {
  /** In the page. */
  var shared: SharedPage;
}

const script = await pageScript(new URL('shared-page.ts', import.meta.url));

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

async function openTab(context: BrowserContext, origin: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(origin);
  await page.waitForFunction(() => 'shared' in globalThis && globalThis.shared.word() === 'live');
  return page;
}

const roleOf = (page: Page): Promise<string> => page.evaluate(() => globalThis.shared.role());
const heardBy = (page: Page): Promise<readonly number[]> => page.evaluate(() => [...globalThis.shared.heard()]);

async function leaderOf(pages: readonly Page[]): Promise<Page> {
  const roles = await Promise.all(pages.map(roleOf));
  expect(roles.filter((role) => role === 'leader')).toHaveLength(1);
  const leader = pages[roles.indexOf('leader')];
  if (leader === undefined) throw new Error('Nobody leads.');
  return leader;
}

const until = (page: Page, count: number): Promise<unknown> =>
  page.waitForFunction((enough) => globalThis.shared.heard().length >= enough, count);

async function expectAll(pages: readonly Page[], count: number): Promise<void> {
  await Promise.all(pages.map((page) => until(page, count)));
  const all = Array.from({ length: count }, (_, at) => at + 1);
  for (const page of pages) expect(await heardBy(page)).toEqual(all);
}

describe.each([
  { query: '', what: 'with locks' },
  { query: '?lockless', what: 'without locks, as on plain http' },
])('$what', ({ query }) => {
  test(
    'T1, T2, T4: five tabs have one socket; when the leader is closed another one has it, and nothing is lost or doubled (F92)',
    async () => {
      const { server, context } = await openBrowser();
      const address = `${server.origin}/${query}`;
      const tabs: Page[] = [];
      for (let count = 0; count < 5; count += 1) tabs.push(await openTab(context, address));
      expect(server.connected).toBe(1);
      for (let count = 0; count < 3; count += 1) server.askOne();
      await expectAll(tabs, 3);

      const leader = await leaderOf(tabs);
      server.askOne();
      const rest = tabs.filter((tab) => tab !== leader);
      const closedAt = performance.now();
      await leader.close();
      await Promise.race(rest.map((tab) => tab.waitForFunction(() => globalThis.shared.role() === 'leader')));
      console.log(`${query || 'locks'}: another tab leads after ${Math.round(performance.now() - closedAt)} ms`);
      server.askOne();
      await expectAll(rest, 5);
      for (const tab of rest) await tab.waitForFunction(() => globalThis.shared.word() === 'live');
      expect(server.connected).toBe(1);
      // What was under way when it was closed may be done again, and says so; nothing is left out.
      await server.until(() => new Set(server.books.printed.map(({ job }) => job)).size === 5);
      judgeWork(server.books);
    },
    patience,
  );

  test.runIf(process.env['HEARD_LENGTH'] === 'long')(
    'T5: a frozen leader is robbed within 15 s, and hears everything when it wakes (F87)',
    async () => {
      const { server, context } = await openBrowser();
      const address = `${server.origin}/${query}`;
      const tabs = [await openTab(context, address), await openTab(context, address)];
      const leader = await leaderOf(tabs);
      const rest = tabs.filter((tab) => tab !== leader);
      const session = await context.newCDPSession(leader);
      // As a page that hangs: nothing in it runs, and it has its lock.
      await session.send('Debugger.enable');
      await session.send('Debugger.pause');
      const frozenAt = performance.now();
      server.askOne();
      await rest[0]?.waitForFunction(() => globalThis.shared.role() === 'leader', undefined, { timeout: 30_000 });
      const tookMs = performance.now() - frozenAt;
      console.log(`${query || 'locks'}: a frozen leader is robbed after ${Math.round(tookMs)} ms`);
      expect(tookMs).toBeLessThan(15_000);
      server.askOne();
      await expectAll(rest, 2);
      await session.send('Debugger.resume');
      await session.send('Debugger.disable');
      server.askOne();
      await expectAll(tabs, 3);
      expect(await roleOf(leader)).toBe('follower');
    },
    patience,
  );
});
