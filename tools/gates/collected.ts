// Gate: no file that looks like a test is left out of `npm test`. It reads the settings of vitest: `vitest list` would say
// the same and has to start every project for it.
import { globSync } from 'node:fs';
import { sep } from 'node:path';
import config from '../../vitest.config.ts';
import { gates } from '../gates.ts';

const looksLikeATest = /\.(?:test|spec|test-d)\.[^./]+$/;
/** Runs in Node and in the browser. */
const inBothWorlds = /\.any\.test\.ts$/;
/** Runs with React 19 and with React 18. */
const inBothReacts = /^test\/browser\/react\//;

const filesOf = (include: readonly string[] = [], exclude: readonly string[] = []): readonly string[] =>
  globSync(include, { exclude }).map((file) => file.replaceAll(sep, '/'));

const projects = (config.test?.projects ?? []).map((project) => {
  if (typeof project !== 'object' || !('test' in project) || project.test?.include === undefined)
    throw new Error('A project of vitest.config.ts does not say what it includes: this gate cannot read it.');
  const { name, include, exclude, typecheck } = project.test;
  return {
    name: String(name),
    files: [...filesOf(include, exclude), ...filesOf(typecheck?.include, typecheck?.exclude)],
  };
});

/** The projects that some gate runs. */
const run = gates.flatMap(({ command }) => command.filter((_, index) => command[index - 1] === '--project'));

const tests = filesOf(['{src,test,tools,examples}/**'], ['**/node_modules/**']).filter((file) =>
  looksLikeATest.test(file),
);
const problems = [
  ...tests.flatMap((file) => {
    const by = projects.filter(({ files }) => files.includes(file)).map(({ name }) => name);
    const expected = inBothWorlds.test(file) || inBothReacts.test(file) ? 2 : 1;
    return by.length === expected
      ? []
      : [
          `${file} is collected by ${by.join(' and ') || 'no project'} of vitest.config.ts, and should be by ${expected}`,
        ];
  }),
  ...projects.filter(({ name }) => !run.includes(name)).map(({ name }) => `no gate runs the project ${name}`),
];
if (tests.length === 0) problems.push('No test was found: this gate would see nothing.');
for (const problem of problems) console.error(problem);
console.log(`${tests.length} files of tests in ${projects.length} projects: ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
