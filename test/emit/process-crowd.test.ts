import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { sqliteLog } from 'heard/emit/sqlite-log';
import { expect, onTestFinished, test } from 'vitest';
import { patience } from '../effort.ts';

const script = fileURLToPath(new URL('crowd.ts', import.meta.url));
const names = ['a', 'b', 'c', 'd'];
const count = 40;

const written = (file: string, name: string): Promise<string> => {
  const child = spawn(process.execPath, [script, file, name, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return text(child.stdout);
};

test(
  'four processes that open one new file at once share one log and one memory of what was done',
  { timeout: patience },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heard-crowd-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'new', 'events.db');
    const said = await Promise.all(names.map((name) => written(file, name)));
    const log = sqliteLog({ file });
    for (const channel of ['orders', 'kds']) {
      const { events, headSeq } = await log.read(channel, 0, 1_000);
      expect(headSeq).toBe(names.length * count);
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
      for (const name of names) {
        const own = events.map(({ facts }) => facts.id).filter((id) => id.startsWith(name));
        expect(own).toEqual(Array.from({ length: count }, (_, at) => `${name} ${at + 1}`));
      }
    }
    await log.close();
    const ran = said.flatMap((lines) => lines.split('\n')).filter((line) => line !== '');
    expect(ran.toSorted()).toEqual(Array.from({ length: count }, (_, at) => `ran ${at + 1}`).toSorted());
  },
);
