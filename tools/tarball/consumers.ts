// Strangers who install the package: an ESM project, which also runs its commands, a CommonJS project, a TypeScript
// project, and a page built with Vite.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, createLogger } from 'vite';
import { loadingProblem } from '../built/load.ts';
import { entries, specifierOf } from '../entries.ts';
import { commandProblems } from './commands.ts';
import { devServerProblems } from './dev-server.ts';
import { npm } from './npm.ts';
import { typeProblems } from './types.ts';

const importable = entries.filter((entry) => entry.kind === 'import');

interface Consumer {
  readonly name: string;
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly use: (folder: string) => readonly string[] | Promise<readonly string[]>;
}

const consumers: readonly Consumer[] = [
  {
    name: 'esm',
    manifest: { private: true, type: 'module' },
    use: (folder) => [
      ...importable.flatMap((entry) => loadingProblem('esm', specifierOf(entry), folder) ?? []),
      ...commandProblems(folder),
    ],
  },
  {
    name: 'cjs',
    manifest: { private: true },
    use: (folder) => importable.flatMap((entry) => loadingProblem('cjs', specifierOf(entry), folder) ?? []),
  },
  { name: 'typescript', manifest: { private: true, type: 'module' }, use: typeProblems },
  { name: 'vite', manifest: { private: true, type: 'module' }, use: buildPage },
];

async function buildPage(folder: string): Promise<readonly string[]> {
  const specifiers = importable.filter((entry) => entry.runsIn === 'browser').map(specifierOf);
  const uses = specifiers.map(
    (specifier, index) => `import * as e${index} from '${specifier}'; console.log(e${index});`,
  );
  writeFileSync(join(folder, 'index.html'), '<!doctype html><script type="module" src="/main.js"></script>');
  writeFileSync(join(folder, 'main.js'), uses.join('\n'));
  const warnings: string[] = [];
  const customLogger = createLogger('warn', { allowClearScreen: false });
  customLogger.warn = (text) => warnings.push(text);
  customLogger.warnOnce = (text) => warnings.push(text);
  try {
    // Everything in one bundle is nobody's page: its size is the size gate's business.
    await build({
      root: folder,
      configFile: false,
      customLogger,
      build: { chunkSizeWarningLimit: Number.MAX_SAFE_INTEGER },
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
  const install = ['install', tarball, '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
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
