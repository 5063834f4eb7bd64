import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** What to type, and what is wrong with the answer. */
const trials: readonly { readonly args: readonly string[]; readonly wrong: (output: string) => string | undefined }[] =
  [
    {
      args: ['--version'],
      wrong: (output) => {
        const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
        return output === `${version}\n` ? undefined : `it says ${JSON.stringify(output)}, the package is ${version}`;
      },
    },
    {
      args: ['schema', 'laravel-pos'],
      wrong: (output) => {
        try {
          const { $schema } = JSON.parse(output) as { readonly $schema?: unknown };
          return String($schema).includes('/2020-12/') ? undefined : `its $schema is ${String($schema)}`;
        } catch (error) {
          return `it prints no JSON: ${String(error)}`;
        }
      },
    },
  ];

/** Runs the command that npm linked in a project, as its user would. */
export function commandProblems(folder: string): readonly string[] {
  const command = join('node_modules', '.bin', 'heard');
  // The link starts whatever Node is first on the path.
  const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}` };
  return trials.flatMap(({ args, wrong }) => {
    const run = spawnSync(join(folder, command), args, {
      cwd: folder,
      env,
      encoding: 'utf8',
      maxBuffer: 1e8,
      shell: process.platform === 'win32',
    });
    const complaint = run.error?.message ?? run.stderr;
    const problem =
      run.status === 0 && complaint === ''
        ? wrong(run.stdout)
        : `it ended with ${run.status ?? run.signal ?? 'nothing'}: ${complaint}`;
    return problem === undefined ? [] : [`heard ${args.join(' ')}: ${problem}`];
  });
}
