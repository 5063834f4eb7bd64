import { builtName, entries } from '../entries.ts';

const alone = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'];
const built = /^dist\/.+\.(?:js|cjs|d\.ts|d\.cts|js\.map|cjs\.map)$/;

const required = [
  ...alone,
  ...entries.flatMap((entry) =>
    ['js', 'cjs', 'd.ts', 'd.cts'].map((extension) => `dist/${builtName(entry)}.${extension}`),
  ),
];

/** What is packed but should not be, and what users would miss. */
export function contentProblems(packed: readonly string[]): readonly string[] {
  const surplus = packed.filter((path) => !alone.includes(path) && !built.test(path));
  const missing = required.filter((path) => !packed.includes(path));
  return [
    ...surplus.map((path) => `the tarball contains ${path}, which no user needs`),
    ...missing.map((path) => `the tarball lacks ${path}`),
  ];
}
