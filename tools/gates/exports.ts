// Gate: package.json offers exactly what tools/entries.ts lists. `--write` brings it in step.
import { readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { manifest } from '../entries.ts';

const text = readFileSync('package.json', 'utf8');
const current = JSON.parse(text) as Record<string, unknown>;
const wanted = manifest();
const differing = ['exports', 'bin'].filter((key) => !isDeepStrictEqual(current[key], wanted[key]));

if (process.argv.includes('--write')) {
  const rest = Object.entries(current).filter(([key]) => key !== 'exports' && key !== 'bin');
  const before = rest.findIndex(([key]) => key === 'scripts');
  const sorted = [...rest.slice(0, before), ...Object.entries(wanted), ...rest.slice(before)];
  writeFileSync('package.json', `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
} else if (differing.length > 0) {
  console.error(`package.json differs from tools/entries.ts in: ${differing.join(', ')}`);
  console.error('Change tools/entries.ts, then run `npm run exports`.');
  process.exitCode = 1;
} else {
  console.log('package.json and tools/entries.ts agree');
}
