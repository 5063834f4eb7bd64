import type { Gate } from './runner/gate.ts';

const vitest = (project: string): Gate['command'] => ['vitest', 'run', '--project', project];

/** Everything `npm test` holds against the tree. Each has a sabotage in tools/prove/sabotages.ts that it must catch. */
export const gates: readonly Gate[] = [
  // The longest of the fast ones starts first; the others run beside it.
  {
    name: 'unit',
    proves: 'the parts do what their tests say, in Node',
    command: vitest('unit'),
    fast: true,
  },
  {
    name: 'types',
    proves: 'everything compiles under the strictest settings of TypeScript',
    command: ['tsc', '-p', '.'],
    fast: true,
  },
  {
    name: 'lint',
    proves: 'no forgotten promise, no any, no non-null assertion, and the other rules of .oxlintrc.json',
    command: ['oxlint', '--type-aware', '--deny-warnings'],
    fast: true,
  },
  {
    name: 'format',
    proves: 'the code is formatted; `npm run format` does it',
    command: ['oxfmt', '--check'],
    fast: true,
  },
  {
    name: 'lanes',
    proves: 'every file of src imports only what its lane may import, and never in a circle',
    command: ['node', 'tools/gates/lanes.ts'],
    fast: true,
  },
  {
    name: 'exports',
    proves: 'package.json offers exactly the entries of tools/entries.ts, and installing it runs nothing',
    command: ['node', 'tools/gates/exports.ts'],
    fast: true,
  },
  {
    name: 'unused',
    proves: 'no file, export or dependency is there for nothing, and nothing is exported twice',
    command: ['knip', '--config', 'tools/knip.ts', '--treat-config-hints-as-errors', '--no-progress'],
    fast: true,
  },
  {
    name: 'lockfile',
    proves: 'npm ci finds every dependency on every platform, with checksums, and is bound to no host',
    command: ['node', 'tools/gates/lockfile.ts'],
    fast: true,
  },
  {
    name: 'specs',
    proves: 'every rule of a SPEC.md is cited by a test, and no test cites a rule that does not exist',
    command: ['node', 'tools/gates/specs.ts'],
    fast: true,
  },
  {
    name: 'collected',
    proves: 'every file that looks like a test is run by one gate, and one for both worlds by two',
    command: ['node', 'tools/gates/collected.ts'],
    fast: true,
  },
  {
    name: 'properties',
    proves: 'thousands of random and hostile frames are read without an exception, and as the JSON Schema says',
    command: vitest('properties'),
  },
  {
    name: 'server',
    proves:
      'the development server behaves as the documents and the real servers do, official clients drive it, and nothing that is sent to it brings it down',
    command: vitest('server'),
  },
  {
    name: 'simulation',
    proves: 'a stream loses and doubles nothing in 20 000 seeds of faults, and the checker notices every wrong rule',
    command: vitest('simulation'),
  },
  {
    name: 'scenarios',
    proves:
      'over Pusher, Socket.IO and WebSocket, through everything that goes wrong in restaurants, each event is told once, each mutation takes effect once, and all come to the same end',
    command: vitest('scenarios'),
  },
  {
    name: 'commands',
    proves:
      'the bootstrap, the runner, the checks of the gates, the command line and the compiler’s messages are as promised',
    command: vitest('commands'),
  },
  {
    name: 'type tests',
    proves: 'what users write has the types they are promised, and what they must not write is an error',
    command: vitest('types'),
  },
  {
    name: 'browser',
    proves: 'the tests that need a browser pass in a real one, those of the hooks with React 19 and with React 18',
    command: [...vitest('browser'), '--project', 'react 18'],
    needs: 'chromium',
  },
  {
    name: 'tabs',
    proves:
      'several tabs of one browser share what is stored, a killed browser has kept what it was told and does nothing twice unmarked, and a page may do with the development server what `--cors` allows',
    command: vitest('tabs'),
    needs: 'chromium',
  },
  {
    name: 'examples',
    proves:
      'every app of examples/ does what its user expects, with its server and beside the others, in a real browser',
    command: vitest('examples'),
    needs: 'chromium',
  },
  {
    name: 'demo',
    proves:
      'five screens agree with their server after every act of the demo, and everybody can use it: `npm run demo -- --check`',
    command: ['node', 'examples/demo/serve.ts', '--check'],
    needs: 'chromium',
  },
  {
    name: 'build',
    proves: 'ESM, CommonJS and declarations can be built',
    command: ['tsup', '--silent'],
  },
  {
    name: 'imports',
    proves:
      'every built entry loads as ESM and CommonJS, browser entries reach no Node module, hooks say that they are for browsers, and a class exists once',
    command: ['node', 'tools/gates/imports.ts'],
    after: 'build',
  },
  {
    name: 'publint',
    proves: 'package.json describes the package as bundlers and Node expect it',
    command: ['publint', '--strict'],
    after: 'build',
  },
  {
    name: 'attw',
    proves: 'the types resolve to what really runs, for ESM and CommonJS users',
    command: ['attw', '--pack', '.', '--profile', 'node16', '--format', 'table-flipped', '--no-emoji'],
    after: 'build',
  },
  {
    name: 'bundles',
    proves: 'a page that uses one contract carries none of the others',
    command: ['node', 'tools/gates/bundles.ts'],
    after: 'build',
  },
  {
    name: 'size',
    proves: 'what users bundle together stays within its budget',
    command: ['size-limit', '--config', 'tools/size/size-limit.ts'],
    after: 'build',
  },
  {
    name: 'tarball',
    proves:
      'the package contains what users need and nothing else, and works, commands included, in empty ESM, CommonJS, TypeScript and Vite projects',
    command: ['node', 'tools/gates/tarball.ts'],
    after: 'build',
  },
  {
    name: 'prove-gates',
    proves: 'every gate above fails when what it guards is broken on purpose',
    command: ['node', 'tools/prove-gates.ts'],
    fullOnly: true,
    needs: 'chromium',
  },
];
