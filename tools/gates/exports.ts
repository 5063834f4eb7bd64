// Gate: package.json offers exactly what tools/entries.ts lists, and runs nothing where it is installed. `--write` brings
// the lists in step.
import { readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { manifest } from '../entries.ts';

// What npm runs on the machine of a user, from the registry or from git, or on that of whoever clones this project.
const atInstall = [
  'preinstall',
  'install',
  'postinstall',
  'prepublish',
  'preprepare',
  'prepare',
  'postprepare',
  'prepack',
  'dependencies',
];

const text = readFileSync('package.json', 'utf8');
const current = JSON.parse(text) as Record<string, unknown> & {
  readonly scripts?: Readonly<Record<string, string>>;
};
const wanted = manifest();
const differing = ['exports', 'bin'].filter((key) => !isDeepStrictEqual(current[key], wanted[key]));
const running = atInstall.filter((name) => current.scripts?.[name] !== undefined);

if (process.argv.includes('--write')) {
  const rest = Object.entries(current).filter(([key]) => key !== 'exports' && key !== 'bin');
  const before = rest.findIndex(([key]) => key === 'scripts');
  const sorted = [...rest.slice(0, before), ...Object.entries(wanted), ...rest.slice(before)];
  writeFileSync('package.json', `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
} else if (differing.length + running.length > 0) {
  if (differing.length > 0) {
    console.error(`package.json differs from tools/entries.ts in: ${differing.join(', ')}`);
    console.error('Change tools/entries.ts, then run `npm run exports`.');
  }
  if (running.length > 0) {
    console.error(`package.json has scripts that npm runs when it installs: ${running.join(', ')}`);
    console.error('Take them out: installing this package must run nothing.');
  }
  process.exitCode = 1;
} else {
  console.log('package.json and tools/entries.ts agree, and nothing runs at install time');
}
