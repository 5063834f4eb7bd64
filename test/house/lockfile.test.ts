import { expect, test } from 'vitest';
import { lockfileProblems } from '../../tools/lockfile.ts';
import { plant } from './tree.ts';

const sound = {
  '': { devDependencies: { tool: '1.0.0' } },
  'node_modules/tool': { version: '1.0.0', integrity: 'sha512-a', optionalDependencies: { 'tool-mac': '1.0.0' } },
  'node_modules/tool-mac': { version: '1.0.0', integrity: 'sha512-b' },
};

function problems(packages: Readonly<Record<string, unknown>>): readonly string[] {
  return lockfileProblems(
    plant({
      'package.json': JSON.stringify({ devDependencies: { tool: '1.0.0' } }),
      'package-lock.json': JSON.stringify({ packages }),
    }),
  );
}

test('a complete lockfile has no problem', () => {
  expect(problems(sound)).toEqual([]);
});

test('a platform package that npm left out is named', () => {
  const { 'node_modules/tool-mac': _, ...rest } = sound;
  expect(problems(rest)).toEqual(['node_modules/tool wants tool-mac@1.0.0, which the lockfile lacks']);
});

test('a platform package of another release does not count', () => {
  const old = { ...sound, 'node_modules/tool-mac': { version: '0.9.0', integrity: 'sha512-b' } };
  expect(problems(old)).toEqual(['node_modules/tool wants tool-mac@1.0.0, the lockfile has 0.9.0']);
});

test('a platform package may lie beside the package or above it', () => {
  const { 'node_modules/tool-mac': platform, ...rest } = sound;
  expect(problems({ ...rest, 'node_modules/tool/node_modules/tool-mac': platform })).toEqual([]);
});

test('a pin that the lockfile does not share is named', () => {
  const drifted = { ...sound, '': { devDependencies: { tool: '*' } } };
  expect(problems(drifted)).toEqual(['tool: package.json says 1.0.0, the lockfile *']);
});

test('a package without a checksum, or from somewhere not everyone can reach, is named', () => {
  const odd = { ...sound, 'node_modules/odd': { version: '1.0.0', resolved: 'http://intranet.test/odd.tgz' } };
  expect(problems(odd)).toEqual([
    'node_modules/odd has no integrity',
    'node_modules/odd comes from http://intranet.test/odd.tgz, which not everyone can reach over https',
  ]);
});
