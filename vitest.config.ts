import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { aliases } from './tools/aliases.ts';
import { chromiumLaunch } from './tools/chromium.ts';

const inBothWorlds = 'test/**/*.any.test.ts';
/** Each of these starts processes or compilers, which takes most of its time. */
const commands = [
  'test/{house,cli,gateway}/**/*.test.ts',
  'test/contract/type-*.test.ts',
  'test/{storage,emit}/process-*.test.ts',
  'test/dev-server/whole/process-*.test.ts',
];
/** Thousands of hostile or random cases: too long for every save. */
const properties = ['test/contracts/{hostile,json-schema,round-trip}.test.ts'];

/** Real servers and the official clients of others: too long for every save, too. */
const server = ['test/dev-server/**/*.test.ts'];

/** Run with React 19 and with React 18. */
const inBothReacts = ['test/browser/react/**/*.test.ts'];
/** A package beside ours, whose own dependency it is. */
const react18 = 'react-18-pair/node_modules/';
// What is found out only while tests run makes Vite load the page again under them.
const reactParts = (folder: string): string[] =>
  ['react', 'react-dom', 'react-dom/client', 'react-dom/server.browser'].map((part) => `${folder}${part}`);

const inChromium = () => ({
  enabled: true,
  headless: true,
  screenshotFailures: false,
  provider: playwright({ launchOptions: chromiumLaunch() }),
  instances: [{ browser: 'chromium' as const }],
});

const simulation = ['test/simulation/**/*.test.ts'];

const scenarios = ['test/scenarios/**/*.test.ts'];

/** The apps of `examples`, as people use them. */
const examples = ['test/examples/**/*.test.ts'];

const config: ViteUserConfig = defineConfig({
  resolve: { alias: [...aliases] },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          // A world for each file takes longer than the tests in it: the quick run does without, the whole one does not.
          isolate: process.env['HEARD_LENGTH'] !== 'short',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/browser/**',
            'test/tabs/**',
            'test/types/**',
            ...commands,
            ...properties,
            ...server,
            ...simulation,
            ...scenarios,
            ...examples,
          ],
        },
      },
      { extends: true, test: { name: 'properties', environment: 'node', include: properties } },
      { extends: true, test: { name: 'server', environment: 'node', include: server, exclude: commands } },
      { extends: true, test: { name: 'simulation', environment: 'node', include: simulation } },
      {
        extends: true,
        // Most of a scenario is waiting for sockets.
        test: { name: 'scenarios', environment: 'node', include: scenarios, maxConcurrency: 12, testTimeout: 60_000 },
      },
      { extends: true, test: { name: 'commands', environment: 'node', include: commands } },
      {
        extends: true,
        optimizeDeps: {
          include: ['zod', 'zod/mini', 'fast-check', 'pusher-js', 'socket.io-client', ...reactParts('')],
        },
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts', inBothWorlds],
          globalSetup: ['test/browser/socket-server.ts'],
          maxConcurrency: 6,
          browser: inChromium(),
        },
      },
      { extends: true, test: { name: 'examples', environment: 'node', include: examples } },
      {
        extends: true,
        // The hooks once more, with the oldest React that they promise to work with.
        resolve: {
          alias: [{ find: /^(?=react(?:-dom)?(?:\/|$))/, replacement: react18 }],
        },
        cacheDir: 'node_modules/.vite/react-18',
        optimizeDeps: { include: ['zod', 'zod/mini', ...reactParts(react18)] },
        test: { name: 'react 18', include: inBothReacts, browser: inChromium() },
      },
      { extends: true, test: { name: 'tabs', environment: 'node', include: ['test/tabs/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: { enabled: true, only: true, tsconfig: 'tsconfig.json', include: ['test/types/**/*.test-d.ts'] },
        },
      },
    ],
  },
});
export default config;
