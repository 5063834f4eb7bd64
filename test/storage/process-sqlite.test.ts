import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { sqlite } from '../../src/storage/sqlite.ts';
import { seededRandom } from '../../src/testing/fake-host.ts';
import { patience, runs } from '../effort.ts';

const writer = fileURLToPath(new URL('writer.ts', import.meta.url));

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'heard-process-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starting processes takes its time: ten times as often in the long version, and no more. */
const times = (usual: number): number => Math.min(10 * usual, runs(usual).numRuns);

interface Writer {
  readonly child: ChildProcess;
  /** What it said, in order. */
  readonly lines: readonly string[];
  /** When it has said so many lines, or has ended. */
  said(count: number): Promise<void>;
  readonly ended: Promise<void>;
}

function started(command: string, args: readonly string[]): Writer {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const look = (): void => waiting.forEach((check) => check());
  let over = false;
  const ended = new Promise<void>((resolve) => {
    // After the last of what it said was read, and not when the process is gone.
    child.on('close', () => {
      over = true;
      look();
      resolve();
    });
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    look();
  });
  return {
    child,
    lines,
    ended,
    said: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!over && lines.length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}

const writing = (folder: string, mode: 'write' | 'hold'): Writer => started(process.execPath, [writer, folder, mode]);

/** The numbers that it was told are written. */
const acknowledged = ({ lines }: Writer): readonly number[] => lines.filter((line) => /^\d+$/.test(line)).map(Number);

/** Every number from 0 to the last, once and in order: what is found in the folder. */
async function found(folder: string): Promise<number> {
  const database = await sqlite({ folder }).open('kds');
  try {
    const records = await database.read('outbox');
    expect(records.map(({ key }) => Number(key))).toEqual(records.map((_, at) => at));
    expect(await database.read('set-aside')).toEqual([]);
    const [last] = await database.read('meta');
    // Of one commit, so both or neither.
    expect(last?.value).toBe(records.length === 0 ? undefined : records.length - 1);
    return records.length;
  } finally {
    await database.close();
  }
}

test(
  'whenever the process is killed, everything that it was told is written is there (F82)',
  async () => {
    const folder = emptyFolder();
    const random = seededRandom(5);
    let before = 0;
    for (let round = 0; round < times(30); round += 1) {
      const process = writing(folder, 'write');
      await process.said(1 + Math.floor(random() * 120));
      process.child.kill('SIGKILL');
      await process.ended;
      const told = acknowledged(process);
      expect(process.lines[0]).toBe('open');
      const now = await found(folder);
      // One more may have been written and not been told.
      expect(now).toBeGreaterThanOrEqual(before + told.length);
      expect(now).toBeLessThanOrEqual(before + told.length + 1);
      before = now;
    }
    expect(before).toBeGreaterThan(0);
  },
  patience,
);

test(
  'a second process is refused while the first lives, and let in as soon as it was killed (F85)',
  async () => {
    const folder = emptyFolder();
    for (let round = 0; round < times(5); round += 1) {
      const first = writing(folder, 'hold');
      await first.said(1);
      const second = writing(folder, 'hold');
      await second.ended;
      expect(second.lines).toEqual([expect.stringMatching(/^locked: heard-kds\.sqlite: Another process has it open/)]);
      await expect(sqlite({ folder }).open('kds')).rejects.toMatchObject({ fault: 'locked' });
      await expect(sqlite({ folder }).destroy('kds')).rejects.toMatchObject({ fault: 'locked' });
      first.child.kill('SIGKILL');
      await first.ended;
      const third = writing(folder, 'hold');
      await third.said(1);
      expect(third.lines).toEqual(['open']);
      third.child.kill('SIGKILL');
      await third.ended;
    }
  },
  patience,
);

test(
  'of many processes that start at once exactly one gets in (F85)',
  async () => {
    const folder = emptyFolder();
    for (let round = 0; round < times(3); round += 1) {
      const all = Array.from({ length: 4 }, () => writing(folder, 'hold'));
      await Promise.all(all.map((each) => each.said(1)));
      const said = all.map(({ lines }) => lines[0]?.split(':')[0]);
      expect(said.filter((word) => word === 'open')).toHaveLength(1);
      expect(said.filter((word) => word === 'locked')).toHaveLength(3);
      for (const each of all) each.child.kill('SIGKILL');
      await Promise.all(all.map((each) => each.ended));
    }
  },
  patience,
);

test.skipIf(process.platform === 'win32')(
  'when the system lets no file grow further, the commit is refused and what was told before is there (F84)',
  async () => {
    const folder = emptyFolder();
    // In blocks of 1 024 bytes. The limit is the kernel's, so SQLite meets a real error in the middle of a real write.
    const limited = started('bash', ['-c', 'ulimit -f 600; exec "$0" "$@"', process.execPath, writer, folder, 'write']);
    await limited.ended;
    const told = acknowledged(limited);
    expect(told.length).toBeGreaterThan(10);
    expect(limited.lines.at(-1)).toMatch(/^(?:lost|full): /);
    const now = await found(folder);
    expect([told.length, told.length + 1]).toContain(now);
  },
  patience,
);

/** Whoever is root may write everywhere, so somebody else tries; whoever is not does it themselves. */
const [somebody, ...asSomebody] =
  process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--clear-groups', process.execPath] : [process.execPath];
/** Not where this project lies in a folder that only root may enter. */
const mayRun = spawnSync(somebody, [...asSomebody, '--check', writer]).status === 0;

test.skipIf(process.platform === 'win32' || !mayRun)(
  'a folder that may only be read is refused as such (F84)',
  async () => {
    const folder = emptyFolder();
    await (await sqlite({ folder }).open('kds')).close();
    chmodSync(folder, 0o555);
    onTestFinished(() => chmodSync(folder, 0o755));
    const other = started(somebody, [...asSomebody, writer, folder, 'hold']);
    await other.ended;
    expect(other.lines).toEqual([
      expect.stringMatching(/^read-only: heard-kds\.sqlite: .* cannot be read and written/),
    ]);
  },
  patience,
);
