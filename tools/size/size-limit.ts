// What size-limit reads: the combinations, spelled as bundles of dist.
import { resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { filesOf } from '../built/graph.ts';
import { builtName, entries } from '../entries.ts';
import { combinations } from './combinations.ts';

function builtEntry(name: string): string {
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`tools/size/combinations.ts names ${name}, which is no entry`);
  return builtName(entry);
}
const built = (name: string): string => `../../dist/${builtEntry(name)}.js`;

/**
 * What such a user has in any case stays an import, under one short name: its real path, from the bundle to this
 * checkout, would count as bytes and differ from machine to machine.
 */
function apartFrom(entry: string): Plugin {
  const had = new Set(filesOf(`dist/${builtEntry(entry)}.js`).map((file) => resolve(file)));
  return {
    name: 'apart from what is there',
    setup(build) {
      build.onResolve({ filter: /^\./ }, ({ path, resolveDir }) =>
        had.has(resolve(resolveDir, path)) ? { path: 'heard', external: true } : undefined,
      );
    },
  };
}

const checks: readonly unknown[] = combinations.map(({ name, imports, beside, limit }) => ({
  name,
  path: Object.keys(imports).map(built),
  import: Object.fromEntries(Object.entries(imports).map(([entry, names]) => [built(entry), names])),
  limit,
  gzip: true,
  // Hundreds of lines about imports without effects, which are meant to be left out, would bury everything else.
  modifyEsbuildConfig: (config: Readonly<Record<string, unknown>>) => ({
    ...config,
    logLevel: 'error',
    ...(beside !== undefined && { plugins: [apartFrom(beside)] }),
  }),
}));
export default checks;
