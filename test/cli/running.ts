// `heard dev` as a process of its own, for as long as one test.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { patience } from '../effort.ts';

const cli = resolve('src/cli.ts');
export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exit: Promise<readonly [code: number | null, signal: string | null]>;
  /** Waits until it said something like this, and gives what is in the first group. */
  said(pattern: RegExp): Promise<string>;
}

export function dev(args: readonly string[], env: Record<string, string> = {}, cwd: string = process.cwd()): Running {
  const child = spawn(process.execPath, [cli, 'dev', ...args], {
    cwd,
    env: { ...process.env, NODE_ENV: 'development', ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = once(child, 'close') as Promise<[number | null, string | null]>;
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    exit,
    said: (pattern) =>
      vi.waitFor(
        () => {
          const found = pattern.exec(stdout);
          if (found === null) throw new Error(`Not said: ${stdout}${stderr}`);
          return found[1] ?? '';
        },
        { timeout: patience, interval: 10 },
      ),
  };
}
