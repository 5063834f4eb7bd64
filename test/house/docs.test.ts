import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from '../contract/compiler.ts';
import { patience } from '../effort.ts';

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...globSync('docs/**/*.md')];
const blocksOf = (page: string): readonly string[] =>
  [...readFileSync(page, 'utf8').matchAll(/^```ts\n([^]*?)^```/gm)].map(([, code = '']) => code);

const shown = ['README.md', 'docs/protocol.md', 'docs/architecture.md'].flatMap((page) =>
  blocksOf(page).map((code, index) => [index + 1, page, code] as const),
);

test.each(shown)('block %i of %s compiles as it stands', { timeout: patience }, (_, __, code) => {
  expect(compile(code).errors).toEqual([]);
});

test.each(blocksOf('docs/dev-server.md'))(
  'what docs/dev-server.md shows compiles where Node has its types',
  { timeout: patience },
  (code) => {
    expect(compile(code, { types: ['node'] }).errors).toEqual([]);
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
