import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { LoggedFacts } from '../../src/emit/event-log.ts';
import { memoryLog } from '../../src/emit/memory-log.ts';
import { sqliteLog } from '../../src/emit/sqlite-log.ts';
import { eventLogConformance } from '../../src/testing/event-log-conformance.ts';

/** In memory where there is such a thing: a slow disk makes minutes of thousands of fsyncs. */
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const newFolder = (): string => mkdtempSync(join(place, 'heard-log-'));

const facts = (id: string): LoggedFacts => ({ id, name: 'OrderCreated', data: { id }, occurredAt: 0 });

describe('memoryLog', () => {
  eventLogConformance({ test, expect }, (retention) => ({ log: memoryLog(retention) }));

  test('is another epoch in another process', async () => {
    const [one, other] = [await memoryLog().read('orders', 0, 1), await memoryLog().read('orders', 0, 1)];
    expect(one.epoch).not.toBe(other.epoch);
  });
});

describe('sqliteLog', () => {
  eventLogConformance({ test, expect }, (retention) => {
    const folder = newFolder();
    const open = () => sqliteLog({ file: join(folder, 'deep', 'events.db'), ...retention });
    return {
      log: open(),
      other: open(),
      reopen: open,
      cleanUp: () => rmSync(folder, { recursive: true }),
    };
  });

  test('a clock that is set back leaves no hole', async () => {
    let nowMs = 1_000_000;
    const log = sqliteLog({ file: ':memory:', atLeast: 1, forMs: 1_000, time: { now: () => nowMs } });
    for (let at = 0; at < 10; at += 1) await log.append(facts(`early ${at}`), ['orders']);
    // The first ten look the youngest for a long while.
    nowMs = 0;
    for (let at = 0; at < 200; at += 1) {
      nowMs += 100;
      await log.append(facts(`late ${at}`), ['orders']);
    }
    const { events, floorSeq, headSeq } = await log.read('orders', 0, 1_000);
    expect(floorSeq).toBe(1);
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: headSeq }, (_, at) => at + 1));
    await log.close();
  });

  test('who reads waits for no writer', async () => {
    const folder = newFolder();
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'events.db');
    const log = sqliteLog({ file });
    await log.append(facts('a'), ['orders']);
    const writer = new DatabaseSync(file);
    writer.exec('BEGIN IMMEDIATE');
    expect((await log.read('orders', 0, 10)).headSeq).toBe(1);
    writer.close();
    await log.close();
  });

  test('a reader holds up no writer', async () => {
    const folder = newFolder();
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'events.db');
    const log = sqliteLog({ file });
    await log.append(facts('a'), ['orders']);
    const reader = new DatabaseSync(file);
    reader.exec('BEGIN');
    reader.prepare('SELECT * FROM log_event').all();
    expect(await log.append(facts('b'), ['orders'])).toMatchObject([{ seq: 2 }]);
    reader.close();
    await log.close();
  });

  test('a file of a newer version is refused, and left as it is', () => {
    const folder = newFolder();
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'events.db');
    const newer = new DatabaseSync(file);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    expect(() => sqliteLog({ file })).toThrow(expect.objectContaining({ code: 'options-invalid' }));
    const still = new DatabaseSync(file);
    expect(still.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 });
    still.close();
  });
});
