import { expect, test } from 'vitest';
import { checkSpecs } from '../../tools/specs/check.ts';
import { testNamesOf } from '../../tools/specs/test-names.ts';
import { plant } from './tree.ts';

const spec = '# One\n\n- **C1** One rule.\n- **C2** Another rule.\n';
const testsOf = (...names: readonly string[]): string => names.map((name) => `test('${name}', () => {});\n`).join('');

const problems = (files: Readonly<Record<string, string>>): readonly string[] => checkSpecs(plant(files)).problems;

test('a rule that tests cite, alone or with others, is fine', () => {
  const root = plant({
    'src/core/one/SPEC.md': spec,
    'test/core/one.test.ts': testsOf('C1, C2: both hold', 'C2: again', 'no rule at all'),
  });
  expect(checkSpecs(root)).toEqual({ rules: 2, problems: [] });
});

test('a rule without a test is a problem', () => {
  expect(problems({ 'src/core/one/SPEC.md': spec, 'test/one.test.ts': testsOf('C1: holds') })).toEqual([
    'src/core/one/SPEC.md: no test cites C2',
  ]);
});

test('a test that cites a rule which does not exist is a problem, told with its place', () => {
  const files = { 'src/core/one/SPEC.md': spec, 'test/one.test.ts': testsOf('C1, C2: hold', 'C3: holds') };
  expect(problems(files)).toEqual(['test/one.test.ts:2 cites C3, which no SPEC.md has']);
});

test('a row of the list of faults is no rule', () => {
  expect(problems({ 'test/one.test.ts': testsOf('F12: is a fault') })).toEqual([]);
  expect(problems({ 'src/core/one/SPEC.md': '- **F1** A rule.\n', 'test/one.test.ts': testsOf('F1: holds') })).toEqual([
    'src/core/one/SPEC.md: F1 would be taken for a fault, choose another letter',
  ]);
});

test('a number is used once in all specifications', () => {
  const files = {
    'src/core/one/SPEC.md': '- **C1** A rule.\n',
    'src/core/two/SPEC.md': '- **C1** Another.\n',
    'test/one.test.ts': testsOf('C1: holds'),
  };
  expect(problems(files)).toEqual(['src/core/two/SPEC.md: C1 is taken already, in src/core/one/SPEC.md']);
});

test('a specification without rules is a problem', () => {
  expect(problems({ 'src/core/one/SPEC.md': '# Words\n\nC1 is mentioned.\n' })).toEqual([
    expect.stringContaining('has no rule'),
  ]);
});

test.each([
  ["test('C1: a', () => {});", ['C1: a']],
  ["it('C1: a', () => {});", ['C1: a']],
  ["test.each([1])('C1: %i', () => {});", ['C1: %i']],
  ["test.concurrent.for([1])('C1: %i', () => {});", ['C1: %i']],
  ['test(`C1: ${name}`, () => {});', ['C1: ']],
  ["test.skip('C1: a', () => {});", []],
  ["test.todo('C1: a');", []],
  ["describe('C1: a', () => {});", []],
  ["log('C1: a');", []],
])('what counts as the name of a test: %s', (text, names) => {
  expect(testNamesOf('one.test.ts', text).map(({ name }) => name)).toEqual(names);
});
