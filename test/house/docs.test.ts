import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from '../contract/compiler.ts';

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...globSync('docs/**/*.md')];
const blocksOf = (page: string): readonly string[] =>
  [...readFileSync(page, 'utf8').matchAll(/^```ts\n([^]*?)^```/gm)].map(([, code = '']) => code);

test.each(blocksOf('README.md').map((code, index) => [index + 1, code] as const))(
  'block %i of the README compiles as it stands',
  (_, code) => {
    expect(compile(code).errors).toEqual([]);
  },
);

test('the README shows code', () => {
  expect(blocksOf('README.md').length).toBeGreaterThan(1);
});

test.each(pages)('%s links to files that exist', (page) => {
  const targets = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
    ([, target = '']) => target,
  );
  expect(targets.filter((target) => !existsSync(join(dirname(page), target)))).toEqual([]);
});
