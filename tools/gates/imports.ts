// Gate: what was built can be imported, one entry at a time in a fresh Node and all of them together.
import { missingDirectives } from '../built/directives.ts';
import { builtinsReachedFrom } from '../built/graph.ts';
import { doubledClasses, sharedNameProblems } from '../built/identity.ts';
import { loadingProblem, type Format } from '../built/load.ts';
import { builtName, entries, specifierOf } from '../entries.ts';

const importable = entries.filter((entry) => entry.kind === 'import');
const specifiers = importable.map(specifierOf);
const formats: readonly Format[] = ['esm', 'cjs'];

const problems = [
  ...formats.flatMap((format) => [
    ...specifiers.flatMap((specifier) => loadingProblem(format, specifier) ?? []),
    ...sharedNameProblems(format, specifiers),
    ...doubledClasses(format),
  ]),
  ...importable.flatMap(missingDirectives),
  ...importable
    .filter((entry) => entry.runsIn === 'browser')
    .flatMap((entry) =>
      ['js', 'cjs'].flatMap((extension) =>
        builtinsReachedFrom(`dist/${builtName(entry)}.${extension}`).map(
          (builtin) => `${entry.name} runs in browsers but reaches ${builtin}`,
        ),
      ),
    ),
];
for (const problem of problems) console.error(problem);
console.log(`${importable.length} entries, ESM and CommonJS: ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
