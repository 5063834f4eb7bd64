import { once } from 'node:events';
import { globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium, type Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../src/testing/fake-host.ts';
import { patience, runs } from '../effort.ts';
import { pageScript } from '../page-script.ts';
import { emptyProfile, forgetLocalStorage, remembered, started, type Chromium } from './chromium.ts';
import type { Verbs } from './page.ts';

declare global {
  /** In the page. */
  var verbs: Verbs;
}

/** Serves the page, and hears what it wrote. The origin stays the same while browsers come and go. */
const written: number[] = [];
const watchers = new Set<() => void>();
let script = '';
const server = createServer((request, response) => {
  const [path, query] = (request.url ?? '').split('?');
  if (path === '/written') {
    written.push(Number(query));
    for (const watch of watchers) watch();
  }
  response.setHeader('content-type', path === '/page.js' ? 'text/javascript' : 'text/html');
  response.end(path === '/page.js' ? script : '<!doctype html><script type="module" src="/page.js"></script>');
});

let origin = '';
beforeAll(async () => {
  script = await pageScript(new URL('page.ts', import.meta.url));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => void server.close());

async function tabOf({ debugging }: Chromium): Promise<Page> {
  const [context] = (await chromium.connectOverCDP(debugging)).contexts();
  if (context === undefined) throw new Error('Chromium has no window.');
  const page = await context.newPage();
  await page.goto(origin);
  await page.waitForFunction(() => 'verbs' in globalThis);
  return page;
}

test(
  'three tabs count in one database without losing a step, and are lost when one of them removes it (F83)',
  async () => {
    const chromium = await started(emptyProfile());
    const tabs = [await tabOf(chromium), await tabOf(chromium), await tabOf(chromium)] as const;
    const steps = 100;
    // Open in each of them before the first one starts, or it would be done before the others begin.
    for (const tab of tabs) await tab.evaluate(() => globalThis.verbs.found());
    const fenced = await Promise.all(
      tabs.map((tab, at) =>
        tab.evaluate(([own, each]) => globalThis.verbs.count(own, each), [`tab ${at}`, steps] as const),
      ),
    );
    const { journal } = await tabs[0].evaluate(() => globalThis.verbs.found());
    expect(journal).toHaveLength(steps * tabs.length);
    for (const at of tabs.keys()) expect(journal.filter((own) => own === `tab ${at}`)).toHaveLength(steps);
    // Were they not at it at the same time, this would show nothing.
    expect(fenced.reduce((sum, each) => sum + each)).toBeGreaterThan(0);

    const losses = tabs.slice(1).map((tab) => tab.evaluate(() => globalThis.verbs.loss()));
    await tabs[0].evaluate(() => globalThis.verbs.destroy());
    expect(await Promise.all(losses)).toEqual(['lost', 'lost']);
  },
  patience,
);

test(
  'when the browser throws the data away, the handle is lost, and the next database tells what waited in the last one (F77, F79)',
  async () => {
    const tab = await tabOf(await started(emptyProfile()));
    const session = await tab.context().newCDPSession(tab);
    expect(await tab.evaluate(() => globalThis.verbs.put('a', 0))).toBe('written');
    await tab.evaluate(() => globalThis.verbs.leaveNote('1 pending'));
    const loss = tab.evaluate(() => globalThis.verbs.loss());
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
    expect(await loss).toBe('lost');
    expect(await tab.evaluate(() => globalThis.verbs.put('b', 0))).toBe('lost');
    // The browser may still be at it, and then refuses once or twice.
    let outcome = 'lost: not yet opened';
    for (let turn = 0; turn < 3 && outcome.startsWith('lost'); turn += 1)
      outcome = await tab.evaluate(() => globalThis.verbs.reopen());
    expect(outcome).toBe('open');
    expect(await tab.evaluate(() => globalThis.verbs.keys())).toEqual({ outbox: [], collections: [] });
    expect(await tab.evaluate(() => globalThis.verbs.evicted())).toEqual({ note: '1 pending' });
    expect(await tab.evaluate(() => globalThis.verbs.put('c', 0))).toBe('written');
  },
  patience,
);

test(
  'a full disk refuses the commit as a whole, and the handle goes on (F76)',
  async () => {
    const tab = await tabOf(await started(emptyProfile()));
    const session = await tab.context().newCDPSession(tab);
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 500_000 });
    expect(await tab.evaluate(() => globalThis.verbs.put('before', 1))).toBe('written');
    expect(await tab.evaluate(() => globalThis.verbs.put('too large', 500))).toBe('full');
    expect(await tab.evaluate(() => globalThis.verbs.put('after', 1))).toBe('written');
    expect(await tab.evaluate(() => globalThis.verbs.keys())).toEqual({
      outbox: ['after', 'before'],
      collections: ['after', 'before'],
    });
  },
  patience,
);

test(
  'whenever the browser is killed, everything that the page was told is written is there, or it is told that the browser began anew (F82)',
  async () => {
    const profile = emptyProfile();
    const random = seededRandom(11);
    written.length = 0;
    let previous = -1;
    for (let round = 0; round < Math.min(30, runs(6).numRuns); round += 1) {
      const chromium = await started(profile);
      const tab = await tabOf(chromium);
      const { outbox, cursor } = await tab.evaluate(() => globalThis.verbs.found());
      const isTold = (await tab.evaluate(() => globalThis.verbs.evicted())) !== undefined;
      if (outbox.length === 0 && isTold) {
        // Record 21: it reads its own log wrongly, and throws everything away.
        console.log(`Chromium has begun anew in round ${round}, and said so`);
        written.length = 0;
        previous = -1;
      }
      const last = outbox.length - 1;
      expect(outbox).toEqual(outbox.map((_, at) => at));
      expect(cursor).toBe(last === -1 ? undefined : last);
      // Whatever it wrote without our hearing of it is there as well.
      expect(last).toBeGreaterThanOrEqual(Math.max(previous, ...written));
      previous = last;
      const enough = written.length + 5 + Math.floor(random() * 100);
      const heard = new Promise<void>((resolve) => {
        const watch = (): void => {
          if (written.length < enough) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
      });
      // It never comes to its end.
      tab.evaluate(() => globalThis.verbs.write()).catch(() => undefined);
      await heard;
      await chromium.kill();
    }
    expect(written.length).toBeGreaterThan(5);
  },
  patience,
);

test.each([
  { isNoted: true, what: 'the next database tells what waited in the last one' },
  { isNoted: false, what: 'the next database tells that there was one, also where nobody had noted it' },
])(
  'when the disk has turned a bit over, nothing wrong is read, and $what (F81)',
  async ({ isNoted }) => {
    const profile = emptyProfile();
    const before = await started(profile);
    const tab = await tabOf(before);
    for (const key of ['a', 'b', 'c', 'd'])
      expect(await tab.evaluate((key) => globalThis.verbs.put(key, 1), key)).toBe('written');
    if (isNoted) {
      await tab.evaluate(() => globalThis.verbs.leaveNote('4 pending'));
      await tab.close();
      await remembered(profile, '4 pending');
    }
    await before.kill();
    if (!isNoted) forgetLocalStorage(profile);

    const files = globSync(`${profile}/**/*.indexeddb.leveldb/*`).filter(
      (file) => /\.(?:log|ldb)$/.test(file) && statSync(file).size > 0,
    );
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const bytes = readFileSync(file);
      const middle = bytes.length >> 1;
      bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
      writeFileSync(file, bytes);
    }

    const after = await tabOf(await started(profile));
    expect(await after.evaluate(() => globalThis.verbs.reopen())).toBe('open');
    expect(await after.evaluate(() => globalThis.verbs.keys())).toEqual({ outbox: [], collections: [] });
    expect(await after.evaluate(() => globalThis.verbs.evicted())).toEqual({ note: isNoted ? '4 pending' : '' });
    expect(await after.evaluate(() => globalThis.verbs.put('e', 0))).toBe('written');
  },
  patience,
);

test.each(['keepRows', 'layoutTwo'] as const)(
  'a row whose file is gone is set aside, and neither the others nor an order are lost with it (F81; %s)',
  async (kept) => {
    const profile = emptyProfile();
    const before = await started(profile);
    const tab = await tabOf(before);
    await tab.evaluate((verb) => globalThis.verbs[verb](), kept);
    await before.kill();
    const files = globSync(`${profile}/**/*.indexeddb.blob/**/*`).filter((file) => statSync(file).isFile());
    expect(files).toHaveLength(1);
    for (const file of files) rmSync(file);
    const after = await tabOf(await started(profile));
    expect(await after.evaluate(() => globalThis.verbs.rows())).toEqual(['a', 'b', 'd']);
    expect((await after.evaluate(() => globalThis.verbs.keys())).outbox).toEqual(['order']);
    expect(await after.evaluate(() => globalThis.verbs.put('e', 0))).toBe('written');
  },
  patience,
);
