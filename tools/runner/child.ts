import { spawn, type ChildProcess } from 'node:child_process';
import { delimiter, dirname, resolve } from 'node:path';

const running = new Set<ChildProcess>();

export interface Finished {
  readonly ok: boolean;
  readonly seconds: number;
  readonly output: string;
}

/** Runs a command with our tools first on PATH. `hold` keeps the output for later instead of letting it through. */
export async function runChild(
  command: readonly [string, ...(readonly string[])],
  options: { readonly env?: Readonly<Record<string, string>>; readonly hold?: boolean },
): Promise<Finished> {
  const started = performance.now();
  const [program, ...args] = command;
  const child = spawn(program, args, {
    stdio: ['ignore', options.hold ? 'pipe' : 'inherit', options.hold ? 'pipe' : 'inherit'],
    env: { ...process.env, PATH: toolPath(), ...options.env },
    shell: process.platform === 'win32',
  });
  running.add(child);
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const problem = await new Promise<string | undefined>((done) => {
    child.once('error', (error) => done(`${program} did not start: ${error.message}`));
    child.once('close', (status, signal) => done(status === 0 ? undefined : `ended with ${signal ?? status}`));
  });
  running.delete(child);
  const output = Buffer.concat(chunks).toString() + (problem?.includes('did not start') ? `${problem}\n` : '');
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

function toolPath(): string {
  return [dirname(process.execPath), resolve('node_modules/.bin'), process.env['PATH'] ?? ''].join(delimiter);
}
