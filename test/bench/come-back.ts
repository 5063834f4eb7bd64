// How long a till is behind: after its socket was killed, and after its server was gone for a while. From the moment that could have
// been known to the moment that it is live again and has told its app of everything that it missed.
import { sqlite } from '../../src/storage/sqlite.ts';
import { folderOnDisk } from './disk.ts';
import { medianOf, p95Of } from './figures.ts';
import type { NotRun, OpenRow, TimeRow, Times } from './rows.ts';
import { openShop, type Log } from './shop.ts';
import { openTill, type Till } from './till.ts';

const missedOrders = 100;
const killsPerRound = 5;
const outageMs = 10_000;
const tillsPerOutage = 20;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function inFolder(round: (path: string) => Promise<number>): () => Promise<OpenRow<Times> | NotRun> {
  return () => {
    const folder = folderOnDisk();
    if ('notRun' in folder) return Promise.resolve(folder);
    return Promise.resolve({
      round: async () => ({ ms: await round(folder.path) }),
      close() {
        folder.remove();
        return Promise.resolve();
      },
    });
  };
}

/** Throws unless each was heard once. */
function expectAll({ heard }: Till, { length }: Log): void {
  if (heard !== length) throw new Error(`Not what was to be measured: ${heard} of ${length} orders were heard.`);
}

let tills = 0;

/** Another one each time, that knows of no trouble yet. */
function newTill(port: number, folder: string): Promise<Till> {
  tills += 1;
  return openTill(port, sqlite({ folder: `${folder}/${tills}` }));
}

async function killed(folder: string): Promise<number> {
  const log: Log = [];
  const shop = await openShop(log);
  const till = await newTill(shop.port, folder);
  shop.order(1);
  await till.has(log.length);
  const before = performance.now();
  shop.kill();
  shop.order(missedOrders);
  await till.until(({ word }) => word !== 'live');
  await till.has(log.length);
  const tookMs = performance.now() - before;
  expectAll(till, log);
  await till.client.dispose();
  await shop.stop();
  return tookMs;
}

async function killedAgainAndAgain(folder: string): Promise<number> {
  const all: number[] = [];
  for (let kill = 0; kill < killsPerRound; kill += 1) all.push(await killed(folder));
  return medianOf(all);
}

async function gone(folder: string): Promise<number> {
  const log: Log = [];
  const before = await openShop(log);
  const { port } = before;
  const all = await Promise.all(Array.from({ length: tillsPerOutage }, () => newTill(port, folder)));
  before.order(1);
  await Promise.all(all.map((till) => till.has(log.length)));
  await before.stop();
  await pause(outageMs);
  const after = await openShop(log, { port });
  after.order(missedOrders);
  const backAtMs = performance.now();
  const tookMs = await Promise.all(
    all.map(async (till) => {
      await till.has(log.length);
      return performance.now() - backAtMs;
    }),
  );
  for (const till of all) expectAll(till, log);
  await Promise.all(all.map(({ client }) => client.dispose()));
  await after.stop();
  return p95Of(tookMs);
}

export const rows: readonly TimeRow[] = [
  {
    kind: 'time',
    name: 'a killed socket, until the till is live again and has heard the 100 orders that it missed',
    figure: 'median',
    mustMs: 1_000,
    aimMs: 400,
    open: inFolder(killedAgainAndAgain),
  },
  {
    kind: 'time',
    name: 'a server that is back after 10 s, until 20 tills are live again and have heard 100 orders that they missed',
    figure: 'p95',
    rounds: 3,
    mustMs: 4_000,
    aimMs: 2_000,
    open: inFolder(gone),
  },
];
