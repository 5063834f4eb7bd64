// `npm run bench`: every row and its baseline in turns within one run, so that the machine's mood hits both. Prints ratios,
// because absolute figures mean nothing between machines, and milliseconds where a person waits for a disk or a server.
// `--json FILE` writes them down; `--only TEXT` measures the rows whose names have it.
import { writeFileSync } from 'node:fs';
import { rows as burstRows } from './burst.ts';
import { rows as comeBackRows } from './come-back.ts';
import { rows as decodeRows } from './decode.ts';
import { rows as deliverRows } from './deliver.ts';
import { heading, lineOf, measure, type Figures } from './figures.ts';
import { rows as keepRows } from './keep.ts';
import { rows as kitchenDisplayRows } from './kitchen-display.ts';
import { rows as onItsWayRows } from './on-its-way.ts';
import { rows as receiveInChromiumRows } from './receive-in-chromium.ts';
import { rows as receiveRows } from './receive.ts';
import { rows as socketIoRows } from './socket-io.ts';
import { rows as socketRows } from './sockets.ts';

function argument(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at === -1 ? undefined : process.argv[at + 1];
}

const only = argument('--only') ?? '';
const all = [
  ...decodeRows,
  ...receiveRows,
  ...socketRows,
  ...socketIoRows,
  ...keepRows,
  ...deliverRows,
  ...onItsWayRows,
  ...comeBackRows,
  ...receiveInChromiumRows,
  ...burstRows,
  ...kitchenDisplayRows,
];
console.log(heading);
const figures: Figures[] = [];
for (const row of all.filter(({ name }) => name.includes(only))) {
  const found = await measure(row);
  figures.push(found);
  console.log(lineOf(found));
}

const file = argument('--json');
if (file !== undefined) writeFileSync(file, `${JSON.stringify(figures, undefined, 2)}\n`);
const accepted: readonly Figures['verdict'][] = [
  'aim reached',
  'ok',
  ...(process.env['HEARD_ALLOW_NO_BROWSER'] === '1' ? (['NOT RUN'] as const) : []),
];
if (!figures.every(({ verdict }) => accepted.includes(verdict))) process.exitCode = 1;
