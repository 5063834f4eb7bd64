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

test('a dependency of a dependency that is gone is named', () => {
  const deeper = { version: '2.0.0', integrity: 'sha512-c', dependencies: { deep: '^1.2.0' } };
  const needy = { ...sound, 'node_modules/tool/node_modules/deeper': deeper };
  expect(problems(needy)).toEqual([
    'node_modules/tool/node_modules/deeper wants deep@^1.2.0, which the lockfile lacks',
  ]);
  const deep = { version: '1.9.0', integrity: 'sha512-d' };
  expect(problems({ ...needy, 'node_modules/deep': deep })).toEqual([]);
  expect(problems({ ...needy, 'node_modules/deep': { ...deep, version: '2.0.0' } })).toEqual([
    'node_modules/tool/node_modules/deeper wants deep@^1.2.0, the lockfile has 2.0.0',
  ]);
});

test.each([
  ['^1.2.0', '1.9.0', true],
  ['^0.2.0', '0.3.0', false],
  ['^0.2.0', '0.2.9', true],
  ['~1.2.0', '1.3.0', false],
  ['~1.2.0', '1.2.7', true],
  ['1.2.0', '1.2.1', false],
  ['=1.2.0', '1.2.1', false],
  ['=1.2.0', '1.2.0', true],
  ['>=1.2.0', '3.0.0', true],
  ['^1.0.0||^2.0.0', '2.0.0', true],
  ['npm:other@1.0.0', '1.0.0', true],
])('%s is served by %s: %s', (range, version, served) => {
  const tool = { version: '1.0.0', integrity: 'sha512-a', dependencies: { deep: range } };
  const found = problems({
    '': sound[''],
    'node_modules/tool': tool,
    'node_modules/deep': { version, integrity: 'sha512-d' },
  });
  expect(found).toHaveLength(served ? 0 : 1);
});

test('a peer is needed, unless it is optional', () => {
  const tool = { version: '1.0.0', integrity: 'sha512-a', peerDependencies: { peer: '*' } };
  expect(problems({ '': sound[''], 'node_modules/tool': tool })).toEqual([
    'node_modules/tool wants peer@*, which the lockfile lacks',
  ]);
  const optional = { ...tool, peerDependenciesMeta: { peer: { optional: true } } };
  expect(problems({ '': sound[''], 'node_modules/tool': optional })).toEqual([]);
});

test('a package without a checksum, or bound to a place, is named', () => {
  const odd = { ...sound, 'node_modules/odd': { version: '1.0.0', resolved: 'https://intranet.test/odd.tgz' } };
  expect(problems(odd)).toEqual([
    'node_modules/odd has no integrity',
    'node_modules/odd is bound to https://intranet.test/odd.tgz, which not everyone can reach',
  ]);
});

test('a folder of this project needs no checksum, and a link to it is bound to no place', () => {
  const beside = {
    ...sound,
    'node_modules/pair': { resolved: 'test/pair', link: true },
    'test/pair': { version: '1.0.0', dependencies: {} },
  };
  expect(problems(beside)).toEqual([]);
  const gone = { ...sound, 'node_modules/pair': { resolved: 'test/pair', link: true } };
  expect(problems(gone)).toEqual(['node_modules/pair is bound to test/pair, which not everyone can reach']);
});
