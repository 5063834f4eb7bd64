// What size-limit reads: the combinations, spelled as bundles of dist.
import { resolve } from 'node:path';
import { filesOf } from '../built/graph.ts';
import { builtName, entries } from '../entries.ts';
import { combinations } from './combinations.ts';

function builtEntry(name: string): string {
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`tools/size/combinations.ts names ${name}, which is no entry`);
  return builtName(entry);
}
const built = (name: string): string => `../../dist/${builtEntry(name)}.js`;

const checks: readonly unknown[] = combinations.map(({ name, imports, beside, limit }) => ({
  name,
  path: Object.keys(imports).map(built),
  import: Object.fromEntries(Object.entries(imports).map(([entry, names]) => [built(entry), names])),
  limit,
  ...(beside !== undefined && { ignore: filesOf(`dist/${builtEntry(beside)}.js`).map((file) => resolve(file)) }),
  gzip: true,
  // Hundreds of lines about imports without effects, which are meant to be left out, would bury everything else.
  modifyEsbuildConfig: (config: Readonly<Record<string, unknown>>) => ({ ...config, logLevel: 'error' }),
}));
export default checks;
