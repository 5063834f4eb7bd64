import { readFileSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import { builtFiles, builtName, entries } from '../entries.ts';

const alone = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'];
const built = /^dist\/.+\.(?:js|cjs|d\.ts|d\.cts|js\.map)$/;

const required = [...alone, ...entries.flatMap(builtFiles)];

/** What would let somebody import a command. */
const unwanted = entries
  .filter((entry) => entry.kind === 'command')
  .flatMap((entry) => ['cjs', 'd.ts', 'd.cts'].map((extension) => `dist/${builtName(entry)}.${extension}`));

const needed = (path: string): boolean => alone.includes(path) || (built.test(path) && !unwanted.includes(path));

/** What is packed but should not be, what users would miss, and what tells of the machine that packed it. */
export function contentProblems(packed: readonly string[]): readonly string[] {
  const surplus = packed.filter((path) => !needed(path));
  const missing = required.filter((path) => !packed.includes(path));
  return [
    ...surplus.map((path) => `the tarball contains ${path}, which no user needs`),
    ...missing.map((path) => `the tarball lacks ${path}`),
    ...packed.filter((path) => path.endsWith('.map')).flatMap(sourceProblems),
  ];
}

/** A source map may name its sources only as seen from the map. */
function sourceProblems(map: string): readonly string[] {
  const { sources, sourceRoot } = JSON.parse(readFileSync(map, 'utf8')) as {
    readonly sources: readonly (string | null)[];
    readonly sourceRoot?: string;
  };
  return [...sources, sourceRoot]
    .filter((source) => typeof source === 'string')
    .filter((source) => posix.isAbsolute(source) || win32.isAbsolute(source) || /^[a-z][a-z\d+.-]*:/i.test(source))
    .map((source) => `${map} names ${source}, a path of the machine that built it`);
}
