import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { aliases } from './tools/aliases.ts';
import { chromiumLaunch } from './tools/chromium.ts';

const inBothWorlds = 'test/**/*.any.test.ts';

const config: ViteUserConfig = defineConfig({
  resolve: { alias: [...aliases] },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', 'test/types/**', 'test/house/**', 'test/cli/**'],
        },
      },
      {
        // Each of these starts processes, which takes most of its time.
        extends: true,
        test: { name: 'commands', environment: 'node', include: ['test/{house,cli}/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts', inBothWorlds],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: chromiumLaunch() }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
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
