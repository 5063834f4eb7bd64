import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { specifierOf, type Entry } from '../entries.ts';

const tsc = resolve('node_modules/typescript/bin/tsc');

const settings = {
  compilerOptions: {
    module: 'nodenext',
    target: 'es2022',
    strict: true,
    exactOptionalPropertyTypes: true,
    // Our declarations are what is to be checked.
    skipLibCheck: false,
    types: [],
    noEmit: true,
  },
  files: ['module.mts', 'common.cts'],
};

/** Compiles a project that imports these entries as ES modules and as CommonJS, with nothing but what they need installed. */
export function typeProblems(folder: string, used: readonly Entry[]): readonly string[] {
  const uses = used.map(
    (entry, index) => `import * as e${index} from '${specifierOf(entry)}';\nexport { e${index} };\n`,
  );
  for (const file of settings.files) writeFileSync(join(folder, file), uses.join(''));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  const run = spawnSync(process.execPath, [tsc, '-p', '.'], { cwd: folder, encoding: 'utf8' });
  return run.status === 0 ? [] : [`it does not compile:\n${run.stdout}${run.stderr}`];
}
