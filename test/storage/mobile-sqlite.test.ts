import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { expoSqlite } from '../../src/storage/expo-sqlite.ts';
import { opSqlite } from '../../src/storage/op-sqlite.ts';
import { fileNameOf } from '../../src/storage/sqlite-store.ts';
import type { Commit, Store, StoreFault } from '../../src/storage/store.ts';
import { StoreError } from '../../src/storage/store.ts';
import { storeConformance } from '../../src/testing/store-conformance.ts';
import { standInExpoSqlite } from './stand-in-expo-sqlite.ts';
import { standInOpSqlite } from './stand-in-op-sqlite.ts';

/** In memory where there is such a thing: the thousands of fsyncs of these tests show nothing. */
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const newFolder = (): string => mkdtempSync(join(place, 'heard-mobile-'));

function emptyFolder(): string {
  const folder = newFolder();
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const expoIn = (folder: string): Store => expoSqlite({ SQLite: standInExpoSqlite(folder) });
const opIn = (folder: string): Store => opSqlite({ open: standInOpSqlite(folder) });

const put = (key: string, value: string): Commit => ({
  writes: [{ table: 'outbox', key, value }],
  durability: 'strict',
});

const faultOf = (opening: Promise<unknown>): Promise<StoreFault | 'none'> =>
  opening.then(
    () => 'none' as const,
    (error: unknown) => {
      if (error instanceof StoreError) return error.fault;
      throw error;
    },
  );

async function keysIn(store: Store): Promise<readonly string[]> {
  const database = await store.open('kds');
  const records = await database.read('outbox');
  await database.close();
  return records.map(({ key }) => key);
}

async function write(store: Store, key: string): Promise<void> {
  const database = await store.open('kds');
  await database.commit(put(key, 'an order'));
  await database.close();
}

describe.each([
  ['expo-sqlite', expoIn],
  ['op-sqlite', opIn],
])('a store over %s', (_, storeIn) => {
  storeConformance({ test, expect }, () => {
    const folder = newFolder();
    return { store: storeIn(folder), cleanUp: () => rmSync(folder, { recursive: true }) };
  });

  test('has its file for itself: another connection of the same app is refused', async () => {
    const folder = emptyFolder();
    const database = await storeIn(folder).open('kds');
    expect(await faultOf(storeIn(folder).open('kds'))).toBe('locked');
    await database.close();
    expect(await faultOf(storeIn(folder).open('kds'))).toBe('none');
  });

  test('keeps a file that cannot be read where it is, and goes on in another one, also after a restart (F81)', async () => {
    const folder = emptyFolder();
    await write(storeIn(folder), 'first');
    const path = join(folder, fileNameOf('kds'));
    writeFileSync(path, 'no database');

    expect(await faultOf(storeIn(folder).open('kds'))).toBe('corrupt');
    await write(storeIn(folder), 'second');
    expect(readFileSync(path, 'utf8')).toBe('no database');

    writeFileSync(`${path}.1`, 'no database either');
    expect(await faultOf(storeIn(folder).open('kds'))).toBe('corrupt');
    await write(storeIn(folder), 'third');
    expect(await keysIn(storeIn(folder))).toEqual(['third']);

    await storeIn(folder).destroy('kds');
    expect(readdirSync(folder)).toEqual(['heard.set-aside.sqlite']);
    expect(await keysIn(storeIn(folder))).toEqual([]);
  });

  test('finds the newest file again when what remembers it is damaged itself', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, fileNameOf('kds')), 'no database');
    const store = storeIn(folder);
    expect(await faultOf(store.open('kds'))).toBe('corrupt');
    await write(store, 'kept');
    writeFileSync(join(folder, 'heard.set-aside.sqlite'), 'no database');
    expect(await faultOf(store.open('kds'))).toBe('corrupt');
    expect(await keysIn(store)).toEqual(['kept']);
  });

  test('a removal that was cut short is finished by the next one', async () => {
    const folder = emptyFolder();
    const path = join(folder, fileNameOf('kds'));
    writeFileSync(path, 'no database');
    const store = storeIn(folder);
    expect(await faultOf(store.open('kds'))).toBe('corrupt');
    await write(store, 'gone');
    rmSync(path);
    await store.destroy('kds');
    expect(readdirSync(folder)).toEqual(['heard.set-aside.sqlite']);
  });
});

test('a store over expo-sqlite finalises what it prepared, also what failed', async () => {
  const folder = emptyFolder();
  const SQLite = standInExpoSqlite(folder);
  const store = expoSqlite({ SQLite });
  await write(store, 'a');
  await write(store, 'b');
  expect(await keysIn(store)).toEqual(['a', 'b']);
  expect(SQLite.forgotten).toBe(0);
});

test('a file that expo-sqlite cannot open is told as such', async () => {
  const folder = emptyFolder();
  const taken = join(folder, 'taken');
  writeFileSync(taken, '');
  const SQLite = standInExpoSqlite(folder);
  const refusing = {
    ...SQLite,
    openDatabaseAsync: () =>
      Promise.reject(Object.assign(new Error('Could not open database'), { code: 'E_SQLITE_OPEN_DATABASE' })),
  };
  expect(await faultOf(expoSqlite({ SQLite: refusing }).open('kds'))).toBe('unavailable');
});
