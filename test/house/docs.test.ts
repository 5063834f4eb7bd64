import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from '../contract/compiler.ts';
import { patience } from '../effort.ts';

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'examples/README.md', ...globSync('docs/**/*.md')];
const blocksOf = (page: string): readonly { readonly language: 'ts' | 'tsx'; readonly code: string }[] =>
  [...readFileSync(page, 'utf8').matchAll(/^```(tsx?)\n([^]*?)^```/gm)].map(([, language, code = '']) => ({
    language: language === 'tsx' ? 'tsx' : 'ts',
    code,
  }));

/** What runs in a browser must compile without Node's types. */
const shown = (
  [
    ['README.md', []],
    ['docs/protocol.md', []],
    ['docs/transports.md', []],
    ['docs/collections.md', []],
    ['docs/orders-and-work.md', []],
    ['docs/tabs.md', []],
    ['docs/presence.md', []],
    ['docs/transports-socket-io.md', []],
    ['docs/react-native.md', []],
    ['docs/architecture.md', []],
    ['docs/react.md', ['react']],
    ['docs/emit.md', ['node']],
    ['docs/dev-server.md', ['node']],
    ['docs/testing.md', ['node']],
  ] as const
).flatMap(([page, types]) =>
  blocksOf(page).map(({ language, code }, index) => [index + 1, page, code, types, language] as const),
);

test.each(shown)('block %i of %s compiles as it stands', { timeout: patience }, (_, __, code, types, language) => {
  expect(compile(code, { types, declared: ['test/types/react-native.d.ts'], language }).errors).toEqual([]);
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
