import { globSync, readFileSync } from 'node:fs';
import { parseSync, Visitor } from 'oxc-parser';
import { evaluate, type Format } from './load.ts';

/**
 * An app imports one contract, and a backend its own half of one: each names that backend’s rules as its people would. A
 * document may have the same word for both halves, such as `isPusherEnabled`.
 */
const isNamedByDocument = (specifier: string, specifiers: readonly string[]): boolean => {
  const [, folder, name = ''] = /^heard\/(contracts|emit)\/(.+)$/.exec(specifier) ?? [];
  return folder === 'contracts' || (folder === 'emit' && specifiers.includes(`heard/contracts/${name}`));
};

/** Names offered by several entries, with those that offer them. */
const survey = (specifiers: readonly string[]): string => `
  const offers = new Map();
  for (const specifier of ${JSON.stringify(specifiers)}) {
    for (const name of Object.keys(await load(specifier))) {
      if (name === 'default' || name === '__esModule' || name === 'module.exports') continue;
      offers.set(name, [...(offers.get(name) ?? []), specifier]);
    }
  }
  console.log(JSON.stringify([...offers].filter(([, offeredBy]) => offeredBy.length > 1)));`;

/** Every name is offered by one entry; only what belongs to one backend may use a name that another one uses as well. */
export function sharedNameProblems(format: Format, specifiers: readonly string[]): readonly string[] {
  const result = evaluate(format, survey(specifiers));
  if ('problem' in result) return [`all entries together as ${format}: ${result.problem}`];
  return (result.value as readonly (readonly [name: string, offeredBy: readonly string[]])[])
    .filter(([, offeredBy]) => !offeredBy.every((specifier) => isNamedByDocument(specifier, specifiers)))
    .map(([name, offeredBy]) => `${name} is offered by ${offeredBy.join(' and ')} (${format}): offer it once`);
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
