import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NotRun } from './rows.ts';

interface Folder {
  readonly path: string;
  remove(): void;
}

/** What Linux calls a folder that is kept in memory. */
const tmpfs = 0x01021994;

/** A folder of its own. In memory nothing would be written that could survive anything, and every figure would be too good. */
export function folderOnDisk(): Folder | NotRun {
  const above = process.env['HEARD_BENCH_FOLDER'] ?? tmpdir();
  if (process.platform === 'linux' && statfsSync(above).type === tmpfs) {
    return { notRun: `${above} is kept in memory. Set HEARD_BENCH_FOLDER to a folder on a disk.` };
  }
  const path = mkdtempSync(join(above, 'heard-bench-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 20 }) };
}
