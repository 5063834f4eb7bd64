import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { entries, specifierOf } from '../../tools/entries.ts';

export interface Compilation {
  /** One entry per error, with its continuation lines. */
  readonly errors: readonly string[];
  readonly instantiations: number;
}

/** How a file is compiled: which types it sees, and which files declare modules that are not installed here. */
export interface Compiling {
  readonly types?: readonly string[];
  readonly declared?: readonly string[];
  readonly language?: 'ts' | 'tsx';
}

/** Type-checks one file as a user of `heard` would have it: in a browser, unless it asks for the types of Node. */
export function compile(source: string, { types = [], declared = [], language = 'ts' }: Compiling = {}): Compilation {
  const name = `user.${language}`;
  // Below node_modules, so that the file resolves the same packages and no watcher minds it.
  const folder = mkdtempSync('node_modules/.compile-');
  try {
    writeFileSync(join(folder, name), source);
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../tsconfig.json',
        compilerOptions: {
          isolatedDeclarations: false,
          declaration: false,
          noUnusedLocals: false,
          types,
          paths: Object.fromEntries(entries.map((entry) => [specifierOf(entry), [`../../${entry.source}`]])),
        },
        include: [],
        files: [name, ...declared.map((file) => `../../${file}`)],
      }),
    );
    const { stdout } = spawnSync(
      process.execPath,
      ['node_modules/typescript/bin/tsc', '-p', folder, '--extendedDiagnostics', '--pretty', 'false'],
      { encoding: 'utf8' },
    );
    const file = relative('.', join(folder, name));
    return {
      errors: stdout
        .split(/^(?=\S)/m)
        .filter((error) => error.includes('error TS'))
        .map((error) => error.replace(file, name).trimEnd()),
      instantiations: Number(/^Instantiations:\s+(\d+)/m.exec(stdout)?.[1] ?? Number.NaN),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
