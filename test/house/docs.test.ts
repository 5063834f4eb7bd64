import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from '../contract/compiler.ts';
import { patience } from '../effort.ts';

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...globSync('docs/**/*.md')];
const blocksOf = (page: string): readonly string[] =>
  [...readFileSync(page, 'utf8').matchAll(/^```ts\n([^]*?)^```/gm)].map(([, code = '']) => code);

/** What runs in a browser must compile without Node's types. */
const shown = (
  [
    ['README.md', []],
    ['docs/protocol.md', []],
    ['docs/transports.md', []],
    ['docs/tabs.md', []],
    ['docs/transports-socket-io.md', []],
    ['docs/react-native.md', []],
    ['docs/architecture.md', []],
    ['docs/emit.md', ['node']],
    ['docs/dev-server.md', ['node']],
    ['docs/testing.md', ['node']],
  ] as const
).flatMap(([page, types]) => blocksOf(page).map((code, index) => [index + 1, page, code, types] as const));

test.each(shown)('block %i of %s compiles as it stands', { timeout: patience }, (_, __, code, types) => {
  expect(compile(code, types, ['test/types/react-native.d.ts']).errors).toEqual([]);
});

test('the README shows code', () => {
  expect(blocksOf('README.md').length).toBeGreaterThan(1);
});

test.each(pages)('%s links to files that exist', (page) => {
  const targets = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
    ([, target = '']) => target,
  );
  expect(targets.filter((target) => !existsSync(join(dirname(page), target)))).toEqual([]);
});
