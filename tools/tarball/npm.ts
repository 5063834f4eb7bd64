import { execFile } from 'node:child_process';

/** The npm that runs us, or the one on PATH. Only its standard output is returned; what it warns of comes separately. */
export function npm(
  args: readonly string[],
  folder: string,
): Promise<{ readonly output: string; readonly warnings: readonly string[] }> {
  const cli = process.env['npm_execpath'];
  const [file, first] = cli?.endsWith('npm-cli.js') === true ? [process.execPath, [cli]] : ['npm', []];
  return new Promise((done, fail) => {
    const options = {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1e8,
      shell: process.platform === 'win32' && file === 'npm',
    } as const;
    execFile(file, [...first, ...args], options, (error, output, complaints) => {
      if (error !== null) fail(new Error(`npm ${args.join(' ')} failed: ${complaints || error.message}`));
      // Words about the settings of whoever runs this say nothing about our package.
      else
        done({
          output,
          warnings: complaints.split('\n').filter((line) => /^npm warn/i.test(line) && !/ config /.test(line)),
        });
    });
  });
}
