import { spawn, type ChildProcess } from 'node:child_process';
import { delimiter, dirname, resolve } from 'node:path';

const running = new Set<ChildProcess>();

export interface Finished {
  readonly ok: boolean;
  readonly seconds: number;
  readonly output: string;
}

/** Runs a command with our tools first on PATH. Its output goes through to ours, or to `listen`, and is then known at the end. */
export async function runChild(
  command: readonly [string, ...(readonly string[])],
  options: { readonly env?: Readonly<Record<string, string>>; readonly listen?: (text: string) => void },
): Promise<Finished> {
  const started = performance.now();
  const [program, ...args] = command;
  const { listen } = options;
  const stream = listen === undefined ? 'inherit' : 'pipe';
  const child = spawn(program, args, {
    stdio: ['ignore', stream, stream],
    env: { ...process.env, ...colour(), PATH: toolPath(), ...options.env },
    shell: process.platform === 'win32',
  });
  running.add(child);
  let output = '';
  const hear = (text: string): void => {
    output += text;
    listen?.(text);
  };
  child.stdout?.setEncoding('utf8').on('data', hear);
  child.stderr?.setEncoding('utf8').on('data', hear);
  const problem = await new Promise<string | undefined>((done) => {
    child.once('error', (error) => done(`${program} did not start: ${error.message}`));
    child.once('close', (status, signal) => done(status === 0 ? undefined : `ended with ${signal ?? status}`));
  });
  running.delete(child);
  if (problem?.includes('did not start')) hear(`${problem}\n`);
  return { ok: problem === undefined, seconds: (performance.now() - started) / 1000, output };
}

/** A terminal's Ctrl-C reaches the children by itself; a signal sent to us alone must not leave them behind. */
export function passOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      for (const child of running) child.kill(signal);
      process.kill(process.pid, signal);
    });
  }
}

/** A program that writes into a pipe cannot see the terminal behind it. */
const colour = (): Readonly<Record<string, string>> => (process.stdout.isTTY ? { FORCE_COLOR: '1' } : {});

function toolPath(): string {
  return [dirname(process.execPath), resolve('node_modules/.bin'), process.env['PATH'] ?? ''].join(delimiter);
}
