// What a cook sees of the kitchen display of the examples, in React: how soon tickets are there after a reload without API and socket,
// and how long the page does not react while very many tickets change.
import { medianOf } from './figures.ts';
import { openKitchen, type Kitchen } from './kitchen.ts';
import type { NotRun, OpenRow, TimeRow, Times } from './rows.ts';

const reloadsPerRound = 10;
const changes = 1_000;
const everyMs = 10;
const perTurn = changes / (1_000 / everyMs);
const untilQuietMs = 1_000;

declare global {
  /** In the page: when all tickets were painted, counted from the moment that the reload began. */
  var ticketsShownMs: number | undefined;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** In the page, before its scripts: looks at every change of the document. */
function watchTickets(wanted: number): void {
  const watcher = new MutationObserver(() => {
    if (document.querySelectorAll('section > article').length < wanted) return;
    watcher.disconnect();
    // The next frame is made of what there is now, and what comes after it has been painted.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener('message', () => (globalThis.ticketsShownMs = performance.now()), { once: true });
      port1.start();
      port2.postMessage(undefined);
    });
  });
  watcher.observe(document, { childList: true, subtree: true });
}

const afterReload =
  (tell: (times: readonly number[]) => number): TimeRow['open'] =>
  async (): Promise<OpenRow<Times> | NotRun> => {
    const kitchen = await openKitchen();
    if ('notRun' in kitchen) return kitchen;
    const { server, browser, tickets, shown, close } = kitchen;
    const { page } = browser;
    await shown();
    // What a device is told is written a moment later.
    await pause(untilQuietMs);
    await server.faults.add({ kind: 'stopped' });
    await page.addInitScript(watchTickets, tickets.length);

    async function reload(): Promise<number> {
      await page.reload();
      await page.waitForFunction(() => globalThis.ticketsShownMs !== undefined);
      const { ms = Number.NaN, word } = await page.evaluate(() => ({
        ms: globalThis.ticketsShownMs,
        word: document.querySelector('[role="status"]')?.textContent,
      }));
      if (word?.startsWith('live') === true) throw new Error('Not what was to be measured: the display is live.');
      return ms;
    }

    return {
      async round() {
        const times: number[] = [];
        for (let done = 0; done < reloadsPerRound; done += 1) times.push(await reload());
        return { ms: tell(times) };
      },
      close,
    };
  };

/** A thousand steps in the kitchen, one ticket after the other, spread over a second or all at once. */
async function change({ tickets, step, shown }: Kitchen, pace: 'in a second' | 'at once'): Promise<void> {
  // Without one of them, so that some change once more than others: in the end the display does not look as it did.
  const turning = tickets.slice(1);
  for (let done = 0; done < changes; done += 1) {
    const ticket = turning[done % turning.length];
    if (ticket !== undefined) await step(ticket);
    if (pace === 'in a second' && done % perTurn === perTurn - 1) await pause(everyMs);
  }
  // Whatever is still on its way comes: half-way, the display may look as it does in the end.
  await pause(untilQuietMs);
  await shown();
}

const whileChanging =
  (pace: 'in a second' | 'at once'): TimeRow['open'] =>
  async (): Promise<OpenRow<Times> | NotRun> => {
    const kitchen = await openKitchen();
    if ('notRun' in kitchen) return kitchen;
    const { browser, shown, close } = kitchen;
    return {
      async round() {
        await browser.page.reload();
        await shown();
        return { ms: await browser.longestTaskMs(() => change(kitchen, pace)) };
      },
      close,
    };
  };

const reload = {
  kind: 'time',
  mustMs: 200,
  aimMs: 100,
} as const;

const longestTask = { kind: 'time', figure: 'single', mustMs: 50, aimMs: 16 } as const;

export const rows: readonly TimeRow[] = [
  {
    ...reload,
    name: 'a kitchen display in React is loaded again without API and socket, until its 100 tickets are painted',
    figure: 'median',
    open: afterReload(medianOf),
  },
  {
    ...reload,
    name: 'a kitchen display in React is loaded again without API and socket, until its 100 tickets are painted',
    figure: 'worst of 10',
    open: afterReload((times) => Math.max(...times)),
  },
  {
    ...longestTask,
    name: 'the longest task of a kitchen display in React while 1 000 tickets change in a second',
    open: whileChanging('in a second'),
  },
  {
    ...longestTask,
    name: 'the longest task of a kitchen display in React while 1 000 tickets change at once',
    open: whileChanging('at once'),
  },
];
