import { spawnSync } from 'node:child_process';

export type Format = 'esm' | 'cjs';

const loaders: Readonly<Record<Format, string>> = {
  esm: 'const load = (specifier) => import(specifier);',
  cjs: 'const load = async (specifier) => require(specifier);',
};

/** Runs a piece of code in a fresh Node where `load` imports in that format; answers with the JSON it prints. */
export function evaluate(
  format: Format,
  code: string,
  folder = '.',
): { readonly problem: string } | { readonly value: unknown } {
  const run = spawnSync(
    process.execPath,
    [
      `--input-type=${format === 'esm' ? 'module' : 'commonjs'}`,
      '--eval',
      `${loaders[format]}\n(async () => {${code}})();`,
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  // A warning is a problem too: users read it in their logs.
  if (run.status !== 0 || run.stderr !== '') return { problem: run.stderr || `ended with ${run.status ?? run.signal}` };
  return { value: JSON.parse(run.stdout) };
}

/** Imports one module alone, as a user's first line would. */
export function loadingProblem(format: Format, specifier: string, folder?: string): string | undefined {
  const code = `console.log(JSON.stringify(Object.keys(await load(${JSON.stringify(specifier)}))));`;
  const result = evaluate(format, code, folder);
  return 'problem' in result ? `${specifier} as ${format}: ${result.problem}` : undefined;
}
