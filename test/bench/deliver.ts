// How long three orders take that were taken while the server was gone: from the first that it hears of the device again
// to its third answer.
import { sqlite } from '../../src/storage/sqlite.ts';
import { openBrasserie } from './brasserie-server.ts';
import { folderOnDisk } from './disk.ts';
import type { NotRun, OpenRow, TimeRow, Times } from './rows.ts';
import { openWaiter } from './waiter.ts';

const tables = [3, 1, 2];

/** An outage, with a device that knows of none before. */
async function outage(folder: string): Promise<number> {
  const before = await openBrasserie({ answersAfterMs: 20 });
  const { client, order, until } = await openWaiter(before, sqlite({ folder }));
  await before.stop();
  await until(({ word }) => word !== 'live');
  const kept = [];
  for (const table of tables) kept.push(await order(table));

  let reachedAtMs: number | undefined;
  const after = await openBrasserie({
    answersAfterMs: 20,
    port: Number(new URL(before.httpUrl).port),
    reached: () => (reachedAtMs ??= performance.now()),
  });
  const ends = await Promise.all(kept.map(({ settled }) => settled));
  const tookMs = performance.now() - (reachedAtMs ?? Number.NaN);
  await client.dispose();
  await after.stop();
  const sent = ends.filter(({ outcome }) => outcome === 'done').length;
  if (sent !== tables.length || after.tables.join() !== tables.join()) {
    throw new Error(`Not what was to be measured: ${sent} sent, in the order ${after.tables.join()}.`);
  }
  return tookMs;
}

function threeOrders(): Promise<OpenRow<Times> | NotRun> {
  const folder = folderOnDisk();
  if ('notRun' in folder) return Promise.resolve(folder);
  return Promise.resolve({
    round: async () => ({ ms: await outage(folder.path) }),
    close() {
      folder.remove();
      return Promise.resolve();
    },
  });
}

export const rows: readonly TimeRow[] = [
  {
    kind: 'time',
    name: 'three orders taken offline, from the reconnect to the third answer of a server that takes 20 ms',
    figure: 'single',
    mustMs: 500,
    aimMs: 150,
    open: threeOrders,
  },
];
