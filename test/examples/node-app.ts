// An example that runs in Node, as a process of its own, for as long as one test.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished, vi } from 'vitest';
import { patience } from '../effort.ts';

export interface NodeApp {
  /** Waits until it has said something like this, and gives what is in the first group. */
  said(pattern: RegExp): Promise<string>;
  readonly output: () => string;
  /** As a service manager ends it. */
  stop(): Promise<{ readonly code: number | null; readonly complaint: string }>;
}

export function nodeApp(name: string, env: Readonly<Record<string, string>>): NodeApp {
  const child = spawn(process.execPath, ['--import', './tools/sources.ts', `examples/${name}/main.ts`], {
    env: { ...process.env, ...env },
  });
  let output = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const ended = once(child, 'close') as Promise<[number | null]>;
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    output: () => output,
    said: (pattern) =>
      vi.waitFor(
        () => {
          const found = pattern.exec(output);
          if (found === null) throw new Error(`${name} has not said ${String(pattern)}, but: ${output}${complaint}`);
          return found[1] ?? '';
        },
        { timeout: patience, interval: 10 },
      ),
    async stop() {
      child.kill('SIGTERM');
      const [code] = await ended;
      return { code, complaint };
    },
  };
}
