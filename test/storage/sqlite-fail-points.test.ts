// The conformance suite lets a store fail from the outside; here SQLite fails under it, at every statement.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Awaitable, SqliteDriver } from '../../src/storage/sqlite-driver.ts';
import { nodeSqliteDriver } from '../../src/storage/sqlite-node.ts';
import { createSqliteStore } from '../../src/storage/sqlite-store.ts';
import { sqlite } from '../../src/storage/sqlite.ts';
import { liveOver, lookAfter, type Told } from '../../src/testing/store-fail-points.ts';

const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

type Ask = <Result>(run: () => Awaitable<Result>) => Promise<Result>;

/** Each statement goes through `ask`. */
const asking = (driver: SqliteDriver, ask: Ask): SqliteDriver => ({
  ...driver,
  async open(file) {
    const connection = await driver.open(file);
    return {
      exec: (sql) => ask(() => connection.exec(sql)),
      prepare: (sql) =>
        ask(async () => {
          const statement = await connection.prepare(sql);
          return {
            run: (values) => ask(() => statement.run(values)),
            all: (values) => ask(() => statement.all(values)),
          };
        }),
      close: () => connection.close(),
    };
  },
});

test.each([
  ['the disk fails before it', 10, 'before'],
  // Of a failed fsync nobody knows what it has written.
  ['the disk fails after it', 10, 'after'],
  ['the disk is full', 13, 'before'],
  ['the file is damaged', 11, 'before'],
  ['somebody else has it', 5, 'before'],
] as const)('whichever statement it is at which %s, what was told holds afterwards (F84)', async (_, errcode, when) => {
  const folder = mkdtempSync(join(place, 'heard-points-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  let points = 0;
  for (let isReached = true; isReached; points += 1) {
    const at = points + 1;
    const name = `kds ${at}`;
    const told: Told = { written: [], refused: [], unclear: [] };
    let asked = 0;
    const driver = asking(nodeSqliteDriver(folder), async (run) => {
      asked += 1;
      if (asked !== at) return run();
      if (when === 'after') await run();
      throw Object.assign(new Error('as SQLite says it'), { errcode });
    });
    await liveOver(createSqliteStore(driver), name, told);
    isReached = asked >= at;
    // A file that is said to be damaged is set aside, and the next one starts empty: that is told by the fault.
    const isAside = existsSync(join(folder, `heard-kds~0020${at}.sqlite.corrupt-1`));
    const kept = isAside ? { written: [], refused: [], unclear: [] } : told;
    expect([at, await lookAfter(sqlite({ folder }), name, kept)]).toEqual([at, []]);
  }
  // From the first statement of opening to the last one of the second life.
  expect(points).toBeGreaterThan(60);
});
