// Ten thousand events at once in a page of a real browser: how long it could not react, and what it keeps of them in memory.
import { megabyte } from '../heap.ts';
import type { BrowserPage } from './browser.ts';
import { openListening, type Listening } from './in-chromium.ts';
import { eventsPerRound } from './orders.ts';
import type { BenchRow, NotRun, OpenRow, SizeRow, Sizes, TimeRow, Times } from './rows.ts';

/** Brings them to the page, and says so when it has heard and kept them. */
type Bring = (listening: Listening) => Promise<void>;

const atOnce: Bring = async ({ shop, heard }) => {
  shop.order(eventsPerRound);
  await heard(eventsPerRound);
};

const afterOutage: Bring = async ({ shop, heard }) => {
  shop.kill();
  shop.order(eventsPerRound);
  await heard(eventsPerRound);
};

/** Of a page that was just loaded: what is slow before it is compiled is slow for users as well. */
async function longestTaskMs(listening: Listening, bring: Bring): Promise<number> {
  await listening.reload();
  return listening.browser.longestTaskMs(() => bring(listening));
}

const longestTask =
  (bring: Bring, beside: 'pusher-js' | undefined): TimeRow['open'] =>
  async (): Promise<OpenRow<Times> | NotRun> => {
    const till = await openListening('till');
    if ('notRun' in till) return till;
    const bare = beside && (await openListening(beside));
    if (bare !== undefined && 'notRun' in bare) return bare;
    return {
      async round() {
        const ms = await longestTaskMs(till, bring);
        return bare === undefined ? { ms } : { ms, bareMs: await longestTaskMs(bare, bring) };
      },
      async close() {
        await till.close();
        await bare?.close();
      },
    };
  };

/** Asked as often as the page answers. */
async function mostBytes({ heapBytes }: BrowserPage, until: Promise<void>): Promise<number> {
  const over = until.then(() => 'over' as const);
  let most = 0;
  do most = Math.max(most, await heapBytes());
  while ((await Promise.race([over, Promise.resolve()])) !== 'over');
  return most;
}

const memory =
  (bring: Bring): SizeRow['open'] =>
  async (): Promise<OpenRow<Sizes> | NotRun> => {
    const opened = await openListening('till');
    if ('notRun' in opened) return opened;
    const { browser, reload, close } = opened;
    return {
      async round() {
        await reload();
        await browser.collectGarbage();
        const before = await browser.heapBytes();
        const peak = await mostBytes(browser, bring(opened));
        await browser.collectGarbage();
        const after = await browser.heapBytes();
        return { mb: (after - before) / megabyte, peakMb: (peak - before) / megabyte };
      },
      close,
    };
  };

const rowsOf = (how: string, bring: Bring, beside?: 'pusher-js'): readonly BenchRow[] => [
  {
    kind: 'time',
    name: `the longest task of a page in Chromium that hears 10 000 events ${how}`,
    figure: 'single',
    ...(beside !== undefined && { bare: beside }),
    mustMs: 50,
    aimMs: 16,
    open: longestTask(bring, beside),
  },
  {
    kind: 'size',
    name: `the heap of a page in Chromium after it has heard 10 000 events ${how}`,
    mustMb: 32,
    aimMb: 16,
    open: memory(bring),
  },
];

export const rows: readonly BenchRow[] = [
  ...rowsOf('at once', atOnce, 'pusher-js'),
  ...rowsOf('after an outage', afterOutage),
];
