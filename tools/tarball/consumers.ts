// Strangers who install the package: an ESM project, which also runs its commands, a CommonJS project, a TypeScript
// project, a page built with Vite, and a project with React, which does all of that with what needs React.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, createLogger } from 'vite';
import { loadingProblem, type Format } from '../built/load.ts';
import { entries, specifierOf, type Entry } from '../entries.ts';
import { commandProblems } from './commands.ts';
import { devServerProblems } from './dev-server.ts';
import { npm } from './npm.ts';
import { typeProblems } from './types.ts';

const importable = entries.filter((entry) => entry.kind === 'import' && entry.needs === undefined);
const withReact = entries.filter((entry) => entry.needs === 'react');

interface Consumer {
  readonly name: string;
  readonly manifest: Readonly<Record<string, unknown>>;
  /** What is installed beside our package: from here, so that nothing is asked of the network. */
  readonly beside?: readonly string[];
  readonly use: (folder: string) => readonly string[] | Promise<readonly string[]>;
}

const consumers: readonly Consumer[] = [
  {
    name: 'esm',
    manifest: { private: true, type: 'module' },
    use: (folder) => [...loadingProblems('esm', importable, folder), ...commandProblems(folder)],
  },
  {
    name: 'cjs',
    manifest: { private: true },
    use: (folder) => loadingProblems('cjs', importable, folder),
  },
  {
    name: 'typescript',
    manifest: { private: true, type: 'module' },
    use: (folder) => typeProblems(folder, importable),
  },
  {
    name: 'vite',
    manifest: { private: true, type: 'module' },
    use: (folder) => buildPage(folder, importable),
  },
  {
    name: 'react',
    manifest: { private: true, type: 'module' },
    beside: ['react', '@types/react', 'csstype'],
    use: async (folder) => [
      ...loadingProblems('esm', withReact, folder),
      ...loadingProblems('cjs', withReact, folder),
      ...typeProblems(folder, withReact),
      ...(await buildPage(folder, withReact)),
    ],
  },
];

const loadingProblems = (format: Format, used: readonly Entry[], folder: string): readonly string[] =>
  used.flatMap((entry) => loadingProblem(format, specifierOf(entry), folder) ?? []);

async function buildPage(folder: string, used: readonly Entry[]): Promise<readonly string[]> {
  const specifiers = used.filter((entry) => entry.runsIn === 'browser').map(specifierOf);
  const uses = specifiers.map(
    (specifier, index) => `import * as e${index} from '${specifier}'; console.log(e${index});`,
  );
  writeFileSync(join(folder, 'index.html'), '<!doctype html><script type="module" src="/main.js"></script>');
  writeFileSync(join(folder, 'main.js'), uses.join('\n'));
  const warnings: string[] = [];
  const customLogger = createLogger('warn', { allowClearScreen: false });
  const warn = (text: string): void => {
    // A page has no server that would mind the directive: Vite's own plugin for React leaves this out as well.
    if (!/module level directive "use client"/.test(text)) warnings.push(text);
  };
  customLogger.warn = warn;
  customLogger.warnOnce = warn;
  try {
    // Everything in one bundle is nobody's page: its size is the size gate's business.
    await build({
      root: folder,
      configFile: false,
      customLogger,
      build: {
        chunkSizeWarningLimit: Number.MAX_SAFE_INTEGER,
        // How long plugins take says how busy this machine is.
        rolldownOptions: { checks: { pluginTimings: false } },
      },
    });
  } catch (error) {
    warnings.push(error instanceof Error ? error.message : String(error));
  }
  return warnings;
}

async function problemsOf(consumer: Consumer, tarball: string, parent: string): Promise<readonly string[]> {
  const folder = join(parent, consumer.name);
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: `consumer-${consumer.name}`, version: '1.0.0', ...consumer.manifest }),
  );
  const beside = consumer.beside?.map((name) => resolve('node_modules', name)) ?? [];
  const install = [
    'install',
    tarball,
    ...beside,
    '--install-links',
    '--prefer-offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ];
  const { warnings } = await npm(install, folder);
  return [...warnings, ...(await consumer.use(folder))].map(
    (problem) => `in an empty ${consumer.name} project: ${problem}`,
  );
}

/** Installs the tarball in each empty project and uses all of it that is meant for that project. */
export async function consumerProblems(tarball: string, parent: string): Promise<readonly string[]> {
  const problems = await Promise.all(consumers.map((consumer) => problemsOf(consumer, tarball, parent)));
  // Timed, so it has the machine for itself: nobody installs packages while they wait for their server.
  return [...problems.flat(), ...(await devServerProblems(join(parent, 'esm')))];
}
