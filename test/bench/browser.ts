// A page in a real browser with a profile on a disk, and what can be asked about it from outside.
import { chromium, type CDPSession, type Page } from 'playwright';
import { chromiumLaunch, findOrInstallChromium } from '../../tools/chromium.ts';
import { pageScript } from '../page-script.ts';
import { folderOnDisk } from './disk.ts';
import type { NotRun } from './rows.ts';

/** What is to be had at an address: by path. */
export type Files = ReadonlyMap<string, { readonly type: string; readonly text: string }>;

export interface BrowserPage {
  readonly page: Page;
  /**
   * The CPU time of the process that renders the page, with all of its threads: scripts, the garbage collector, and what goes between
   * it and the processes of the network and of the database. Nothing else runs in that process.
   */
  cpuUs(): Promise<number>;
  collectGarbage(): Promise<void>;
  /** What scripts use, with the browser's own objects behind theirs, and what nobody needs any more included. */
  heapBytes(): Promise<number>;
  /** How long the page could not react, at most, while something went on: the longest task of its main thread. */
  longestTaskMs(meanwhile: () => Promise<void>): Promise<number>;
  close(): Promise<void>;
}

/** A page that runs one script, as a bundler makes it for users. */
export async function pageFiles(entry: URL): Promise<Files> {
  return new Map([
    ['/', { type: 'text/html', text: '<!doctype html><script type="module" src="/page.js"></script>' }],
    ['/page.js', { type: 'text/javascript', text: await pageScript(entry) }],
  ]);
}

export async function openPage(url: string): Promise<BrowserPage | NotRun> {
  const found = findOrInstallChromium();
  if (!found.met) return { notRun: found.reason };
  const folder = folderOnDisk();
  if ('notRun' in folder) return folder;
  const { args } = chromiumLaunch();
  const executablePath = found.env['CHROMIUM_PATH'] ?? '';
  // With a profile of its own: without one, as in a private window, databases are kept in memory.
  const context = await chromium.launchPersistentContext(folder.path, { args, executablePath });
  const page = await context.newPage();
  await page.goto(url);
  const devtools = await context.newCDPSession(page);
  await devtools.send('Performance.enable');
  return {
    page,
    cpuUs: async () => (await metric(devtools, 'ProcessTime')) * 1e6,
    collectGarbage: async () => void (await devtools.send('HeapProfiler.collectGarbage')),
    async heapBytes() {
      const { usedSize, embedderHeapUsedSize, backingStorageSize } = await devtools.send('Runtime.getHeapUsage');
      return usedSize + embedderHeapUsedSize + backingStorageSize;
    },
    async longestTaskMs(meanwhile) {
      const browser = context.browser();
      if (browser === null) throw new Error('A browser of its own is needed to look at its tasks.');
      await browser.startTracing(page, { categories: [timeline, '__metadata'] });
      await meanwhile();
      return longestIn(await browser.stopTracing());
    },
    async close() {
      await context.close();
      folder.remove();
    },
  };
}

async function metric(devtools: CDPSession, wanted: string): Promise<number> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  const found = metrics.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`This browser does not tell its ${wanted}.`);
  return found.value;
}

const timeline = 'disabled-by-default-devtools.timeline';

interface TraceEvent {
  readonly name: string;
  readonly cat: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly args: { readonly name?: string };
}

function longestIn(trace: Uint8Array): number {
  const { traceEvents } = JSON.parse(new TextDecoder().decode(trace)) as { traceEvents: readonly TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const mainThreads = new Set(
    traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(threadOf),
  );
  const tasks = traceEvents.filter(
    (event) => event.name === 'RunTask' && event.cat === timeline && mainThreads.has(threadOf(event)),
  );
  if (tasks.length === 0) throw new Error('The browser has told of no task.');
  return Math.max(...tasks.map(({ dur = 0 }) => dur)) / 1_000;
}
