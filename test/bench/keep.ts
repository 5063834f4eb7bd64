// How long an order takes until it is kept on the device: a whole client on a real disk, with a server that answers at once.
import { sqlite } from '../../src/storage/sqlite.ts';
import { openBrasserie } from './brasserie-server.ts';
import { openPage, pageFiles } from './browser.ts';
import { folderOnDisk } from './disk.ts';
import { p95Of } from './figures.ts';
import type { NotRun, OpenRow, TimeRow, Times } from './rows.ts';
import { openWaiter, timesOfStore, timesToKeep, type Pace } from './waiter.ts';
import type { WaiterPage } from './waiter-page.ts';

declare global {
  /** In the page. */
  var waiterPage: WaiterPage;
}

const ordersPerRound = 200;

async function inNode(pace: Pace): Promise<OpenRow<Times> | NotRun> {
  const folder = folderOnDisk();
  if ('notRun' in folder) return folder;
  const server = await openBrasserie({ answersAfterMs: 0 });
  const store = sqlite({ folder: folder.path });
  const waiter = await openWaiter(server, store);
  return {
    async round() {
      const ms = p95Of(await timesToKeep(waiter, ordersPerRound, pace));
      return { ms, bareMs: p95Of(await timesOfStore(store, ordersPerRound)) };
    },
    async close() {
      await waiter.client.dispose();
      await server.stop();
      folder.remove();
    },
  };
}

async function inChromium(pace: Pace): Promise<OpenRow<Times> | NotRun> {
  const files = await pageFiles(new URL('waiter-page.ts', import.meta.url));
  const server = await openBrasserie({ answersAfterMs: 0, files });
  const opened = await openPage(server.httpUrl);
  if ('notRun' in opened) {
    await server.stop();
    return opened;
  }
  const { page } = opened;
  await page.waitForFunction(() => 'waiterPage' in globalThis);
  const { url, httpUrl } = server;
  await page.evaluate((place) => globalThis.waiterPage.open(place), { url, httpUrl });
  const asked = { orders: ordersPerRound, pace };
  return {
    async round() {
      const times = await page.evaluate(({ orders, pace }) => globalThis.waiterPage.timesToKeep(orders, pace), asked);
      const bare = await page.evaluate(({ orders }) => globalThis.waiterPage.timesOfStore(orders), asked);
      return { ms: p95Of(times), bareMs: p95Of(bare) };
    },
    async close() {
      await opened.close();
      await server.stop();
    },
  };
}

interface Device {
  readonly where: string;
  readonly mustMs: number;
  readonly aimMs: number;
  open(pace: Pace): ReturnType<TimeRow['open']>;
}

function rowsOf({ where, mustMs, aimMs, open }: Device): readonly TimeRow[] {
  const name = `mutate() until it is durable, ${where}`;
  const row = { kind: 'time', figure: 'p95', bare: 'store', mustMs, aimMs } as const;
  return [
    { ...row, name, open: () => open('each is answered before the next') },
    { ...row, name: `${name}, in a burst`, open: () => open('burst') },
  ];
}

export const rows: readonly TimeRow[] = [
  ...rowsOf({ where: 'Node, SQLite', mustMs: 5, aimMs: 1, open: inNode }),
  ...rowsOf({ where: 'Chromium, IndexedDB, strict', mustMs: 10, aimMs: 2, open: inChromium }),
];
