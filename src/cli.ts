#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runCommand } from './cli/command.ts';

// `heard schema laravel-pos | head` closes the pipe before everything is written: that is no fault of anyone's.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

/** Resolves when the process is asked to end; asked a second time, it ends at once. */
const ended = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });

/** The manifest lies one folder above both `src/cli.ts` and `dist/cli.js`. */
function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}

async function main(): Promise<void> {
  const environment = {
    version,
    folder: process.cwd(),
    say: (line: string): void => void process.stdout.write(`${line}\n`),
    isTerminal: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
    ended,
  };
  const { output, complaint, exitCode } = await runCommand(process.argv.slice(2), environment);
  // The code is set and the process left to end by itself: `exit` would cut off what a pipe has not taken yet.
  process.exitCode = exitCode;
  if (complaint !== undefined) process.stderr.write(`${complaint}\n`);
  if (output !== undefined) process.stdout.write(`${output}\n`);
}

await main();
