import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { seededRandom } from '../../src/testing/fake-host.ts';
import { patience, runs } from '../effort.ts';
import { judge, judgeWork } from '../kill/judge.ts';
import { playRounds, seedOr, spelt, type Life, type Running } from '../kill/rounds.ts';
import { createServer, type Server } from '../kill/server.ts';

const script = fileURLToPath(new URL('gateway.ts', import.meta.url));

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'heard-gateway-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function started({ origin }: Server, folder: string, life: Life): Running & { readonly child: ChildProcess } {
  const child = spawn(process.execPath, [script, origin, folder, spelt(life)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'close');
  return {
    child,
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

test(
  'F42, F43, F98: killed at any moment, a gateway loses nothing, and what it does again it marks',
  async () => {
    const folder = emptyFolder();
    // As many as there are minutes for.
    const kills = Math.min(runs(25).numRuns, 300);
    const { books, inTheMiddle } = await playRounds({
      kills,
      seed: seedOr(98),
      start: (server, life) => Promise.resolve(started(server, folder, life)),
    });
    judge(books);
    expect(books.accepted.length).toBeGreaterThan(kills);
    expect(inTheMiddle).toBeGreaterThanOrEqual(kills / 4);
  },
  patience * 3,
);

test(
  'F98, I14: told to stop, it ends what it prints, and the next one prints the rest without a mark',
  async () => {
    const folder = emptyFolder();
    const server = await createServer(seededRandom(1));
    for (let job = 0; job < 30; job += 1) server.askOne();
    const life = { waiters: 0, retries: false };
    const gateway = started(server, folder, { ...life, number: 1, paceMs: 10 });
    await server.until(() => server.told.some(({ kind }) => kind === 'print'));
    gateway.child.kill('SIGTERM');
    await gateway.ended;
    expect(server.told.at(-1)?.kind).toBe('stopped');
    server.nextLife();
    const next = started(server, folder, { ...life, number: 2, paceMs: 0 });
    await server.until(() =>
      server.told.some((told) => told.kind === 'state' && told.front === 30 && told.undone === 0),
    );
    await next.kill();
    judgeWork(server.books);
    expect(server.books.surprises).toEqual([]);
    expect(server.books.printed).toHaveLength(30);
    expect(server.books.printed.some(({ redelivered }) => redelivered)).toBe(false);
  },
  patience,
);
