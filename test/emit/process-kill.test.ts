import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { replayHandler } from 'heard/emit';
import { sqliteLog } from 'heard/emit/sqlite-log';
import { laravelPos } from 'heard/contracts/laravel-pos';
import { expect, onTestFinished, test } from 'vitest';
import { patience } from '../effort.ts';

const script = fileURLToPath(new URL('killed.ts', import.meta.url));

interface Told {
  /** What `emit` resolved for. */
  readonly emitted: readonly string[];
  /** What was in the log and on its way when the process was killed. */
  readonly cutOff: string;
}

/** Runs until its publisher hangs, and is then killed as the power would do it. */
async function runAndKill(file: string, hangsAt: number): Promise<Told> {
  const child = spawn(process.execPath, [script, file, String(hangsAt)], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const emitted: string[] = [];
  let cutOff = '';
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('emitted ')) emitted.push(line.split(' ')[2] ?? '');
    if (!line.startsWith('hangs with ')) continue;
    cutOff = line.slice('hangs with '.length);
    child.kill('SIGKILL');
  }
  return { emitted, cutOff };
}

interface Page {
  readonly events: readonly { readonly seq: number; readonly event_id: string }[];
  readonly next_seq: number;
  readonly has_more: boolean;
  readonly epoch: string;
}

async function replayed(
  file: string,
): Promise<{ readonly epoch: string; readonly seqs: number[]; readonly ids: string[] }> {
  const log = sqliteLog({ file });
  const handler = replayHandler(laravelPos, { log, mayRead: () => true });
  const found = { epoch: '', seqs: [] as number[], ids: [] as string[] };
  for (let seq = 0, more = true; more;) {
    const url = `https://api.example.test/v1/events/since?channel=private-store.a.orders&seq=${seq}`;
    const page = (await (await handler(new Request(url))).json()) as Page;
    found.epoch = page.epoch;
    found.seqs.push(...page.events.map((event) => event.seq));
    found.ids.push(...page.events.map(({ event_id }) => event_id));
    [seq, more] = [page.next_seq, page.has_more];
  }
  await log.close();
  return found;
}

test(
  'kill −9 between the log and the devices loses nothing: replay has it after the restart',
  { timeout: patience },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heard-killed-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'events.db');
    const epochs = new Set<string>();
    const known: string[] = [];
    for (const hangsAt of [1, 2, 17]) {
      const { emitted, cutOff } = await runAndKill(file, hangsAt);
      const { epoch, seqs, ids } = await replayed(file);
      epochs.add(epoch);
      expect(cutOff).not.toBe('');
      expect(ids).toEqual(expect.arrayContaining([...known, ...emitted, cutOff]));
      // Nothing of an earlier life has moved, and what came later follows it without a hole.
      expect(ids.slice(0, known.length)).toEqual(known);
      expect(seqs).toEqual(seqs.map((_, at) => at + 1));
      expect(new Set(ids).size).toBe(ids.length);
      known.push(...ids.slice(known.length));
    }
    expect(epochs.size).toBe(1);
  },
);
