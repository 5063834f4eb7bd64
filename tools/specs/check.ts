import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testNamesOf } from './test-names.ts';

/** A rule as SPEC.md files number them: `- **C7** …`. */
const ruleLine = /^- \*\*([A-Z]+\d+)\*\*/gm;
/** What a test cites at the start of its name: `C7: …`, `C7, C9: …`. */
const citation = /^([A-Z]+\d+(?:, [A-Z]+\d+)*): /;
/** F12 is a row of the list of faults, and no rule of a machine. */
const foreign = /^F\d+$/;

export interface SpecReport {
  readonly rules: number;
  readonly problems: readonly string[];
}

/** Holds the rules of every SPEC.md in src against the names of the tests, in both directions. */
export function checkSpecs(root: string): SpecReport {
  const problems: string[] = [];
  const home = new Map<string, string>();
  for (const spec of globSync('src/**/SPEC.md', { cwd: root }).toSorted()) {
    const rules = [...readFileSync(join(root, spec), 'utf8').matchAll(ruleLine)].map(([, rule = '']) => rule);
    if (rules.length === 0) problems.push(`${spec} has no rule: write each as "- **X1** …"`);
    for (const rule of rules) {
      const other = home.get(rule);
      if (other !== undefined) problems.push(`${spec}: ${rule} is taken already, in ${other}`);
      if (foreign.test(rule)) problems.push(`${spec}: ${rule} would be taken for a fault, choose another letter`);
      home.set(rule, spec);
    }
  }

  const cited = new Set<string>();
  for (const file of globSync('test/**/*.test.ts', { cwd: root }).toSorted()) {
    for (const { name, line } of testNamesOf(file, readFileSync(join(root, file), 'utf8'))) {
      const rules = citation.exec(name)?.[1]?.split(', ') ?? [];
      for (const rule of rules) {
        cited.add(rule);
        if (!home.has(rule) && !foreign.test(rule)) {
          problems.push(`${file}:${line} cites ${rule}, which no SPEC.md has`);
        }
      }
    }
  }
  for (const [rule, spec] of home) if (!cited.has(rule)) problems.push(`${spec}: no test cites ${rule}`);
  return { rules: home.size, problems };
}
