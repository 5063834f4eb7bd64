// A Chromium of our own, which can be killed with all of its processes and started again on the same profile.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { chromiumLaunch } from '../../tools/chromium.ts';

export interface Chromium {
  /** Where it is talked to over its protocol. */
  readonly debugging: string;
  /** With all of its processes, as when the power goes, but for the disk. */
  kill(): Promise<void>;
  readonly ended: Promise<unknown>;
}

/** Started by us and not by Playwright, so that it can be killed and its profile used again. */
export async function started(profile: string, address = 'about:blank'): Promise<Chromium> {
  const { executablePath, args } = chromiumLaunch();
  const own = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, address];
  // A group of its own: whoever kills it kills nobody else.
  const child = spawn(executablePath, [...args, ...own], { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  const kill = async (): Promise<void> => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
    await ended;
  };
  onTestFinished(kill);
  for await (const line of createInterface({ input: child.stderr })) {
    const [debugging] = /ws:\/\/\S+/.exec(line) ?? [];
    if (debugging === undefined) continue;
    // Read on, or it stops when the pipe is full.
    child.stderr.resume();
    return { debugging, kill, ended };
  }
  throw new Error('Chromium ended before it could be talked to.');
}

export function emptyProfile(): string {
  const profile = mkdtempSync(join(tmpdir(), 'heard-profile-'));
  onTestFinished(() => rmSync(profile, { recursive: true, force: true, maxRetries: 20 }));
  return profile;
}

/** When what localStorage remembers has reached the disk: some seconds later, or as soon as its last page is closed. */
export function remembered(profile: string, text: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      const files = globSync(`${profile}/**/Local Storage/leveldb/*.log`);
      if (!files.some((file) => readFileSync(file).includes(text))) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(profile, { recursive: true }, look);
    onTestFinished(() => watcher.close());
    look();
  });
}

/** As if it had not reached the disk yet. */
export function forgetLocalStorage(profile: string): void {
  for (const folder of globSync(`${profile}/**/Local Storage`)) rmSync(folder, { recursive: true });
}
