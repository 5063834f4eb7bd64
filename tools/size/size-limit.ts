// What size-limit reads: the combinations, spelled as bundles of dist.
import { builtName, entries } from '../entries.ts';
import { combinations } from './combinations.ts';

function built(name: string): string {
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`tools/size/combinations.ts names ${name}, which is no entry`);
  return `../../dist/${builtName(entry)}.js`;
}

const checks: readonly unknown[] = combinations.map(({ name, imports, limit }) => ({
  name,
  path: Object.keys(imports).map(built),
  import: Object.fromEntries(Object.entries(imports).map(([entry, names]) => [built(entry), names])),
  limit,
  gzip: true,
  // Hundreds of lines about imports without effects, which are meant to be left out, would bury everything else.
  modifyEsbuildConfig: (config: Readonly<Record<string, unknown>>) => ({ ...config, logLevel: 'error' }),
}));
export default checks;
