import { globSync, readFileSync } from 'node:fs';
import { parseSync, Visitor } from 'oxc-parser';
import { evaluate, type Format } from './load.ts';
import { sharedExports } from './shared-exports.ts';

interface SharedName {
  readonly name: string;
  readonly offeredBy: readonly string[];
  readonly same: boolean;
}

/** Names offered by several entries, and whether they mean the same value in each. */
const survey = (specifiers: readonly string[]): string => `
  const offers = new Map();
  for (const specifier of ${JSON.stringify(specifiers)}) {
    for (const [name, value] of Object.entries(await load(specifier))) {
      if (name === 'default' || name === '__esModule' || name === 'module.exports') continue;
      offers.set(name, [...(offers.get(name) ?? []), { specifier, value }]);
    }
  }
  console.log(JSON.stringify([...offers].filter(([, found]) => found.length > 1).map(([name, found]) => ({
    name,
    offeredBy: found.map(({ specifier }) => specifier),
    same: found.every(({ value }) => Object.is(value, found[0].value)),
  }))));`;

export function sharedNameProblems(format: Format, specifiers: readonly string[]): readonly string[] {
  const result = evaluate(format, survey(specifiers));
  if ('problem' in result) return [`all entries together as ${format}: ${result.problem}`];
  const shared = result.value as readonly SharedName[];
  const ruleFor = ({ name, offeredBy }: SharedName) =>
    sharedExports.find((rule) => rule.names.test(name) && offeredBy.every((entry) => rule.entries.test(entry)));
  const wrong = shared.flatMap((found) => {
    const where = `${found.name} is offered by ${found.offeredBy.join(' and ')} (${format})`;
    const rule = ruleFor(found);
    if (!found.same && rule?.mayDiffer !== true) return [`${where} as different values`];
    return rule === undefined ? [`${where}: offer it once, or give tools/built/shared-exports.ts the reason`] : [];
  });
  const stale = sharedExports.filter((rule) => !shared.some((found) => ruleFor(found) === rule));
  return [
    ...wrong,
    ...stale.map((rule) => `tools/built/shared-exports.ts: nothing is shared by ${rule.names} any more`),
  ];
}

/** A class that is built into two files is two classes, and `instanceof` fails between subpaths. */
export function doubledClasses(format: Format): readonly string[] {
  const homes = new Map<string, string[]>();
  for (const file of globSync(`dist/**/*.${format === 'esm' ? 'js' : 'cjs'}`).toSorted()) {
    const add = (name: string): void => {
      homes.set(name, [...(homes.get(name) ?? []), file]);
    };
    new Visitor({
      ClassDeclaration: (node) => add(node.id?.name ?? ''),
      VariableDeclarator(node) {
        if (node.init?.type === 'ClassExpression' && node.id.type === 'Identifier') add(node.id.name);
      },
    }).visit(parseSync(file, readFileSync(file, 'utf8')).program);
  }
  return [...homes]
    .filter(([name, files]) => name !== '' && new Set(files).size > 1)
    .map(([name, files]) => `class ${name} was built more than once: ${files.join(', ')}`);
}
